internal import System
internal import SystemPackage

/// What is wrong with a property that a manager is chosen by, or that it is to be told of: found by looking at it,
/// before anything is done.
public struct ManagerRefusal: Error, Sendable, Equatable {
    /// The property at fault ("linux.cgroupsPath").
    public var property: String
    /// What is wrong with it.
    public var reason: String
    /// What to do about it, where that is known.
    public var hint: String?

    public init(_ property: String, _ reason: String, hint: String? = nil) {
        self.property = property
        self.reason = reason
        self.hint = hint
    }

    /// The same as a failure to tell systemd, for those who throw nothing else.
    var systemError: SystemError {
        SystemError(
            "systemd", "", .invalidArgument, property: property, hint: hint.map { "\(reason); \($0)" } ?? reason)
    }
}
