import Glibc
@testable import System
import SystemPackage
import Testing

@Suite("/proc/PID/stat") struct ProcessStatTests {
    /// The file of a process of that name, in state S, that started at tick 4711.
    private func file(_ name: String, state: String = "S", start: String = "4711", end: String = " 1 2 3\n") -> [UInt8]
    {
        let before = (4...21).map { "\($0)" }.joined(separator: " ")
        return Array("42 (\(name)) \(state) \(before) \(start)\(end)".utf8)
    }

    @Test(
        "A program may be called anything",
        arguments: ["sh", "", "a b", "(a)", "a) S 1 (b", ")", "((", "))) Z 1 2 3", "a\nb", "é", "0", "- - -", ") R 1"])
    func name(name: String) {
        #expect(ProcessStat(parsing: file(name)) == ProcessStat(state: "S", parent: 4, startTime: 4711))
    }

    @Test("States", arguments: ["R", "S", "D", "Z", "T", "t", "X", "I", "P"]) func state(letter: String) throws {
        let stat = try #require(ProcessStat(parsing: file("sh", state: letter)))
        #expect(stat.state == Character(letter))
        #expect(stat.isDead == (letter == "Z" || letter == "X"))
    }

    @Test("Start times", arguments: [0, 1, 4711, UInt64.max]) func start(ticks: UInt64) {
        #expect(ProcessStat(parsing: file("sh", start: "\(ticks)"))?.startTime == ticks)
        #expect(ProcessStat(parsing: file("sh", start: "\(ticks)", end: " 5"))?.startTime == ticks)
    }

    @Test(
        "What is no such file",
        arguments: ["", "42", "42 (sh", "42 (sh)", "42 (sh) S", "42 (sh) S 4 5 6", "no parentheses"])
    func malformed(text: String) {
        #expect(ProcessStat(parsing: Array(text.utf8)) == nil)
    }

    @Test("A start time that is no number", arguments: ["x", "-1", "18446744073709551616", "1.5"])
    func badStart(text: String) {
        #expect(ProcessStat(parsing: file("sh", start: text)) == nil)
    }

    @Test("Cut at every length") func truncated() {
        let whole = file("a b")
        for length in whole.indices { _ = ProcessStat(parsing: Array(whole[..<length])) }
    }

    @Test("This process") func own() throws {
        let stat = try #require(try ProcessStat.read(getpid()))
        #expect(!stat.isDead)
        #expect(stat.startTime > 0)
        #expect(stat.parent == getppid())
        #expect(try ProcessStat.read(getpid())?.startTime == stat.startTime)
    }

    @Test("No process has these numbers", arguments: [5_000_000, .max, -1] as [Int32]) func missing(pid: Int32) throws {
        #expect(try ProcessStat.read(pid) == nil)
    }
}
