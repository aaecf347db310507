import OCI
import Planning
import Testing

typealias Given = Process.Scheduler

@Suite("process.scheduler") struct SchedulerTests {
    private func spec(_ scheduler: Given) -> Spec {
        .running(Process(args: ["sh"], cwd: "/", scheduler: scheduler))
    }

    static let planned: [(given: Given, planned: SchedulerAttributes)] = [
        (Given(policy: .other), SchedulerAttributes(policy: 0)),
        (Given(policy: .other, nice: -20), SchedulerAttributes(policy: 0, nice: -20)),
        (Given(policy: .batch, nice: 19), SchedulerAttributes(policy: 3, nice: 19)),
        (Given(policy: .idle), SchedulerAttributes(policy: 5)),
        (Given(policy: .fifo, priority: 1), SchedulerAttributes(policy: 1, priority: 1)),
        (Given(policy: .roundRobin, priority: 99), SchedulerAttributes(policy: 2, priority: 99)),
        (
            Given(policy: .deadline, runtime: 1024, deadline: 1024, period: 1024),
            SchedulerAttributes(policy: 6, runtime: 1024, deadline: 1024, period: 1024)
        ),
        (
            Given(policy: .deadline, runtime: 2000, deadline: 3000),
            SchedulerAttributes(policy: 6, runtime: 2000, deadline: 3000)
        ),
        (Given(policy: .other, flags: [.resetOnFork]), SchedulerAttributes(policy: 0, flags: 0x1)),
        (Given(policy: .other, flags: [.reclaim, .deadlineOverrun]), SchedulerAttributes(policy: 0, flags: 0x6)),
        (
            Given(policy: .other, flags: [.keepPolicy, .keepParameters]),
            SchedulerAttributes(policy: 0, flags: 0x18)
        ),
        (
            Given(policy: .other, flags: [.utilizationClampMinimum, .utilizationClampMaximum]),
            SchedulerAttributes(policy: 0, flags: 0x60)
        ),
    ]

    @Test("Policies, parameters, flags", arguments: planned)
    func policy(given: Given, planned: SchedulerAttributes) throws {
        #expect(try spec(given).plan().actions(from: "process.scheduler") == [.scheduler(planned)])
    }

    static let contradictions: [(given: Given, refusal: String)] = [
        (Given(policy: .other, nice: -21), "nice: must lie between -20 and 19 for SCHED_OTHER, not -21"),
        (Given(policy: .batch, nice: 20), "nice: must lie between -20 and 19 for SCHED_BATCH, not 20"),
        (Given(policy: .idle, nice: 1), "nice is for SCHED_OTHER and SCHED_BATCH, not for SCHED_IDLE"),
        (
            Given(policy: .fifo, nice: 1, priority: 1),
            "nice is for SCHED_OTHER and SCHED_BATCH, not for SCHED_FIFO"
        ),
        (Given(policy: .fifo), "priority: must lie between 1 and 99 for SCHED_FIFO, not 0"),
        (Given(policy: .fifo, priority: -1), "priority: must lie between 1 and 99 for SCHED_FIFO, not -1"),
        (Given(policy: .roundRobin, priority: 100), "priority: must lie between 1 and 99 for SCHED_RR, not 100"),
        (Given(policy: .other, priority: 1), "priority is for SCHED_FIFO and SCHED_RR, not for SCHED_OTHER"),
        (
            Given(policy: .deadline, priority: 1, runtime: 2000, deadline: 2000),
            "priority is for SCHED_FIFO and SCHED_RR, not for SCHED_DEADLINE"
        ),
        (Given(policy: .batch, runtime: 1), "runtime is for SCHED_DEADLINE, not for SCHED_BATCH"),
        (Given(policy: .other, deadline: 1), "deadline is for SCHED_DEADLINE, not for SCHED_OTHER"),
        (Given(policy: .idle, period: 1), "period is for SCHED_DEADLINE, not for SCHED_IDLE"),
        (
            Given(policy: .deadline, runtime: 1023, deadline: 2000),
            "runtime: must be at least 1024 nanoseconds for SCHED_DEADLINE, not 1023"
        ),
        (
            Given(policy: .deadline, runtime: 2000, deadline: 1999),
            "deadline: must not be below the runtime, 2000, as 1999 is"
        ),
        (
            Given(policy: .deadline, runtime: 2000, deadline: 3000, period: 2999),
            "period: must not be below the deadline, 3000, as 2999 is"
        ),
        (
            Given(policy: .deadline, runtime: 2000, deadline: 1 << 63),
            "deadline: must be below 2^63 nanoseconds, not 9223372036854775808"
        ),
        (
            Given(policy: .deadline, runtime: 2000, deadline: 3000, period: .max),
            "period: must be below 2^63 nanoseconds, not 18446744073709551615"
        ),
        (Given(policy: .iso), "policy: SCHED_ISO is a name that no kernel has given a meaning"),
    ]

    @Test("Out of range, or contradicting itself", arguments: contradictions) func refused(
        given: Given, refusal: String
    ) {
        #expect(spec(given).refusal() == "process.scheduler." + refusal)
    }

    @Test("It is set in the container's cgroup, and before rights are given up") func place() throws {
        let names = try spec(Given(policy: .idle)).plan().names.filter {
            ["cgroup", "scheduler", "user"].contains($0)
        }
        #expect(names == ["cgroup", "scheduler", "user"])
    }
}

@Suite("process.ioPriority") struct IOPriorityTests {
    private func spec(_ priority: Process.IOPriority) -> Spec {
        .running(Process(args: ["sh"], cwd: "/", ioPriority: priority))
    }

    @Test(
        "Classes and levels",
        arguments: [(.realtime, 1), (.bestEffort, 2), (.idle, 3)] as [(Process.IOPriority.Class, UInt32)],
        [0, 7] as [Int32])
    func levels(class: (Process.IOPriority.Class, UInt32), level: Int32) throws {
        #expect(
            try spec(.init(class: `class`.0, priority: level)).plan().actions(from: "process.ioPriority")
                == [.ioPriority(class: `class`.1, level: UInt32(level))])
    }

    @Test("Levels that are none", arguments: [-1, 8, .max, .min] as [Int32]) func refused(level: Int32) {
        #expect(
            spec(.init(class: .bestEffort, priority: level)).refusal()
                == "process.ioPriority.priority: must lie between 0 and 7, not \(level)")
    }
}

@Suite("process.execCPUAffinity") struct AffinityTests {
    private func process(_ initial: String?, _ final: String?) -> Process {
        Process(args: ["sh"], cwd: "/", execCPUAffinity: .init(initial: initial, final: final))
    }

    /// The steps around the container's cgroup.
    private func lines(_ initial: String?, _ final: String?, isBornInCgroup: Bool = false) throws -> [String] {
        let plan = try Planner.planJoining(
            .container(), process: process(initial, final), isBornInCgroup: isBornInCgroup)
        return plan.lines.filter { $0.hasPrefix("affinity") || $0.hasPrefix("cgroup") }
    }

    static let cgroup = "cgroup join <- linux.cgroupsPath"
    static let origin = "process.execCPUAffinity"

    @Test("Initial before the container's cgroup, final after it") func order() throws {
        #expect(
            try lines("0-3,7", "8") == [
                "affinity CPUs 0-3,7 <- \(Self.origin).initial", Self.cgroup, "affinity CPUs 8 <- \(Self.origin).final",
            ])
        #expect(try lines(nil, "1") == [Self.cgroup, "affinity CPUs 1 <- \(Self.origin).final"])
        #expect(try lines(nil, nil) == [Self.cgroup])
        #expect(try lines("", "") == [Self.cgroup])
    }

    @Test("Without final ones, all of the container's") func initialAlone() throws {
        #expect(
            try lines("2", nil) == [
                "affinity CPUs 2 <- \(Self.origin).initial", Self.cgroup,
                "affinity CPUs all <- \(Self.origin).initial",
            ])
    }

    @Test("Where it is born in the cgroup there is no before") func born() throws {
        #expect(
            try lines("2", "3", isBornInCgroup: true) == [Self.cgroup, "affinity CPUs 3 <- \(Self.origin).final"])
    }

    @Test("A container's first process has none") func first() throws {
        #expect(try Spec.running(process("0", "1")).plan().actions(named: "affinity") == [])
    }

    static let lists: [(list: String, words: [UInt64])] = [
        ("0", [1]), ("63", [1 << 63]), ("64", [0, 1]), ("0-3,7", [0x8f]), ("7,0-3", [0x8f]), ("1-1", [2]),
        ("62-65", [3 << 62, 3]), (" 0 ,\t2-3 ", [0xd]), ("0,,1,", [3]), ("3,3,2-3", [0xc]), ("00", [1]),
        ("8191", [UInt64](repeating: 0, count: 127) + [1 << 63]),
    ]

    @Test("Lists", arguments: lists) func list(list: String, words: [UInt64]) throws {
        let plan = try Planner.planJoining(.container(), process: process(nil, list))
        guard case .affinity(let set) = plan.actions(named: "affinity").first else {
            Issue.record("no affinity")
            return
        }
        #expect(set.words == words)
    }

    static let bad: [(list: String, reason: String)] = [
        (",", "\",\" has no CPU in it"), (" ", "\" \" has no CPU in it"),
        ("8192", "8192 is no CPU: the highest is 8191"), ("0-9999", "9999 is no CPU: the highest is 8191"),
    ]

    @Test("Lists that are none", arguments: bad) func badList(list: String, reason: String) {
        #expect(Spec.running(process(list, nil)).refusal() == "\(Self.origin).initial: \(reason)")
        #expect(Spec.running(process(nil, list)).refusal() == "\(Self.origin).final: \(reason)")
    }

    @Test(
        "Parts that are none",
        arguments: [
            "a", "-", "-1", "1-", "3-1", "0-1-2", "0 1", "0x1", "+1", "1.5", "٣", "9999999999", "99999999999999999999",
        ])
    func badPart(part: String) {
        #expect(
            Spec.running(process("0, \(part)", nil)).refusal()
                == "\(Self.origin).initial: \"\(part)\" is no CPU and no range of CPUs, as \"0-3,7\" has them")
    }
}
