/// The limits of the container's cgroup (config-linux.md, Control groups); nil and empty leave a controller alone.
///
/// It is also the document that `update --resources` reads.
public struct Resources: Sendable, Equatable {
    /// Which devices the container may use; the rules apply in order (Allowed Device list).
    public var devices: [DeviceRule]
    /// Memory (Memory).
    public var memory: Memory?
    /// Processor time and placement (CPU).
    public var cpu: CPU?
    /// The number of tasks (PIDs).
    public var pids: Pids?
    /// Block devices (Block IO).
    public var blockIO: BlockIO?
    /// Huge pages, per page size (Huge page limits).
    public var hugepageLimits: [HugepageLimit]
    /// Network traffic classes, cgroup v1 only (Network).
    public var network: Network?
    /// RDMA, by the device's name (RDMA).
    public var rdma: [String: Rdma]
    /// Files of the cgroup v2 folder and what to write into them (Unified).
    public var unified: [String: String]

    /// Limits; what is left out is absent.
    public init(
        devices: [DeviceRule] = [], memory: Memory? = nil, cpu: CPU? = nil, pids: Pids? = nil,
        blockIO: BlockIO? = nil, hugepageLimits: [HugepageLimit] = [], network: Network? = nil,
        rdma: [String: Rdma] = [:], unified: [String: String] = [:]
    ) {
        self.devices = devices
        self.memory = memory
        self.cpu = cpu
        self.pids = pids
        self.blockIO = blockIO
        self.hugepageLimits = hugepageLimits
        self.network = network
        self.rdma = rdma
        self.unified = unified
    }
}

extension Resources: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.resources`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        devices = try object.list("devices")
        memory = try object.optional("memory")
        cpu = try object.optional("cpu")
        pids = try object.optional("pids")
        blockIO = try object.optional("blockIO")
        hugepageLimits = try object.list("hugepageLimits")
        network = try object.optional("network")
        rdma = try object.map("rdma")
        unified = try object.map("unified")
    }

    /// Writes `linux.resources`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("devices", devices)
        object.setIfPresent("memory", memory)
        object.setIfPresent("cpu", cpu)
        object.setIfPresent("pids", pids)
        object.setIfPresent("blockIO", blockIO)
        object.setIfPresent("hugepageLimits", hugepageLimits)
        object.setIfPresent("network", network)
        object.setIfPresent("rdma", rdma)
        object.setIfPresent("unified", unified)
    }
}

extension Resources {
    /// The number of tasks (config-linux.md, PIDs).
    public struct Pids: Sendable, Equatable {
        /// The most tasks; -1 means no limit, nil leaves it alone (the schema requires it, Go's types do not).
        public var limit: Int64?

        /// A limit.
        public init(limit: Int64? = nil) {
            self.limit = limit
        }
    }

    /// A limit of one huge page size (config-linux.md, Huge page limits).
    public struct HugepageLimit: Sendable, Equatable {
        /// The page size as the cgroup's files name it: "64KB", "2MB", "1GB".
        public var pageSize: String
        /// Bytes.
        public var limit: UInt64

        /// A limit.
        public init(pageSize: String, limit: UInt64) {
            self.pageSize = pageSize
            self.limit = limit
        }
    }

    /// Network traffic classes, the controllers net_cls and net_prio of cgroup v1 (config-linux.md, Network).
    public struct Network: Sendable, Equatable {
        /// The class that packets are tagged with.
        public var classID: UInt32?
        /// The priorities of the host's interfaces.
        public var priorities: [InterfacePriority]

        /// Classes and priorities.
        public init(classID: UInt32? = nil, priorities: [InterfacePriority] = []) {
            self.classID = classID
            self.priorities = priorities
        }
    }

    /// The priority of one network interface (config-linux.md, Network).
    public struct InterfacePriority: Sendable, Equatable {
        /// The interface on the host.
        public var name: String
        /// Its priority.
        public var priority: UInt32

        /// A priority.
        public init(name: String, priority: UInt32) {
            self.name = name
            self.priority = priority
        }
    }

    /// The limits of one RDMA device (config-linux.md, RDMA); at least one is to be set.
    public struct Rdma: Sendable, Equatable {
        /// The most HCA handles.
        public var hcaHandles: UInt32?
        /// The most HCA objects.
        public var hcaObjects: UInt32?

        /// Limits.
        public init(hcaHandles: UInt32? = nil, hcaObjects: UInt32? = nil) {
            self.hcaHandles = hcaHandles
            self.hcaObjects = hcaObjects
        }
    }
}

extension Resources.Pids: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.resources.pids`.
    public init(json: JSONNode) throws(JSONError) {
        limit = try json.object().optional("limit")
    }

    /// Writes `linux.resources.pids`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("limit", limit)
    }
}

extension Resources.HugepageLimit: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `linux.resources.hugepageLimits`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        pageSize = try object.required("pageSize")
        limit = try object.required("limit")
    }

    /// Writes an element of `linux.resources.hugepageLimits`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("pageSize", pageSize)
        object.set("limit", limit)
    }
}

extension Resources.Network: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.resources.network`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        classID = try object.optional("classID")
        priorities = try object.list("priorities")
    }

    /// Writes `linux.resources.network`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("classID", classID)
        object.setIfPresent("priorities", priorities)
    }
}

extension Resources.InterfacePriority: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `linux.resources.network.priorities`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        name = try object.required("name")
        priority = try object.required("priority")
    }

    /// Writes an element of `linux.resources.network.priorities`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("name", name)
        object.set("priority", priority)
    }
}

extension Resources.Rdma: JSONDecodable, JSONObjectEncodable {
    /// Reads a value of `linux.resources.rdma`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        hcaHandles = try object.optional("hcaHandles")
        hcaObjects = try object.optional("hcaObjects")
    }

    /// Writes a value of `linux.resources.rdma`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("hcaHandles", hcaHandles)
        object.setIfPresent("hcaObjects", hcaObjects)
    }
}
