import Glibc
import System
import SystemPackage
import TestSupport
import Testing

@testable import Cgroups

@Suite("Sub-cgroups") struct SubgroupTests {
    private let directory = TemporaryDirectory()

    @Test(
        "Paths below the container's own cgroup",
        arguments: [
            ("a", [], "a"), ("/a/b/", [], "a/b"), ("", [], ""), ("/", [], ""), ("cpu:a", ["cpu"], "a"),
            ("cpu,memory:/a//b", ["cpu", "memory"], "a/b"), ("cpu:", ["cpu"], ""),
        ] as [(String, [String], String)])
    func paths(text: String, controllers: [String], path: String) {
        let subgroup = Subgroup(text)
        #expect(subgroup?.controllers == controllers)
        #expect(subgroup?.path == path)
    }

    @Test(
        "What climbs or names nothing is refused", arguments: ["..", "a/../b", "./a", "cpu:..", ":a", ",:a", "cpu,:a"])
    func refused(text: String) {
        #expect(Subgroup(text) == nil)
    }

    private func manager() throws -> LegacyManager {
        for name in ["cpu", "memory"] {
            try directory.add(name + "/c", ["tasks": ""])
            try directory.add(name + "/c/sub", ["tasks": ""])
        }
        return LegacyManager(
            members: ["cpu", "memory"].map { name in
                LegacyManager.Member(controllers: [name], path: directory.path + "/\(name)/c", mountPoint: "")
            }, unified: nil)
    }

    /// Whether a descriptor is of that file.
    private func isIn(_ number: Int32, _ path: String) -> Bool {
        var open = stat()
        var named = stat()
        return fstat(number, &open) == 0 && stat(directory.path + "/" + path, &named) == 0
            && open.st_ino == named.st_ino
    }

    @Test("A controller's own choice comes before that for all") func choice() throws {
        let manager = try manager()
        let all = try manager.membershipFiles(in: [Subgroup("sub")].compactMap(\.self))
        #expect(isIn(all.numbers[0], "cpu/c/sub/tasks") && isIn(all.numbers[1], "memory/c/sub/tasks"))
        let one = try manager.membershipFiles(in: [Subgroup("memory:sub")].compactMap(\.self))
        #expect(isIn(one.numbers[0], "cpu/c/tasks") && isIn(one.numbers[1], "memory/c/sub/tasks"))
        let both = try manager.membershipFiles(in: [Subgroup("cpu:/"), Subgroup("sub")].compactMap(\.self))
        #expect(isIn(both.numbers[0], "cpu/c/tasks") && isIn(both.numbers[1], "memory/c/sub/tasks"))
    }

    @Test("One that is not there, and a controller that is not there") func missing() throws {
        let manager = try manager()
        let gone = #expect(throws: SystemError.self) {
            _ = try manager.membershipFiles(in: [Subgroup("none")].compactMap(\.self))
        }
        #expect(gone?.property == "--cgroup" && gone?.hint == "the sub-cgroup has to exist")
        let unknown = #expect(throws: SystemError.self) {
            _ = try manager.membershipFiles(in: [Subgroup("io:sub")].compactMap(\.self))
        }
        #expect(unknown?.hint == "the container is in no hierarchy of that controller")
    }

    @Test("In version 2 there is one tree") func unified() throws {
        try directory.add("c/sub", [:])
        let manager = UnifiedManager(path: directory.path + "/c", mountPoint: directory.path)
        #expect(throws: Never.self) { _ = try manager.openBirthplace(in: [Subgroup("sub")].compactMap(\.self)) }
        let gone = #expect(throws: SystemError.self) {
            _ = try manager.openBirthplace(in: [Subgroup("none")].compactMap(\.self))
        }
        #expect(gone?.errno == .noSuchFileOrDirectory && gone?.property == "--cgroup")
        let controller = #expect(throws: SystemError.self) {
            _ = try manager.openBirthplace(in: [Subgroup("cpu:sub")].compactMap(\.self))
        }
        #expect(controller?.errno == .invalidArgument)
    }
}
