import OCI
import Planning
import Testing

/// What `spec` writes, as `plan` prints it: every step, in order, with the property that it comes from.
@Suite("The default container's plan") struct GoldenTests {
    /// The steps up to where hosts differ.
    static let beginning = """
        setsid <- process
        loopback lo up <- linux.namespaces
        propagation / rslave <- linux.rootfsPropagation
        root /bundle/rootfs <- root.path
        mount proc on /proc <- mounts[0]
        mount tmpfs on /dev (nosuid,strictatime,mode=755,size=65536k) <- mounts[1]
        mount devpts on /dev/pts (nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5) <- mounts[2]
        mount tmpfs on /dev/shm (nosuid,nodev,noexec,mode=1777,size=65536k) <- mounts[3]
        mount mqueue on /dev/mqueue (nosuid,nodev,noexec) <- mounts[4]
        mount sysfs on /sys (ro,nosuid,nodev,noexec) <- mounts[5]
        mknod /dev/null c 1:3 mode=666 owner=0:0 <- linux.devices (default)
        mknod /dev/zero c 1:5 mode=666 owner=0:0 <- linux.devices (default)
        mknod /dev/full c 1:7 mode=666 owner=0:0 <- linux.devices (default)
        mknod /dev/random c 1:8 mode=666 owner=0:0 <- linux.devices (default)
        mknod /dev/urandom c 1:9 mode=666 owner=0:0 <- linux.devices (default)
        mknod /dev/tty c 5:0 mode=666 owner=0:0 <- linux.devices (default)
        symlink /dev/fd -> /proc/self/fd <- linux.devices (default)
        symlink /dev/stdin -> /proc/self/fd/0 <- linux.devices (default)
        symlink /dev/stdout -> /proc/self/fd/1 <- linux.devices (default)
        symlink /dev/stderr -> /proc/self/fd/2 <- linux.devices (default)
        symlink /dev/ptmx -> pts/ptmx <- linux.devices (default)
        """

    /// The steps after that.
    static let end = """
        hostname skep <- hostname
        mask /proc/acpi <- linux.maskedPaths[0]
        mask /proc/asound <- linux.maskedPaths[1]
        mask /proc/kcore <- linux.maskedPaths[2]
        mask /proc/keys <- linux.maskedPaths[3]
        mask /proc/latency_stats <- linux.maskedPaths[4]
        mask /proc/timer_list <- linux.maskedPaths[5]
        mask /proc/timer_stats <- linux.maskedPaths[6]
        mask /proc/sched_debug <- linux.maskedPaths[7]
        mask /sys/firmware <- linux.maskedPaths[8]
        mask /proc/scsi <- linux.maskedPaths[9]
        readonly /proc/bus <- linux.readonlyPaths[0]
        readonly /proc/fs <- linux.readonlyPaths[1]
        readonly /proc/irq <- linux.readonlyPaths[2]
        readonly /proc/sys <- linux.readonlyPaths[3]
        readonly /proc/sysrq-trigger <- linux.readonlyPaths[4]
        make-cwd / <- process.cwd
        root-attr ro <- root.readonly
        rlimit resource 7: 1024 (hard 1024) <- process.rlimits[0]
        stdio-owner uid 0 <- process.user
        home of uid 0 in /etc/passwd <- process.env
        no-new-privs <- process.noNewPrivileges
        cap-bound 0x20000420 <- process.capabilities.bounding
        cwd / (first try) <- process.cwd
        user 0:0 umask=22 groups=[] <- process.user
        cwd / <- process.cwd
        caps effective=0x20000420 permitted=0x20000420 inheritable=0x0 <- process.capabilities
        cap-ambient 0x0 <- process.capabilities.ambient
        find-command sh in /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin <- process.args
        wait for exec.fifo <- process
        exec sh <- process.args
        """

    private func lines(_ spec: Spec, on cgroups: CgroupView) throws -> [String] {
        var spec = spec
        spec.process?.terminal = false
        return try spec.plan(on: cgroups).lines
    }

    private func expected(_ middle: String) -> [String] {
        [Self.beginning, middle, Self.end].flatMap { $0.split(separator: "\n").map(String.init) }
    }

    @Test("On a host of version 2") func unified() throws {
        let middle = """
            pivot pivot_root <- root.path
            cgroup join, new cgroup namespace <- linux.cgroupsPath
            mount cgroup2 on /sys/fs/cgroup (ro,nosuid,nodev,noexec) <- mounts[6]
            """
        #expect(try lines(.template(cgroupNamespace: true), on: .v2) == expected(middle))
    }

    @Test("On a host of version 2, without a cgroup namespace") func unifiedWithoutNamespace() throws {
        let middle = """
            cgroup join <- linux.cgroupsPath
            bind /sys/fs/cgroup on /sys/fs/cgroup (ro,nosuid,nodev,noexec) <- mounts[6]
            pivot pivot_root <- root.path
            """
        #expect(try lines(.template, on: .v2) == expected(middle))
    }

    @Test("On a host of version 1") func legacy() throws {
        let middle = """
            cgroup join <- linux.cgroupsPath
            mount tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec,mode=755) <- mounts[6]
            bind /h/cpu,cpuacct/c on /sys/fs/cgroup/cpu,cpuacct (ro,nosuid,nodev,noexec) <- mounts[6]
            symlink /sys/fs/cgroup/cpu -> cpu,cpuacct <- mounts[6]
            symlink /sys/fs/cgroup/cpuacct -> cpu,cpuacct <- mounts[6]
            bind /h/memory/c on /sys/fs/cgroup/memory (ro,nosuid,nodev,noexec) <- mounts[6]
            bind /h/systemd/c on /sys/fs/cgroup/systemd (ro,nosuid,nodev,noexec) <- mounts[6]
            remount /sys/fs/cgroup (ro) <- mounts[6]
            pivot pivot_root <- root.path
            """
        #expect(try lines(.template, on: .v1(CgroupMountTests.hierarchies)) == expected(middle))
    }

    @Test("On a host of version 1, with a cgroup namespace") func legacyWithNamespace() throws {
        let middle = """
            pivot pivot_root <- root.path
            cgroup join, new cgroup namespace <- linux.cgroupsPath
            mount tmpfs on /sys/fs/cgroup (nosuid,nodev,noexec,mode=755) <- mounts[6]
            mount cgroup on /sys/fs/cgroup/cpu,cpuacct (ro,nosuid,nodev,noexec,cpu,cpuacct) <- mounts[6]
            symlink /sys/fs/cgroup/cpu -> cpu,cpuacct <- mounts[6]
            symlink /sys/fs/cgroup/cpuacct -> cpu,cpuacct <- mounts[6]
            mount cgroup on /sys/fs/cgroup/memory (ro,nosuid,nodev,noexec,memory) <- mounts[6]
            mount cgroup on /sys/fs/cgroup/systemd (ro,nosuid,nodev,noexec,none,name=systemd) <- mounts[6]
            remount /sys/fs/cgroup (ro) <- mounts[6]
            """
        #expect(
            try lines(.template(cgroupNamespace: true), on: .v1(CgroupMountTests.hierarchies)) == expected(middle))
    }

    @Test("The template as it is has a terminal") func terminal() throws {
        #expect(try Spec.template.plan().actions(from: "process.terminal").count == 1)
    }
}
