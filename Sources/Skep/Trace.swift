import Glibc
package import OCI
internal import System

/// Where the time of a command goes: phases of this process and steps of inits, as Chrome's trace viewer and Perfetto
/// show them. Nobody reads a clock where there is none.
///
/// It belongs to the one thread of the program that makes it.
package final class Trace: @unchecked Sendable {
    private let pid = getpid()
    private let beginning = Trace.now()
    private var events: [TraceEvent] = []
    /// The phases that have not ended; a failure may leave some so.
    private var open: [Int] = []
    private var processes: [(pid: Int32, name: String)]

    /// - Parameter name: what the process is called in the picture.
    package init(_ name: String) {
        processes = [(pid, name)]
    }

    /// A phase that has begun.
    package struct Phase {
        fileprivate let trace: Trace
        fileprivate let index: Int

        /// Ends the phase.
        package func end() { trace.end(index) }
    }

    /// Begins a phase. Phases lie within one another.
    package func begin(_ name: String) -> Phase {
        events.append(TraceEvent(name: name, pid: pid, start: elapsed(Trace.now())))
        open.append(events.count - 1)
        return Phase(trace: self, index: events.count - 1)
    }

    private func end(_ index: Int) {
        guard let place = open.lastIndex(of: index) else { return }
        open.remove(at: place)
        events[index].duration = max(elapsed(Trace.now()) - events[index].start, 0)
    }

    /// Adds the steps that an init has begun, up to now.
    ///
    /// - Parameters:
    ///   - steps: what they are, in their order.
    ///   - times: when each was begun, as `now()` has it; fewer where some are not known.
    ///   - pid: the init's.
    ///   - name: what it is called.
    func add(_ steps: [TraceStep], begunAt times: [UInt64], of pid: Int32, called name: String) {
        processes.append((pid, name))
        events += Trace.events(steps, times.map(elapsed), until: elapsed(Trace.now()), pid: pid)
    }

    /// A step lasts until the next is begun. Behind the last time that is known they have none of their own.
    static func events(_ steps: [TraceStep], _ times: [Int64], until end: Int64, pid: Int32) -> [TraceEvent] {
        steps.enumerated().map { index, step in
            var event = TraceEvent(name: step.name, pid: pid, start: end)
            event.arguments = [
                ("step", decimal(index + 1)), ("detail", step.detail), ("property", step.origin),
            ].filter { !$0.1.isEmpty }
            if index < times.count {
                event.start = times[index]
                event.duration = max((index + 1 < times.count ? times[index + 1] : end) - times[index], 0)
            } else {
                event.arguments.append(("untimed", "a seccomp filter was loaded before it"))
            }
            return event
        }
    }

    /// The document. What has not ended does so now.
    ///
    /// - Parameter error: why the command failed; it becomes a mark, and an argument of the first phase.
    /// - Returns: what is to be written.
    package func document(error: String?) -> TraceDocument {
        for index in open { end(index) }
        var all = events
        if let error {
            if !all.isEmpty { all[0].arguments.append(("error", error)) }
            var mark = TraceEvent(name: "error", pid: pid, start: elapsed(Trace.now()))
            mark.arguments = [("error", error)]
            all.append(mark)
        }
        return TraceDocument(processes: processes, events: all)
    }

    private func elapsed(_ time: UInt64) -> Int64 {
        Int64(bitPattern: time) - Int64(bitPattern: beginning)
    }

    /// The nanoseconds of a clock that is the same in every time namespace, which CLOCK_MONOTONIC is not.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// A step of an init's, in words.
struct TraceStep {
    let name: String
    let detail: String
    let origin: String
}

/// Something that takes time, or, without a duration, a moment. Times are nanoseconds.
struct TraceEvent: JSONObjectEncodable {
    var name: String
    var pid: Int32
    var start: Int64
    var duration: Int64?
    var arguments: [(String, String)] = []

    func encode(into object: borrowing JSONObjectBuilder) {
        object.set("name", name)
        object.set("ph", duration == nil ? "i" : "X")
        object.set("ts", Double(start) / 1000)
        if let duration { object.set("dur", Double(duration) / 1000) } else { object.set("s", "p") }
        object.set("pid", pid)
        object.set("tid", pid)
        object.setIfPresent("args", Dictionary(arguments) { $1 })
    }
}

/// Chrome's JSON trace-event format.
package struct TraceDocument: JSONObjectEncodable {
    let processes: [(pid: Int32, name: String)]
    let events: [TraceEvent]

    package func encode(into object: borrowing JSONObjectBuilder) {
        let names = processes.flatMap { process in
            ["process_name", "thread_name"].map { TraceName(kind: $0, pid: process.pid, name: process.name) }
        }
        object.set("traceEvents", names.map(TraceEntry.name) + events.map(TraceEntry.event))
        object.set("displayTimeUnit", "ns")
    }
}

/// What a process is called, or its thread.
private struct TraceName: JSONObjectEncodable {
    let kind: String
    let pid: Int32
    let name: String

    func encode(into object: borrowing JSONObjectBuilder) {
        object.set("name", kind)
        object.set("ph", "M")
        object.set("pid", pid)
        object.set("tid", pid)
        object.set("args", ["name": name])
    }
}

private enum TraceEntry: JSONEncodable {
    case name(TraceName)
    case event(TraceEvent)

    func write(into writer: JSONWriter) {
        switch self {
        case .name(let name): name.write(into: writer)
        case .event(let event): event.write(into: writer)
        }
    }
}
