internal import SystemPackage

/// What to do about mounts that fail.
enum MountFailure {
    static func hint(_ errno: Errno, _ call: String) -> String? {
        switch (errno, call) {
        case (.noSuchFileOrDirectory, "open_tree"): "the source of the mount does not exist on the host"
        case (.notPermitted, "open_tree"):
            "it takes rights over the host's mounts: without them a container that runs can be given new file systems only"
        case (.tooManyOpenFiles, "open_tree"): "every source takes a descriptor: raise the runtime's RLIMIT_NOFILE"
        case (.operationNotSupportedByDevice, "fsopen"): "this kernel has no such file system"
        case (.invalidArgument, "fsconfig"): "the file system knows no such option, or no such value of it"
        case (.notDirectory, "move_mount"): "a directory can't be mounted on a file"
        case (.isDirectory, "move_mount"): "a file can't be mounted on a directory"
        case (.tooManySymbolicLinkLevels, "openat2"): "a symbolic link must not lead there, or there are too many"
        case (.readOnlyFileSystem, "mkdir"), (.readOnlyFileSystem, "mknod"):
            "it has to be there already: the file system is read-only"
        case (.invalidArgument, "umount2"): "nothing is mounted there"
        case (.fileExists, "symlink"): "something else is there"
        case (.noSpace, "sendfile"): "the tmpfs is too small for what the image has there (size=)"
        case (.notPermitted, "mount_setattr"):
            "a user namespace can't take away what the host's mount has (ro, nosuid, nodev, noexec, noatime)"
        case (.invalidArgument, "mount_setattr IDMAP"):
            "its file system, or with ridmap that of a mount below, can't be id-mapped"
        case (.notPermitted, "mount_setattr IDMAP"):
            "it is id-mapped already, or its file system belongs to another user namespace"
        case (.notPermitted, "fsconfig"), (.notPermitted, "fsmount"):
            "it can be mounted in a user namespace that owns what it shows, and if the host's own is not partly hidden"
        case (.notPermitted, "change locked"), (.notPermitted, "mount_setattr"):
            "a mount keeps the flags that it had when its user namespace got it"
        default: nil
        }
    }
}
