import OCI

extension Spec {
    /// What `Fixtures/full.json` says: every property of the specification.
    static var full: Spec {
        Spec(
            ociVersion: "1.3.0", process: .full, root: Root(path: "rootfs", readonly: true), hostname: "host",
            domainname: "domain",
            mounts: [
                Mount(destination: "/proc", type: "proc", source: "proc"),
                Mount(
                    destination: "/data", type: "bind", source: "/srv/data", options: ["rbind", "ro", "idmap"],
                    uidMappings: [IDMapping(containerID: 1, hostID: 1001, size: 11)],
                    gidMappings: [IDMapping(containerID: 2, hostID: 1002, size: 12)]),
            ],
            hooks: Hooks(
                prestart: [Hook(path: "/1", args: ["1", "a"], env: ["A=1"], timeout: 1)],
                createRuntime: [Hook(path: "/2")], createContainer: [Hook(path: "/3", timeout: 3)],
                startContainer: [Hook(path: "/4")], poststart: [Hook(path: "/5")],
                poststop: [Hook(path: "/6"), Hook(path: "/7")]),
            annotations: ["com.example.a": "1", "com.example.b": ""], linux: .full)
    }
}

extension Process {
    static var full: Process {
        Process(
            terminal: true, consoleSize: ConsoleSize(height: 25, width: 80),
            user: User(uid: 1, gid: 2, umask: 0o77, additionalGids: [5, 6], username: "me"),
            args: ["sh", "-c", "exit"], commandLine: "cmd /c exit", env: ["PATH=/bin", "TERM=xterm"], cwd: "/srv",
            capabilities: Capabilities(
                bounding: ["CAP_KILL", "CAP_CHOWN"], effective: ["CAP_KILL"], inheritable: ["CAP_FOWNER"],
                permitted: ["CAP_CHOWN"], ambient: ["CAP_SETUID"]),
            rlimits: [Rlimit(type: "RLIMIT_NOFILE", hard: .max, soft: 1024)], noNewPrivileges: true,
            apparmorProfile: "acme", oomScoreAdj: -500,
            scheduler: Scheduler(
                policy: .deadline, nice: -5, priority: 7, flags: [.resetOnFork, .reclaim], runtime: 10, deadline: 20,
                period: 30),
            selinuxLabel: "system_u:system_r:svirt_lxc_net_t:s0:c124,c675",
            ioPriority: IOPriority(class: .idle, priority: 4),
            execCPUAffinity: CPUAffinity(initial: "0-1", final: "2,3"))
    }
}

extension Linux {
    static var full: Linux {
        Linux(
            uidMappings: [IDMapping(containerID: 0, hostID: 1000, size: 32000)],
            gidMappings: [IDMapping(containerID: 3, hostID: .max, size: .max)],
            sysctl: ["net.core.somaxconn": "256", "net.ipv4.ip_forward": "1"],
            resources: .full,
            cgroupsPath: "system.slice:skep:one",
            namespaces: [
                Namespace(type: .pid), Namespace(type: .network, path: "/run/netns/a"), Namespace(type: .time),
            ],
            devices: [
                Device(path: "/dev/fuse", type: .character, major: 10, minor: 229, fileMode: 0o666, uid: 1, gid: 2),
                Device(path: "/dev/pipe", type: .pipe),
            ],
            netDevices: ["eth0": NetDevice(name: "container_eth0"), "eth1": NetDevice()],
            seccomp: .full,
            rootfsPropagation: .slave,
            maskedPaths: ["/proc/kcore"],
            readonlyPaths: ["/proc/sys", "/proc/bus"],
            mountLabel: "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811",
            intelRdt: IntelRdt(
                closID: "group", schemata: ["L3:0=f", "MB:0=20"], l3CacheSchema: "L3:0=7f0;1=1f",
                memBwSchema: "MB:0=20;1=70", enableMonitoring: true),
            memoryPolicy: MemoryPolicy(mode: .interleave, nodes: "0-1", flags: [.staticNodes]),
            personality: Personality(domain: .linux32, flags: ["none"]),
            timeOffsets: TimeOffsets(
                boottime: TimeOffset(secs: -172800, nanosecs: 1), monotonic: TimeOffset(secs: 604800, nanosecs: 2)))
    }
}

extension Resources {
    static var full: Resources {
        Resources(
            devices: [
                DeviceRule(allow: false, access: "rwm"),
                DeviceRule(allow: true, type: .character, major: 10, minor: -1, access: "rw"),
            ],
            memory: Memory(
                limit: 1, reservation: 2, swap: -1, kernel: 4, kernelTCP: 5, swappiness: 60, disableOOMKiller: true,
                useHierarchy: false, checkBeforeUpdate: true),
            cpu: CPU(
                shares: 1024, quota: -1, burst: 3, period: 4, realtimeRuntime: 5, realtimePeriod: 6, cpus: "2-3",
                mems: "0-7", idle: 1),
            pids: Pids(limit: 32771),
            blockIO: BlockIO(
                weight: 10, leafWeight: 11,
                weightDevice: [WeightDevice(major: 8, minor: 1, weight: 500, leafWeight: 300)],
                throttleReadBpsDevice: [ThrottleDevice(major: 8, minor: 2, rate: 600)],
                throttleWriteBpsDevice: [ThrottleDevice(major: 8, minor: 3, rate: 601)],
                throttleReadIOPSDevice: [ThrottleDevice(major: 8, minor: 4, rate: 602)],
                throttleWriteIOPSDevice: [ThrottleDevice(major: 8, minor: 5, rate: 603)]),
            hugepageLimits: [HugepageLimit(pageSize: "2MB", limit: 9_223_372_036_854_772_000)],
            network: Network(classID: 1_048_577, priorities: [InterfacePriority(name: "eth0", priority: 500)]),
            rdma: ["mlx4_0": Rdma(hcaObjects: 1000), "mlx5_1": Rdma(hcaHandles: 3, hcaObjects: 10000)],
            unified: ["hugetlb.1GB.max": "1073741824", "io.max": "259:0 rbps=2097152\n253:0 rbps=2097152"])
    }
}

extension Seccomp {
    static var full: Seccomp {
        Seccomp(
            defaultAction: .errno, defaultErrnoRet: 38, architectures: [.x86, .x32], flags: [.log],
            listenerPath: "/run/agent.sock", listenerMetadata: "meta",
            syscalls: [
                Rule(names: ["getcwd", "chmod"], action: .allow),
                Rule(
                    names: ["clone"], action: .trace, errnoRet: 1,
                    args: [Argument(index: 1, value: 2_114_060_288, valueTwo: 3, op: .maskedEqual)]),
            ])
    }
}
