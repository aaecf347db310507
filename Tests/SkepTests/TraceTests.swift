import OCI
@testable import Skep
import Testing

@Suite("Traces") struct TraceTests {
    private static let steps = [
        TraceStep(name: "mount", detail: "proc on /proc", origin: "mounts[0]"),
        TraceStep(name: "seccomp", detail: "", origin: "linux.seccomp"),
        TraceStep(name: "exec", detail: "/bin/sh", origin: "process.args"),
    ]

    private func document(_ text: TraceDocument) throws -> String {
        String(decoding: text.serialized(.compact), as: UTF8.self)
    }

    @Test("A document is in Chrome's format: names of processes, then events in microseconds") func format() throws {
        let event = TraceEvent(
            name: "a \"b\"", pid: 7, start: 1_500, duration: 2_000_250, arguments: [("step", "1"), ("detail", "x")])
        let moment = TraceEvent(name: "error", pid: 7, start: 0)
        let text = try document(TraceDocument(processes: [(7, "skep")], events: [event, moment]))
        #expect(
            text == #"{"traceEvents":["#
                + #"{"name":"process_name","ph":"M","pid":7,"tid":7,"args":{"name":"skep"}},"#
                + #"{"name":"thread_name","ph":"M","pid":7,"tid":7,"args":{"name":"skep"}},"#
                + #"{"name":"a \"b\"","ph":"X","ts":1.5,"dur":2000.25,"pid":7,"tid":7,"args":{"detail":"x","step":"1"}},"#
                + #"{"name":"error","ph":"i","ts":0.0,"s":"p","pid":7,"tid":7}],"displayTimeUnit":"ns"}"#)
    }

    @Test("A step lasts until the next one, the last until the end") func steps() {
        let events = Trace.events(Self.steps, [100, 250, 300], until: 1000, pid: 9)
        #expect(events.map(\.start) == [100, 250, 300])
        #expect(events.map(\.duration) == [150, 50, 700])
        #expect(events.map(\.name) == ["mount", "seccomp", "exec"])
        #expect(events[0].arguments.map(\.0) == ["step", "detail", "property"])
        #expect(events[1].arguments.map(\.1) == ["2", "linux.seccomp"])
    }

    @Test("Behind a filter steps have no time of their own, and are there") func untimed() {
        let events = Trace.events(Self.steps, [100, 250], until: 1000, pid: 9)
        #expect(events.map(\.duration) == [150, 750, nil])
        #expect(events[2].start == 1000)
        #expect(events[2].arguments.contains { $0.0 == "untimed" })
    }

    @Test("A clock that is set back makes no time negative") func clock() {
        #expect(Trace.events(Self.steps, [500, 400, 300], until: 100, pid: 9).map(\.duration) == [0, 0, 0])
    }

    @Test("Phases lie within one another, also those that a failure left open") func nesting() throws {
        let trace = Trace("skep")
        let outer = trace.begin("outer")
        trace.begin("inner").end()
        _ = trace.begin("failed")
        outer.end()
        outer.end()
        let events = trace.document(error: "mounts[0]: no").events
        #expect(events.map(\.name) == ["outer", "inner", "failed", "error"])
        #expect(events.prefix(3).allSatisfy { $0.duration != nil })
        let (first, second) = (events[0], events[1])
        #expect(first.start <= second.start)
        #expect(second.start + (second.duration ?? 0) <= first.start + (first.duration ?? 0))
        #expect(events[0].arguments.contains { $0 == ("error", "mounts[0]: no") })
        #expect(events[3].duration == nil)
    }

    @Test("What an init has begun becomes a process beside this one") func inits() {
        let trace = Trace("skep")
        trace.begin("run").end()
        let now = Trace.now()
        trace.add(Array(Self.steps.prefix(2)), begunAt: [now, now + 10], of: 42, called: "init of x")
        let document = trace.document(error: nil)
        #expect(document.processes.map(\.name) == ["skep", "init of x"])
        #expect(document.events.filter { $0.pid == 42 }.map(\.name) == ["mount", "seccomp"])
    }

    @Test("The board has room for as many times as were asked for, and gives those that were written") func board()
        throws
    {
        let board = try InitBoard(timed: 2000)
        #expect(board.times.isEmpty)
        #expect(board.begun == 0)
    }
}
