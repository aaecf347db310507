import Cgroups
import Glibc
import System
import SystemPackage
import TestSupport
import Testing

/// On a directory that looks like resctrl.
@Suite("Cache and memory bandwidth") struct ResourceControlTests {
    private let directory = TemporaryDirectory()

    private func make(_ schemata: ResourceControl.Schemata) throws -> ResourceControl {
        try ResourceControl(path: directory.path + "/r/c", schemata, root: directory.path + "/r")
    }

    private func mount() throws {
        try directory.add("r", ["schemata": "    MB:0=100\n    L3:0=fffff\n", "tasks": ""])
    }

    @Test("It is not mounted", arguments: [("l3", "l3CacheSchema"), ("mb", "memBwSchema")])
    func unmounted(kind: String, property: String) {
        let schemata =
            kind == "l3"
            ? ResourceControl.Schemata(l3Cache: "L3:0=f") : ResourceControl.Schemata(memoryBandwidth: "MB:0=50")
        let error = #expect(throws: SystemError.self) { _ = try make(schemata) }
        #expect(error?.property == "linux.intelRdt." + property && error?.errno == .noSuchFileOrDirectory)
        #expect(error?.hint == "resctrl is not mounted, or this processor does not have it")
    }

    @Test("It does not control that") func uncontrolled() throws {
        try mount()
        let error = #expect(throws: SystemError.self) { _ = try make(.init(l3Cache: "L2:0=f")) }
        #expect(error?.errno == .notSupported && error?.property == "linux.intelRdt.l3CacheSchema")
        #expect(error?.hint == "this host's resctrl controls MB, L3")
        #expect(try Files.kind(of: directory.path + "/r/c") == nil)
    }

    @Test("A group that is there gets its shares, and the processes") func group() throws {
        try mount()
        try directory.add("r/c", ["schemata": "L3:0=ff;1=ff\nMB:0=100\n", "tasks": ""])
        let control = try make(.init(l3Cache: "L3:0=f;1=f", memoryBandwidth: "MB:0=050"))
        // Of one thread, which stays.
        var pid: pid_t = 0
        let words = [strdup("sleep"), strdup("60"), nil]
        #expect(posix_spawn(&pid, "/bin/sleep", nil, nil, words, nil) == 0)
        defer {
            for word in words { free(word) }
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        try control.carryOut(on: [pid, 5_000_000])
        #expect(try directory.content("r/c/schemata").hasPrefix("MB:0=050\n"))
        #expect(try directory.content("r/c/tasks") == "\(pid)")
        control.undo()
        #expect(try directory.content("r/c/schemata").hasPrefix("MB:0=100\n"))
    }

    @Test("A new group that fails is gone again") func failure() throws {
        try mount()
        let control = try make(.init(l3Cache: "L3:0=f"))
        #expect(control.path == directory.path + "/r/c")
        // No file system makes the group's files here.
        let error = #expect(throws: SystemError.self) { try control.carryOut(on: []) }
        #expect(error?.property == "linux.intelRdt.l3CacheSchema" && error?.path == control.path + "/schemata")
        #expect(try Files.kind(of: control.path) == nil)
    }
}
