internal import OCI
internal import Skep
internal import System

/// `skep events`: what a container uses, again and again, and when it runs out of memory.
enum EventsCommand {
    static var command: Command {
        Command(
            "events", operands: "CONTAINER", count: 1...1,
            "Prints what a container uses, and when the kernel kills for lack of memory, as JSON, until it ends.",
            options: [
                Option("stats", help: "print what it uses now, and no more"),
                Option("interval", value: "TIME", help: "print what it uses every TIME: 100ms, 1m30s (default: 5s)"),
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let interval = try milliseconds(invocation.arguments["interval"] ?? "5s")
        let factory = try invocation.factory()
        try failing { () throws(ContainerError) in
            let container = try factory.stored(invocation.id)
            if invocation.arguments.has("stats") {
                print(Event("stats", invocation.id, data: try container.statistics()))
            } else {
                try follow(container, invocation.id, interval)
            }
        }
        return 0
    }

    private static func milliseconds(_ text: String) throws(Failure) -> Int64 {
        guard let nanoseconds = Quantity.nanoseconds(text), nanoseconds > 0 else {
            throw .usage("--interval takes a time like 5s, 100ms or 1m30s, not \"\(text)\"", command: "events")
        }
        return max(nanoseconds / 1_000_000, 1)
    }

    private static func follow(_ container: StoredContainer, _ id: String, _ interval: Int64) throws(ContainerError) {
        var watch = try container.watch()
        var deadline = Deadline(milliseconds: interval)
        while true {
            switch try watch.next(until: deadline) {
            case .ended: return
            case .outOfMemory: print(Event("oom", id, data: nil))
            case .deadline:
                do {
                    print(Event("stats", id, data: try container.statistics()))
                } catch  where error.code == .containerNotRunning {
                    // The watch tells so next.
                }
                deadline = Deadline(milliseconds: interval)
            }
        }
    }

    private static func print(_ event: Event) {
        Output.write(event.serialized(.compact) + [UInt8(ascii: "\n")])
    }
}

/// A line of `skep events`.
private struct Event: JSONObjectEncodable {
    let type: String
    let id: String
    let data: Statistics?

    init(_ type: String, _ id: String, data: Statistics?) {
        self.type = type
        self.id = id
        self.data = data
    }

    func encode(into object: borrowing JSONObjectBuilder) {
        object.set("type", type)
        object.set("id", id)
        object.setIfPresent("data", data)
    }
}
