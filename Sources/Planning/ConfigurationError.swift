internal import OCI

/// What is wrong with a configuration: found by looking at it, before anything is done.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The property at fault ("linux.namespaces[2].type").
    public var property: String
    /// What is wrong with it.
    public var reason: String
    /// What to do about it, where that is known.
    public var hint: String?

    public init(_ origin: Origin, _ reason: String, hint: String? = nil) {
        self.property = origin.description.shortened
        self.reason = reason.shortened
        self.hint = hint
    }

    public var description: String {
        let text = reason.hasPrefix("is ") ? "\(property) \(reason)" : "\(property): \(reason)"
        return hint.map { "\(text); \($0)" } ?? text
    }
}
