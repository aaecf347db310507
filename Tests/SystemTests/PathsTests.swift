import Glibc
@testable import System
import Testing

@Suite("Paths as text") struct PathsTests {
    @Test(
        "Parents",
        arguments: [
            ("/a/b/c", "/a/b"), ("/a", "/"), ("/", "/"), ("", ""), ("a", ""), ("a/b", "a"), ("/a/", "/a"), ("é/ü", "é"),
            ("/é", "/"), ("//a", "/"), ("./a", "."), ("a/b/", "a/b"),
        ])
    func parent(path: String, expected: String) {
        #expect(Paths.parent(of: path) == expected)
    }

    @Test(
        "Joined",
        arguments: [
            ("/a", "b", "/a/b"), ("/a/", "b", "/a/b"), ("/a", "/b", "/b"), ("", "b", "b"), ("", "/b", "/b"),
            ("/", "b", "/b"), ("a", "b/c", "a/b/c"), ("/a", "../b", "/a/../b"), (".", "x", "./x"),
        ])
    func join(directory: String, name: String, expected: String) {
        #expect(Paths.join(directory, name) == expected)
    }

    @Test("From the root") func absolute() throws {
        let working = try #require(getcwd(nil, 0))
        defer { free(working) }
        let here = String(cString: working)
        #expect(Paths.absolute("/a/../b") == "/a/../b")
        #expect(Paths.absolute("a") == Paths.join(here, "a"))
        #expect(Paths.absolute("a/b") == Paths.join(here, "a/b"))
        #expect(Paths.absolute("..") == Paths.join(here, ".."))
        #expect(Paths.absolute(".") == here)
    }
}
