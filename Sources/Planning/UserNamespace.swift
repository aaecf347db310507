public import OCI

/// The user namespace of a container's processes, as their parent has to know it.
public struct UserNamespace: Sendable, Hashable {
    /// What it maps, as the host counts; empty for one that is joined, until somebody is in it and can tell.
    public var uids: [IDMapping]
    public var gids: [IDMapping]
    /// The process's ids in it.
    public var user: Process.User
    /// Where it is; nil for one that is made.
    public var joined: Plan.JoinedNamespace?
    /// Whether the configuration of a joined one says what it maps.
    public var isKnown: Bool { !uids.isEmpty || !gids.isEmpty }

    /// The user namespace that `linux` asks for; nil for none.
    ///
    /// - Throws: `ConfigurationError` for mappings that the kernel would not take, or that nobody would use.
    init?(_ linux: Linux, _ namespaces: NamespacePlanner, user: Process.User) throws(ConfigurationError) {
        uids = linux.uidMappings
        gids = linux.gidMappings
        self.user = user
        joined = namespaces.joinedUser
        let all = [(Origin("linux.uidMappings"), uids), (Origin("linux.gidMappings"), gids)]
        guard namespaces.present.contains(.user) else {
            for (origin, mappings) in all where !mappings.isEmpty {
                throw ConfigurationError(
                    origin, "there is no user namespace to map ids in",
                    hint: "add a namespace of type \"user\" to linux.namespaces")
            }
            return nil
        }
        for (origin, mappings) in all {
            if mappings.isEmpty && joined == nil {
                throw ConfigurationError(
                    origin, "is missing: a new user namespace has no ids without it",
                    hint: "map at least the id 0, as whom the container is set up")
            }
            try Self.check(mappings, origin)
        }
        if joined == nil { try check() }
    }

    private static func check(_ mappings: [IDMapping], _ origin: Origin) throws(ConfigurationError) {
        if let fault = IDRanges.fault(in: mappings) {
            throw ConfigurationError(Origin(origin.property, fault.index), fault.reason)
        }
        // A map is written in one go, and no page of it is taken (user_namespaces(7)).
        let size = text(mappings).utf8.count
        if size >= pageSize {
            throw ConfigurationError(origin, "takes \(size) characters, of which the kernel reads \(pageSize - 1)")
        }
    }

    private static let pageSize = 4096

    /// Mappings as /proc/PID/uid_map has them.
    public static func text(_ mappings: [IDMapping]) -> String {
        var text = ""
        for range in mappings { text += "\(range.containerID) \(range.hostID) \(range.size)\n" }
        return text
    }

    /// Reads what /proc/PID/uid_map says.
    public static func mappings(parsing bytes: [UInt8]) -> [IDMapping] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let numbers = line.split(separator: UInt8(ascii: " ")).map { UInt32(String(decoding: $0, as: UTF8.self)) }
            guard numbers.count == 3, let first = numbers[0], let host = numbers[1], let size = numbers[2] else {
                return nil
            }
            return IDMapping(containerID: first, hostID: host, size: size)
        }
    }

    /// The host's number of the namespace's user `uid`; nil if it has none.
    public func hostUID(of uid: UInt32) -> UInt32? {
        Self.host(uid, uids)
    }

    private static func host(_ id: UInt32, _ mappings: [IDMapping]) -> UInt32? {
        for range in mappings where id >= range.containerID && id - range.containerID < range.size {
            return range.hostID + (id - range.containerID)
        }
        return nil
    }

    /// Refuses ids of the process, and a root to set the container up, that the namespace does not have.
    public func check() throws(ConfigurationError) {
        func require(_ id: UInt32, _ mappings: [IDMapping], _ origin: Origin) throws(ConfigurationError) {
            if Self.host(id, mappings) != nil { return }
            throw ConfigurationError(origin, "\(id) is not mapped in the container's user namespace")
        }
        try require(0, uids, joined?.origin ?? Origin("linux.uidMappings"))
        try require(0, gids, joined?.origin ?? Origin("linux.gidMappings"))
        let origin = Origin("process.user")
        try require(user.uid, uids, origin.appending("uid"))
        try require(user.gid, gids, origin.appending("gid"))
        for (index, gid) in user.additionalGids.enumerated() {
            try require(gid, gids, Origin("process.user.additionalGids", index))
        }
    }

    /// The same namespace, once it is known what it maps.
    ///
    /// - Throws: `ConfigurationError` if that is not what the configuration says, or does not have the process's ids.
    public func knowing(uids: [IDMapping], gids: [IDMapping]) throws(ConfigurationError) -> UserNamespace {
        func compare(_ wanted: [IDMapping], _ found: [IDMapping], _ name: String) throws(ConfigurationError) {
            if wanted.isEmpty || Set(wanted) == Set(found) { return }
            throw ConfigurationError(
                Origin(name), "is not what the user namespace maps that is joined (\(joined?.path ?? ""))",
                hint: "leave it out, or say the same")
        }
        try compare(self.uids, uids, "linux.uidMappings")
        try compare(self.gids, gids, "linux.gidMappings")
        var known = self
        known.uids = uids
        known.gids = gids
        try known.check()
        return known
    }
}

/// What the parent does to a process in a user namespace, whose root has no rights of the host's.
public struct OutsideSettings: Sendable, Hashable {
    /// Its oom_score_adj; nil leaves it.
    public var oomScoreAdj: Int?
    public var limits: [Limit] = []
    /// The namespace's user who is to own what the process reads and writes from the start; nil leaves it.
    public var standardStreamsOwner: UInt32?

    /// A resource limit.
    public struct Limit: Sendable, Hashable {
        public var resource: Int32
        public var soft: UInt64
        public var hard: UInt64
        public var origin: Origin
    }
}
