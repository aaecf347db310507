internal import Glibc
internal import OCI
internal import Skep
internal import System

/// Where messages go: standard error for people, and --log's file for engines.
struct Log: Sendable {
    enum Format: String, Sendable {
        /// logrus's: time="..." level=error msg="..."
        case text
        /// What containerd's shim parses: {"level":"error","msg":"...","time":"..."}
        case json
    }

    let path: String?
    let format: Format
    let isDebugging: Bool

    /// What the library is given to write to.
    var messages: MessageLog {
        MessageLog(minimum: isDebugging ? .debug : .warning) { level, message in
            write(level == .debug ? "debug" : "warning", message)
        }
    }

    /// Refuses a file that can't be written to, before anything is done that it would not tell of.
    func checkPath() throws(Failure) {
        guard let path else { return }
        _ = try failing("--log") { () throws(SystemError) in try Self.open(path) }
    }

    private static func open(_ path: String) throws(SystemError) -> Descriptor {
        try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
    }

    /// Writes the one line that a failed command leaves.
    func fail(_ failure: Failure) {
        Self.writeToStandardError("skep: \(failure.message)\n")
        guard let path else { return }
        append(line("error", failure.message, failure), to: path)
    }

    /// Writes a message of the library's.
    func write(_ level: String, _ message: String) {
        guard let path else {
            return Self.writeToStandardError("skep: \(level): \(message)\n")
        }
        append(line(level, message, nil), to: path)
    }

    private func append(_ line: [UInt8], to path: String) {
        // The message has gone to standard error, or is not worth failing for.
        try? Self.open(path).write(line, path: path)
    }

    private func line(_ level: String, _ message: String, _ failure: Failure?) -> [UInt8] {
        switch format {
        case .text:
            return Array("time=\"\(Timestamp.now())\" level=\(level) msg=\"\(Self.escaped(message))\"\n".utf8)
        case .json:
            let entry = LogEntry(level: level, message: message, time: Timestamp.now(), failure: failure)
            return entry.serialized(.compact) + [UInt8(ascii: "\n")]
        }
    }

    private static func escaped(_ text: String) -> String {
        String(text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] })
    }

    private static func writeToStandardError(_ text: String) {
        Output.write(Array(text.utf8), to: STDERR_FILENO)
    }
}

/// One line of a JSON log; the keys behind "time" are Skep's own.
private struct LogEntry: JSONObjectEncodable {
    let level: String
    let message: String
    let time: String
    let failure: Failure?

    func encode(into object: borrowing JSONObjectBuilder) {
        object.set("level", level)
        object.set("msg", message)
        object.set("time", time)
        guard let error = failure?.error else { return }
        object.set("code", error.code.rawValue)
        object.setIfPresent("origin", error.origin)
        object.setIfPresent("errno", error.errno?.name)
    }
}
