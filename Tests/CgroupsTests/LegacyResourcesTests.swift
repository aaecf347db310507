@testable import Cgroups
import OCI
import Testing

/// Control files and what is written into them: "memory.limit_in_bytes=512".
func lines(_ settings: [Setting]) -> [String] {
    settings.map { "\($0.file)=\($0.value)" }
}

@Suite("Resources in version 1") struct LegacyResourcesTests {
    static let memoryCases: [(Resources.Memory, [String])] = [
        (.init(), []),
        (.init(limit: 512), ["memory.limit_in_bytes=512"]),
        (.init(limit: 1, swap: 2), ["memory.limit_in_bytes=1", "memory.memsw.limit_in_bytes=2"]),
        (.init(swap: 2), ["memory.memsw.limit_in_bytes=2"]),
        (.init(swap: -1), ["memory.memsw.limit_in_bytes=-1"]),
        // Without a limit of memory there can be none of both.
        (.init(limit: -1), ["memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1"]),
        (.init(limit: -1, swap: 0), ["memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1"]),
        (.init(limit: 5, swap: 0), ["memory.limit_in_bytes=5"]),
        (.init(limit: 5, swap: 5), ["memory.limit_in_bytes=5", "memory.memsw.limit_in_bytes=5"]),
        (.init(limit: -1, swap: 5), ["memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=5"]),
        (.init(reservation: 7), ["memory.soft_limit_in_bytes=7"]),
        (.init(reservation: -1), ["memory.soft_limit_in_bytes=-1"]),
        (.init(kernelTCP: 9), ["memory.kmem.tcp.limit_in_bytes=9"]),
        (.init(swappiness: 0), ["memory.swappiness=0"]), (.init(swappiness: 60), ["memory.swappiness=60"]),
        (.init(disableOOMKiller: true), ["memory.oom_control=1"]), (.init(disableOOMKiller: false), []),
        (.init(useHierarchy: true, checkBeforeUpdate: true), []),
        (.init(limit: .max), ["memory.limit_in_bytes=9223372036854775807"]),
        (
            .init(limit: 1, reservation: 2, swap: 3, kernelTCP: 4, swappiness: 5, disableOOMKiller: true),
            [
                "memory.limit_in_bytes=1", "memory.memsw.limit_in_bytes=3", "memory.soft_limit_in_bytes=2",
                "memory.kmem.tcp.limit_in_bytes=4", "memory.swappiness=5", "memory.oom_control=1",
            ]
        ),
    ]

    @Test("Memory", arguments: memoryCases) func memory(memory: Resources.Memory, expected: [String]) {
        #expect(lines(LegacyResources.memory(Resources(memory: memory))) == expected)
    }

    static let cpuCases: [(Resources.CPU, [String])] = [
        (.init(), []),
        (.init(shares: 1024), ["cpu.shares=1024"]), (.init(shares: 0), []), (.init(shares: 2), ["cpu.shares=2"]),
        (.init(quota: 5000), ["cpu.cfs_quota_us=5000"]), (.init(quota: 0), []),
        (.init(quota: -1), ["cpu.cfs_quota_us=-1"]),
        (.init(period: 100_000), ["cpu.cfs_period_us=100000"]), (.init(period: 0), []),
        // A quota is judged by the period that is there.
        (.init(quota: 1, period: 2), ["cpu.cfs_period_us=2", "cpu.cfs_quota_us=1"]),
        (.init(burst: 0), ["cpu.cfs_burst_us=0"]), (.init(burst: 7), ["cpu.cfs_burst_us=7"]),
        (.init(realtimeRuntime: 3, realtimePeriod: 4), ["cpu.rt_period_us=4", "cpu.rt_runtime_us=3"]),
        (.init(realtimeRuntime: 0, realtimePeriod: 0), []),
        (.init(idle: 0), ["cpu.idle=0"]), (.init(idle: 1), ["cpu.idle=1"]),
        (.init(shares: 7, idle: 1), ["cpu.idle=1"]), (.init(shares: 7, idle: 0), ["cpu.shares=7", "cpu.idle=0"]),
        (.init(cpus: "0-1", mems: "0"), []),
    ]

    @Test("Processor time", arguments: cpuCases) func cpu(cpu: Resources.CPU, expected: [String]) {
        #expect(lines(LegacyResources.cpu(Resources(cpu: cpu))) == expected)
    }

    @Test(
        "Placement",
        arguments: [
            (.init(), []), (.init(cpus: "0-3,7"), ["cpuset.cpus=0-3,7"]), (.init(mems: "0"), ["cpuset.mems=0"]),
            (.init(cpus: "1", mems: "0-1"), ["cpuset.cpus=1", "cpuset.mems=0-1"]), (.init(cpus: "", mems: ""), []),
            (.init(shares: 2), []),
        ] as [(Resources.CPU, [String])])
    func cpuset(cpu: Resources.CPU, expected: [String]) {
        #expect(lines(LegacyResources.cpuset(Resources(cpu: cpu))) == expected)
    }

    static let pidsCases: [(Int64?, [String])] = [
        (nil, []), (-1, ["pids.max=max"]), (.min, ["pids.max=max"]), (0, ["pids.max=1"]), (1, ["pids.max=1"]),
        (100, ["pids.max=100"]), (.max, ["pids.max=9223372036854775807"]),
    ]

    @Test("Tasks, in both versions", arguments: pidsCases) func pids(limit: Int64?, expected: [String]) {
        let resources = Resources(pids: Resources.Pids(limit: limit))
        #expect(lines(LegacyResources.pids(resources)) == expected)
        #expect(lines(UnifiedResources.pids(resources)) == expected)
    }

    @Test("Nothing asked for, nothing written") func nothing() {
        let resources = Resources()
        #expect(LegacyResources.memory(resources).isEmpty)
        #expect(LegacyResources.cpu(resources).isEmpty)
        #expect(LegacyResources.cpuset(resources).isEmpty)
        #expect(LegacyResources.pids(resources).isEmpty)
    }

    @Test("Each value tells the property that it comes from") func properties() {
        let resources = Resources(
            memory: .init(limit: 1, reservation: 1, swap: 1, kernelTCP: 1, swappiness: 1, disableOOMKiller: true),
            cpu: .init(
                shares: 1, quota: 1, burst: 1, period: 1, realtimeRuntime: 1, realtimePeriod: 1, cpus: "1", mems: "1",
                idle: 0), pids: .init(limit: 1))
        let settings =
            LegacyResources.memory(resources) + LegacyResources.cpu(resources) + LegacyResources.cpuset(resources)
            + LegacyResources.pids(resources)
        let names = [
            "memory.limit", "memory.swap", "memory.reservation", "memory.kernelTCP", "memory.swappiness",
            "memory.disableOOMKiller", "cpu.shares", "cpu.period", "cpu.quota", "cpu.burst", "cpu.realtimePeriod",
            "cpu.realtimeRuntime", "cpu.idle", "cpu.cpus", "cpu.mems", "pids.limit",
        ]
        #expect(settings.map(\.property) == names.map { "linux.resources." + $0 })
    }
}
