internal import CPlan

/// The options of a mount, taken apart: what is said to the mount, to the file system, and to neither.
///
/// config.md, Mounts: a later option overrides an earlier one that contradicts it.
public struct MountOptions: Sendable, Equatable {
    /// MOUNT_ATTR_ flags to set.
    public var attributes: UInt64 = 0
    /// MOUNT_ATTR_ flags to clear before that.
    public var cleared: UInt64 = 0
    /// The same for the mount and all below it, which comes before both.
    public var recursiveAttributes: UInt64 = 0
    public var recursivelyCleared: UInt64 = 0
    /// MS_ propagation flags, with MS_REC; 0 where none is given.
    public var propagation: UInt64 = 0
    /// Whether "bind" or "rbind" is among them.
    public var isBind = false
    /// Whether a bind takes the mounts below its source along.
    public var isRecursive = false
    /// Whether an existing mount is to be changed.
    public var isRemount = false
    /// Parameters that every file system understands ("sync", "lazytime").
    public var generic: [NewMount.Parameter] = []
    /// Parameters of this one file system's ("size=64k").
    public var specific: [NewMount.Parameter] = []
    /// Whether a tmpfs begins with what the directory under it holds.
    public var copiesUp = false
    /// Whether a bind of a symbolic link makes the link anew.
    public var copiesSymlink = false
    /// Whether a symbolic link is itself the source, or the destination.
    public var followsSource = true
    public var followsDestination = true
    /// Options that nothing comes of on any file system.
    public var ineffective: [String] = []
    /// Whether, and how, the ids of the mount's files are mapped.
    public var idMap: IDMapOption?

    /// The option idmap or ridmap.
    public struct IDMapOption: Sendable, Equatable {
        /// As it is written.
        public var name: String
        /// Whether the mounts below are mapped too.
        public var isRecursive: Bool
        /// The mapping behind it ("uids=0-1000-1;gids=0-1000-1"); nil for the mount's own or the container's.
        public var ranges: String?

        public init(name: String, isRecursive: Bool, ranges: String? = nil) {
            self.name = name
            self.isRecursive = isRecursive
            self.ranges = ranges
        }
    }

    /// Whether the mount itself is to be read-only.
    public var isReadonly: Bool { ownAttributes & UInt64(MOUNT_ATTR_RDONLY) != 0 }
    /// What comes of all attributes for the mount itself.
    public var ownAttributes: UInt64 { recursiveAttributes & ~cleared | attributes }

    /// Takes `options` apart.
    public init(_ options: [String]) {
        for option in options {
            if let mapping = Self.idMap(option) {
                idMap = mapping
                continue
            }
            guard let meaning = Self.meaning(of: option) else {
                specific.append(Self.parameter(option))
                continue
            }
            apply(meaning)
        }
    }

    private mutating func apply(_ meaning: Meaning) {
        switch meaning {
        case .set(let flag):
            attributes |= flag
            cleared &= ~flag
        case .clear(let flag):
            attributes &= ~flag
            cleared |= flag
        case .accessTime(let mode):
            attributes = attributes & ~Self.accessTimeMask | mode
            cleared |= Self.accessTimeMask
        case .recursively(let mask, let flags):
            recursiveAttributes = recursiveAttributes & ~mask | flags
            recursivelyCleared = recursivelyCleared & ~mask | (mask == flags ? 0 : mask)
            attributes &= ~mask
            cleared &= ~mask
        case .bind(let recursive):
            isBind = true
            isRecursive = isRecursive || recursive
        case .propagation(let flags): propagation = flags
        case .remount: isRemount = true
        case .generic(let name): generic.append(NewMount.Parameter(name))
        case .copyUp: copiesUp = true
        case .copySymlink: copiesSymlink = true
        case .keepSource: followsSource = false
        case .keepDestination: followsDestination = false
        case .nothing: break
        case .ineffective(let name): ineffective.append(name)
        }
    }

    private static func parameter(_ option: String) -> NewMount.Parameter {
        guard let equals = option.utf8.firstIndex(of: UInt8(ascii: "=")) else { return NewMount.Parameter(option) }
        return NewMount.Parameter(String(option[..<equals]), String(option[option.utf8.index(after: equals)...]))
    }

    private static func idMap(_ option: String) -> IDMapOption? {
        let isRecursive = option.utf8.first == UInt8(ascii: "r")
        let name = isRecursive ? "ridmap" : "idmap"
        guard option.utf8.starts(with: name.utf8) else { return nil }
        let rest = option.utf8.dropFirst(name.utf8.count)
        if rest.isEmpty { return IDMapOption(name: option, isRecursive: isRecursive) }
        guard rest.first == UInt8(ascii: "=") else { return nil }
        return IDMapOption(
            name: option, isRecursive: isRecursive, ranges: String(decoding: rest.dropFirst(), as: UTF8.self))
    }

    private static var accessTimeMask: UInt64 { UInt64(MOUNT_ATTR__ATIME) }

    private enum Meaning {
        case set(UInt64)
        case clear(UInt64)
        case accessTime(UInt64)
        /// Clears `mask` and sets `flags`, of the mounts below too.
        case recursively(mask: UInt64, flags: UInt64)
        case bind(recursive: Bool)
        case propagation(UInt64)
        case remount
        case generic(String)
        case copyUp
        case copySymlink
        case keepSource
        case keepDestination
        case nothing
        case ineffective(String)
    }

    /// Every option that is known by name, in the order in which `skep features` lists them.
    public static let names: [String] = [
        "async", "atime", "bind", "copy-symlink", "defaults", "dest-nofollow", "dev", "diratime", "dirsync", "exec",
        "idmap", "iversion", "lazytime", "loud", "mand", "noatime", "nodev", "nodiratime", "noexec", "noiversion",
        "nolazytime", "nomand", "norelatime", "nostrictatime", "nosuid", "nosymfollow", "private", "ratime", "rbind",
        "rdev", "rdiratime", "relatime", "remount", "rexec", "ridmap", "rnoatime", "rnodev", "rnodiratime", "rnoexec",
        "rnorelatime", "rnostrictatime", "rnosuid", "rnosymfollow", "ro", "rprivate", "rrelatime", "rro", "rrw",
        "rshared", "rslave", "rstrictatime", "rsuid", "rsymfollow", "runbindable", "rw", "shared", "silent", "slave",
        "src-nofollow", "strictatime", "suid", "symfollow", "sync", "tmpcopyup", "unbindable",
    ]

    private static func meaning(of option: String) -> Meaning? {
        switch option {
        case "bind": .bind(recursive: false)
        case "rbind": .bind(recursive: true)
        case "remount": .remount
        case "tmpcopyup": .copyUp
        case "copy-symlink": .copySymlink
        case "src-nofollow": .keepSource
        case "dest-nofollow": .keepDestination
        default: attribute(option) ?? propagation(option) ?? recursive(option) ?? generic(option)
        }
    }

    private static func attribute(_ option: String) -> Meaning? {
        switch option {
        case "ro": .set(UInt64(MOUNT_ATTR_RDONLY))
        case "rw": .clear(UInt64(MOUNT_ATTR_RDONLY))
        case "nosuid": .set(UInt64(MOUNT_ATTR_NOSUID))
        case "suid": .clear(UInt64(MOUNT_ATTR_NOSUID))
        case "nodev": .set(UInt64(MOUNT_ATTR_NODEV))
        case "dev": .clear(UInt64(MOUNT_ATTR_NODEV))
        case "noexec": .set(UInt64(MOUNT_ATTR_NOEXEC))
        case "exec": .clear(UInt64(MOUNT_ATTR_NOEXEC))
        case "nodiratime": .set(UInt64(MOUNT_ATTR_NODIRATIME))
        case "diratime": .clear(UInt64(MOUNT_ATTR_NODIRATIME))
        case "nosymfollow": .set(UInt64(MOUNT_ATTR_NOSYMFOLLOW))
        case "symfollow": .clear(UInt64(MOUNT_ATTR_NOSYMFOLLOW))
        case "noatime": .accessTime(UInt64(MOUNT_ATTR_NOATIME))
        case "strictatime": .accessTime(UInt64(MOUNT_ATTR_STRICTATIME))
        case "relatime", "atime", "nostrictatime": .accessTime(UInt64(MOUNT_ATTR_RELATIME))
        // It asks for no more than "relatime" unset.
        case "norelatime": .nothing
        default: nil
        }
    }

    /// An attribute with "r" before it: for the mounts below, too.
    private static func recursive(_ option: String) -> Meaning? {
        guard option.utf8.first == UInt8(ascii: "r") else { return nil }
        return switch attribute(String(option.dropFirst())) {
        case .set(let flag): .recursively(mask: flag, flags: flag)
        case .clear(let flag): .recursively(mask: flag, flags: 0)
        case .accessTime(let mode): .recursively(mask: accessTimeMask, flags: mode)
        case .nothing: .nothing
        default: nil
        }
    }

    private static func propagation(_ option: String) -> Meaning? {
        let recursive = option.utf8.first == UInt8(ascii: "r")
        let kind = recursive ? String(option.dropFirst()) : option
        let flag: UInt64
        switch kind {
        case "private": flag = UInt64(MS_PRIVATE)
        case "shared": flag = UInt64(MS_SHARED)
        case "slave": flag = UInt64(MS_SLAVE)
        case "unbindable": flag = UInt64(MS_UNBINDABLE)
        default: return nil
        }
        return .propagation(flag | (recursive ? UInt64(MS_REC) : 0))
    }

    private static func generic(_ option: String) -> Meaning? {
        switch option {
        case "sync", "async", "dirsync", "mand", "nomand", "lazytime", "nolazytime": .generic(option)
        case "defaults": .nothing
        // The kernel takes no word about its own log any more, and counts versions where the file system can.
        case "silent", "loud", "iversion", "noiversion": .ineffective(option)
        default: nil
        }
    }
}
