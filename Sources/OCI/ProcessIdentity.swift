extension Process {
    /// The user and groups of the process, as ids inside the container (config.md, POSIX-platform User).
    public struct User: Sendable, Hashable {
        /// The user id.
        public var uid: UInt32
        /// The group id.
        public var gid: UInt32
        /// The file mode creation mask, 0 to 0o777; nil leaves it to the runtime.
        public var umask: UInt32?
        /// The supplementary groups.
        public var additionalGids: [UInt32]
        /// The user's name on Windows; ignored on Linux.
        public var username: String?

        /// A user; root by default.
        public init(
            uid: UInt32 = 0, gid: UInt32 = 0, umask: UInt32? = nil, additionalGids: [UInt32] = [],
            username: String? = nil
        ) {
            self.uid = uid
            self.gid = gid
            self.umask = umask
            self.additionalGids = additionalGids
            self.username = username
        }
    }

    /// The five capability sets, as names with the `CAP_` prefix (config.md, Linux Process; capabilities(7)).
    public struct Capabilities: Sendable, Equatable {
        /// What the process and its children can ever gain.
        public var bounding: [String]
        /// What the kernel checks.
        public var effective: [String]
        /// What is kept across execve(2) of a file with inheritable capabilities.
        public var inheritable: [String]
        /// What the process may make effective.
        public var permitted: [String]
        /// What is kept across execve(2) of any unprivileged file.
        public var ambient: [String]

        /// Five sets; what is left out is empty.
        public init(
            bounding: [String] = [], effective: [String] = [], inheritable: [String] = [], permitted: [String] = [],
            ambient: [String] = []
        ) {
            self.bounding = bounding
            self.effective = effective
            self.inheritable = inheritable
            self.permitted = permitted
            self.ambient = ambient
        }
    }

    /// The size of a terminal in characters (config.md, Process).
    public struct ConsoleSize: Sendable, Equatable {
        /// Rows.
        public var height: UInt64
        /// Columns.
        public var width: UInt64

        /// A size.
        public init(height: UInt64, width: UInt64) {
            self.height = height
            self.width = width
        }
    }
}

extension Process.User: JSONDecodable, JSONObjectEncodable {
    /// Reads `process.user`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        uid = try object.value("uid", default: 0)
        gid = try object.value("gid", default: 0)
        umask = try object.optional("umask")
        additionalGids = try object.list("additionalGids")
        username = try object.text("username")
    }

    /// Writes `process.user`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("uid", uid)
        object.set("gid", gid)
        object.setIfPresent("umask", umask)
        object.setIfPresent("additionalGids", additionalGids)
        object.setIfPresent("username", username)
    }
}

extension Process.Capabilities: JSONDecodable, JSONObjectEncodable {
    /// Reads `process.capabilities`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        bounding = try object.list("bounding")
        effective = try object.list("effective")
        inheritable = try object.list("inheritable")
        permitted = try object.list("permitted")
        ambient = try object.list("ambient")
    }

    /// Writes `process.capabilities`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("bounding", bounding)
        object.setIfPresent("effective", effective)
        object.setIfPresent("inheritable", inheritable)
        object.setIfPresent("permitted", permitted)
        object.setIfPresent("ambient", ambient)
    }
}

extension Process.ConsoleSize: JSONDecodable, JSONObjectEncodable {
    /// Reads `process.consoleSize`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        height = try object.required("height")
        width = try object.required("width")
    }

    /// Writes `process.consoleSize`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("height", height)
        object.set("width", width)
    }
}
