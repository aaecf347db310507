@testable import Cgroups
import Glibc
import OCI
import System
import SystemPackage
import Testing

@Suite("A container without cgroups") struct DisabledManagerTests {
    private func manager(isRoot: Bool = true) -> DisabledManager {
        let layout = Layout(
            hierarchies: [Layout.Hierarchy(controllers: ["cpu"], mountPoint: "/cg/cpu", own: "/a")],
            unified: Layout.Unified(mountPoint: "/cg/unified", own: "/"))
        return DisabledManager(
            ManagerRequest(
                .disabled, path: "/p", id: "ID", layout: layout,
                caller: .init(isRoot: isRoot, mayWrite: { _ in false }, exists: { _ in true })))
    }

    @Test("It sees the caller's cgroups, and has none") func view() throws {
        let manager = manager()
        #expect(
            manager.members == [LegacyManager.Member(controllers: ["cpu"], path: "/cg/cpu/a", mountPoint: "/cg/cpu")])
        #expect(manager.unifiedPath == "/cg/unified")
        #expect(manager.namedPaths.isEmpty && manager.paths.isEmpty)
        let files = try manager.membershipFiles(in: [])
        #expect(files.numbers.isEmpty)
        #expect(try manager.makeBirthplace() == nil)
        #expect(manager.discard())
    }

    @Test("In a container that sees no more than its cgroup, that is where the mount begins") func nested() {
        let layout = Layout(
            hierarchies: [Layout.Hierarchy(controllers: ["cpu"], mountPoint: "/cg/cpu", own: "/a")], unified: nil)
        let manager = DisabledManager(
            ManagerRequest(
                .disabled, path: nil, id: "ID", layout: layout,
                caller: .init(isRoot: false, mayWrite: { _ in false }, exists: { $0 == "/cg/cpu" })))
        #expect(manager.members.map(\.path) == ["/cg/cpu"])
    }

    @Test("What is asked for and not applied is named once") func unapplied() {
        let resources = Resources(
            devices: [.init(allow: false, access: "rwm")], memory: .init(limit: 5, swap: 7),
            cpu: .init(quota: 1, period: 2), pids: .init(limit: 3), network: .init(classID: 4),
            unified: ["memory.high": "1"])
        #expect(
            manager().unapplied(resources) == [
                "linux.resources.memory.limit", "linux.resources.memory.swap", "linux.resources.cpu.quota",
                "linux.resources.pids.limit", "linux.resources.unified.memory.high",
                "linux.resources.network.classID", "linux.resources.devices",
            ])
        #expect(manager().unapplied(Resources()).isEmpty)
        #expect(manager().unapplied(Resources(devices: [.init(allow: true)])).isEmpty)
        #expect(manager(isRoot: false).unapplied(Resources(devices: [.init(allow: false)])).isEmpty)
    }

    @Test("What needs a cgroup says so") func refusals() throws {
        let manager = manager()
        let subgroup = try #require(Subgroup("a"))
        let calls: [() throws -> Void] = [
            { try manager.freeze() }, { try manager.thaw() }, { _ = try manager.statistics() },
            { _ = try manager.openBirthplace(in: [subgroup]) },
            { _ = try manager.prepareUpdate(of: Resources(), by: Resources(pids: .init(limit: 1))) },
        ]
        for call in calls {
            let error = #expect(throws: SystemError.self) { try call() }
            #expect(error?.errno == .notSupported)
            #expect(error?.hint == "the container was made without a cgroup of its own")
        }
        #expect(try !manager.isFrozen())
        #expect(try manager.watchMemory() == nil)
    }

    @Test("A process that is another by now is not the container's") func reused() throws {
        let start = try #require(try ProcessStat.read(getpid())).startTime
        func processes(_ start: UInt64) throws -> [Int32] {
            try DisabledManager(of: .init(pid: getpid(), startTime: start, sharesPIDNamespace: true)).processes()
        }
        #expect(try processes(start).contains(getpid()))
        #expect(try processes(start + 1).isEmpty)
    }

    // MARK: Families

    /// 10 has the children 11 and 12, and 11 has 13; 20 is somebody else's, with the child 21.
    private let family = ProcessFamily(parents: [1: 0, 10: 1, 11: 10, 12: 10, 13: 11, 20: 1, 21: 20])

    @Test("A family is a process with all that descend from it") func descendants() {
        #expect(family.family(of: 10, companions: []) == [10, 11, 12, 13])
        #expect(family.family(of: 13, companions: []) == [13])
        #expect(family.family(of: 99, companions: []) == [])
    }

    @Test("With those who were sent in, and theirs") func companions() {
        #expect(family.family(of: 10, companions: [20]) == [10, 11, 12, 13, 20, 21])
    }

    @Test("Numbers that came round again lead nowhere") func circle() {
        #expect(ProcessFamily(parents: [2: 3, 3: 2, 10: 1]).family(of: 10, companions: []) == [10])
    }
}
