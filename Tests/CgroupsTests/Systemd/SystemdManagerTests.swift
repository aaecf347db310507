import System
import TestSupport
import Testing

@testable import Cgroups

@Suite("Cgroups that systemd makes") struct SystemdManagerTests {
    private let directory = TemporaryDirectory()

    /// A container's scope in a slice, as directories.
    private func manager() throws -> SystemdManager {
        try directory.add("a.slice", ["memory.events": "oom 3\noom_kill 3\n"])
        try directory.add("a.slice/skep-c.scope", ["memory.events": "oom 0\noom_kill 0\n"])
        return SystemdManager(
            SystemdUnit(name: "skep-c.scope", isUsers: false),
            base: UnifiedManager(path: directory.path + "/a.slice/skep-c.scope", mountPoint: directory.path))
    }

    @Test("The OOM killer's strikes are the scope's while that is there, whatever has happened in its slice")
    func ownKills() throws {
        let manager = try manager()
        manager.noteKills()
        try directory.add("a.slice", ["memory.events": "oom 5\noom_kill 5\n"])
        #expect(manager.outOfMemoryKills() == 0)
        try directory.add("a.slice/skep-c.scope", ["memory.events": "oom 1\noom_kill 1\n"])
        #expect(manager.outOfMemoryKills() == 1)
    }

    @Test("Those of a scope that is going, or gone, are what its slice has counted since") func killsAbove() throws {
        let manager = try manager()
        manager.noteKills()
        try directory.add("a.slice", ["memory.events": "oom 5\noom_kill 5\n"])
        // Its files go first.
        try Files.removeFile(directory.path + "/a.slice/skep-c.scope/memory.events")
        #expect(manager.outOfMemoryKills() == 2)
        try Files.removeDirectory(directory.path + "/a.slice/skep-c.scope")
        #expect(manager.outOfMemoryKills() == 2)
    }
}
