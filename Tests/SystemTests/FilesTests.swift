import Glibc
@testable import System
import SystemPackage
import TestSupport
import Testing

@Suite("Files") struct FilesTests {
    private let directory = TemporaryDirectory()

    private var path: String { directory.path + "/it" }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        lstat(path, &status)
        return status.st_mode & 0o7777
    }

    @Test("Read", arguments: [0, 1, 4095, 4096, 4097, 20_000, 3 << 20]) func read(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Descriptor.open(path, O_WRONLY | O_CREAT, mode: 0o600).write(bytes, path: path)
        #expect(try Files.read(path) == bytes)
        #expect(try Files.read(path, limit: size) == bytes)
        if size > 0 {
            #expect(throws: SystemError("read", path, .fileTooLarge)) { try Files.read(path, limit: size - 1) }
        }
    }

    @Test("Removal of all follows no symbolic link") func removal() throws {
        try directory.add("", ["kept": "x"])
        try #require(try Files.makeDirectory(path, mode: 0o700))
        try #require(try Files.makeDirectory(path + "/inner", mode: 0o700))
        try #require(symlink(directory.path, path + "/inner/link") == 0)
        try #require(symlink(directory.path + "/kept", path + "/link") == 0)
        try Files.removeAll(path)
        #expect(try Files.kind(of: path) == nil)
        #expect(try Files.list(directory.path) == ["kept"])
        try Files.removeAll(path)
        try #require(symlink(directory.path, path) == 0)
        try Files.removeAll(path)
        #expect(try Files.list(directory.path) == ["kept"])
    }

    @Test("What is not there can't be read") func missing() {
        #expect(throws: SystemError("open", path, .noSuchFileOrDirectory)) { try Files.read(path) }
        #expect(throws: SystemError("read", directory.path, .isDirectory)) { try Files.read(directory.path) }
        #expect(throws: SystemError("open", path, .noSuchFileOrDirectory)) { try Files.readLine(path) }
    }

    @Test("Read below a directory") func readBelow() throws {
        try directory.add("", ["it": "x"])
        let opened = try Descriptor.openDirectory(directory.path)
        #expect(try Files.read("it", in: opened.number) == [UInt8(ascii: "x")])
    }

    @Test(
        "A line without its end",
        arguments: [("", ""), ("\n", ""), ("a", "a"), ("a\n", "a"), ("a\n\n", "a\n"), ("a\nb\n", "a\nb"), ("é\n", "é")])
    func line(content: String, line: String) throws {
        try directory.add("", ["it": content])
        #expect(try Files.readLine(path) == line)
    }

    @Test("Written in one call, to what is there") func write() throws {
        #expect(throws: SystemError("open", path, .noSuchFileOrDirectory)) { try Files.write("x", to: path) }
        #expect(try Files.kind(of: path) == nil)
        try directory.add("", ["it": ""])
        try Files.write("512", to: path)
        #expect(try directory.content("it") == "512")
        #expect(throws: SystemError("open", directory.path, .isDirectory)) { try Files.write("x", to: directory.path) }
        #expect(throws: SystemError("write x", "/dev/full", .noSpace)) { try Files.write("x", to: "/dev/full") }
    }

    @Test("Directories are made, or found") func makeDirectory() throws {
        #expect(try Files.makeDirectory(path, mode: 0o700))
        #expect(try !Files.makeDirectory(path, mode: 0o755))
        #expect(mode(path) == 0o700)
        try directory.add("", ["file": ""])
        #expect(try !Files.makeDirectory(directory.path + "/file", mode: 0o700))
        #expect(throws: SystemError("mkdir", path + "/a/b", .noSuchFileOrDirectory)) {
            try Files.makeDirectory(path + "/a/b", mode: 0o700)
        }
    }

    @Test("With all that is missing above", arguments: ["/a", "/a/b/c", "/a/b/c/", "/a//b"]) func all(below: String)
        throws
    {
        try Files.makeDirectories(path + below, mode: 0o700)
        #expect(try Files.kind(of: path + below) == .directory)
        #expect(mode(path) == 0o700)
        try Files.makeDirectories(path + below, mode: 0o700)
    }

    @Test("But not inside a file") func insideFile() throws {
        try directory.add("", ["it": ""])
        #expect(throws: SystemError("mkdir", path + "/a", .notDirectory)) {
            try Files.makeDirectories(path + "/a", mode: 0o700)
        }
        #expect(throws: SystemError.self) { try Files.makeDirectories("", mode: 0o700) }
    }

    @Test("Files are removed") func removeFile() throws {
        try directory.add("", ["it": ""])
        #expect(try Files.removeFile(path))
        #expect(try !Files.removeFile(path))
        #expect(throws: SystemError("unlink", directory.path, .isDirectory)) { try Files.removeFile(directory.path) }
        try directory.add("", ["it": ""])
        let opened = try Descriptor.openDirectory(directory.path)
        #expect(try Files.removeFile("it", in: opened.number))
    }

    @Test("Directories are removed once they are empty") func removeDirectory() throws {
        try directory.add("it/a")
        #expect(throws: SystemError("rmdir", path, .directoryNotEmpty)) { try Files.removeDirectory(path) }
        #expect(try Files.removeDirectory(path + "/a"))
        #expect(try Files.removeDirectory(path))
        #expect(try !Files.removeDirectory(path))
    }

    @Test("Renamed, in place of what is there") func rename() throws {
        try directory.add("", ["a": "1", "b": "2"])
        try Files.rename(directory.path + "/a", to: directory.path + "/b")
        #expect(try directory.content("b") == "1")
        #expect(throws: SystemError("rename", path, .noSuchFileOrDirectory)) {
            try Files.rename(directory.path + "/a", to: path)
        }
    }

    @Test("Listed") func list() throws {
        #expect(try Files.list(directory.path) == [])
        let names = (0..<300).map { "file \($0)" } + ["é", ".hidden", "..x", String(repeating: "n", count: 255)]
        for name in names { try directory.add("", [name: ""]) }
        try directory.add("d")
        #expect(try Set(Files.list(directory.path)) == Set(names + ["d"]))
        #expect(try Files.listDirectories(directory.path) == ["d"])
        #expect(throws: SystemError("opendir", path, .noSuchFileOrDirectory)) { try Files.list(path) }
    }

    @Test("What kind of thing a path names") func kind() throws {
        try directory.add("d", ["f": ""])
        symlink("d", directory.path + "/l")
        symlink("nowhere", directory.path + "/broken")
        mkfifo(directory.path + "/p", 0o600)
        #expect(try Files.kind(of: directory.path + "/d") == .directory)
        #expect(try Files.kind(of: directory.path + "/d/f") == .file)
        #expect(try Files.kind(of: directory.path + "/l") == .symbolicLink)
        #expect(try Files.kind(of: directory.path + "/l/f") == .file)
        #expect(try Files.kind(of: directory.path + "/p") == .other)
        #expect(try Files.kind(of: path) == nil)
        #expect(throws: SystemError("lstat", directory.path + "/d/f/x", .notDirectory)) {
            try Files.kind(of: directory.path + "/d/f/x")
        }
        #expect(Files.exists(directory.path + "/l"))
        #expect(!Files.exists(directory.path + "/broken"))
        #expect(!Files.exists(path))
    }
}
