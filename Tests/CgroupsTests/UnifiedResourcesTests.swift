@testable import Cgroups
import OCI
import TestSupport
import Testing

@Suite("Resources in version 2") struct UnifiedResourcesTests {
    static let memoryCases: [(Resources.Memory, [String])] = [
        (.init(), []),
        (.init(limit: 512), ["memory.max=512"]), (.init(limit: -1), ["memory.max=max", "memory.swap.max=max"]),
        (.init(limit: -5), ["memory.max=max"]),
        // The property is the sum of memory and swap, the file has swap alone.
        (.init(limit: 100, swap: 300), ["memory.max=100", "memory.swap.max=200"]),
        (.init(limit: 100, swap: 100), ["memory.max=100", "memory.swap.max=0"]),
        (.init(limit: 100, swap: -1), ["memory.max=100", "memory.swap.max=max"]),
        (.init(limit: 100, swap: 0), ["memory.max=100"]),
        (.init(limit: -1, swap: -1), ["memory.max=max", "memory.swap.max=max"]),
        (.init(limit: -1, swap: 0), ["memory.max=max", "memory.swap.max=max"]),
        (.init(limit: -1, swap: 300), ["memory.max=max", "memory.swap.max=300"]),
        (.init(limit: 100, swap: 101), ["memory.max=100", "memory.swap.max=1"]),
        (.init(limit: 0, swap: -1), ["memory.swap.max=max"]),
        (.init(swap: -1), ["memory.swap.max=max"]), (.init(swap: 0), []),
        (.init(reservation: 7), ["memory.low=7"]), (.init(reservation: -1), ["memory.low=max"]),
        (.init(reservation: 0), ["memory.low=0"]),
        (.init(limit: .max, swap: .max), ["memory.max=9223372036854775807", "memory.swap.max=0"]),
        (
            .init(limit: 1, reservation: 2, swap: 3), ["memory.max=1", "memory.swap.max=2", "memory.low=2"]
        ),
    ]

    @Test("Memory", arguments: memoryCases) func memory(memory: Resources.Memory, expected: [String]) {
        #expect(lines(UnifiedResources.memory(Resources(memory: memory))) == expected)
    }

    @Test("Without swap accounting there is none to be used, and none to be limited")
    func noSwapAccounting() throws {
        let directory = TemporaryDirectory()
        try directory.add("c", ["memory.max": ""])
        func files(_ memory: Resources.Memory) -> [String] {
            UnifiedResources.memory(Resources(memory: memory)).needed(in: directory.path + "/c").map(\.file)
        }
        #expect(files(.init(limit: 100, swap: 100)) == ["memory.max"])
        #expect(files(.init(limit: 100, swap: -1)) == ["memory.max"])
        #expect(files(.init(limit: 100, swap: 101)) == ["memory.max", "memory.swap.max"])
        try directory.add("c", ["memory.swap.max": ""])
        #expect(files(.init(limit: 100, swap: 100)) == ["memory.max", "memory.swap.max"])
    }

    static let cpuCases: [(Resources.CPU, [String])] = [
        (.init(), []),
        (.init(shares: 1024), ["cpu.weight=100"]), (.init(shares: 0), []),
        (.init(quota: 5000), ["cpu.max=5000"]), (.init(quota: -1), ["cpu.max=max"]), (.init(quota: 0), []),
        (.init(period: 10_000), ["cpu.max=max 10000"]), (.init(period: 0), []),
        (.init(quota: 5000, period: 10_000), ["cpu.max=5000 10000"]),
        (.init(quota: -1, period: 10_000), ["cpu.max=max 10000"]),
        (.init(quota: 0, period: 10_000), ["cpu.max=max 10000"]), (.init(quota: 5000, period: 0), ["cpu.max=5000"]),
        (.init(quota: 0, period: 0), []),
        (.init(burst: 0), ["cpu.max.burst=0"]), (.init(burst: 5), ["cpu.max.burst=5"]),
        (.init(idle: 0), ["cpu.idle=0"]), (.init(idle: 1), ["cpu.idle=1"]),
        (.init(shares: 1024, idle: 1), ["cpu.idle=1"]),
        (.init(shares: 1024, idle: 0), ["cpu.idle=0", "cpu.weight=100"]),
        (.init(cpus: "0-3,7"), ["cpuset.cpus=0-3,7"]), (.init(mems: "0"), ["cpuset.mems=0"]),
        (.init(cpus: "", mems: ""), []),
    ]

    @Test("Processors", arguments: cpuCases) func cpu(cpu: Resources.CPU, expected: [String]) {
        #expect(lines(UnifiedResources.cpu(Resources(cpu: cpu))) == expected)
    }

    @Test("The quota's property, or the period's where there is none") func quotaProperty() {
        func properties(_ cpu: Resources.CPU) -> [String] { UnifiedResources.cpu(Resources(cpu: cpu)).map(\.property) }
        #expect(properties(.init(quota: 1)) == ["linux.resources.cpu.quota"])
        #expect(properties(.init(quota: 1, period: 1)) == ["linux.resources.cpu.quota"])
        #expect(properties(.init(period: 1)) == ["linux.resources.cpu.period"])
    }

    @Test(
        "Weights for shares",
        arguments: [
            (0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (10, 4), (100, 17), (128, 21), (256, 35), (512, 59), (1023, 100),
            (1024, 100), (1025, 101), (2048, 174), (4096, 303), (10_000, 627), (100_000, 4340), (262_143, 10_000),
            (262_144, 10_000), (262_145, 10_000), (1_000_000, 10_000), (.max, 10_000),
        ] as [(UInt64, UInt64)])
    func weight(shares: UInt64, weight: UInt64) {
        #expect(UnifiedResources.weight(shares: shares) == weight)
    }

    @Test("More shares never weigh less") func monotonous() {
        var last: UInt64 = 1
        for shares in UInt64(0)...262_144 {
            let weight = UnifiedResources.weight(shares: shares)
            if weight < last || weight > 10_000 { Issue.record("\(shares) shares weigh \(weight) after \(last)") }
            last = weight
        }
    }

    @Test("Everything at once, each with its property") func all() {
        let resources = Resources(
            memory: .init(limit: 1, reservation: 2, swap: 3),
            cpu: .init(shares: 2, quota: 1, burst: 1, period: 2, cpus: "1", mems: "0", idle: 0), pids: .init(limit: 4))
        let names = [
            "memory.limit", "memory.swap", "memory.reservation", "cpu.idle", "cpu.shares", "cpu.quota", "cpu.burst",
            "cpu.cpus", "cpu.mems", "pids.limit",
        ]
        #expect(UnifiedResources.settings(resources).map(\.property) == names.map { "linux.resources." + $0 })
        #expect(UnifiedResources.settings(Resources()).isEmpty)
    }
}
