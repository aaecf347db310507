/// How a process ended.
public struct ExitStatus: Sendable, Hashable, RawRepresentable {
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
}
