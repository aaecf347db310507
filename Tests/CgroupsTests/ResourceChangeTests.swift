@testable import Cgroups
import Glibc
import OCI
import System
import SystemPackage
import TestSupport
import Testing

@Suite("Changes of limits") struct ResourceChangeTests {
    private let directory = TemporaryDirectory()

    private func entry(_ setting: Setting, _ folder: String = "c") -> ResourceChange.Entry {
        ResourceChange.Entry(setting: setting, directory: directory.path + "/" + folder)
    }

    // MARK: One setting

    @Test(
        "What has to be written to put a file back",
        arguments: [
            ("67108864\n", .whole, "67108864"), ("", .whole, "\n"), ("\n", .whole, "\n"),
            ("max 100000\n", .whole, "max 100000"),
            ("8:0 5\n8:16 6\n", .line(key: "8:16", absent: "8:16 0"), "8:16 6"),
            ("8:160 5\n", .line(key: "8:16", absent: "8:16 0"), "8:16 0"),
            ("", .line(key: "8:16", absent: "8:16 0"), "8:16 0"),
            ("default 100\n8:0 7\n", .line(key: "default", absent: "default 100"), "default 100"),
            ("oom_kill_disable 1\nunder_oom 0\n", .number(key: "oom_kill_disable"), "1"),
        ] as [(String, Setting.Extent, String)])
    func inverse(content: String, extent: Setting.Extent, value: String) throws {
        try directory.add("c", ["f": content])
        let inverse = try Setting("f", "new", "p", extent).inverse(in: directory.path + "/c")
        #expect(inverse == Setting("f", value, "p", extent))
    }

    @Test("A file that is not there is named before anything is written") func missing() throws {
        try directory.add("c", ["a": "1"])
        let error = #expect(throws: SystemError.self) {
            _ = try ResourceChange([entry(Setting("a", 2, "pids.limit")), entry(Setting("b", 2, "memory.limit"))])
        }
        #expect(
            error?.property == "linux.resources.memory.limit" && error?.hint == "this kernel or this cgroup has no b")
        #expect(try directory.content("c/a") == "1")
    }

    // MARK: All or nothing

    @Test("Everything is written, and can be put back") func carryOut() throws {
        try directory.add("c", ["a": "10", "b": "20"])
        let change = try ResourceChange([entry(Setting("a", 11, "a")), entry(Setting("b", 21, "b"))])
        try change.carryOut()
        #expect(try directory.content("c/a") == "11" && directory.content("c/b") == "21")
        #expect(change.undo() == nil)
        #expect(try directory.content("c/a") == "10" && directory.content("c/b") == "20")
    }

    @Test("After a failure everything is as it was") func failure() throws {
        try directory.add("c", ["a": "10"])
        symlink("/dev/full", directory.path + "/c/b")
        try directory.add("c", ["c": "30"])
        // A device reads as an endless file, so this one is read as another.
        let full = entry(Setting("b", 1, "cpu.quota"))
        let change = ResourceChange(
            entries: [entry(Setting("a", 11, "a")), full, entry(Setting("c", 31, "c"))],
            inverses: [entry(Setting("a", 10, "a"))])
        let error = #expect(throws: SystemError.self) { try change.carryOut() }
        #expect(error?.errno == .noSpace && error?.property == "linux.resources.cpu.quota")
        #expect(error?.operation == "write 1" && error?.path == directory.path + "/c/b" && error?.hint == nil)
        #expect(try directory.content("c/a") == "10" && directory.content("c/c") == "30")
    }

    @Test("What may kill is written after all that could be refused") func killing() throws {
        try directory.add("c", ["memory.max": "max"])
        symlink("/dev/full", directory.path + "/c/b")
        let change = ResourceChange(
            entries: [entry(Setting("memory.max", 1, "a")), entry(Setting("b", 1, "b"))], inverses: [])
        #expect(throws: SystemError.self) { try change.carryOut() }
        #expect(try directory.content("c/memory.max") == "max")
    }

    @Test("What could not be put back is said") func undoFails() throws {
        try directory.add("c", ["a": "10"])
        symlink("/dev/full", directory.path + "/c/b")
        let change = ResourceChange(
            entries: [entry(Setting("a", 11, "a")), entry(Setting("b", 1, "b"))],
            inverses: [entry(Setting("none", 10, "x")), entry(Setting("a", 10, "a"))])
        let error = #expect(throws: SystemError.self) { try change.carryOut() }
        #expect(error?.errno == .noSpace && error?.hint?.hasPrefix("and not all could be put back: ") == true)
    }

    @Test("What resets another file keeps that too") func resets() throws {
        try directory.add("c", ["cpu.idle": "0", "cpu.shares": "300"])
        let change = try ResourceChange(
            [entry(Setting("cpu.idle", 1, "cpu.idle", resets: "cpu.shares"))])
        try change.carryOut()
        try directory.add("c", ["cpu.shares": "3"])
        #expect(change.undo() == nil)
        #expect(try directory.content("c/cpu.idle") == "0" && directory.content("c/cpu.shares") == "300")
    }

    @Test("Chosen is what is asked for, and what comes out otherwise") func chosen() {
        let before = [Setting("a", 1, "a"), Setting("b", 2, "b"), Setting("c", 3, "c"), Setting("w", 4, "w")]
        let after = [Setting("a", 1, "a"), Setting("b", 2, "b"), Setting("c", 5, "c"), Setting("w", 4, "w")]
        func files(_ asked: [Setting]) -> [String] {
            ResourceChange.settings(after, asked: asked, before: before).map(\.file)
        }
        #expect(files([]) == ["c"])
        #expect(files([Setting("a", 1, "a")]) == ["a", "c"])
        #expect(files([Setting("i", 1, "i", resets: "w")]) == ["c", "w"])
    }

    // MARK: The managers

    /// The files of a cgroup after an update, by name; all begin with "?".
    private func update(
        legacy controllers: [String: [String]], _ before: Resources, _ changes: Resources
    ) throws -> [String: String] {
        var members: [LegacyManager.Member] = []
        for (controller, files) in controllers {
            let path = try directory.add(controller, Dictionary(uniqueKeysWithValues: files.map { ($0, "?") }))
            members.append(LegacyManager.Member(controllers: [controller], path: path, mountPoint: ""))
        }
        try LegacyManager(members: members, unified: nil).prepareUpdate(of: before, by: changes).carryOut()
        var contents: [String: String] = [:]
        for (controller, files) in controllers {
            for file in files { contents[file] = try directory.content(controller + "/" + file) }
        }
        return contents.filter { $0.value != "?" }
    }

    @Test("Version 1 writes what is asked for, and no more") func legacy() throws {
        let files = [
            "memory": ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"], "cpu": ["cpu.shares", "cpu.idle"],
            "pids": ["pids.max"], "devices": ["devices.allow", "devices.deny"],
        ]
        let before = Resources(
            devices: [Resources.DeviceRule(allow: true)], memory: .init(limit: 5, swap: 6), cpu: .init(shares: 9),
            pids: .init(limit: 7))
        #expect(try update(legacy: files, before, Resources(pids: .init(limit: 8))) == ["pids.max": "8"])
        #expect(
            try update(legacy: files, before, Resources(devices: [Resources.DeviceRule(allow: false)])) == [:])
        #expect(
            try update(legacy: files, before, Resources(memory: .init(limit: -1))) == [
                "memory.limit_in_bytes": "-1", "memory.memsw.limit_in_bytes": "-1",
            ])
        #expect(try update(legacy: files, before, Resources(memory: .init(limit: 0))) == [:])
        // The weight is written again, since idleness resets it.
        #expect(
            try update(legacy: files, before, Resources(cpu: .init(idle: 0))) == ["cpu.idle": "0", "cpu.shares": "9"])
    }

    @Test("Version 1 lets the OOM killer in again") func oomKiller() throws {
        let before = Resources(memory: .init(disableOOMKiller: true))
        let changed = try update(
            legacy: ["memory": ["memory.oom_control"]], before, Resources(memory: .init(disableOOMKiller: false)))
        #expect(changed == ["memory.oom_control": "0"])
    }

    @Test("A controller that is missing is blamed on the property") func noController() throws {
        let error = #expect(throws: SystemError.self) {
            _ = try update(legacy: [:], Resources(), Resources(pids: .init(limit: 8)))
        }
        #expect(error?.property == "linux.resources.pids.limit")
    }

    private func unified(_ files: [String: String]) throws -> UnifiedManager {
        try directory.add("cg/c", files)
        return UnifiedManager(path: directory.path + "/cg/c", mountPoint: directory.path + "/cg")
    }

    @Test("Version 2's swap follows from both numbers") func swap() throws {
        let manager = try unified(["memory.max": "100", "memory.swap.max": "20", "cpu.max": "?", "cpu.weight": "?"])
        let before = Resources(memory: .init(limit: 100, swap: 300), cpu: .init(shares: 2, quota: 5000, period: 10_000))
        try manager.prepareUpdate(of: before, by: Resources(memory: .init(limit: 250))).carryOut()
        #expect(try directory.content("cg/c/memory.max") == "250")
        #expect(try directory.content("cg/c/memory.swap.max") == "50")
        #expect(try directory.content("cg/c/cpu.max") == "?")
        try manager.prepareUpdate(of: before, by: Resources(cpu: .init(quota: 6000))).carryOut()
        #expect(try directory.content("cg/c/cpu.max") == "6000 10000")
        #expect(try directory.content("cg/c/cpu.weight") == "?")
    }

    @Test("Version 2 is asked whether a limit is exceeded already", arguments: [true, false, nil] as [Bool?])
    func checkBeforeUpdate(check: Bool?) throws {
        let manager = try unified(["memory.max": "100", "memory.current": "51\n"])
        let changes = Resources(memory: .init(limit: 50, checkBeforeUpdate: check))
        if check == true {
            let error = #expect(throws: SystemError.self) {
                _ = try manager.prepareUpdate(of: Resources(), by: changes)
            }
            #expect(error?.errno == .resourceBusy && error?.property == "linux.resources.memory.limit")
            #expect(error?.hint == "51 bytes are in use, and memory.checkBeforeUpdate is set")
        } else {
            try manager.prepareUpdate(of: Resources(), by: changes).carryOut()
        }
    }
}
