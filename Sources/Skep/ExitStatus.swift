/// How a process ended.
public struct ExitStatus: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// wait(2)'s status.
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The signal that ended it, if one did.
    public var signal: Int32? {
        rawValue & 0x7f == 0 ? nil : rawValue & 0x7f
    }

    /// As a shell tells it: the exit status, or 128 + the signal's number.
    public var code: Int32 {
        signal.map { 128 + $0 } ?? (rawValue >> 8) & 0xff
    }

    /// What is said of the process: "was killed by signal 9", or "ended with status 1".
    public var description: String {
        signal.map { "was killed by signal \($0)" } ?? "ended with status \(code)"
    }
}
