extension Resources {
    /// Memory limits in bytes; -1 means no limit (config-linux.md, Memory).
    public struct Memory: Sendable, Equatable {
        /// The hard limit.
        public var limit: Int64?
        /// The soft limit.
        public var reservation: Int64?
        /// The limit of memory and swap together.
        public var swap: Int64?
        /// The limit of kernel memory; obsolete.
        public var kernel: Int64?
        /// The limit of the kernel's TCP buffers; obsolete.
        public var kernelTCP: Int64?
        /// How eagerly to swap, 0 to 100; cgroup v1 only.
        public var swappiness: UInt64?
        /// Whether tasks wait for memory instead of being killed; cgroup v1 only.
        public var disableOOMKiller: Bool?
        /// Whether child cgroups count as part of this one; cgroup v1 only.
        public var useHierarchy: Bool?
        /// Whether to refuse a new limit below the present use, as cgroup v1 does.
        public var checkBeforeUpdate: Bool?

        /// Limits; what is left out stays as it is.
        public init(
            limit: Int64? = nil, reservation: Int64? = nil, swap: Int64? = nil, kernel: Int64? = nil,
            kernelTCP: Int64? = nil, swappiness: UInt64? = nil, disableOOMKiller: Bool? = nil,
            useHierarchy: Bool? = nil, checkBeforeUpdate: Bool? = nil
        ) {
            self.limit = limit
            self.reservation = reservation
            self.swap = swap
            self.kernel = kernel
            self.kernelTCP = kernelTCP
            self.swappiness = swappiness
            self.disableOOMKiller = disableOOMKiller
            self.useHierarchy = useHierarchy
            self.checkBeforeUpdate = checkBeforeUpdate
        }
    }
}

extension Resources.Memory: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.resources.memory`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        limit = try object.optional("limit")
        reservation = try object.optional("reservation")
        swap = try object.optional("swap")
        kernel = try object.optional("kernel")
        kernelTCP = try object.optional("kernelTCP")
        swappiness = try object.optional("swappiness")
        disableOOMKiller = try object.optional("disableOOMKiller")
        useHierarchy = try object.optional("useHierarchy")
        checkBeforeUpdate = try object.optional("checkBeforeUpdate")
    }

    /// Writes `linux.resources.memory`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("limit", limit)
        object.setIfPresent("reservation", reservation)
        object.setIfPresent("swap", swap)
        object.setIfPresent("kernel", kernel)
        object.setIfPresent("kernelTCP", kernelTCP)
        object.setIfPresent("swappiness", swappiness)
        object.setIfPresent("disableOOMKiller", disableOOMKiller)
        object.setIfPresent("useHierarchy", useHierarchy)
        object.setIfPresent("checkBeforeUpdate", checkBeforeUpdate)
    }
}
