import Glibc
import OCI
@testable import Skep
import System
import SystemPackage
import TestSupport
import Testing

@Suite("The factory") struct FactoryTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0o10000
    }

    // MARK: Its root

    @Test("Its root is made, for its owner alone") func root() throws {
        let directory = TemporaryDirectory()
        let factory = try Factory(root: directory.path + "/a/b", initArgs: ["/bin/x", "y"])
        #expect(factory.root == directory.path + "/a/b")
        #expect(factory.initArgs == ["/bin/x", "y"])
        #expect(mode(directory.path + "/a/b") == 0o700)
        #expect(mode(directory.path + "/a") == 0o700)
    }

    @Test("One that is there stays as it is") func existingRoot() throws {
        let directory = TemporaryDirectory()
        try directory.add("a")
        _ = try Factory(root: directory.path + "/a")
        #expect(mode(directory.path + "/a") == 0o755)
    }

    @Test("One that can't be made") func impossibleRoot() throws {
        let directory = TemporaryDirectory()
        try directory.add("", ["file": ""])
        let path = directory.path + "/file/a"
        let error = failure { _ = try Factory(root: path) }
        #expect(error == ContainerError(.systemError, "root", operation: "mkdir", path: path, errno: .notDirectory))
    }

    @Test("An empty one is accepted, and refused on use") func emptyRoot() throws {
        let factory = try Factory(root: "")
        #expect(factory.root == "")
        let expected = ContainerError(
            .configInvalid, "root", "is empty: a factory needs a directory for its containers")
        #expect(failure { _ = try factory.create("c", .template) } == expected)
        #expect(failure { _ = try factory.load("c") } == expected)
        #expect(failure { _ = try factory.summary(of: "c") } == expected)
        #expect(failure { _ = try factory.summaries() } == expected)
        #expect(failure { try factory.removeRemains(of: "c") } == expected)
        #expect(expected.description == "root is empty: a factory needs a directory for its containers")
    }

    // MARK: create

    @Test("A container's directory") func create() throws {
        let workshop = try Workshop()
        let spec = workshop.spec { $0.annotations = ["é": "\"\n"] }
        let container = try workshop.factory.create("abc_1", spec, bundle: workshop.bundle)
        #expect(container.id == "abc_1")
        #expect(container.config == spec)
        #expect(mode(workshop.root + "/abc_1") == 0o700)
        #expect(try Files.list(workshop.root + "/abc_1") == ["config.json"])
        #expect(mode(workshop.root + "/abc_1/config.json") == 0o600)
        let written = try workshop.directory.content("root/abc_1/config.json")
        #expect(written == String(decoding: spec.serialized(.tabs), as: UTF8.self))
        #expect(written.hasPrefix("{\n\t\"ociVersion\""))
        #expect(try Spec(parsing: written) == spec)
        #expect(try container.status == .creating)
    }

    @Test("A relative rootfs counts from the bundle") func relative() throws {
        let workshop = try Workshop()
        _ = try workshop.factory.create("c", workshop.spec { $0.root?.path = "rootfs" }, bundle: workshop.bundle)
        #expect(try workshop.ids() == ["c"])
        let error = failure {
            _ = try workshop.factory.create("d", workshop.spec { $0.root?.path = "rootfs" }, bundle: "/nowhere")
        }
        #expect(
            error
                == ContainerError(
                    .configInvalid, "root.path", operation: "open", path: "/nowhere/rootfs",
                    errno: .noSuchFileOrDirectory))
    }

    @Test("A container may get its process later") func withoutProcess() throws {
        let workshop = try Workshop()
        _ = try workshop.factory.create("c", workshop.spec { $0.process = nil })
        #expect(try workshop.ids() == ["c"])
    }

    @Test("An id in use") func inUse() throws {
        let workshop = try Workshop()
        let container = try workshop.factory.create("c", workshop.spec())
        let before = try workshop.directory.content("root/c/config.json")
        for factory in [workshop.factory, try workshop.another()] {
            let error = failure {
                _ = try factory.create("c", workshop.spec { $0.hostname = "other" })
            }
            #expect(error == ContainerError(.idInUse, "container \"c\"", "exists already"))
        }
        #expect(try workshop.directory.content("root/c/config.json") == before)
        #expect(try container.status == .creating)
    }

    @Test("So it is whatever has the name", arguments: ["directory", "file", "link"]) func nameInUse(what: String)
        throws
    {
        let workshop = try Workshop()
        switch what {
        case "directory": try workshop.directory.add("root/c")
        case "file": try workshop.directory.add("root", ["c": ""])
        default: symlink("/nowhere", workshop.root + "/c")
        }
        let error = failure { _ = try workshop.factory.create("c", workshop.spec()) }
        #expect(error?.code == .idInUse)
        #expect(try workshop.ids() == ["c"])
    }

    @Test("An id that is none", arguments: ["", "a-b", "a/b", "..", "é"]) func badID(id: String) throws {
        let workshop = try Workshop()
        #expect(failure { _ = try workshop.factory.create(id, workshop.spec()) }?.code == .invalidIdFormat)
        #expect(failure { _ = try workshop.factory.load(id) }?.code == .invalidIdFormat)
        #expect(failure { _ = try workshop.factory.summary(of: id) }?.code == .invalidIdFormat)
        #expect(failure { try workshop.factory.removeRemains(of: id) }?.code == .invalidIdFormat)
        #expect(try workshop.ids() == [])
    }

    @Test("The wider grammar, once asked for") func wideGrammar() throws {
        let workshop = try Workshop(grammar: .commandLine)
        _ = try workshop.factory.create("a-b.c+d", workshop.spec())
        #expect(try workshop.ids() == ["a-b.c+d"])
    }

    @Test("A long id") func longID() throws {
        let workshop = try Workshop()
        let longest = String(repeating: "x", count: 255)
        _ = try workshop.factory.create(longest, workshop.spec())
        // Longer names than file systems have are the system's to refuse.
        let error = failure {
            _ = try workshop.factory.create(longest + "x", workshop.spec())
        }
        #expect(error?.code == .systemError && error?.errno == .fileNameTooLong)
        #expect(try workshop.ids() == [longest])
    }

    @Test("A directory in which nothing can be written is not left behind") func nothingLeft() throws {
        let directory = TemporaryDirectory()
        // The container's directory has a path that the kernel takes, and the files in it have not (PATH_MAX).
        var root = directory.path
        while root.utf8.count < 4080 - 200 { root += "/" + String(repeating: "r", count: 99) }
        root += "/" + String(repeating: "r", count: 4080 - root.utf8.count - 1)
        let factory = try Factory(root: root)
        let error = failure { _ = try factory.create("abcdefg", .container(rootfs: directory.path)) }
        #expect(error?.code == .systemError && error?.errno == .fileNameTooLong)
        #expect(error?.origin == "container \"abcdefg\"")
        #expect(try Files.list(root) == [])
    }

    @Test("A root that has gone") func rootGone() throws {
        let workshop = try Workshop()
        rmdir(workshop.root)
        let error = failure { _ = try workshop.factory.create("c", workshop.spec()) }
        #expect(error?.code == .systemError && error?.errno == .noSuchFileOrDirectory)
    }
}
