extension Linux {
    /// Intel's Resource Director Technology (config-linux.md, IntelRdt).
    public struct IntelRdt: Sendable, Equatable {
        /// The class of service, a folder of resctrl; nil means the container's id, "/" the root folder.
        public var closID: String?
        /// Lines for the folder's `schemata` file, written after the two older properties.
        public var schemata: [String]
        /// The L3 cache schema, "L3:…".
        public var l3CacheSchema: String?
        /// The memory bandwidth schema, "MB:…".
        public var memBwSchema: String?
        /// Whether the container gets a monitoring folder of its own.
        public var enableMonitoring: Bool

        /// Settings; what is left out is absent.
        public init(
            closID: String? = nil, schemata: [String] = [], l3CacheSchema: String? = nil, memBwSchema: String? = nil,
            enableMonitoring: Bool = false
        ) {
            self.closID = closID
            self.schemata = schemata
            self.l3CacheSchema = l3CacheSchema
            self.memBwSchema = memBwSchema
            self.enableMonitoring = enableMonitoring
        }
    }

    /// The NUMA memory policy (config-linux.md, Memory policy; set_mempolicy(2)).
    public struct MemoryPolicy: Sendable, Equatable {
        /// A policy.
        public enum Mode: String, JSONName {
            /// The system's default.
            case `default` = "MPOL_DEFAULT"
            /// Only from the nodes.
            case bind = "MPOL_BIND"
            /// From the nodes in turn.
            case interleave = "MPOL_INTERLEAVE"
            /// From the nodes in turn, by their weights.
            case weightedInterleave = "MPOL_WEIGHTED_INTERLEAVE"
            /// From the node, if it has memory.
            case preferred = "MPOL_PREFERRED"
            /// From the nodes, if they have memory.
            case preferredMany = "MPOL_PREFERRED_MANY"
            /// From the node of the CPU that asks.
            case local = "MPOL_LOCAL"
        }

        /// A flag.
        public enum Flag: String, JSONName {
            /// The kernel may balance between the nodes.
            case numaBalancing = "MPOL_F_NUMA_BALANCING"
            /// The nodes are relative to the allowed ones.
            case relativeNodes = "MPOL_F_RELATIVE_NODES"
            /// The nodes are physical ones.
            case staticNodes = "MPOL_F_STATIC_NODES"
        }

        /// The policy.
        public var mode: Mode
        /// The nodes, a list like "0-3,7".
        public var nodes: String?
        /// Flags.
        public var flags: [Flag]

        /// A policy.
        public init(mode: Mode, nodes: String? = nil, flags: [Flag] = []) {
            self.mode = mode
            self.nodes = nodes
            self.flags = flags
        }
    }

    /// The execution domain (config-linux.md, Personality; personality(2)).
    public struct Personality: Sendable, Equatable {
        /// A domain.
        public enum Domain: String, JSONName {
            /// The usual one.
            case linux = "LINUX"
            /// uname(2) tells of a 32-bit machine.
            case linux32 = "LINUX32"
        }

        /// The domain.
        public var domain: Domain
        /// Flags; the specification has none yet.
        public var flags: [String]

        /// An execution domain.
        public init(domain: Domain, flags: [String] = []) {
            self.domain = domain
            self.flags = flags
        }
    }
}

extension Linux.IntelRdt: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.intelRdt`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        closID = try object.text("closID")
        schemata = try object.list("schemata")
        l3CacheSchema = try object.text("l3CacheSchema")
        memBwSchema = try object.text("memBwSchema")
        enableMonitoring = try object.flag("enableMonitoring")
    }

    /// Writes `linux.intelRdt`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("closID", closID)
        object.setIfPresent("schemata", schemata)
        object.setIfPresent("l3CacheSchema", l3CacheSchema)
        object.setIfPresent("memBwSchema", memBwSchema)
        object.setIfTrue("enableMonitoring", enableMonitoring)
    }
}

extension Linux.MemoryPolicy: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.memoryPolicy`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        mode = try object.required("mode")
        nodes = try object.text("nodes")
        flags = try object.list("flags")
    }

    /// Writes `linux.memoryPolicy`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("mode", mode)
        object.setIfPresent("nodes", nodes)
        object.setIfPresent("flags", flags)
    }
}

extension Linux.Personality: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.personality`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        domain = try object.required("domain")
        flags = try object.list("flags")
    }

    /// Writes `linux.personality`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("domain", domain)
        object.setIfPresent("flags", flags)
    }
}
