internal import Glibc

/// Who shall look after a container's cgroups.
public enum ManagerPreference: Sendable {
    /// The files of the cgroup file systems; nobody, where an ordinary user may not write to them.
    case automatic
    /// The files of the cgroup file systems, or an error.
    case cgroupfs
    /// systemd, by a unit for each container.
    case systemd
    /// Nobody: the container stays in the cgroups of its maker, and has no limits.
    case disabled
    /// What the provider makes, which is the caller's own.
    case custom(any ManagerProvider)
}

/// What a manager is chosen by.
public struct ManagerRequest: Sendable {
    /// What is asked for.
    public var preference: ManagerPreference
    /// linux.cgroupsPath.
    public var path: String?
    /// The container's id, which names its cgroup where there is no path.
    public var id: String
    /// The configuration's annotations, among which are properties of systemd's units.
    public var annotations: [String: String]
    /// The host's layout.
    public var layout: Layout
    /// Who makes the container.
    public var caller: Caller
    /// Whether the caller is to do without a cgroup where none can be made, and to turn to the user's own systemd; nil
    /// for whoever is not the host's root.
    public var isRootless: Bool?

    public init(
        _ preference: ManagerPreference = .automatic, path: String?, id: String,
        annotations: [String: String] = [:], layout: Layout, caller: Caller = .current,
        isRootless: Bool? = nil
    ) {
        self.preference = preference
        self.path = path
        self.id = id
        self.annotations = annotations
        self.layout = layout
        self.caller = caller
        self.isRootless = isRootless
    }

    /// Whether the caller is taken for one without the host's rights.
    var asksForNoRights: Bool { isRootless ?? !caller.isHostsRoot }

    /// What the calling process may do.
    public struct Caller: Sendable {
        /// Whether it is root, who is not asked what it may do.
        public var isRoot: Bool
        /// Whether a path may be written to. Not asked of the host's root.
        public var mayWrite: @Sendable (String) -> Bool
        /// The user's number, by which systemd names the cgroup of the user's own.
        public var uid: UInt32
        /// Whether it is root of the host, and not of a user namespace. Asked where it counts only.
        public var isHostRoot: @Sendable () -> Bool
        /// Whether a path exists.
        public var exists: @Sendable (String) -> Bool

        public init(
            isRoot: Bool, uid: UInt32 = 0, isHostRoot: @escaping @Sendable () -> Bool = { true },
            mayWrite: @escaping @Sendable (String) -> Bool, exists: @escaping @Sendable (String) -> Bool
        ) {
            self.uid = uid
            self.isHostRoot = isHostRoot
            self.isRoot = isRoot
            self.mayWrite = mayWrite
            self.exists = exists
        }

        /// Whether it is the host's root.
        var isHostsRoot: Bool { isRoot && isHostRoot() }

        /// Who it is, in a message.
        var name: String {
            if !isRoot { return "an ordinary user" }
            return isHostRoot() ? "root" : "the root of a user namespace"
        }

        /// The calling process as it is now.
        public static var current: Caller {
            Caller(
                isRoot: geteuid() == 0, uid: geteuid(), isHostRoot: Privilege.isHostRoot,
                mayWrite: { access($0, W_OK) == 0 }, exists: { access($0, F_OK) == 0 })
        }
    }
}

/// The manager that was chosen for a container.
public struct ManagerChoice: Sendable, CustomStringConvertible {
    /// The manager, which has made nothing yet.
    public var manager: any Manager
    /// What state.json calls it.
    public var kind: ManagerKind
    /// Why it was chosen.
    public var reason: String

    public init(_ manager: any Manager, because reason: String) {
        self.manager = manager
        kind = manager.kind
        self.reason = reason
    }

    /// "cgroupfs-v2, by the host's layout"
    public var description: String { kind.rawValue + ", " + reason }
}
