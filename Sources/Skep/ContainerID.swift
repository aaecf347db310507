/// A container's name, which is also the name of its state directory.
public struct ContainerID: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// The rules that a name may be held to.
    public enum Grammar: Sendable {
        /// libcontainer's: `^[\w_]+$`, that is ASCII letters, digits and underscores.
        case libcontainer
        /// runc's command line: also "+", "." and "-", but neither "." nor "..".
        case commandLine
    }

    /// The longest name, in characters.
    public static let maximumLength = 1024

    /// Checks a name.
    ///
    /// - Throws: `invalidIdFormat`.
    public init(_ text: String, grammar: Grammar = .libcontainer) throws(ContainerError) {
        if text == FilterCache.directoryName && grammar == .commandLine {
            throw ContainerError(
                .invalidIdFormat, "container id \"\(text)\"", "is the name of what is kept beside containers")
        }
        let isWellFormed = text.utf8.allSatisfy { Self.isAllowed($0, grammar) } && text != "." && text != ".."
        guard isWellFormed, (1...Self.maximumLength).contains(text.utf8.count) else {
            let shown = text.utf8.count > 64 ? String(text.prefix(64)) + "…" : text
            let others = grammar == .libcontainer ? "and _" : "and _ + . -"
            throw ContainerError(
                .invalidIdFormat, "container id \"\(shown)\"",
                "must have 1 to \(Self.maximumLength) characters, all of them ASCII letters, digits \(others)")
        }
        description = text
    }

    private static func isAllowed(_ byte: UInt8, _ grammar: Grammar) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "-"):
            grammar == .commandLine
        default: false
        }
    }
}
