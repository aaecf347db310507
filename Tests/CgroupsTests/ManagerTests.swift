@testable import Cgroups
import Glibc
import OCI
import System
import SystemPackage
import TestSupport
import Testing

/// The managers on plain directories that look like hierarchies. No process has a number as high as those in here, in
/// case that one of them is to be killed.
@Suite("The managers") struct ManagerTests {
    private let directory = TemporaryDirectory()

    private func member(_ controllers: String...) -> LegacyManager.Member {
        let name = controllers.joined(separator: ",")
        return LegacyManager.Member(
            controllers: controllers, path: directory.path + "/\(name)/c", mountPoint: directory.path + "/\(name)")
    }

    private func hasBirthplace(_ manager: some Manager) throws -> Bool {
        try manager.makeBirthplace() != nil
    }

    // MARK: Version 1

    @Test("Version 1 makes a cgroup in each hierarchy, and removes it") func legacy() throws {
        let manager = LegacyManager(
            members: [member("cpu", "cpuacct"), member("memory")], unified: directory.path + "/u/c")
        try manager.create()
        for path in manager.paths.values where !path.contains("/u/") { #expect(try Files.kind(of: path) == .directory) }
        #expect(try Files.kind(of: directory.path + "/u/c") == nil)
        #expect(try hasBirthplace(manager))
        #expect(try Files.kind(of: directory.path + "/u/c") == .directory)
        try manager.remove()
        for path in manager.paths.values { #expect(try Files.kind(of: path) == nil) }
        try manager.remove()
    }

    @Test("What was made for nothing is removed, but not what others use") func discard() throws {
        let manager = LegacyManager(members: [member("cpu"), member("memory")], unified: directory.path + "/u/c")
        try manager.create()
        #expect(try hasBirthplace(manager))
        try directory.add("memory/c", ["cgroup.procs": "5000009\n"])
        manager.discard()
        #expect(try Files.kind(of: directory.path + "/cpu/c") == nil)
        #expect(try Files.kind(of: directory.path + "/u/c") == nil)
        #expect(try directory.content("memory/c/cgroup.procs") == "5000009\n")
        manager.discard()
    }

    @Test("Without a version 2 tree there is no birthplace") func noBirthplace() throws {
        #expect(try !hasBirthplace(LegacyManager(members: [member("memory")], unified: nil)))
    }

    @Test("A new cpuset has what its parents have") func cpuset() throws {
        let files = ["cpuset.cpus": "", "cpuset.mems": ""]
        try directory.add("cpuset", ["cpuset.cpus": "0-3\n", "cpuset.mems": "0\n"])
        try directory.add("cpuset/a", ["cpuset.cpus": "\n", "cpuset.mems": "1\n"])
        try directory.add("cpuset/a/b", files)
        var set = member("cpuset")
        set.path = directory.path + "/cpuset/a/b"
        try LegacyManager(members: [set], unified: nil).create()
        #expect(try directory.content("cpuset/a/cpuset.cpus") == "0-3")
        #expect(try directory.content("cpuset/a/b/cpuset.cpus") == "0-3")
        #expect(try directory.content("cpuset/a/b/cpuset.mems") == "1")
    }

    @Test("Limits go to the hierarchy that has their controller") func apply() throws {
        try directory.add("cpu,cpuacct/c", ["cpu.shares": ""])
        try directory.add("memory/c", ["memory.limit_in_bytes": ""])
        try directory.add("pids/c", ["pids.max": ""])
        try directory.add("devices/c", ["devices.deny": "", "devices.allow": ""])
        let manager = LegacyManager(
            members: [member("cpu", "cpuacct"), member("memory"), member("pids"), member("devices")], unified: nil)
        try manager.apply(
            Resources(memory: .init(limit: 5), cpu: .init(shares: 7), pids: .init(limit: -1)))
        #expect(try directory.content("cpu,cpuacct/c/cpu.shares") == "7")
        #expect(try directory.content("memory/c/memory.limit_in_bytes") == "5")
        #expect(try directory.content("pids/c/pids.max") == "max")
        #expect(try directory.content("devices/c/devices.deny") == "a")
        #expect(try directory.content("devices/c/devices.allow").hasPrefix("c 136:* rwm"))
    }

    @Test("A limit without its controller is blamed on its property") func missingController() throws {
        let manager = LegacyManager(members: [], unified: nil)
        #expect(
            throws: SystemError(
                "write 5", "memory.limit_in_bytes", .noSuchFileOrDirectory, property: "linux.resources.memory.limit",
                hint: "the memory controller is not mounted below /sys/fs/cgroup")
        ) { try manager.apply(Resources(memory: .init(limit: 5))) }
    }

    @Test("The init joins through tasks files") func membership() throws {
        try directory.add("cpu/c", ["tasks": ""])
        try directory.add("memory/c", ["tasks": ""])
        let manager = LegacyManager(members: [member("cpu"), member("memory")], unified: nil)
        let files = try manager.membershipFiles(in: [])
        #expect(files.numbers.count == 2)
        unlink(directory.path + "/memory/c/tasks")
        let error = #expect(throws: SystemError.self) { _ = try manager.membershipFiles(in: []) }
        #expect(error?.errno == .noSuchFileOrDirectory)
    }

    @Test(
        "Frozen, or on the way there",
        arguments: [("THAWED\n", false), ("FROZEN\n", true), ("FREEZING\n", true)])
    func frozen(state: String, isFrozen: Bool) throws {
        try directory.add("freezer/c", ["freezer.state": state])
        #expect(try LegacyManager(members: [member("freezer")], unified: nil).isFrozen() == isFrozen)
    }

    @Test("Not frozen where there is no freezer") func notFrozen() throws {
        #expect(try !LegacyManager(members: [member("freezer")], unified: nil).isFrozen())
        #expect(try !LegacyManager(members: [member("memory")], unified: nil).isFrozen())
    }

    @Test("A frozen container is thawed to be killed") func killFrozen() throws {
        try directory.add("freezer/c", ["freezer.state": "FROZEN\n"])
        try directory.add("u/c", ["cgroup.kill": ""])
        try LegacyManager(members: [member("freezer")], unified: directory.path + "/u/c").kill()
        #expect(try directory.content("u/c/cgroup.kill") == "1")
        #expect(try directory.content("freezer/c/freezer.state").hasPrefix("THAWED"))
    }

    @Test("Processes and kills are counted") func counts() throws {
        try directory.add("memory/c", ["memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n"])
        try directory.add("devices/c", ["cgroup.procs": "5000003\n5000004\n"])
        try directory.add("u/c", ["cgroup.procs": "5000005\n"])
        let members = [member("memory"), member("devices")]
        #expect(LegacyManager(members: members, unified: nil).outOfMemoryKills() == 4)
        #expect(LegacyManager(members: [], unified: nil).outOfMemoryKills() == nil)
        #expect(try LegacyManager(members: members, unified: nil).processes() == [5_000_003, 5_000_004])
        #expect(try LegacyManager(members: members, unified: directory.path + "/u/c").processes() == [5_000_005])
        #expect(try LegacyManager(members: [], unified: nil).processes() == [])
    }

    // MARK: Version 2

    private func unified(_ path: String) -> UnifiedManager {
        UnifiedManager(path: directory.path + "/cg/" + path, mountPoint: directory.path + "/cg")
    }

    @Test("Version 2 hands every controller down to the cgroup's parent") func controllers() throws {
        try directory.add("cg", ["cgroup.controllers": "cpu memory pids\n", "cgroup.subtree_control": "memory\n"])
        try directory.add("cg/a", ["cgroup.controllers": "cpu pids\n", "cgroup.subtree_control": ""])
        let manager = unified("a/b")
        #expect(manager.paths == ["": directory.path + "/cg/a/b"])
        #expect(try hasBirthplace(manager))
        #expect(try directory.content("cg/cgroup.subtree_control") == "+cpu +pids")
        #expect(try directory.content("cg/a/cgroup.subtree_control") == "+cpu +pids")
        #expect(try Files.kind(of: directory.path + "/cg/a/b") == .directory)
        #expect(try Files.kind(of: directory.path + "/cg/a/b/cgroup.subtree_control") == nil)
        try manager.remove()
        #expect(try Files.kind(of: directory.path + "/cg/a/b") == nil)
    }

    @Test("Nothing is written where all is handed down already") func handedDown() throws {
        try directory.add("cg", ["cgroup.controllers": "cpu\n", "cgroup.subtree_control": "cpu\n"])
        _ = try unified("b").makeBirthplace()
        #expect(try directory.content("cg/cgroup.subtree_control") == "cpu\n")
    }

    @Test("Limits, and no device program where all is allowed") func applyUnified() throws {
        try directory.add("cg/c", ["memory.max": "", "pids.max": ""])
        let devices = [Rule(allow: true)]
        try unified("c").apply(Resources(devices: devices, memory: .init(limit: 5), pids: .init(limit: 6)))
        #expect(try directory.content("cg/c/memory.max") == "5")
        #expect(try directory.content("cg/c/pids.max") == "6")
    }

    @Test("Looks at the version 2 files") func looks() throws {
        try directory.add(
            "cg/c",
            [
                "cgroup.events": "populated 1\nfrozen 1\n", "memory.events": "oom 1\noom_kill 2\n",
                "cgroup.procs": "5000008\n",
                "cgroup.kill": "",
            ])
        let manager = unified("c")
        #expect(try manager.isFrozen())
        #expect(manager.outOfMemoryKills() == 2)
        #expect(try manager.processes() == [5_000_008])
        let files = try manager.membershipFiles(in: [])
        #expect(files.numbers.isEmpty)
        try manager.create()
        try manager.kill()
        #expect(try directory.content("cg/c/cgroup.kill") == "1")
    }

    @Test("A cgroup that is gone is not frozen and has no processes") func gone() throws {
        let manager = unified("none")
        #expect(try !manager.isFrozen())
        #expect(manager.outOfMemoryKills() == nil)
        #expect(try manager.processes().isEmpty)
        try manager.kill()
        try manager.remove()
    }
}
