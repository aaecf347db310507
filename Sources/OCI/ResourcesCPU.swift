extension Resources {
    /// Processor time in microseconds, and placement (config-linux.md, CPU).
    public struct CPU: Sendable, Equatable {
        /// The weight against other cgroups, 2 to 262144 as in cgroup v1.
        public var shares: UInt64?
        /// The processor time per period; -1 means no limit.
        public var quota: Int64?
        /// How much unused time may be saved up for a burst.
        public var burst: UInt64?
        /// The period of `quota`.
        public var period: UInt64?
        /// The time of realtime tasks per period; cgroup v1 only.
        public var realtimeRuntime: Int64?
        /// The period of `realtimeRuntime`; cgroup v1 only.
        public var realtimePeriod: UInt64?
        /// The CPUs to run on, a list like "0-3,7".
        public var cpus: String?
        /// The memory nodes to allocate from, a list like "0-1".
        public var mems: String?
        /// 1 gives the cgroup the least weight (SCHED_IDLE), 0 undoes it.
        public var idle: Int64?

        /// Limits; what is left out stays as it is.
        public init(
            shares: UInt64? = nil, quota: Int64? = nil, burst: UInt64? = nil, period: UInt64? = nil,
            realtimeRuntime: Int64? = nil, realtimePeriod: UInt64? = nil, cpus: String? = nil, mems: String? = nil,
            idle: Int64? = nil
        ) {
            self.shares = shares
            self.quota = quota
            self.burst = burst
            self.period = period
            self.realtimeRuntime = realtimeRuntime
            self.realtimePeriod = realtimePeriod
            self.cpus = cpus
            self.mems = mems
            self.idle = idle
        }
    }
}

extension Resources.CPU: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.resources.cpu`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        shares = try object.optional("shares")
        quota = try object.optional("quota")
        burst = try object.optional("burst")
        period = try object.optional("period")
        realtimeRuntime = try object.optional("realtimeRuntime")
        realtimePeriod = try object.optional("realtimePeriod")
        cpus = try object.text("cpus")
        mems = try object.text("mems")
        idle = try object.optional("idle")
    }

    /// Writes `linux.resources.cpu`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("shares", shares)
        object.setIfPresent("quota", quota)
        object.setIfPresent("burst", burst)
        object.setIfPresent("period", period)
        object.setIfPresent("realtimeRuntime", realtimeRuntime)
        object.setIfPresent("realtimePeriod", realtimePeriod)
        object.setIfPresent("cpus", cpus)
        object.setIfPresent("mems", mems)
        object.setIfPresent("idle", idle)
    }
}
