import Glibc
import System
import SystemPackage
import TestSupport
import Testing

@Suite("A file that is watched") struct WatchedFileTests {
    private let directory = TemporaryDirectory()

    @Test("Each read begins at the start") func read() throws {
        let folder = try directory.add("d", ["f": "one"])
        let file = try WatchedFile(folder + "/f")
        #expect(try file.read() == Array("one".utf8))
        try Files.write("two", to: folder + "/f")
        #expect(try file.read() == Array("two".utf8))
    }

    @Test("Nothing changes, and time passes") func timeout() throws {
        let file = try WatchedFile(try directory.add("d", ["f": ""]) + "/f")
        #expect(try !file.waitForChange(milliseconds: 1))
        #expect(try !file.waitForChange(milliseconds: 0))
    }

    @Test("It is not there") func missing() {
        #expect(throws: SystemError("open", "/nonexistent/f", .noSuchFileOrDirectory)) {
            _ = try WatchedFile("/nonexistent/f")
        }
    }

    @Test("A deadline comes nearer, and stays passed") func deadline() {
        let deadline = Deadline(milliseconds: 10_000)
        #expect((9000...10_000).contains(deadline.rest))
        #expect((19_000...20_000).contains(deadline.advanced(milliseconds: 10_000).rest))
        #expect(Deadline(milliseconds: 0).rest == 0)
        #expect(Deadline(milliseconds: -5).rest == 0)
        #expect(Deadline(milliseconds: .max / 2).rest == .max)
    }
}
