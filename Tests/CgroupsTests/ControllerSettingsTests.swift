@testable import Cgroups
import OCI
import System
import TestSupport
import Testing

/// On directories that look like cgroups.
@Suite("Huge pages, RDMA, network classes, and files of version 2") struct ControllerSettingsTests {
    private let directory = TemporaryDirectory()

    private func legacy(_ controllers: String...) -> LegacyManager {
        LegacyManager(
            members: controllers.map {
                LegacyManager.Member(
                    controllers: [$0], path: directory.path + "/\($0)/c", mountPoint: directory.path + "/\($0)")
            }, unified: nil)
    }

    private var unified: UnifiedManager {
        UnifiedManager(path: directory.path + "/cg/c", mountPoint: directory.path + "/cg")
    }

    /// With no device program to be attached.
    private func resources(_ change: (inout Resources) -> Void) -> Resources {
        var resources = Resources(devices: [.init(allow: true)])
        change(&resources)
        return resources
    }

    static let rdmaLimits: [String: Resources.Rdma] = [
        "mlx5_1": .init(hcaHandles: 3, hcaObjects: 10_000), "a": .init(hcaHandles: 2), "b": .init(hcaObjects: 4),
    ]

    @Test("Every line of RDMA's limits, by device") func rdma() {
        let settings = RdmaSettings.settings(Resources(rdma: Self.rdmaLimits))
        #expect(
            lines(settings) == [
                "rdma.max=a hca_handle=2", "rdma.max=b hca_object=4",
                "rdma.max=mlx5_1 hca_handle=3 hca_object=10000",
            ])
        #expect(settings.map(\.property) == ["a", "b", "mlx5_1"].map { "linux.resources.rdma." + $0 })
    }

    @Test("Version 1") func version1() throws {
        let resources = resources { resources in
            resources.hugepageLimits = [.init(pageSize: "2MB", limit: 4 << 20), .init(pageSize: "1GB", limit: 0)]
            resources.rdma = ["a": .init(hcaHandles: 2)]
            resources.network = .init(
                classID: 0x10_0001, priorities: [.init(name: "lo", priority: 5)])
        }
        try directory.add(
            "hugetlb/c",
            [
                "hugetlb.2MB.limit_in_bytes": "", "hugetlb.2MB.rsvd.limit_in_bytes": "",
                "hugetlb.1GB.limit_in_bytes": "",
            ])
        try directory.add("rdma/c", ["rdma.max": ""])
        try directory.add("net_cls/c", ["net_cls.classid": ""])
        try directory.add("net_prio/c", ["net_prio.ifpriomap": ""])
        try directory.add("devices/c", ["devices.deny": "", "devices.allow": ""])
        try legacy("hugetlb", "rdma", "net_cls", "net_prio", "devices").apply(resources)
        #expect(try directory.content("hugetlb/c/hugetlb.2MB.limit_in_bytes") == "4194304")
        #expect(try directory.content("hugetlb/c/hugetlb.2MB.rsvd.limit_in_bytes") == "4194304")
        #expect(try directory.content("hugetlb/c/hugetlb.1GB.limit_in_bytes") == "0")
        #expect(try directory.content("rdma/c/rdma.max") == "a hca_handle=2")
        #expect(try directory.content("net_cls/c/net_cls.classid") == "1048577")
        #expect(try directory.content("net_prio/c/net_prio.ifpriomap") == "lo 5")
    }

    static let missingCases: [(controller: String, property: String, change: @Sendable (inout Resources) -> Void)] = [
        ("hugetlb", "hugepageLimits[0]", { $0.hugepageLimits = [.init(pageSize: "2MB", limit: 1)] }),
        ("rdma", "rdma.a", { $0.rdma = ["a": .init(hcaHandles: 2)] }),
        ("net_cls", "network.classID", { $0.network = .init(classID: 1) }),
        ("net_prio", "network.priorities[0]", { $0.network = .init(priorities: [.init(name: "lo", priority: 5)]) }),
    ]

    @Test("A controller that is not there is named", arguments: missingCases.indices) func missing(index: Int) throws {
        let (controller, property, change) = Self.missingCases[index]
        let error = #expect(throws: SystemError.self) { try legacy("devices").apply(resources(change)) }
        #expect(error?.property == "linux.resources." + property)
        #expect(error?.hint?.contains("the \(controller) controller is not mounted") == true)
    }

    @Test("Version 2") func version2() throws {
        try directory.add(
            "cg/c", ["hugetlb.2MB.max": "", "hugetlb.2MB.rsvd.max": "", "rdma.max": "", "memory.high": ""])
        try unified.apply(
            resources { resources in
                resources.hugepageLimits = [.init(pageSize: "2MB", limit: 4 << 20)]
                resources.rdma = ["a": .init(hcaObjects: 2)]
                resources.unified = ["memory.high": "7"]
            })
        #expect(try directory.content("cg/c/hugetlb.2MB.max") == "4194304")
        #expect(try directory.content("cg/c/hugetlb.2MB.rsvd.max") == "4194304")
        #expect(try directory.content("cg/c/rdma.max") == "a hca_object=2")
        #expect(try directory.content("cg/c/memory.high") == "7")
    }

    @Test("A page size that the host lacks is named") func unknownSize() throws {
        try directory.add("cg/c")
        let error = #expect(throws: SystemError.self) {
            try unified.apply(resources { $0.hugepageLimits = [.init(pageSize: "3MB", limit: 1)] })
        }
        #expect(error?.property == "linux.resources.hugepageLimits[0]")
        #expect(error?.hint == "this kernel or this cgroup has no hugetlb.3MB.max")
    }

    @Test("What is written as it is comes last, a line at a time, and has the last word") func unifiedFiles() throws {
        let settings = UnifiedFiles.settings(
            Resources(unified: ["memory.max": "9", "io.max": "8:0 rbps=1\n8:16 wbps=2\n", "x": ""]))
        #expect(lines(settings) == ["io.max=8:0 rbps=1", "io.max=8:16 wbps=2", "memory.max=9"])
        #expect(settings.map(\.property) == ["io.max", "io.max", "memory.max"].map { "linux.resources.unified." + $0 })
        try directory.add("cg/c", ["memory.max": ""])
        try unified.apply(
            resources { resources in
                resources.memory = .init(limit: 5)
                resources.unified = ["memory.max": "9"]
            })
        #expect(try directory.content("cg/c/memory.max") == "9")
        let error = #expect(throws: SystemError.self) {
            try unified.apply(resources { $0.unified = ["misc.max": "a 1"] })
        }
        #expect(error?.property == "linux.resources.unified.misc.max")
    }

    static let undoCases: [(file: String, value: String, before: String, back: String)] = [
        ("io.max", "8:0 rbps=1", "8:0 rbps=7\n8:16 rbps=2\n", "8:0 rbps=7"),
        ("io.max", "8:0 rbps=1", "", "8:0 rbps=max wbps=max riops=max wiops=max"),
        ("io.latency", "8:0 target=1", "", "8:0 target=0"), ("io.weight", "8:0 5", "default 100\n", "8:0 default"),
        ("io.bfq.weight", "default 5", "default 100\n", "default 100"),
        ("rdma.max", "a hca_handle=1", "", "a hca_handle=max hca_object=max"), ("misc.max", "a 1", "", "a max"),
        ("dmem.low", "a 1", "", "a 0"), ("memory.high", "1", "max\n", "max"),
    ]

    @Test("An update of them can be undone", arguments: undoCases.indices) func undo(index: Int) throws {
        let (file, value, before, back) = Self.undoCases[index]
        try directory.add("cg/c", [file: before])
        let change = try unified.prepareUpdate(of: Resources(), by: Resources(unified: [file: value]))
        try change.carryOut()
        #expect(try directory.content("cg/c/" + file).hasPrefix(value))
        _ = change.undo()
        #expect(try directory.content("cg/c/" + file).hasPrefix(back))
    }

    @Test("An update of version 1's") func update() throws {
        try directory.add("hugetlb/c", ["hugetlb.2MB.limit_in_bytes": "9223372036854771712\n"])
        try directory.add("net_prio/c", ["net_prio.ifpriomap": "lo 0\neth0 3\n"])
        let change = try legacy("hugetlb", "net_prio").prepareUpdate(
            of: Resources(network: .init(priorities: [.init(name: "eth0", priority: 3)])),
            by: Resources(
                hugepageLimits: [.init(pageSize: "2MB", limit: 5)],
                network: .init(priorities: [.init(name: "lo", priority: 7)])))
        try change.carryOut()
        #expect(try directory.content("hugetlb/c/hugetlb.2MB.limit_in_bytes").hasPrefix("5"))
        #expect(try directory.content("net_prio/c/net_prio.ifpriomap").hasPrefix("lo 7"))
        _ = change.undo()
        #expect(try directory.content("hugetlb/c/hugetlb.2MB.limit_in_bytes").hasPrefix("9223372036854771712"))
        #expect(try directory.content("net_prio/c/net_prio.ifpriomap").hasPrefix("lo 0"))
    }
}
