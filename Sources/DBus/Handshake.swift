/// What comes before the first message (D-Bus specification, Authentication Protocol).
///
/// The mechanism EXTERNAL, without a name: the server knows from the socket who the caller is, and it may know better
/// than the caller, who may be in a user namespace. All that the client has to say is said at once: the server reads in
/// order, and closes where it does not agree.
struct Handshake {
    /// The client's part: a NUL, which credentials may come with, and its lines.
    static let opening = Array("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8)
    /// The longest line that is read.
    private static let longestLine = 1024

    /// Whether the server has agreed: messages follow.
    private(set) var isDone = false

    /// Takes the server's lines off the beginning of what it sent.
    ///
    /// - Throws: a `BusError.Cause` where the server does not agree.
    mutating func read(_ bytes: inout [UInt8]) throws(Failure) {
        while !isDone {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
                if bytes.count > Self.longestLine { throw Failure(.malformed(.tooLong)) }
                return
            }
            let line = String(decoding: bytes[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            bytes.removeFirst(end + 1)
            let word = line.utf8.prefix { $0 != UInt8(ascii: " ") }
            switch String(word) {
            // The server asks for the name, and has got it already.
            case "DATA": break
            case "OK": isDone = true
            case "REJECTED", "ERROR": throw Failure(.rejected(line))
            default: throw Failure(.malformed(.header("another line than the handshake has")))
            }
        }
    }

    struct Failure: Error {
        var cause: BusError.Cause

        init(_ cause: BusError.Cause) {
            self.cause = cause
        }
    }
}
