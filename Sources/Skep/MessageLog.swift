/// Where the library says what it chooses and does. A closure and no more, since a container runtime starts anew for
/// every command: swift-log brings the concurrency runtime along, which costs as much as the rest of Swift. The module
/// SkepLogging makes one from a swift-log Logger, for programs that have one anyway.
public struct MessageLog: Sendable {
    /// How much a message matters.
    public enum Level: Int, Sendable, Comparable {
        /// What is chosen and done.
        case debug
        /// What is odd, but no reason to stop.
        case warning

        public static func < (left: Level, right: Level) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// Where the time of what is done goes; nil where nobody wants to know.
    package var trace: Trace?
    private let minimum: Level
    private let write: @Sendable (Level, String) -> Void

    /// A log that gives `write` what is at least of level `minimum`.
    public init(minimum: Level = .debug, _ write: @escaping @Sendable (Level, String) -> Void) {
        self.minimum = minimum
        self.write = write
    }

    /// The same with a trace.
    package func tracing(_ trace: Trace?) -> MessageLog {
        var log = self
        log.trace = trace
        return log
    }

    func debug(_ message: @autoclosure () -> String) {
        if minimum <= .debug { write(.debug, message()) }
    }

    func warning(_ message: @autoclosure () -> String) {
        write(.warning, message())
    }
}
