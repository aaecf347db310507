extension Process {
    /// A resource limit (config.md, POSIX process; setrlimit(2)).
    public struct Rlimit: Sendable, Equatable {
        /// The resource, `RLIMIT_…`; the kernel decides which there are.
        public var type: String
        /// The ceiling of the soft limit, in the resource's unit; `UInt64.max` is RLIM_INFINITY.
        public var hard: UInt64
        /// The limit that the kernel enforces, in the resource's unit; `UInt64.max` is RLIM_INFINITY.
        public var soft: UInt64

        /// A limit.
        public init(type: String, hard: UInt64, soft: UInt64) {
            self.type = type
            self.hard = hard
            self.soft = soft
        }
    }

    /// An I/O priority (config.md, Linux Process, ioPriority).
    public struct IOPriority: Sendable, Equatable {
        /// An I/O scheduling class.
        public enum Class: String, JSONName {
            /// Real time: before all others.
            case realtime = "IOPRIO_CLASS_RT"
            /// Best effort, the default.
            case bestEffort = "IOPRIO_CLASS_BE"
            /// Only when no one else asks.
            case idle = "IOPRIO_CLASS_IDLE"
        }

        /// The scheduling class.
        public var `class`: Class
        /// The level within the class, 0 (first) to 7.
        public var priority: Int32

        /// A priority.
        public init(class: Class, priority: Int32 = 0) {
            self.class = `class`
            self.priority = priority
        }
    }

    /// Scheduling attributes (config.md, Linux Process, scheduler; sched_setattr(2)).
    public struct Scheduler: Sendable, Equatable {
        /// A scheduling policy.
        public enum Policy: String, JSONName {
            /// The default time-sharing policy.
            case other = "SCHED_OTHER"
            /// First in, first out.
            case fifo = "SCHED_FIFO"
            /// Round robin.
            case roundRobin = "SCHED_RR"
            /// For batch jobs.
            case batch = "SCHED_BATCH"
            /// Reserved in the kernel, not implemented.
            case iso = "SCHED_ISO"
            /// Below everything else.
            case idle = "SCHED_IDLE"
            /// Earliest deadline first.
            case deadline = "SCHED_DEADLINE"
        }

        /// A scheduling flag.
        public enum Flag: String, JSONName {
            /// Children get the default policy.
            case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
            /// Use what other deadline threads leave.
            case reclaim = "SCHED_FLAG_RECLAIM"
            /// Send SIGXCPU on an overrun.
            case deadlineOverrun = "SCHED_FLAG_DL_OVERRUN"
            /// Leave the policy as it is.
            case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
            /// Leave the parameters as they are.
            case keepParameters = "SCHED_FLAG_KEEP_PARAMS"
            /// The minimum utilisation applies.
            case utilizationClampMinimum = "SCHED_FLAG_UTIL_CLAMP_MIN"
            /// The maximum utilisation applies.
            case utilizationClampMaximum = "SCHED_FLAG_UTIL_CLAMP_MAX"
        }

        /// The policy.
        public var policy: Policy
        /// The nice value, -20 (first) to 19, of SCHED_OTHER and SCHED_BATCH.
        public var nice: Int32
        /// The static priority, 1 to 99 (first), of SCHED_FIFO and SCHED_RR.
        public var priority: Int32
        /// Flags.
        public var flags: [Flag]
        /// SCHED_DEADLINE: how long the process may run per period, in nanoseconds.
        public var runtime: UInt64
        /// SCHED_DEADLINE: the deadline from the period's begin, in nanoseconds.
        public var deadline: UInt64
        /// SCHED_DEADLINE: the period, in nanoseconds.
        public var period: UInt64

        /// Attributes; what is left out is 0.
        public init(
            policy: Policy, nice: Int32 = 0, priority: Int32 = 0, flags: [Flag] = [], runtime: UInt64 = 0,
            deadline: UInt64 = 0, period: UInt64 = 0
        ) {
            self.policy = policy
            self.nice = nice
            self.priority = priority
            self.flags = flags
            self.runtime = runtime
            self.deadline = deadline
            self.period = period
        }
    }

    /// The CPUs of a process that `exec` starts, as lists like "0-3,7" (config.md, Linux Process, execCPUAffinity).
    public struct CPUAffinity: Sendable, Equatable {
        /// The CPUs before the process enters the container's cgroup.
        public var initial: String?
        /// The CPUs after that.
        public var final: String?

        /// An affinity.
        public init(initial: String? = nil, final: String? = nil) {
            self.initial = initial
            self.final = final
        }
    }
}

extension Process.Rlimit: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `process.rlimits`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        type = try object.required("type")
        hard = try object.required("hard")
        soft = try object.required("soft")
    }

    /// Writes an element of `process.rlimits`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("type", type)
        object.set("hard", hard)
        object.set("soft", soft)
    }
}

extension Process.IOPriority: JSONDecodable, JSONObjectEncodable {
    /// Reads `process.ioPriority`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        `class` = try object.required("class")
        priority = try object.value("priority", default: 0)
    }

    /// Writes `process.ioPriority`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("class", `class`)
        object.set("priority", priority)
    }
}

extension Process.Scheduler: JSONDecodable, JSONObjectEncodable {
    /// Reads `process.scheduler`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        policy = try object.required("policy")
        nice = try object.value("nice", default: 0)
        priority = try object.value("priority", default: 0)
        flags = try object.list("flags")
        runtime = try object.value("runtime", default: 0)
        deadline = try object.value("deadline", default: 0)
        period = try object.value("period", default: 0)
    }

    /// Writes `process.scheduler`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("policy", policy)
        object.setIfNonzero("nice", nice)
        object.setIfNonzero("priority", priority)
        object.setIfPresent("flags", flags)
        object.setIfNonzero("runtime", runtime)
        object.setIfNonzero("deadline", deadline)
        object.setIfNonzero("period", period)
    }
}

extension Process.CPUAffinity: JSONDecodable, JSONObjectEncodable {
    /// Reads `process.execCPUAffinity`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        initial = try object.text("initial")
        final = try object.text("final")
    }

    /// Writes `process.execCPUAffinity`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfPresent("initial", initial)
        object.setIfPresent("final", final)
    }
}
