internal import CPlan
internal import OCI

/// Scheduling attributes as sched_setattr(2) takes them.
public struct SchedulerAttributes: Sendable, Hashable {
    /// SCHED_ and SCHED_FLAG_ numbers.
    public var policy: UInt32
    public var flags: UInt64
    public var nice: Int32
    public var priority: UInt32
    /// In nanoseconds.
    public var runtime: UInt64
    public var deadline: UInt64
    public var period: UInt64

    public init(
        policy: UInt32, flags: UInt64 = 0, nice: Int32 = 0, priority: UInt32 = 0, runtime: UInt64 = 0,
        deadline: UInt64 = 0, period: UInt64 = 0
    ) {
        self.policy = policy
        self.flags = flags
        self.nice = nice
        self.priority = priority
        self.runtime = runtime
        self.deadline = deadline
        self.period = period
    }
}

extension SchedulerAttributes {
    /// Takes what the configuration says, unless it contradicts itself: the kernel would pass over most of that
    /// without a word.
    init(_ scheduler: Process.Scheduler) throws(ConfigurationError) {
        let name = scheduler.policy.rawValue
        policy = UInt32(try Self.number(of: scheduler.policy))
        flags = scheduler.flags.reduce(0) { $0 | Self.bit(of: $1) }
        nice = scheduler.nice
        priority = UInt32(clamping: scheduler.priority)
        runtime = scheduler.runtime
        deadline = scheduler.deadline
        period = scheduler.period
        switch scheduler.policy {
        case .other, .batch: try Self.check("nice", Int64(nice), in: -20...19, for: name)
        default: try Self.refuse("nice", nice != 0, for: name, but: "SCHED_OTHER and SCHED_BATCH")
        }
        switch scheduler.policy {
        case .fifo, .roundRobin: try Self.check("priority", Int64(scheduler.priority), in: 1...99, for: name)
        default: try Self.refuse("priority", scheduler.priority != 0, for: name, but: "SCHED_FIFO and SCHED_RR")
        }
        if scheduler.policy == .deadline {
            try checkDeadline()
        } else {
            try Self.refuse("runtime", runtime != 0, for: name, but: "SCHED_DEADLINE")
            try Self.refuse("deadline", deadline != 0, for: name, but: "SCHED_DEADLINE")
            try Self.refuse("period", period != 0, for: name, but: "SCHED_DEADLINE")
        }
    }

    private static func origin(_ member: String) -> Origin {
        Origin("process.scheduler").appending(member)
    }

    private static func check(
        _ member: String, _ value: Int64, in range: ClosedRange<Int64>, for policy: String
    ) throws(ConfigurationError) {
        if range.contains(value) { return }
        throw ConfigurationError(
            origin(member),
            "must lie between \(range.lowerBound) and \(range.upperBound) for \(policy), not \(value)")
    }

    private static func refuse(
        _ member: String, _ isPresent: Bool, for policy: String, but others: String
    ) throws(ConfigurationError) {
        if isPresent { throw ConfigurationError(origin(member), "is for \(others), not for \(policy)") }
    }

    /// The kernel's own rules (sched(7)); a period that is missing is the deadline.
    private func checkDeadline() throws(ConfigurationError) {
        let least: UInt64 = 1024
        if runtime < least {
            throw ConfigurationError(
                Self.origin("runtime"), "must be at least \(least) nanoseconds for SCHED_DEADLINE, not \(runtime)")
        }
        for (member, value) in [("deadline", deadline), ("period", period)] where value >> 63 != 0 {
            throw ConfigurationError(Self.origin(member), "must be below 2^63 nanoseconds, not \(value)")
        }
        if deadline < runtime {
            throw ConfigurationError(
                Self.origin("deadline"), "must not be below the runtime, \(runtime), as \(deadline) is")
        }
        if period != 0 && period < deadline {
            throw ConfigurationError(
                Self.origin("period"), "must not be below the deadline, \(deadline), as \(period) is")
        }
    }

    private static func number(of policy: Process.Scheduler.Policy) throws(ConfigurationError) -> Int32 {
        switch policy {
        case .other: SCHED_NORMAL
        case .fifo: SCHED_FIFO
        case .roundRobin: SCHED_RR
        case .batch: SCHED_BATCH
        case .idle: SCHED_IDLE
        case .deadline: SCHED_DEADLINE
        case .iso: throw ConfigurationError(origin("policy"), "SCHED_ISO is a name that no kernel has given a meaning")
        }
    }

    private static func bit(of flag: Process.Scheduler.Flag) -> UInt64 {
        let bit =
            switch flag {
            case .resetOnFork: SCHED_FLAG_RESET_ON_FORK
            case .reclaim: SCHED_FLAG_RECLAIM
            case .deadlineOverrun: SCHED_FLAG_DL_OVERRUN
            case .keepPolicy: SCHED_FLAG_KEEP_POLICY
            case .keepParameters: SCHED_FLAG_KEEP_PARAMS
            case .utilizationClampMinimum: SCHED_FLAG_UTIL_CLAMP_MIN
            case .utilizationClampMaximum: SCHED_FLAG_UTIL_CLAMP_MAX
            }
        return UInt64(bit)
    }
}

extension ProcessPlanner {
    func planScheduling(into plan: inout Plan) throws(ConfigurationError) {
        if let scheduler = process.scheduler {
            plan.append(.scheduler(try SchedulerAttributes(scheduler)), from: Origin("process.scheduler"))
        }
        guard let priority = process.ioPriority else { return }
        guard 0...7 ~= priority.priority else {
            throw ConfigurationError(
                Origin("process.ioPriority.priority"), "must lie between 0 and 7, not \(priority.priority)")
        }
        plan.append(
            .ioPriority(class: Self.number(of: priority.class), level: UInt32(priority.priority)),
            from: Origin("process.ioPriority"))
    }

    private static func number(of class: Process.IOPriority.Class) -> UInt32 {
        switch `class` {
        case .realtime: UInt32(IOPRIO_CLASS_RT)
        case .bestEffort: UInt32(IOPRIO_CLASS_BE)
        case .idle: UInt32(IOPRIO_CLASS_IDLE)
        }
    }
}

/// The CPUs of a process that joins a container: process.execCPUAffinity.
struct AffinityPlanner {
    private let initial: CPUSet?
    private let final: CPUSet?

    init(_ affinity: Process.CPUAffinity?) throws(ConfigurationError) {
        initial = try Self.set(affinity?.initial, Self.initialOrigin)
        final = try Self.set(affinity?.final, Self.finalOrigin)
    }

    private static let initialOrigin = Origin("process.execCPUAffinity.initial")
    private static let finalOrigin = Origin("process.execCPUAffinity.final")

    private static func set(_ list: String?, _ origin: Origin) throws(ConfigurationError) -> CPUSet? {
        guard let list, !list.isEmpty else { return nil }
        return try CPUSet(parsing: list, origin: origin)
    }

    func planInitial(into plan: inout Plan) {
        if let initial { plan.append(.affinity(initial), from: Self.initialOrigin) }
    }

    /// Without CPUs of its own the process has all of the container's, not the initial ones.
    func planFinal(into plan: inout Plan) {
        if let final {
            plan.append(.affinity(final), from: Self.finalOrigin)
        } else if initial != nil {
            plan.append(.affinity(.all), from: Self.initialOrigin)
        }
    }
}
