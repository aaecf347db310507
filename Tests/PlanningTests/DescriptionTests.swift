@testable import Planning
import Testing

@Suite("Steps and errors in words") struct DescriptionTests {
    static let steps: [(action: Action, text: String)] = [
        (.join(descriptor: 4, kind: CloneFlag.mount, path: "/m"), "mount /m"),
        (.join(descriptor: 4, kind: CloneFlag.network, path: "/n"), "network /n"),
        (.join(descriptor: 4, kind: CloneFlag.uts, path: "/u"), "uts /u"),
        (.join(descriptor: 4, kind: CloneFlag.ipc, path: "/i"), "ipc /i"),
        (.join(descriptor: 4, kind: CloneFlag.cgroup, path: "/c"), "cgroup /c"),
        (.join(descriptor: 4, kind: CloneFlag.pid, path: "/p"), "pid /p"),
        (.joinProcess(descriptor: 4, kinds: CloneFlag.mount), "the container's namespaces"),
        (.loopback(isUnshared: false), "lo up"), (.loopback(isUnshared: true), "new network namespace, lo up"),
        (.setsid, ""), (.noNewPrivileges, ""),
        (.propagation(Propagation.shared), "/ shared"),
        (.propagation(Propagation.slave | Propagation.recursive), "/ rslave"),
        (.propagation(Propagation.private | Propagation.recursive), "/ rprivate"),
        (.propagation(Propagation.unbindable), "/ unbindable"),
        (.root(path: "/r", isMounted: true, privateParent: true), "/r"),
        (.root(path: "/r", isMounted: false, privateParent: false), "/r (not mounted)"),
        (.mount(NewMount(type: "t", destination: "/d")), "t on /d"),
        (
            .mount(
                NewMount(
                    type: "t", destination: "/d", parameters: [.init("source", "s"), .init("flag"), .init("k", "v")],
                    attributes: 0x20_009f, propagation: Propagation.private)),
            "t on /d (ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow,private,flag,k=v)"
        ),
        (
            .bind(BindMount(source: "/s", destination: "/d", isRecursive: true, attributes: 0x20)),
            "/s on /d with what is mounted below (strictatime)"
        ),
        (.bind(BindMount(source: "/s", destination: "/d", isRecursive: false)), "/s on /d"),
        (.remount(Remount(destination: "/d", attributes: 1)), "/d (ro)"),
        (.remount(Remount(destination: "/d", parameters: [.init("size", "1")])), "/d (size=1)"),
        (
            .mknod(path: "/n", mode: 0o20640, device: 0xffff_f000_000f_ff00, uid: 1, gid: 2),
            "/n c 4294967295:0 mode=640 owner=1:2"
        ),
        (
            .mknod(path: "/n", mode: 0o60000, device: 0xfff_fff0_00ff, uid: 0, gid: 0),
            "/n b 0:4294967295 mode=0 owner=0:0"
        ),
        (.mknod(path: "/n", mode: 0o10666, device: 0, uid: 0, gid: 0), "/n p mode=666 owner=0:0"),
        (.symlink(target: "t", path: "/p"), "/p -> t"), (.label(path: "/l", label: "x"), "/l x"),
        (.pivot(.pivotRoot, oldRootIsSlave: true), "pivot_root"),
        (.pivot(.moveMount, oldRootIsSlave: false), "move the mount, chroot"),
        (.pivot(.chroot, oldRootIsSlave: false), "chroot"),
        (.rootAttributes(set: 1, propagation: Propagation.shared), "ro,shared"),
        (.rootAttributes(set: 0, propagation: Propagation.slave), "slave"),
        (.rootAttributes(set: 1, propagation: 0), "ro"),
        (.sysctl(path: "net/x", value: "1"), "net/x = 1"),
        (.cgroup(isUnshared: true), "join, new cgroup namespace"), (.cgroup(isUnshared: false), "join"),
        (.oomScoreAdj(-5), "-5"), (.rlimit(resource: 7, soft: 1, hard: 2), "resource 7: 1 (hard 2)"),
        (.keyring("_ses.c"), "_ses.c"), (.appArmor("exec p"), "exec p"), (.selinux("l"), "l"),
        (.personality(0), "LINUX"), (.personality(8), "LINUX32"),
        (.memoryPolicy(mode: 0x8002, nodes: CPUSet(words: [7])), "mode 2 flags 0x8000 nodes 0-2"),
        (.affinity(.all), "CPUs all"), (.ioPriority(class: 3, level: 7), "class 3 level 7"),
        (.scheduler(SchedulerAttributes(policy: 0)), "policy 0"),
        (.scheduler(SchedulerAttributes(policy: 3, flags: 1, nice: -5)), "policy 3 flags=1 nice=-5"),
        (
            .scheduler(SchedulerAttributes(policy: 6, priority: 9, runtime: 1, deadline: 2, period: 3)),
            "policy 6 priority=9 runtime=1 deadline=2 period=3"
        ),
        (.stdioOwner(uid: 5), "uid 5"), (.home(uid: 5), "of uid 5 in /etc/passwd"),
        (.boundingSet(CapabilitySet(rawValue: 255)), "0xff"), (.ambientSet([]), "0x0"),
        (
            .capabilities(
                effective: CapabilitySet(rawValue: 1), permitted: CapabilitySet(rawValue: 16),
                inheritable: CapabilitySet(rawValue: 255)), "effective=0x1 permitted=0x10 inheritable=0xff"
        ),
        (.seccomp(SystemCallFilter(program: [6, 6], flags: 0), preserved: 3), "2 instructions"),
        (
            .seccomp(
                SystemCallFilter(
                    program: [6], flags: 12, agent: SystemCallAgent(socket: "/s", origin: Origin("linux.seccomp"))),
                preserved: 0), "1 instructions flags=0xc agent=/s"
        ),
        (.user(uid: 1, gid: 2, umask: 0o22, additionalGids: [3, 4]), "1:2 umask=22 groups=[3, 4]"),
        (.user(uid: 1, gid: 2, umask: 0, additionalGids: [], keepsGroups: true), "1:2 umask=0 groups=kept"),
        (.workingDirectory("/w", isAttempt: true), "/w (first try)"), (.workingDirectory("/w", isAttempt: false), "/w"),
        (.findCommand("/bin/sh", searchPath: "/x"), "/bin/sh"), (.findCommand("sh", searchPath: "/x"), "sh in /x"),
        (.wait(forFifo: true), "for exec.fifo"), (.wait(forFifo: false), "for the parent"),
        (.exec(arguments: ["sh", "-c", "x y"], environment: ["A=1"], preserved: 0), "sh -c x y"),
    ]

    @Test("A step's operands", arguments: steps) func step(action: Action, text: String) {
        #expect(action.description == text)
    }

    @Test("Origins") func origins() {
        #expect(Origin("process").description == "process")
        #expect(Origin("mounts", 3).description == "mounts[3]")
        #expect(Origin("mounts", 3).appending("options").description == "mounts[3].options")
        #expect(Origin("linux").appending("a").appending("b").description == "linux.a.b")
        #expect(Origin("linux.sysctl", nil, "kernel.sem").description == "linux.sysctl.kernel.sem")
    }

    @Test("Errors of a configuration") func errors() {
        #expect(ConfigurationError(Origin("a"), "must be b").description == "a: must be b")
        #expect(ConfigurationError(Origin("a"), "is missing").description == "a is missing")
        #expect(ConfigurationError(Origin("a"), "must be b", hint: "do c").description == "a: must be b; do c")
        #expect(ConfigurationError(Origin("a"), "issues").description == "a: issues")
    }
}
