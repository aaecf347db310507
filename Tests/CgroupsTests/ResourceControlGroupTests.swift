import Cgroups
import OCI
import System
import SystemPackage
import TestSupport
import Testing

/// On a directory that looks like resctrl, but that no kernel fills new groups of.
@Suite("Groups of resctrl") struct ResourceControlGroupTests {
    private typealias Group = ResourceControlGroup
    private let directory = TemporaryDirectory()

    private var root: String { directory.path + "/r" }

    private func mount(monitoring: Bool = false) throws {
        try directory.add("r", ["schemata": "    MB:0=100\n    L3:0=fffff;1=fffff\n", "tasks": ""])
        if monitoring { try directory.add("r/mon_groups") }
    }

    /// A group that is there.
    private func add(_ name: String, _ schemata: String = "L3:0=0ff;1=00f\nMB:0=100\n") throws {
        try directory.add("r/" + name, ["schemata": schemata, "tasks": ""])
    }

    private func make(_ control: Linux.IntelRdt) throws -> ResourceControlGroup {
        try ResourceControlGroup.make(control, id: "c", root: root)
    }

    private func failure(_ control: Linux.IntelRdt) -> SystemError? {
        do {
            _ = try make(control)
            return nil
        } catch {
            return error as? SystemError
        }
    }

    @Test("It is not mounted") func unmounted() throws {
        let error = failure(Linux.IntelRdt())
        #expect(error?.property == "linux.intelRdt" && error?.errno == .noSuchFileOrDirectory)
        #expect(error?.hint == "resctrl is not mounted, or this processor does not have it")
        #expect(failure(Linux.IntelRdt(schemata: ["L3:0=f"]))?.property == "linux.intelRdt.schemata[0]")
    }

    @Test("A group of the container's own, which goes with it") func own() throws {
        try mount()
        let group = try make(Linux.IntelRdt())
        #expect(group == Group(path: root + "/c", isOwn: true))
        #expect(try Files.kind(of: root + "/c") == .directory)
        group.remove()
        #expect(try Files.kind(of: root + "/c") == nil)
    }

    @Test("A group that others have come to use stays") func shared() throws {
        try mount()
        try add("g")
        let group = Group(path: root + "/g", isOwn: true)
        try directory.add("r/g", ["tasks": "77\n"])
        group.remove()
        #expect(try Files.kind(of: root + "/g") == .directory)
    }

    @Test("A group that is there is used as it is", arguments: [nil, "L3:0=ff", "L3:1=F;0=ff", "l3:0=ff"] as [String?])
    func existing(schema: String?) throws {
        try mount()
        try add("g")
        if schema?.hasPrefix("l3") == true {
            #expect(failure(Linux.IntelRdt(closID: "g", l3CacheSchema: schema))?.errno == .notSupported)
            return
        }
        let group = try make(Linux.IntelRdt(closID: "g", l3CacheSchema: schema))
        #expect(group == Group(path: root + "/g", isOwn: false))
        try group.add(1234)
        #expect(try directory.content("r/g/tasks") == "1234")
        group.remove()
        #expect(try Files.kind(of: root + "/g") == .directory)
    }

    static let mismatches: [(control: Linux.IntelRdt, property: String)] = [
        (.init(closID: "g", l3CacheSchema: "L3:0=f"), "l3CacheSchema"),
        (.init(closID: "g", l3CacheSchema: "L3:2=ff"), "l3CacheSchema"),
        (.init(closID: "g", memBwSchema: "MB:0=50"), "memBwSchema"),
        (.init(closID: "g", schemata: ["MB:0=100", "L3:1=ff"]), "schemata[1]"),
    ]

    @Test("A group that is there, and has something else", arguments: mismatches)
    func mismatch(control: Linux.IntelRdt, property: String) throws {
        try mount()
        try add("g")
        let error = failure(control)
        #expect(error?.property == "linux.intelRdt." + property && error?.errno == .invalidArgument)
        #expect(error?.hint?.hasPrefix("the group is there already, and has ") == true)
        #expect(try directory.content("r/g/schemata").hasPrefix("L3:0=0ff"))
    }

    @Test("A group that has to be there and is not") func missing() throws {
        try mount()
        let error = failure(Linux.IntelRdt(closID: "g"))
        #expect(error?.property == "linux.intelRdt.closID" && error?.errno == .noSuchFileOrDirectory)
        #expect(try Files.kind(of: root + "/g") == nil)
    }

    @Test("A group that gets schemata is made, and gone after a failure") func failing() throws {
        try mount()
        // No file system makes the group's files here.
        let error = failure(Linux.IntelRdt(closID: "g", schemata: ["L3:0=f"]))
        #expect(error?.property == "linux.intelRdt.schemata[0]" && error?.path == root + "/g/schemata")
        #expect(try Files.kind(of: root + "/g") == nil)
    }

    @Test("The default group") func defaultGroup() throws {
        try mount(monitoring: true)
        let group = try make(Linux.IntelRdt(closID: "/", l3CacheSchema: "L3:0=fffff", enableMonitoring: true))
        #expect(group == Group(path: root, monitoringPath: root + "/mon_groups/c", isOwn: false))
        #expect(failure(Linux.IntelRdt(closID: "/", l3CacheSchema: "L3:0=f"))?.errno == .invalidArgument)
        group.remove()
        #expect(try Files.kind(of: root + "/mon_groups/c") == nil)
        #expect(try Files.kind(of: root) == .directory)
    }

    @Test("A monitoring group of the container's own") func monitoring() throws {
        try mount(monitoring: true)
        try add("g")
        try directory.add("r/g/mon_groups")
        let group = try make(Linux.IntelRdt(closID: "g", enableMonitoring: true))
        #expect(group.monitoringPath == root + "/g/mon_groups/c")
        try directory.add("r/g/mon_groups/c", ["tasks": ""])
        try group.add(7)
        #expect(try directory.content("r/g/tasks") == "7")
        #expect(try directory.content("r/g/mon_groups/c/tasks") == "7")
    }

    @Test("A host that monitors nothing") func noMonitoring() throws {
        try mount()
        try add("g")
        let error = failure(Linux.IntelRdt(closID: "g", enableMonitoring: true))
        #expect(error?.property == "linux.intelRdt.enableMonitoring")
        #expect(error?.hint == "this host's resctrl has nothing to monitor")
    }

    @Test("Bandwidth among the cache's lines does not count") func bandwidth() throws {
        try mount()
        try add("g")
        let control = Linux.IntelRdt(closID: "g", l3CacheSchema: "MB:0=7\nL3:0=ff", memBwSchema: "MB:0=100")
        #expect(try make(control).path == root + "/g")
    }

    @Test("A process comes into a group that is gone nowhere") func gone() throws {
        try Group(path: root + "/none", monitoringPath: root + "/none/mon_groups/c", isOwn: true).add(1)
        Group(path: root + "/none", isOwn: true).remove()
    }

    @Test("What it uses") func statistics() throws {
        try mount()
        try add("g")
        for (domain, number) in [("mon_L3_00", "1"), ("mon_L3_01", "2")] {
            try directory.add(
                "r/g/mon_groups/c/mon_data/" + domain,
                [
                    "llc_occupancy": "10\(number)\n", "mbm_total_bytes": "20\(number)\n",
                    "mbm_local_bytes": "30\(number)\n",
                ])
        }
        let group = Group(path: root + "/g", monitoringPath: root + "/g/mon_groups/c", isOwn: false)
        let statistics = ResourceControl.statistics(group, root: root)
        #expect(statistics.l3CacheSchema == "L3:0=0ff;1=00f" && statistics.memoryBandwidthSchemaRoot == "MB:0=100")
        #expect(statistics.cacheOccupancy == [101, 102])
        #expect(statistics.memoryBandwidth == [.init(total: 201, local: 301), .init(total: 202, local: 302)])
        #expect(ResourceControl.statistics(Group(path: root, isOwn: false), root: root).cacheOccupancy == [])
    }
}
