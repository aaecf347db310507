internal import SystemPackage

/// What to do about mounts that fail.
enum MountFailure {
    static func hint(_ errno: Errno, _ call: String) -> String? {
        switch (errno, call) {
        case (.noSuchFileOrDirectory, "open_tree"): "the source of the mount does not exist on the host"
        case (.operationNotSupportedByDevice, "fsopen"): "this kernel has no such file system"
        case (.invalidArgument, "mount_setattr IDMAP"):
            "its file system, or with ridmap that of a mount below, can't be id-mapped"
        case (.notPermitted, "mount_setattr IDMAP"):
            "it is id-mapped already, or its file system belongs to another user namespace"
        case (.notPermitted, "fsconfig"), (.notPermitted, "fsmount"):
            "it can be mounted in a user namespace that owns what it shows, and if the host's own is not partly hidden"
        default: nil
        }
    }
}
