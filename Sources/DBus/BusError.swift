package import SystemPackage

/// A conversation with a D-Bus server that failed: with which, over what, and how.
package struct BusError: Error, Sendable, Equatable {
    /// What happened.
    package enum Cause: Sendable, Equatable {
        /// A system call failed; ETIMEDOUT where the server did not answer in time.
        case system(Errno)
        /// The server closed the connection.
        case closed
        /// The server does not let the caller in.
        case rejected(String)
        /// The server answered with an error.
        case refused(name: String, text: String)
        /// The server sent what is no message.
        case malformed(MessageError)
    }

    /// The server.
    package var address: String
    /// What was asked of it, or waited for: "connect", "StartTransientUnit".
    package var operation: String
    package var cause: Cause

    package init(_ operation: String, _ address: String, _ cause: Cause) {
        self.operation = operation
        self.address = address
        self.cause = cause
    }
}

extension BusError {
    /// The error's name, where the server answered with one.
    package var name: String? {
        guard case .refused(let name, _) = cause else { return nil }
        return name
    }

    /// The nearest errno.
    package var errno: Errno {
        switch cause {
        case .system(let errno): errno
        case .closed: .connectionReset
        case .rejected: .permissionDenied
        case .malformed: .badMessage
        case .refused(let name, _): Self.errno(of: name)
        }
    }

    private static func errno(of name: String) -> Errno {
        switch name {
        case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AuthFailed",
            "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired":
            .permissionDenied
        case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout",
            "org.freedesktop.DBus.Error.TimedOut":
            .timedOut
        case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
            "org.freedesktop.DBus.Error.Disconnected":
            .connectionRefused
        case "org.freedesktop.DBus.Error.NoMemory", "org.freedesktop.DBus.Error.LimitsExceeded": .noMemory
        case "org.freedesktop.DBus.Error.FileNotFound": .noSuchFileOrDirectory
        case "org.freedesktop.DBus.Error.FileExists": .fileExists
        case "org.freedesktop.DBus.Error.NotSupported", "org.freedesktop.DBus.Error.UnknownMethod": .notSupported
        default: .invalidArgument
        }
    }

    /// What happened, in words, where the errno alone does not say it.
    package var text: String? {
        switch cause {
        case .system: nil
        case .closed: "the server closed the connection"
        case .rejected(let line): "the server rejects the caller: \(line)"
        case .refused(let name, let text): text.isEmpty ? name : text
        case .malformed(let error): "the server sent what is no message: \(error.description)"
        }
    }
}
