internal import CPlan

/// The options of a mount, taken apart: what is said to the mount, to the file system, and to neither.
///
/// config.md, Mounts: a later option overrides an earlier one that contradicts it.
public struct MountOptions: Sendable, Equatable {
    /// MOUNT_ATTR_ flags to set.
    public var attributes: UInt64 = 0
    /// MOUNT_ATTR_ flags to clear before that.
    public var cleared: UInt64 = 0
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
    }

    public var isReadonly: Bool { attributes & UInt64(MOUNT_ATTR_RDONLY) != 0 }

    /// Takes `options` apart.
    ///
    /// - Throws: `ConfigurationError` for an option that Skep can't carry out.
    public init(_ options: [String], origin: Origin) throws(ConfigurationError) {
        for option in options {
            if let mapping = Self.idMap(option) {
                idMap = mapping
                continue
            }
            guard let meaning = Self.meaning(of: option) else {
                if Self.later.contains(option) {
                    throw ConfigurationError(origin.appending("options"), "\"\(option)\" is not supported yet")
                }
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
        case .bind(let recursive):
            isBind = true
            isRecursive = isRecursive || recursive
        case .propagation(let flags): propagation = flags
        case .remount: isRemount = true
        case .generic(let name): generic.append(NewMount.Parameter(name))
        case .nothing: break
        }
    }

    private static func parameter(_ option: String) -> NewMount.Parameter {
        guard let equals = option.utf8.firstIndex(of: UInt8(ascii: "=")) else { return NewMount.Parameter(option) }
        return NewMount.Parameter(String(option[..<equals]), String(option[option.utf8.index(after: equals)...]))
    }

    private static func idMap(_ option: String) -> IDMapOption? {
        for (name, isRecursive) in [("idmap", false), ("ridmap", true)] where option.utf8.starts(with: name.utf8) {
            let rest = option.utf8.dropFirst(name.utf8.count)
            if rest.isEmpty { return IDMapOption(name: option, isRecursive: isRecursive) }
            if rest.first == UInt8(ascii: "=") {
                return IDMapOption(
                    name: option, isRecursive: isRecursive, ranges: String(decoding: rest.dropFirst(), as: UTF8.self))
            }
        }
        return nil
    }

    private static var accessTimeMask: UInt64 { UInt64(MOUNT_ATTR__ATIME) }

    private enum Meaning {
        case set(UInt64)
        case clear(UInt64)
        case accessTime(UInt64)
        case bind(recursive: Bool)
        case propagation(UInt64)
        case remount
        case generic(String)
        case nothing
    }

    /// Options of the specification's that need mechanisms which are still to come.
    private static let later: [String] = [
        "rro", "rrw", "rsuid", "rnosuid", "rdev", "rnodev", "rexec", "rnoexec", "rdiratime", "rnodiratime",
        "ratime", "rnoatime", "rrelatime", "rnorelatime", "rstrictatime", "rnostrictatime", "rsymfollow",
        "rnosymfollow", "tmpcopyup", "copy-symlink", "src-nofollow", "dest-nofollow",
    ]

    /// Every option that is known by name, in the order in which `skep features` lists them.
    public static let names: [String] = [
        "async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec", "idmap", "iversion", "lazytime",
        "loud",
        "mand", "noatime", "nodev", "nodiratime", "noexec", "noiversion", "nolazytime", "nomand", "norelatime",
        "nostrictatime", "nosuid", "nosymfollow", "private", "rbind", "relatime", "remount", "ridmap", "ro", "rprivate",
        "rshared", "rslave", "runbindable", "rw", "shared", "silent", "slave", "strictatime", "suid", "symfollow",
        "sync", "unbindable",
    ]

    private static func meaning(of option: String) -> Meaning? {
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
        case "bind": .bind(recursive: false)
        case "rbind": .bind(recursive: true)
        case "remount": .remount
        default: propagation(option) ?? generic(option)
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
        // "norelatime" asks for no more than "relatime" unset, "silent" and "loud" only change what the kernel logs,
        // and "iversion" is the file system's own business on every kernel that Skep runs on.
        case "defaults", "norelatime", "silent", "loud", "iversion", "noiversion": .nothing
        default: nil
        }
    }
}
