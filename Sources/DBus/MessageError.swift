/// What is wrong with the bytes of a message.
package enum MessageError: Error, Sendable, Equatable {
    /// They end too early.
    case truncated
    /// A length is beyond what is taken.
    case tooLong
    /// Containers lie in each other more deeply than the specification allows.
    case tooDeep
    /// A signature is none, or is not the one that has to be there.
    case signature(String)
    /// A value breaks a rule of its type.
    case value(String)
    /// The header breaks a rule.
    case header(String)

    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .truncated: "it ends too early"
        case .tooLong: "it is too long"
        case .tooDeep: "its values lie in each other too deeply"
        case .signature(let text): "\"\(text)\" is no signature that it can have"
        case .value(let reason), .header(let reason): reason
        }
    }
}
