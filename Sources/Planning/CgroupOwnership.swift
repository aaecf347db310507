internal import OCI

/// Whose the container's cgroup is to be: config-linux.md, Cgroup ownership.
enum CgroupOwnership {
    /// The container's user, who gets the cgroup where the container sees it as the root and may write to it; nil
    /// where it stays the runtime's.
    static func owner(_ spec: Spec, _ namespaces: NamespacePlanner) -> UInt32? {
        guard namespaces.makesCgroup, let user = spec.process?.user else { return nil }
        let isWritable = spec.mounts.contains { mount in
            (mount.type == "cgroup" || mount.type == "cgroup2" || mount.source == "cgroup")
                && InnerPath.normalized(mount.destination) == "/sys/fs/cgroup"
                && !MountOptions(mount.options).isReadonly
        }
        if !isWritable || (user.uid == 0 && !namespaces.present.contains(.user)) { return nil }
        return user.uid
    }
}
