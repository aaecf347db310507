internal import CPlan

extension Action: CustomStringConvertible {
    /// The step's operands as `skep plan` prints them behind its name.
    public var description: String {
        switch self {
        case .join(_, let kind, let path): "\(Self.namespaceName(kind)) \(path)"
        case .joinProcess: "the container's namespaces"
        case .loopback(let isUnshared): isUnshared ? "new network namespace, lo up" : "lo up"
        case .propagation(let flags): "/ \(Self.propagationName(flags))"
        case .root(let path, let isMounted, _, _): isMounted ? path : "\(path) (not mounted)"
        case .mount(let mount): mount.description
        case .bind(let bind): bind.description
        case .remount(let remount): remount.description
        case .unmount(let path, _, let isCheck): isCheck ? "\(path) (whether it can be)" : path
        case .mknod(let path, let mode, let device, let uid, let gid):
            "\(path) \(Self.deviceText(mode, device)) mode=\(String(mode & 0o7777, radix: 8)) owner=\(uid):\(gid)"
        case .label(let path, let label): "\(path) \(label)"
        case .device(let path, let mode, let device): "\(path) \(Self.deviceText(mode, device)) of the host's"
        case .symlink(let target, let path): "\(path) -> \(target)"
        case .runtimeHooks: "of the runtime's namespaces"
        case .hook(let hook): hook.path
        case .pivot(let pivot, _): Self.pivotName(pivot)
        case .mask(let path, let label): label.map { "\(path) (\($0.key)=\($0.value))" } ?? path
        case .readonly(let path), .makeWorkingDirectory(let path): path
        case .workingDirectory(let path, let isAttempt): isAttempt ? "\(path) (first try)" : path
        case .rootAttributes(let set, let propagation):
            (Self.attributeNames(set) + [Self.propagationName(propagation)]).filter { !$0.isEmpty }
                .joined(separator: ",")
        case .hostname(let name), .domainname(let name): name
        case .sysctl(let path, let value): "\(path) = \(value)"
        case .cgroup(let isUnshared): isUnshared ? "join, new cgroup namespace" : "join"
        default: processDescription
        }
    }

    private var processDescription: String {
        switch self {
        case .terminal(let rows, let columns, let isConsole):
            (isConsole ? "/dev/console" : "of its own") + (rows > 0 ? " \(columns)x\(rows)" : "")
        case .oomScoreAdj(let score): "\(score)"
        case .rlimit(let resource, let soft, let hard): "resource \(resource): \(soft) (hard \(hard))"
        case .keyring(let text), .appArmor(let text), .selinux(let text): text
        case .personality(let persona): persona == 0 ? "LINUX" : "LINUX32"
        case .memoryPolicy(let mode, let nodes):
            "mode \(mode & 0xff) flags 0x\(String(mode & ~0xff, radix: 16)) nodes \(nodes)"
        case .affinity(let cpus): "CPUs \(cpus)"
        case .scheduler(let attributes): attributes.description
        case .ioPriority(let kind, let level): "class \(kind) level \(level)"
        case .stdioOwner(let uid): "uid \(uid)"
        case .listenPID: "LISTEN_PID"
        case .home(let uid): "of uid \(uid) in /etc/passwd"
        case .boundingSet(let set), .ambientSet(let set): "0x\(String(set.rawValue, radix: 16))"
        case .capabilities(let effective, let permitted, let inheritable):
            "effective=0x\(String(effective.rawValue, radix: 16)) permitted=0x\(String(permitted.rawValue, radix: 16))"
                + " inheritable=0x\(String(inheritable.rawValue, radix: 16))"
        case .user(let uid, let gid, let umask, let groups, let keepsGroups, _):
            "\(uid):\(gid) umask=\(String(umask, radix: 8)) groups=\(keepsGroups ? "kept" : "\(groups)")"
        case .seccomp(let filter, _): filter.description
        case .findCommand(let name, let searchPath): name.contains("/") ? name : "\(name) in \(searchPath)"
        case .wait(let forFifo): forFifo ? "for exec.fifo" : "for the parent"
        case .exec(let arguments, _, _): arguments.joined(separator: " ")
        default: ""
        }
    }

    private static func pivotName(_ pivot: Pivot) -> String {
        switch pivot {
        case .pivotRoot: "pivot_root"
        case .moveMount: "move the mount, chroot"
        case .chroot: "chroot"
        }
    }

    private static func deviceText(_ mode: UInt32, _ device: UInt64) -> String {
        let major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000)
        let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00)
        return switch mode & 0o170000 {
        case 0o010000: "p"
        case 0o060000: "b \(major):\(minor)"
        default: "c \(major):\(minor)"
        }
    }

    private static func namespaceName(_ kind: UInt64) -> String {
        switch kind {
        case UInt64(CLONE_NEWNS): "mount"
        case UInt64(CLONE_NEWNET): "network"
        case UInt64(CLONE_NEWUTS): "uts"
        case UInt64(CLONE_NEWIPC): "ipc"
        case UInt64(CLONE_NEWCGROUP): "cgroup"
        case UInt64(CLONE_NEWUSER): "user"
        case UInt64(CLONE_NEWTIME): "time"
        default: "pid"
        }
    }

    fileprivate static func propagationName(_ flags: UInt64) -> String {
        let kind =
            switch flags & ~UInt64(MS_REC) {
            case UInt64(MS_SHARED): "shared"
            case UInt64(MS_SLAVE): "slave"
            case UInt64(MS_PRIVATE): "private"
            case UInt64(MS_UNBINDABLE): "unbindable"
            default: ""
            }
        return flags & UInt64(MS_REC) != 0 ? "r" + kind : kind
    }

    fileprivate static func attributeNames(_ attributes: UInt64) -> [String] {
        var names: [String] = []
        func add(_ flag: Int32, _ name: String) {
            if attributes & UInt64(flag) != 0 { names.append(name) }
        }
        add(MOUNT_ATTR_RDONLY, "ro")
        add(MOUNT_ATTR_NOSUID, "nosuid")
        add(MOUNT_ATTR_NODEV, "nodev")
        add(MOUNT_ATTR_NOEXEC, "noexec")
        add(MOUNT_ATTR_NOATIME, "noatime")
        add(MOUNT_ATTR_STRICTATIME, "strictatime")
        add(MOUNT_ATTR_NODIRATIME, "nodiratime")
        add(MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow")
        return names
    }

    fileprivate static func optionText(
        _ attributes: UInt64, _ propagation: UInt64, _ parameters: [NewMount.Parameter]
    ) -> String {
        var options = attributeNames(attributes)
        if propagation != 0 { options.append(propagationName(propagation)) }
        options += parameters.filter { $0.key != "source" }.map(\.description)
        return options.isEmpty ? "" : " (\(options.joined(separator: ",")))"
    }
}

extension NewMount: CustomStringConvertible {
    public var description: String {
        "\(type) on \(destination)" + Action.optionText(attributes, propagation, parameters)
            + (idMap.map { " \($0)" } ?? "") + (substitute.map { ", or else the host's \($0.source)" } ?? "")
    }
}

extension SystemCallFilter: CustomStringConvertible {
    public var description: String {
        "\(program.count) instructions" + (flags == 0 ? "" : " flags=0x\(String(flags, radix: 16))")
            + (agent.map { " agent=\($0.socket)" } ?? "")
    }
}

extension SchedulerAttributes: CustomStringConvertible {
    public var description: String {
        let values: [(String, Int64)] = [
            ("flags", Int64(flags)), ("nice", Int64(nice)), ("priority", Int64(priority)),
            ("runtime", Int64(clamping: runtime)), ("deadline", Int64(clamping: deadline)),
            ("period", Int64(clamping: period)),
        ]
        return values.reduce("policy \(policy)") { $1.1 == 0 ? $0 : $0 + " \($1.0)=\($1.1)" }
    }
}

extension BindMount: CustomStringConvertible {
    public var description: String {
        "\(source) on \(destination)\(isRecursive ? " with what is mounted below" : "")"
            + Action.optionText(attributes, propagation, []) + (idMap.map { " \($0)" } ?? "")
    }
}

extension Remount: CustomStringConvertible {
    public var description: String {
        destination + Action.optionText(attributes, propagation, parameters ?? [])
    }
}
