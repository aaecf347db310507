@testable import Cgroups
import Glibc
import System
import SystemPackage
import TestSupport
import Testing

/// On plain directories, which differ from cgroups in that their files are what was put there.
@Suite("A cgroup's directory") struct CgroupDirectoryTests {
    private let directory = TemporaryDirectory()

    @Test("Made where there is none, with all above it") func make() throws {
        let path = directory.path + "/a/b/c"
        try CgroupDirectory.make(path)
        #expect(try Files.kind(of: path) == .directory)
        try CgroupDirectory.make(path)
    }

    @Test("An empty one is taken over", arguments: ["", "\n"]) func takenOver(procs: String) throws {
        let path = try directory.add("a", ["cgroup.procs": procs])
        try CgroupDirectory.make(path)
    }

    @Test("One with processes is not") func occupied() throws {
        let path = try directory.add("a", ["cgroup.procs": "5000007\n"])
        #expect(
            throws: SystemError(
                "use", path, .resourceBusy, property: "linux.cgroupsPath",
                hint: "the cgroup exists and has processes in it; choose another or end them")
        ) { try CgroupDirectory.make(path) }
    }

    /// With the container everything below would go.
    @Test("Nor one that has processes below it") func occupiedBelow() throws {
        let path = try directory.add("a", ["cgroup.procs": ""])
        try directory.add("a/b", ["cgroup.procs": ""])
        try directory.add("a/b/c", ["cgroup.procs": "5000007\n"])
        let error = #expect(throws: SystemError.self) { try CgroupDirectory.make(path) }
        #expect(error?.errno == .resourceBusy && error?.property == "linux.cgroupsPath")
    }

    @Test("A file in its place") func file() throws {
        try directory.add("", ["a": ""])
        let error = #expect(throws: SystemError.self) { try CgroupDirectory.make(directory.path + "/a") }
        #expect(error?.errno == .notDirectory)
    }

    @Test(
        "Its processes",
        arguments: [
            ("", []), ("1\n", [1]), ("1\n2\n300\n", [1, 2, 300]), ("4194304", [4_194_304]), ("\n\n5\n\n", [5]),
        ]
            as [(String, [Int32])])
    func processes(content: String, expected: [Int32]) throws {
        #expect(try CgroupDirectory.processes(in: directory.add("a", ["cgroup.procs": content])) == expected)
    }

    @Test("None where there is nothing") func missing() throws {
        let path = directory.path + "/none"
        #expect(try CgroupDirectory.processes(in: path).isEmpty)
        #expect(try CgroupDirectory.allProcesses(in: path).isEmpty)
        #expect(try CgroupDirectory.children(of: path).isEmpty)
    }

    @Test("Those of all below") func allProcesses() throws {
        let path = try directory.add("a", ["cgroup.procs": "5000001\n"])
        try directory.add("a/b", ["cgroup.procs": "5000002\n5000003\n"])
        try directory.add("a/b/c", ["cgroup.procs": "5000004\n"])
        try directory.add("a/d", ["cgroup.procs": ""])
        #expect(try CgroupDirectory.allProcesses(in: path).sorted() == [5_000_001, 5_000_002, 5_000_003, 5_000_004])
    }

    @Test("Directories are children, files and links are not") func children() throws {
        let path = try directory.add("a", ["cgroup.procs": "", "memory.max": ""])
        try directory.add("a/b")
        try directory.add("a/c")
        symlink(path, path + "/link")
        #expect(try CgroupDirectory.children(of: path).sorted() == [path + "/b", path + "/c"])
    }

    @Test("Removed, also twice") func remove() throws {
        let path = try directory.add("a")
        try CgroupDirectory.remove(path)
        #expect(try Files.kind(of: path) == nil)
        try CgroupDirectory.remove(path)
    }

    @Test("What can't be removed is named") func notRemoved() throws {
        try directory.add("", ["a": ""])
        let path = directory.path + "/a"
        #expect(throws: SystemError("rmdir", path, .notDirectory)) { try CgroupDirectory.remove(path) }
    }

    @Test("Killed at once where the kernel can") func kill() throws {
        let path = try directory.add("a", ["cgroup.kill": "", "cgroup.procs": ""])
        try CgroupDirectory.kill(path)
        #expect(try directory.content("a/cgroup.kill") == "1")
    }

    @Test("There is nothing to kill in what is empty or not there") func killNothing() throws {
        try CgroupDirectory.kill(try directory.add("a", ["cgroup.procs": ""]))
        try CgroupDirectory.kill(directory.path + "/none")
    }

    @Test(
        "Counters",
        arguments: [
            ("oom_kill 3\n", 3), ("oom 1\noom_kill 2\noom_group_kill 4\n", 2), ("oom_kill 5", 5), ("oom_kill 0\n", 0),
            ("", nil), ("oom_kill\n", nil), ("oom_kill x\n", nil), ("oom_kill 1 2\n", nil),
            ("oom_kill_disable 1\n", nil),
        ] as [(String, Int?)])
    func counter(content: String, expected: Int?) throws {
        let path = try directory.add("a", ["events": content])
        #expect(CgroupDirectory.counter("oom_kill", in: path + "/events") == expected)
        #expect(CgroupDirectory.counter("oom_kill", in: path + "/none") == nil)
    }

    // MARK: Settings

    @Test("A setting is written into its file") func setting() throws {
        let path = try directory.add("a", ["memory.max": ""])
        try Setting("memory.max", 512, "memory.limit").write(in: path)
        #expect(try directory.content("a/memory.max") == "512")
    }

    @Test("A file that is not there is blamed on its property") func settingWithoutFile() throws {
        let path = try directory.add("a")
        #expect(
            throws: SystemError(
                "open", path + "/cpu.idle", .noSuchFileOrDirectory, property: "linux.resources.cpu.idle",
                hint: "this kernel or this cgroup has no cpu.idle")
        ) { try Setting("cpu.idle", 1, "cpu.idle").write(in: path) }
        #expect(try Files.kind(of: path + "/cpu.idle") == nil)
    }

    @Test("Other errors have no such hint") func settingRefused() throws {
        let path = try directory.add("a")
        try directory.add("a/pids.max")
        #expect(
            throws: SystemError("open", path + "/pids.max", .isDirectory, property: "linux.resources.pids.limit")
        ) { try Setting("pids.max", "max", "pids.limit").write(in: path) }
    }

    @Test("The kernel's refusal of a value tells the value") func settingInvalid() throws {
        // A write to this file fails whatever it is: its mount is read-only here or its value is no time.
        let error = #expect(throws: SystemError.self) {
            try Setting("timerslack_ns", "nonsense", "x").write(in: "/proc/self")
        }
        #expect(error?.operation == "write nonsense")
        #expect(error?.path == "/proc/self/timerslack_ns")
        #expect(error?.property == "linux.resources.x")
    }
}
