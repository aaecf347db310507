/// A device file to make in the container (config-linux.md, Devices).
public struct Device: Sendable, Equatable {
    /// The kinds of device files (mknod(1)).
    public enum Kind: String, JSONName {
        /// A character device.
        case character = "c"
        /// A character device, unbuffered: the same on Linux.
        case unbufferedCharacter = "u"
        /// A block device.
        case block = "b"
        /// A named pipe.
        case pipe = "p"
    }

    /// Where the file is in the container, an absolute path.
    public var path: String
    /// The kind.
    public var type: Kind
    /// The major number; required unless a pipe.
    public var major: Int64?
    /// The minor number; required unless a pipe.
    public var minor: Int64?
    /// The permission bits; nil leaves them to the runtime.
    public var fileMode: UInt32?
    /// The owner inside the container; nil means 0.
    public var uid: UInt32?
    /// The group inside the container; nil means 0.
    public var gid: UInt32?

    /// A device file.
    public init(
        path: String, type: Kind, major: Int64? = nil, minor: Int64? = nil, fileMode: UInt32? = nil,
        uid: UInt32? = nil, gid: UInt32? = nil
    ) {
        self.path = path
        self.type = type
        self.major = major
        self.minor = minor
        self.fileMode = fileMode
        self.uid = uid
        self.gid = gid
    }
}

extension Device: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `linux.devices`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        path = try object.required("path")
        type = try object.required("type")
        major = try object.optional("major")
        minor = try object.optional("minor")
        fileMode = try object.optional("fileMode")
        uid = try object.optional("uid")
        gid = try object.optional("gid")
    }

    /// Writes an element of `linux.devices`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("path", path)
        object.set("type", type)
        object.setIfPresent("major", major)
        object.setIfPresent("minor", minor)
        object.setIfPresent("fileMode", fileMode)
        object.setIfPresent("uid", uid)
        object.setIfPresent("gid", gid)
    }
}

extension Resources {
    /// A rule of the device controller; rules apply in order (config-linux.md, Allowed Device list).
    public struct DeviceRule: Sendable, Equatable {
        /// The kinds of devices that a rule can be about.
        public enum Kind: String, JSONName {
            /// All devices.
            case all = "a"
            /// Block devices.
            case block = "b"
            /// Character devices.
            case character = "c"
        }

        /// Whether the rule allows or denies.
        public var allow: Bool
        /// The kind of devices; nil means all.
        public var type: Kind?
        /// The major number; nil (and -1, as runc has it) means all.
        public var major: Int64?
        /// The minor number; nil (and -1, as runc has it) means all.
        public var minor: Int64?
        /// What is allowed or denied: a composition of `r` (read), `w` (write) and `m` (mknod).
        public var access: String?

        /// A rule.
        public init(
            allow: Bool, type: Kind? = nil, major: Int64? = nil, minor: Int64? = nil, access: String? = nil
        ) {
            self.allow = allow
            self.type = type
            self.major = major
            self.minor = minor
            self.access = access
        }
    }
}

extension Resources.DeviceRule: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `linux.resources.devices`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        allow = try object.required("allow")
        type = try object.name("type")
        major = try object.optional("major")
        minor = try object.optional("minor")
        access = try object.text("access")
    }

    /// Writes an element of `linux.resources.devices`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("allow", allow)
        object.setIfPresent("type", type)
        object.setIfPresent("major", major)
        object.setIfPresent("minor", minor)
        object.setIfPresent("access", access)
    }
}
