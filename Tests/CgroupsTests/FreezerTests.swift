@testable import Cgroups
import Glibc
import System
import SystemPackage
import TestSupport
import Testing

@Suite("The freezers") struct FreezerTests {
    private let directory = TemporaryDirectory()

    @Test("Version 1 by freezer.state") func legacy() throws {
        let path = try directory.add("f", ["freezer.state": "THAWED"])
        try LegacyFreezer.freeze(path)
        #expect(try directory.content("f/freezer.state") == "FROZEN")
        #expect(try LegacyFreezer.isFrozen(path))
        try LegacyFreezer.thaw(path)
        #expect(try directory.content("f/freezer.state") == "THAWED")
        #expect(try !LegacyFreezer.isFrozen(path))
    }

    @Test("Version 1: it never comes to be frozen") func legacyTimeout() throws {
        let path = try directory.add("f")
        symlink("/dev/null", path + "/freezer.state")
        let error = #expect(throws: SystemError.self) { try LegacyFreezer.freeze(path, attempts: 3) }
        #expect(error?.errno == .timedOut && error?.operation == "write FROZEN" && error?.hint != nil)
    }

    private func makeUnified(frozen: Int) throws -> String {
        try directory.add("u", ["cgroup.freeze": "?", "cgroup.events": "populated 1\nfrozen \(frozen)\n"])
    }

    @Test("Version 2 by cgroup.freeze, seen in cgroup.events") func unified() throws {
        try UnifiedFreezer.freeze(try makeUnified(frozen: 1))
        #expect(try directory.content("u/cgroup.freeze") == "1")
        #expect(UnifiedFreezer.isFrozen(directory.path + "/u"))
        try UnifiedFreezer.thaw(try makeUnified(frozen: 0))
        #expect(try directory.content("u/cgroup.freeze") == "0")
        #expect(!UnifiedFreezer.isFrozen(directory.path + "/u"))
    }

    @Test("Version 2: what can't be frozen is thawed again") func unifiedTimeout() throws {
        let path = try makeUnified(frozen: 0)
        let error = #expect(throws: SystemError.self) { try UnifiedFreezer.freeze(path, patience: 20) }
        #expect(error?.errno == .timedOut && error?.operation == "write 1" && error?.path == path + "/cgroup.freeze")
        #expect(try directory.content("u/cgroup.freeze") == "0")
    }

    @Test("Version 2: a cgroup above it is frozen") func unifiedParent() throws {
        let path = try makeUnified(frozen: 1)
        let error = #expect(throws: SystemError.self) { try UnifiedFreezer.thaw(path, patience: 20) }
        #expect(error?.errno == .timedOut && error?.hint == "a cgroup above it is frozen")
    }

    @Test("Of a cgroup that is gone") func gone() throws {
        let path = directory.path + "/none"
        #expect(throws: SystemError.self) { try LegacyFreezer.freeze(path) }
        #expect(throws: SystemError.self) { try UnifiedFreezer.freeze(path) }
        #expect(throws: SystemError.self) { try LegacyFreezer.thaw(path) }
        #expect(throws: SystemError.self) { try UnifiedFreezer.thaw(path) }
        #expect(try !LegacyFreezer.isFrozen(path))
        #expect(!UnifiedFreezer.isFrozen(path))
    }

    // MARK: The managers

    private func legacyManager(_ controllers: [String], unified: String?) -> LegacyManager {
        LegacyManager(
            members: controllers.map {
                LegacyManager.Member(controllers: [$0], path: directory.path + "/" + $0, mountPoint: "")
            }, unified: unified)
    }

    @Test("Beside a version 2 tree, version 1's freezer counts") func hybrid() throws {
        try directory.add("freezer", ["freezer.state": "THAWED"])
        let manager = legacyManager(["freezer"], unified: try makeUnified(frozen: 1))
        #expect(try !manager.isFrozen())
        try manager.freeze()
        #expect(try manager.isFrozen())
        #expect(try directory.content("u/cgroup.freeze") == "?")
        try manager.thaw()
        #expect(try directory.content("freezer/freezer.state") == "THAWED")
    }

    @Test("Without version 1's freezer, the version 2 tree's") func fallback() throws {
        let manager = legacyManager(["memory"], unified: try makeUnified(frozen: 1))
        #expect(try manager.isFrozen())
        try manager.freeze()
        #expect(try directory.content("u/cgroup.freeze") == "1")
    }

    @Test("Without any") func none() throws {
        let manager = legacyManager(["memory"], unified: nil)
        #expect(try !manager.isFrozen())
        let error = #expect(throws: SystemError.self) { try manager.freeze() }
        #expect(error?.hint == "the freezer controller is not mounted below /sys/fs/cgroup")
        #expect(throws: SystemError.self) { try manager.thaw() }
    }

    @Test("The killed are let go, others stay frozen") func releaseKilled() throws {
        try directory.add("freezer", ["freezer.state": "FROZEN"])
        try legacyManager(["freezer"], unified: nil).releaseKilled()
        #expect(try directory.content("freezer/freezer.state") == "THAWED")
        try directory.add("cg/u", ["cgroup.freeze": "1", "cgroup.events": "frozen 1\n"])
        try UnifiedManager(path: directory.path + "/cg/u", mountPoint: directory.path + "/cg").releaseKilled()
        #expect(try directory.content("cg/u/cgroup.freeze") == "1")
    }

    @Test("A signal to all leaves a frozen container frozen, and another running") func signalAll() throws {
        for state in ["FROZEN", "THAWED"] {
            try directory.add("freezer", ["freezer.state": state, "cgroup.procs": "5000001\n"])
            #expect(try !legacyManager(["freezer"], unified: nil).signal(SIGTERM))
            #expect(try directory.content("freezer/freezer.state") == state)
        }
        try directory.add("devices", ["cgroup.procs": "\(getpid())\n"])
        #expect(try legacyManager(["devices"], unified: nil).signal(0))
    }
}
