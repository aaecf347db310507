internal import CPlan

/// What a container in a user namespace gets where the kernel lets it mount no file system of its own: each shows
/// what belongs to another namespace, over which its root then needs rights.
struct MountSubstitutes {
    private let namespaces: NamespacePlanner
    private let cgroup: String?

    /// `cgroup` is the container's version 2 cgroup on the host.
    init(_ namespaces: NamespacePlanner, cgroup: String?) {
        self.namespaces = namespaces
        self.cgroup = cgroup
    }

    /// The container's own cgroup, a directory of the host's, in place of a mount of its hierarchy. A cgroup namespace
    /// that is made belongs to the user namespace.
    func substitute(forCgroup path: String, attributes: UInt64) -> NewMount.Substitute? {
        namespaces.makesCgroup ? nil : NewMount.Substitute(source: path, attributes: attributes & Self.kept)
    }

    private static var kept: UInt64 {
        UInt64(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
    }

    /// The host's directory in place of a file system of `type`; nil where there is no need of one, or it would show
    /// what the container is not to see.
    func substitute(for type: String, attributes: UInt64) -> NewMount.Substitute? {
        let kept = attributes & Self.kept
        switch type {
        case "sysfs" where !namespaces.makes(CLONE_NEWNET):
            return NewMount.Substitute(source: "/sys", attributes: kept | UInt64(MOUNT_ATTR_RDONLY))
        case "mqueue" where !namespaces.makes(CLONE_NEWIPC):
            return NewMount.Substitute(source: "/dev/mqueue", attributes: kept)
        case "proc" where !namespaces.present.contains(.pid):
            return NewMount.Substitute(source: "/proc", attributes: kept)
        case "cgroup2": return cgroup.flatMap { substitute(forCgroup: $0, attributes: attributes) }
        default: return nil
        }
    }
}
