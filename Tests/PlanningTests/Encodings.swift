@testable import Planning

extension EncoderTests {
    static let mounting: [Encoding] = [
        Encoding(.mount(NewMount(type: "tmpfs", destination: "/t"))) { $0.texts = ["tmpfs", "/t", ""] },
        Encoding(
            .mount(
                NewMount(
                    type: "proc", destination: "/proc", parameters: [.init("ro"), .init("size", "64k"), .init("", "")],
                    attributes: 0x20_00ff, propagation: Propagation.slave | Propagation.recursive, isProc: true))
        ) { step in
            step.texts = ["proc", "/proc", ""]
            step.flags = 0x1
            step.numbers = [0x20_00ff, 0, 0x8_4000]
            step.strings = ["ro", "", "size", "64k", "", ""]
        },
        Encoding(
            .mount(
                NewMount(
                    type: "sysfs", destination: "/sys", attributes: Attribute.nosuid,
                    substitute: NewMount.Substitute(source: "/s", attributes: Attribute.readonly)))
        ) { step in
            step.texts = ["sysfs", "/sys", "/s"]
            step.numbers = [Attribute.nosuid, Attribute.readonly, 0]
        },
        Encoding(.mount(NewMount(type: "sysfs", destination: "/sys", needsRealDirectory: true))) { step in
            step.texts = ["sysfs", "/sys", ""]
            step.flags = 0x2
        },
        Encoding(.bind(BindMount(source: "/s", destination: "/d", isRecursive: false))) {
            $0.texts = ["/s", "/d", ""]
        },
        Encoding(
            .bind(
                BindMount(
                    source: "/s", destination: "/d", isRecursive: true, attributes: 1, clearedAttributes: 0x70,
                    propagation: Propagation.shared))
        ) { step in
            step.texts = ["/s", "/d", ""]
            step.flags = 0x4
            step.numbers = [1, 0x70, 0x10_0000]
        },
        Encoding(.mount(fullMount)) { step in
            step.texts = ["tmpfs", "/t", "/f"]
            step.numbers = [0, 7, 0]
            step.flags = 0x190
        },
        Encoding(.bind(fullBind)) { step in
            step.texts = ["/s", "/d", ""]
            step.flags = 0x70
            step.numbers = [0x4_0000_0001, 0x8_0000_0002, 0]
        },
        Encoding(.remount(fullRemount)) { step in
            step.texts = ["/d", "", ""]
            step.numbers = [0x4_0000_0001, 0x8_0000_0002, 0]
        },
        Encoding(.bind(BindMount(source: "/s", destination: "/d", isRecursive: false, descriptor: 1023))) { step in
            step.texts = ["/s", "/d", ""]
            step.slot = 1023
        },
        Encoding(.mount(NewMount(type: "tmpfs", destination: "/t", descriptor: 5))) { step in
            step.texts = ["tmpfs", "/t", ""]
            step.slot = 5
        },
        Encoding(
            .remount(Remount(destination: "/d", attributes: 1, clearedAttributes: 2, propagation: Propagation.private))
        ) { step in
            step.texts = ["/d", "", ""]
            step.numbers = [1, 2, 0x4_0000]
        },
        Encoding(.remount(Remount(destination: "/d", parameters: []))) { step in
            step.texts = ["/d", "", ""]
            step.flags = 0x8
        },
        Encoding(.remount(Remount(destination: "/d", parameters: [.init("size", "1")]))) { step in
            step.texts = ["/d", "", ""]
            step.flags = 0x8
            step.strings = ["size", "1"]
        },
        Encoding(.mknod(path: "/n", mode: 0o20666, device: 0xffff_f000_000f_ff00, uid: 1, gid: 2)) { step in
            step.texts = ["/n", "", ""]
            step.numbers = [0o20666, 0xffff_f000_000f_ff00, 0x1_0000_0002]
        },
        Encoding(.mknod(path: "/n", mode: 0o20666, device: 0, uid: .max, gid: .max)) { step in
            step.texts = ["/n", "", ""]
            step.numbers = [0o20666, 0, .max]
        },
        Encoding(.label(path: "/l", label: "u:r:t:s0:c1,c2")) { $0.texts = ["/l", "u:r:t:s0:c1,c2", ""] },
        Encoding(.device(path: "/n", mode: 0o20666, device: 0x103)) { step in
            step.texts = ["/n", "", ""]
            step.numbers = [0o20666, 0x103, 0]
        },
        Encoding(.unmount("/d")) { $0.texts = ["/d", "", ""] },
        Encoding(.unmount("/d", followsLink: false, isCheck: true)) { step in
            step.texts = ["/d", "", ""]
            step.flags = 0x11
        },
        Encoding(.symlink(target: "t", path: "/p")) { $0.texts = ["t", "/p", ""] },
        Encoding(.mask("/m", label: .init("context", "x:y,z"))) { step in
            step.texts = ["/m", "", ""]
            step.strings = ["context", "x:y,z"]
        },
        Encoding(.mask("/m")) { $0.texts = ["/m", "", ""] },
        Encoding(.readonly("/r")) { $0.texts = ["/r", "", ""] },
    ]

    private static var fullMount: NewMount {
        var mount = NewMount(type: "tmpfs", destination: "/t")
        mount.substitute = NewMount.Substitute(source: "/f", attributes: 7)
        mount.followsDestination = false
        mount.copiesUp = true
        mount.keepsMode = true
        return mount
    }

    private static var fullBind: BindMount {
        var bind = BindMount(source: "/s", destination: "/d", isRecursive: false, attributes: 1, clearedAttributes: 2)
        bind.recursiveAttributes = 4
        bind.recursivelyCleared = 8
        bind.followsSource = false
        bind.followsDestination = false
        bind.copiesSymlink = true
        return bind
    }

    private static var fullRemount: Remount {
        var remount = Remount(destination: "/d", attributes: 1, clearedAttributes: 2)
        remount.recursiveAttributes = 4
        remount.recursivelyCleared = 8
        return remount
    }

    static let namespaces: [Encoding] = [
        Encoding(.join(descriptor: 63, kind: CloneFlag.network, path: "/ns")) { step in
            step.texts = ["/ns", "", ""]
            step.slot = 63
            step.numbers = [0x4000_0000, 0, 0]
        },
        Encoding(.joinProcess(descriptor: 4, kinds: CloneFlag.mount | CloneFlag.uts)) { step in
            step.slot = 4
            step.numbers = [0x0402_0000, 0, 0]
        },
        Encoding(.joinProcess(descriptor: 4, kinds: 0, takesRoot: true)) { step in
            step.slot = 4
            step.flags = 0x1
        },
        Encoding(.loopback(isUnshared: false)), Encoding(.loopback(isUnshared: true)) { $0.flags = 0x1 },
        Encoding(.runtimeHooks),
        Encoding(.propagation(Propagation.private | Propagation.recursive)) { $0.numbers = [0x4_4000, 0, 0] },
        Encoding(.root(path: "/r", isMounted: true, privateParent: false)) { $0.texts = ["/r", "", ""] },
        Encoding(.root(path: "/r", isMounted: false, privateParent: false)) { step in
            step.texts = ["/r", "", ""]
            step.flags = 0x1
        },
        Encoding(.root(path: "/r", isMounted: true, privateParent: true)) { step in
            step.texts = ["/r", "", ""]
            step.flags = 0x2
        },
        Encoding(.root(path: "/r", isMounted: true, privateParent: false, descriptor: 4)) { step in
            step.texts = ["/r", "", ""]
            step.slot = 4
        },
        Encoding(.pivot(.pivotRoot, oldRootIsSlave: false)),
        Encoding(.pivot(.pivotRoot, oldRootIsSlave: true)) { $0.flags = 0x4 },
        Encoding(.pivot(.moveMount, oldRootIsSlave: false)) { $0.flags = 0x1 },
        Encoding(.pivot(.chroot, oldRootIsSlave: false)) { $0.flags = 0x2 },
        Encoding(.pivot(.moveMount, oldRootIsSlave: true)) { $0.flags = 0x5 },
        Encoding(.rootAttributes(set: 1, propagation: Propagation.unbindable)) { $0.numbers = [1, 0, 0x2_0000] },
        Encoding(.hostname("h")) { $0.texts = ["h", "", ""] },
        Encoding(.domainname("d")) { $0.texts = ["d", "", ""] },
        Encoding(.sysctl(path: "net/x", value: "1 2")) { $0.texts = ["net/x", "1 2", ""] },
        Encoding(.cgroup(isUnshared: false)),
        Encoding(.cgroup(isUnshared: true)) { $0.flags = 0x1 },
    ]

    static let processes: [Encoding] = [
        Encoding(.setsid), Encoding(.noNewPrivileges),
        Encoding(.terminal(rows: 24, columns: .max, isConsole: false)) { $0.numbers = [24, 65535, 0] },
        Encoding(.terminal(rows: 0, columns: 0, isConsole: true)) { $0.flags = 0x1 },
        Encoding(.oomScoreAdj(-1000)) { $0.texts = ["-1000", "", ""] },
        Encoding(.oomScoreAdj(0)) { $0.texts = ["0", "", ""] },
        Encoding(.rlimit(resource: 7, soft: 1, hard: .max)) { $0.numbers = [7, 1, .max] },
        Encoding(.keyring("_ses.c")) { $0.texts = ["_ses.c", "", ""] },
        Encoding(.personality(8)) { $0.numbers = [8, 0, 0] },
        Encoding(.memoryPolicy(mode: 0x8002, nodes: CPUSet(words: [5, 1]))) { step in
            step.numbers = [0x8002, 0, 0]
            step.integers = [5, 1]
        },
        Encoding(.memoryPolicy(mode: 4, nodes: CPUSet(words: []))) { $0.numbers = [4, 0, 0] },
        Encoding(.affinity(CPUSet(words: [0x8f, .max]))) { $0.integers = [0x8f, .max] },
        Encoding(.scheduler(SchedulerAttributes(policy: 3, flags: 0x7f, nice: -20))) {
            $0.integers = [3, 0x7f, UInt64(bitPattern: -20), 0]
        },
        Encoding(.scheduler(SchedulerAttributes(policy: 6, priority: 99, runtime: 1, deadline: 2, period: .max))) {
            $0.integers = [6, 0, 0, 99]
            $0.numbers = [1, 2, .max]
        },
        Encoding(.ioPriority(class: 1, level: 7)) { $0.numbers = [1, 7, 0] },
        Encoding(.appArmor("exec p")) { $0.texts = ["exec p", "", ""] },
        Encoding(.selinux("u:r:t:s0")) { $0.texts = ["u:r:t:s0", "", ""] },
        Encoding(.stdioOwner(uid: .max)) { $0.numbers = [0xffff_ffff, 0, 0] },
        Encoding(.boundingSet(CapabilitySet(rawValue: .max))) { $0.numbers = [.max, 0, 0] },
        Encoding(.ambientSet(CapabilitySet(rawValue: 1))) { $0.numbers = [1, 0, 0] },
        Encoding(
            .capabilities(
                effective: CapabilitySet(rawValue: 1), permitted: CapabilitySet(rawValue: 2),
                inheritable: CapabilitySet(rawValue: 4))
        ) { $0.numbers = [1, 2, 4] },
        Encoding(.user(uid: 1, gid: 2, umask: 0o777, additionalGids: [])) { $0.numbers = [1, 2, 0o777] },
        Encoding(.user(uid: 1, gid: 2, umask: 3, additionalGids: [], groupsMayBeDenied: true)) { step in
            step.numbers = [1, 2, 3]
            step.flags = 0x2
        },
        Encoding(.user(uid: .max, gid: 2, umask: 0, additionalGids: [.max, 0, 7])) { step in
            step.numbers = [0xffff_ffff, 2, 0]
            step.integers = [0xffff_ffff, 0, 7]
        },
        Encoding(.user(uid: 1, gid: 2, umask: 0, additionalGids: [], keepsGroups: true)) { step in
            step.numbers = [1, 2, 0]
            step.flags = 0x1
        },
        Encoding(.seccomp(SystemCallFilter(program: [6, 1 << 32 | 6], flags: 12), preserved: 3)) { step in
            step.numbers = [12, 3, 0]
            step.integers = [6, 1 << 32 | 6]
        },
        Encoding(.makeWorkingDirectory("/w")) { $0.texts = ["/w", "", ""] },
        Encoding(.workingDirectory("/w", isAttempt: false)) { $0.texts = ["/w", "", ""] },
        Encoding(.workingDirectory("/w", isAttempt: true)) { step in
            step.texts = ["/w", "", ""]
            step.flags = 0x1
        },
        Encoding(.findCommand("sh", searchPath: "/bin:/sbin")) { $0.texts = ["sh", "/bin:/sbin", ""] },
        Encoding(.findCommand("sh", searchPath: "")) { $0.texts = ["sh", "", ""] },
        Encoding(.wait(forFifo: false)),
        Encoding(.wait(forFifo: true)) { $0.flags = 0x1 },
    ]
}
