internal import CPlan
internal import OCI

/// Sorts linux.namespaces into those that are made and those that are joined.
struct NamespacePlanner {
    /// All that are not the runtime's own.
    private(set) var present: NamespaceSet = []
    /// CLONE_NEW flags for clone3: all that are made, but for the cgroup namespace, whose root is where its maker
    /// is at the time.
    private(set) var cloneFlags: UInt64 = 0
    /// Whether a cgroup namespace is to be made.
    private(set) var makesCgroup = false
    /// Whether a network namespace is to be made, whose loopback device is down.
    private(set) var makesNetwork = false
    /// The CLONE_NEW flags of all.
    private(set) var kinds: UInt64 = 0
    private(set) var joined: [Plan.JoinedNamespace] = []

    /// Whether a namespace of that kind is made.
    func makes(_ kind: Int32) -> Bool {
        cloneFlags & UInt64(kind) != 0
    }

    /// The user namespace that is joined; nil for none.
    var joinedUser: Plan.JoinedNamespace? {
        joined.first { $0.kind == UInt64(CLONE_NEWUSER) }
    }

    init(_ namespaces: [Namespace]) throws(ConfigurationError) {
        for (index, namespace) in namespaces.enumerated() {
            let origin = Origin("linux.namespaces", index)
            let (flag, member) = Self.kind(namespace.type)
            if present.contains(member) {
                throw ConfigurationError(
                    origin.appending("type"), "a second namespace of type \"\(namespace.type.rawValue)\"")
            }
            present.insert(member)
            kinds |= flag
            if let path = namespace.path, !path.isEmpty {
                if path.utf8.first != UInt8(ascii: "/") {
                    throw ConfigurationError(origin.appending("path"), "must be absolute, not \"\(path)\"")
                }
                joined.append(Plan.JoinedNamespace(kind: flag, path: path, origin: origin.appending("path")))
            } else if member == .cgroup {
                makesCgroup = true
            } else {
                cloneFlags |= flag
                makesNetwork = makesNetwork || member == .network
            }
        }
    }

    static let networkFlag = UInt64(CLONE_NEWNET)

    private static func kind(_ type: Namespace.Kind) -> (UInt64, NamespaceSet) {
        switch type {
        case .mount: (UInt64(CLONE_NEWNS), .mount)
        case .pid: (UInt64(CLONE_NEWPID), .pid)
        case .network: (networkFlag, .network)
        case .uts: (UInt64(CLONE_NEWUTS), .uts)
        case .ipc: (UInt64(CLONE_NEWIPC), .ipc)
        case .cgroup: (UInt64(CLONE_NEWCGROUP), .cgroup)
        case .user: (UInt64(CLONE_NEWUSER), .user)
        case .time: (UInt64(CLONE_NEWTIME), .time)
        }
    }
}
