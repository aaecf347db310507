extension Spec {
    /// The configuration that `spec` writes for a new bundle: runc's, a shell in a read-only root.
    public static var template: Spec { template(cgroupNamespace: false) }

    /// The configuration that `spec` writes for a new bundle, with a cgroup namespace if wished: runc asks for one on
    /// hosts whose cgroups are of version 2 only.
    public static func template(cgroupNamespace: Bool) -> Spec {
        let namespaces: [Namespace.Kind] = [.pid, .network, .ipc, .uts, .mount] + (cgroupNamespace ? [.cgroup] : [])
        return Spec(
            process: templateProcess,
            root: Root(path: "rootfs", readonly: true),
            hostname: "skep",
            mounts: templateMounts(terminalGroup: ["gid=5"]) + [
                Mount(
                    destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"]),
                cgroupMount,
            ],
            linux: Linux(
                resources: Resources(devices: [Resources.DeviceRule(allow: false, access: "rwm")]),
                namespaces: namespaces.map { Namespace(type: $0) },
                maskedPaths: templateMaskedPaths,
                readonlyPaths: templateReadonlyPaths))
    }

    /// The configuration that `spec --rootless` writes: the container's root is the user `uid` of the host, the
    /// network is the host's, and what an ordinary user may not do is left out.
    public static func rootlessTemplate(uid: UInt32, gid: UInt32, cgroupNamespace: Bool = false) -> Spec {
        let namespaces: [Namespace.Kind] = [.pid, .ipc, .uts, .mount] + (cgroupNamespace ? [.cgroup] : []) + [.user]
        var spec = template
        spec.mounts =
            templateMounts(terminalGroup: []) + [
                Mount(
                    destination: "/sys", type: "none", source: "/sys",
                    options: ["rbind", "nosuid", "noexec", "nodev", "ro"]),
                cgroupMount,
            ]
        spec.linux?.resources = nil
        spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: uid, size: 1)]
        spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: gid, size: 1)]
        spec.linux?.namespaces = namespaces.map { Namespace(type: $0) }
        return spec
    }

    private static var templateProcess: Process {
        let capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
        return Process(
            terminal: true,
            args: ["sh"],
            env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
            cwd: "/",
            capabilities: Process.Capabilities(
                bounding: capabilities, effective: capabilities, permitted: capabilities, ambient: capabilities),
            rlimits: [Process.Rlimit(type: "RLIMIT_NOFILE", hard: 1024, soft: 1024)],
            noNewPrivileges: true)
    }

    private static func templateMounts(terminalGroup: [String]) -> [Mount] {
        [
            Mount(destination: "/proc", type: "proc", source: "proc"),
            Mount(
                destination: "/dev", type: "tmpfs", source: "tmpfs",
                options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            Mount(
                destination: "/dev/pts", type: "devpts", source: "devpts",
                options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"] + terminalGroup),
            Mount(
                destination: "/dev/shm", type: "tmpfs", source: "shm",
                options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
            Mount(
                destination: "/dev/mqueue", type: "mqueue", source: "mqueue",
                options: ["nosuid", "noexec", "nodev"]),
        ]
    }

    private static var cgroupMount: Mount {
        Mount(
            destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
            options: ["nosuid", "noexec", "nodev", "relatime", "ro"])
    }

    private static var templateMaskedPaths: [String] {
        [
            "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
            "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
        ]
    }

    private static var templateReadonlyPaths: [String] {
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    }
}
