package import System
internal import SystemPackage

/// What is wrong with a property that systemd is to be told of: found by looking at it, before anything is done.
package struct UnitError: Error, Sendable, Equatable {
    /// The property at fault ("linux.cgroupsPath").
    package var property: String
    /// What is wrong with it.
    package var reason: String
    /// What to do about it, where that is known.
    package var hint: String?

    package init(_ property: String, _ reason: String, hint: String? = nil) {
        self.property = property
        self.reason = reason
        self.hint = hint
    }

    /// The same as a failure to tell systemd, for those who throw nothing else.
    package var systemError: SystemError {
        SystemError(
            "systemd", "", .invalidArgument, property: property, hint: hint.map { "\(reason); \($0)" } ?? reason)
    }
}
