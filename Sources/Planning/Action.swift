/// One thing that the bootstrap does, with everything that it needs to know. `skep_plan.h` says what each one means
/// to the kernel; the flags are the kernel's own numbers.
public enum Action: Sendable, Hashable {
    case join(descriptor: Int32, kind: UInt64, path: String)
    case joinProcess(descriptor: Int32, kinds: UInt64, takesRoot: Bool = false)
    case loopback(isUnshared: Bool)
    case propagation(UInt64)
    case root(path: String, isMounted: Bool, privateParent: Bool, descriptor: Int32? = nil)
    case mount(NewMount)
    case bind(BindMount)
    case remount(Remount)
    case unmount(String, followsLink: Bool = true, isCheck: Bool = false)
    case mknod(path: String, mode: UInt32, device: UInt64, uid: UInt32, gid: UInt32)
    case label(path: String, label: String)
    case device(path: String, mode: UInt32, device: UInt64)
    case symlink(target: String, path: String)
    case runtimeHooks
    case hook(HookRun)
    case pivot(Pivot, oldRootIsSlave: Bool)
    case mask(String, label: NewMount.Parameter? = nil)
    case readonly(String)
    case rootAttributes(set: UInt64, propagation: UInt64)
    case hostname(String)
    case domainname(String)
    case sysctl(path: String, value: String)
    case cgroup(isUnshared: Bool)
    case setsid
    case terminal(rows: UInt16, columns: UInt16, isConsole: Bool)
    case oomScoreAdj(Int)
    case rlimit(resource: Int32, soft: UInt64, hard: UInt64)
    case keyring(String)
    case personality(UInt64)
    case memoryPolicy(mode: UInt64, nodes: CPUSet)
    case affinity(CPUSet)
    case scheduler(SchedulerAttributes)
    case ioPriority(class: UInt32, level: UInt32)
    case appArmor(String)
    case selinux(String)
    case stdioOwner(uid: UInt32)
    case listenPID
    case home(uid: UInt32)
    case boundingSet(CapabilitySet)
    case user(
        uid: UInt32, gid: UInt32, umask: UInt32, additionalGids: [UInt32], keepsGroups: Bool = false,
        groupsMayBeDenied: Bool = false)
    case capabilities(effective: CapabilitySet, permitted: CapabilitySet, inheritable: CapabilitySet)
    case ambientSet(CapabilitySet)
    case noNewPrivileges
    case seccomp(SystemCallFilter, preserved: Int)
    case makeWorkingDirectory(String)
    case workingDirectory(String, isAttempt: Bool)
    case findCommand(String, searchPath: String)
    case wait(forFifo: Bool)
    case exec(arguments: [String], environment: [String], preserved: Int)
    case done

    /// How the rootfs becomes "/".
    public enum Pivot: Sendable, Hashable {
        case pivotRoot
        case moveMount
        case chroot
    }
}

/// A file system to be mounted.
public struct NewMount: Sendable, Hashable {
    /// The file system's type, as /proc/filesystems has it.
    public var type: String
    /// Where, as a path inside the rootfs.
    public var destination: String
    /// The file system's parameters, for fsconfig(2); an empty value makes a flag.
    public var parameters: [Parameter]
    /// MOUNT_ATTR_ flags to set.
    public var attributes: UInt64
    /// MS_ propagation flags, with MS_REC; 0 leaves it.
    public var propagation: UInt64
    /// Whether this is the container's own /proc, which its settings are written through.
    public var isProc: Bool
    /// Whether a destination behind a symbolic link is refused.
    public var needsRealDirectory: Bool
    /// Whether a destination that is a symbolic link is followed.
    public var followsDestination = true
    /// Whether it begins with what the directory under it holds.
    public var copiesUp = false
    /// Whether it takes the permissions of the directory under it; and, where it copies it, its owner.
    public var keepsMode = false
    /// How the ids of its files are mapped; nil shows them as they are.
    public var idMap: IDMap?
    /// Where the parent hands the init the user namespace of that mapping.
    public var descriptor: Int32?
    /// What is bound in its place if the kernel refuses it; nil for nothing.
    public var substitute: Substitute?

    public init(
        type: String, destination: String, parameters: [Parameter] = [], attributes: UInt64 = 0,
        propagation: UInt64 = 0, isProc: Bool = false, needsRealDirectory: Bool = false, idMap: IDMap? = nil,
        descriptor: Int32? = nil, substitute: Substitute? = nil
    ) {
        self.idMap = idMap
        self.descriptor = descriptor
        self.substitute = substitute
        self.type = type
        self.destination = destination
        self.parameters = parameters
        self.attributes = attributes
        self.propagation = propagation
        self.isProc = isProc
        self.needsRealDirectory = needsRealDirectory
    }

    /// A directory of the host's, with all that is mounted below.
    public struct Substitute: Sendable, Hashable {
        public var source: String
        /// MOUNT_ATTR_ flags to set on every mount of it.
        public var attributes: UInt64
    }

    /// A parameter of a file system.
    public struct Parameter: Sendable, Hashable, CustomStringConvertible {
        public var key: String
        public var value: String

        public var description: String { value.isEmpty ? key : "\(key)=\(value)" }

        public init(_ key: String, _ value: String = "") {
            self.key = key
            self.value = value
        }
    }
}

/// A file or directory of the host's, to be seen in the container.
public struct BindMount: Sendable, Hashable {
    /// What, as a path of the host's.
    public var source: String
    /// Where, as a path inside the rootfs.
    public var destination: String
    /// Whether mounts below the source come along.
    public var isRecursive: Bool
    /// MOUNT_ATTR_ flags to set, and to clear first.
    public var attributes: UInt64
    public var clearedAttributes: UInt64
    /// The same for the mount and all below it, which comes before both.
    public var recursiveAttributes: UInt64 = 0
    public var recursivelyCleared: UInt64 = 0
    /// MS_ propagation flags, with MS_REC; 0 leaves it.
    public var propagation: UInt64
    /// Whether a symbolic link is followed where it is the source, or the destination.
    public var followsSource = true
    public var followsDestination = true
    /// Whether a source that is a symbolic link is made anew at the destination.
    public var copiesSymlink = false
    /// How the ids of its files are mapped; nil shows them as they are.
    public var idMap: IDMap?
    /// Where the parent hands the init a detached mount of the source; nil where the init opens it itself.
    public var descriptor: Int32?

    public init(
        source: String, destination: String, isRecursive: Bool, attributes: UInt64 = 0,
        clearedAttributes: UInt64 = 0, propagation: UInt64 = 0, idMap: IDMap? = nil, descriptor: Int32? = nil
    ) {
        self.source = source
        self.destination = destination
        self.isRecursive = isRecursive
        self.idMap = idMap
        self.descriptor = descriptor
        self.attributes = attributes
        self.clearedAttributes = clearedAttributes
        self.propagation = propagation
    }
}

/// New options for a mount that is there.
public struct Remount: Sendable, Hashable {
    /// Which, as a path inside the rootfs.
    public var destination: String
    /// MOUNT_ATTR_ flags to set, and to clear first.
    public var attributes: UInt64
    public var clearedAttributes: UInt64
    /// The same for the mount and all below it, which comes before both.
    public var recursiveAttributes: UInt64 = 0
    public var recursivelyCleared: UInt64 = 0
    /// MS_ propagation flags, with MS_REC; 0 leaves it.
    public var propagation: UInt64
    /// The file system's new parameters; nil leaves the file system alone and changes the mount only.
    public var parameters: [NewMount.Parameter]?

    public init(
        destination: String, attributes: UInt64 = 0, clearedAttributes: UInt64 = 0, propagation: UInt64 = 0,
        parameters: [NewMount.Parameter]? = nil
    ) {
        self.destination = destination
        self.attributes = attributes
        self.clearedAttributes = clearedAttributes
        self.propagation = propagation
        self.parameters = parameters
    }
}

/// A hook that the init runs.
public struct HookRun: Sendable, Hashable {
    /// The program.
    public var path: String
    public var arguments: [String]
    public var environment: [String]
    /// The container's state as JSON, before and behind the pid, which only the init knows as the container does.
    public var stateHead: String
    public var stateTail: String
    /// In seconds; 0 for none.
    public var timeout: UInt64
    /// Files that what it prints is appended to, which the parent opens.
    public var outputPath: String?
    public var errorPath: String?
    /// The slot of the first of them.
    public var descriptor: Int32?

    public init(
        path: String, arguments: [String], environment: [String], stateHead: String, stateTail: String,
        timeout: UInt64 = 0, outputPath: String? = nil, errorPath: String? = nil, descriptor: Int32? = nil
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.stateHead = stateHead
        self.stateTail = stateTail
        self.timeout = timeout
        self.outputPath = outputPath
        self.errorPath = errorPath
        self.descriptor = descriptor
    }
}
