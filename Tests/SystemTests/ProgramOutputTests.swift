import Glibc
import System
import SystemPackage
import Testing

@Suite("Another program's output") struct ProgramOutputTests {
    @Test("What it prints, and how it ends") func output() throws {
        let output = try ProgramOutput(running: ["sh", "-c", "echo out; echo error >&2; cat; exit 7"])
        #expect(String(decoding: output.bytes, as: UTF8.self) == "out\nerror\n")
        #expect(output.status == 7 << 8)
    }

    @Test("More than a pipe holds") func much() throws {
        let output = try ProgramOutput(running: ["head", "-c", "1000000", "/dev/zero"])
        #expect(output.bytes.count == 1_000_000)
        #expect(output.status == 0)
    }

    @Test("It ends by a signal") func signal() throws {
        #expect(try ProgramOutput(running: ["sh", "-c", "kill -KILL $$"]).status == SIGKILL)
    }

    @Test("There is no such program") func missing() {
        #expect(throws: SystemError("execve", "no-such-program", .noSuchFileOrDirectory)) {
            _ = try ProgramOutput(running: ["no-such-program"])
        }
    }
}
