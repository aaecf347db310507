import DBus
import OCI
import Testing

@testable import Cgroups

@Suite("What systemd is told of resources") struct UnitPropertiesTests {
    static let unified: [(resources: Resources, expected: [String])] = [
        (Resources(), []),
        (
            Resources(memory: .init(limit: 1 << 20, reservation: 4096, swap: 3 << 20)),
            ["MemoryMax=1048576", "MemorySwapMax=2097152", "MemoryLow=4096"]
        ),
        (Resources(memory: .init(limit: -1)), ["MemoryMax=infinity", "MemorySwapMax=infinity"]),
        (Resources(memory: .init(limit: 0, swap: 0)), []),
        (Resources(memory: .init(limit: 4096, swap: 4096)), ["MemoryMax=4096", "MemorySwapMax=0"]),
        (Resources(cpu: .init(shares: 1024)), ["CPUWeight=100"]),
        (Resources(cpu: .init(shares: 2)), ["CPUWeight=1"]),
        (Resources(cpu: .init(shares: 0)), []),
        (Resources(cpu: .init(shares: 1024, idle: 1)), ["CPUWeight=0"]),
        (Resources(cpu: .init(idle: 0)), ["CPUWeight=infinity"]),
        (Resources(cpu: .init(shares: 2, idle: 0)), ["CPUWeight=1"]),
        (
            Resources(cpu: .init(quota: 50_000, period: 100_000)),
            ["CPUQuotaPeriodUSec=100000", "CPUQuotaPerSecUSec=500000"]
        ),
        (Resources(cpu: .init(quota: 12_345)), ["CPUQuotaPerSecUSec=130000"]),
        (Resources(cpu: .init(quota: 1)), ["CPUQuotaPerSecUSec=10000"]),
        (
            Resources(cpu: .init(quota: 1, period: 1_000_000)),
            ["CPUQuotaPeriodUSec=1000000", "CPUQuotaPerSecUSec=10000"]
        ),
        (Resources(cpu: .init(quota: -1)), ["CPUQuotaPerSecUSec=infinity"]),
        (Resources(cpu: .init(period: 5000)), ["CPUQuotaPeriodUSec=5000", "CPUQuotaPerSecUSec=infinity"]),
        (Resources(cpu: .init(quota: .max, period: 1)), ["CPUQuotaPeriodUSec=1", "CPUQuotaPerSecUSec=infinity"]),
        (
            Resources(cpu: .init(quota: .max, period: .max)),
            ["CPUQuotaPeriodUSec=infinity", "CPUQuotaPerSecUSec=500000"]
        ),
        (Resources(cpu: .init(cpus: "0-2,9", mems: "1")), ["AllowedCPUs=7 2", "AllowedMemoryNodes=2"]),
        (Resources(cpu: .init(cpus: "", mems: "")), []),
        (Resources(pids: .init(limit: 10)), ["TasksMax=10"]),
        (Resources(pids: .init(limit: -1)), ["TasksMax=infinity"]),
        (Resources(pids: .init(limit: 0)), ["TasksMax=1"]),
        (Resources(blockIO: .init(weight: 10)), ["IOWeight=1"]),
        (Resources(blockIO: .init(weight: 1000)), ["IOWeight=10000"]),
        (Resources(blockIO: .init(weight: 0)), []),
    ]

    @Test("Version 2", arguments: unified) func versionTwo(resources: Resources, expected: [String]) throws {
        let properties = try UnitProperties.resources(resources, isUnified: true, version: 255)
        #expect(texts(properties) == expected)
    }

    static let files: [(files: [String: String], expected: [String])] = [
        (["cpu.max": "max"], ["CPUQuotaPerSecUSec=infinity"]),
        (["cpu.max": "max 20000"], ["CPUQuotaPeriodUSec=20000", "CPUQuotaPerSecUSec=infinity"]),
        (["cpu.max": " 1000\t20000\n"], ["CPUQuotaPeriodUSec=20000", "CPUQuotaPerSecUSec=50000"]),
        (["cpu.weight": "55"], ["CPUWeight=55"]),
        (["cpu.weight": "55", "cpu.idle": "1"], ["CPUWeight=0"]),
        (["cpu.idle": "1"], ["CPUWeight=0"]),
        (["cpu.idle": "0"], []),
        (["cpuset.cpus": "8-9", "cpuset.mems": "0"], ["AllowedCPUs=0 3", "AllowedMemoryNodes=1"]),
        (
            ["memory.high": "1", "memory.low": "2", "memory.min": "3", "memory.max": "max", "memory.swap.max": "0"],
            ["MemoryHigh=1", "MemoryLow=2", "MemoryMax=infinity", "MemoryMin=3", "MemorySwapMax=0"]
        ),
        (["pids.max": "max"], ["TasksMax=infinity"]),
        (["io.max": "8:0 rbps=1", "hugetlb.2MB.max": "0", "memory.oom.group": "1"], []),
    ]

    @Test("linux.resources.unified", arguments: files) func unifiedFiles(files: [String: String], expected: [String])
        throws
    {
        let properties = try UnitProperties.resources(Resources(unified: files), isUnified: true, version: 255)
        #expect(texts(properties) == expected)
    }

    @Test("unified has the last word") func lastWord() throws {
        let resources = Resources(
            memory: .init(limit: 4096), cpu: .init(shares: 1024, quota: 1000), pids: .init(limit: 1),
            unified: ["memory.max": "8192", "cpu.weight": "7", "pids.max": "9", "cpu.max": "max"])
        #expect(
            texts(try UnitProperties.resources(resources, isUnified: true, version: 255)) == [
                "MemoryMax=8192", "CPUWeight=7", "CPUQuotaPerSecUSec=infinity", "TasksMax=9",
            ])
    }

    @Test("Values of unified that are none") func badFiles() {
        for (file, value, reason) in [
            ("cpu.max", "", "\"\" is not QUOTA or QUOTA PERIOD"),
            ("cpu.max", "1 2 3", "\"1 2 3\" is not QUOTA or QUOTA PERIOD"),
            ("cpu.max", "x", "\"x\" is no number"), ("cpu.max", "1 y", "\"y\" is no number"),
            ("cpu.max", "0", "a quota of 0 lets nothing run"), ("cpu.weight", "-1", "\"-1\" is no number"),
            ("memory.max", "1g", "\"1g\" is no number"), ("pids.max", "", "\"\" is no number"),
            ("cpuset.cpus", "3-1", "\"3-1\" is no list of numbers, as \"0-3,7\" is one"),
        ] {
            #expect(throws: ManagerRefusal("linux.resources.unified." + file, reason)) {
                _ = try UnitProperties.resources(Resources(unified: [file: value]), isUnified: true)
            }
        }
    }

    @Test("Lists of CPUs that are none", arguments: ["x", "1-", "-1", "1-2-3", "9999", "2-1", ",", "0x1"])
    func badSets(list: String) {
        let reason = "\"\(list)\" is no list of numbers, as \"0-3,7\" is one"
        #expect(throws: ManagerRefusal("linux.resources.cpu.cpus", reason)) {
            _ = try UnitProperties.resources(Resources(cpu: .init(cpus: list)), isUnified: true)
        }
        #expect(throws: ManagerRefusal("linux.resources.cpu.mems", reason)) {
            _ = try UnitProperties.resources(Resources(cpu: .init(mems: list)), isUnified: true)
        }
    }

    @Test("What an older systemd does not know is left out") func versions() throws {
        func names(_ resources: Resources, _ version: Int) throws -> [String] {
            try UnitProperties.resources(resources, isUnified: true, version: version).map(\.name)
        }
        let quota = Resources(cpu: .init(quota: 1, period: 2))
        #expect(try names(quota, 242) == ["CPUQuotaPeriodUSec", "CPUQuotaPerSecUSec"])
        #expect(try names(quota, 241) == ["CPUQuotaPerSecUSec"])
        let set = Resources(cpu: .init(cpus: "0", mems: "0"))
        #expect(try names(set, 244) == ["AllowedCPUs", "AllowedMemoryNodes"])
        #expect(try names(set, 243).isEmpty)
        for idle in [
            Resources(cpu: .init(idle: 1)), Resources(cpu: .init(idle: 0)), Resources(unified: ["cpu.idle": "1"]),
        ] {
            #expect(try names(idle, 251).isEmpty)
            #expect(UnitProperties.dependOnVersion(idle))
        }
        #expect(try names(Resources(cpu: .init(shares: 5, idle: 1)), 251).isEmpty)
        #expect(!UnitProperties.dependOnVersion(Resources(cpu: .init(quota: 1, period: 2, cpus: "1"))))
    }

    static let legacy: [(resources: Resources, expected: [String])] = [
        (Resources(), []),
        (Resources(memory: .init(limit: 4096, reservation: 1, swap: 8192)), ["MemoryLimit=4096"]),
        (Resources(memory: .init(limit: -1)), ["MemoryLimit=infinity"]),
        (Resources(cpu: .init(shares: 1024, quota: -1)), ["CPUShares=1024", "CPUQuotaPerSecUSec=infinity"]),
        (Resources(cpu: .init(shares: 1)), ["CPUShares=2"]),
        (Resources(cpu: .init(shares: 1 << 40)), ["CPUShares=262144"]),
        (Resources(blockIO: .init(weight: 500)), ["BlockIOWeight=500"]),
        (Resources(pids: .init(limit: -1)), ["TasksMax=infinity"]),
        (Resources(cpu: .init(cpus: "0"), unified: ["memory.max": "1"]), []),
    ]

    @Test("Version 1", arguments: legacy) func versionOne(resources: Resources, expected: [String]) throws {
        #expect(texts(try UnitProperties.resources(resources, isUnified: false, version: 255)) == expected)
    }

    @Test("What every scope has") func scope() throws {
        let unit = try UnitName(cgroupsPath: "a.slice:p:n", id: "ID", isRootless: false)
        let properties = UnitProperties.essential(unit, description: "container ID", pids: [7, 8], isUnified: true)
        #expect(
            texts(properties) == [
                "Description=container ID", "Slice=a.slice", "Delegate=yes", "PIDs=7 8", "CPUAccounting=yes",
                "MemoryAccounting=yes", "IOAccounting=yes", "TasksAccounting=yes", "DefaultDependencies=no",
                "CollectMode=inactive-or-failed",
            ])
        #expect(properties[3].value.signature == "au")
        let legacy = UnitProperties.essential(unit, description: "", pids: [7], isUnified: false)
        #expect(legacy.map(\.name).contains("BlockIOAccounting") && !legacy.map(\.name).contains("IOAccounting"))
    }

    @Test("What every slice has") func slice() throws {
        let unit = try UnitName(cgroupsPath: "a.slice:p:a-b.slice", id: "ID", isRootless: false)
        let properties = UnitProperties.essential(unit, description: "d", pids: [7], isUnified: true)
        #expect(texts(properties).prefix(2) == ["Description=d", "Wants=a.slice"])
        #expect(!properties.map(\.name).contains { ["PIDs", "Delegate", "Slice"].contains($0) })
    }

    @Test("Of those of one name, the last counts") func merged() {
        let merged = UnitProperty.merged(
            [UnitProperty("A", .byte(1)), UnitProperty("B", .byte(2))],
            [UnitProperty("C", .byte(3)), UnitProperty("A", .byte(4))])
        #expect(texts(merged) == ["A=4", "B=2", "C=3"])
    }
}
