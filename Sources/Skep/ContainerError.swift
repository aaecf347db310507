internal import Cgroups
package import OCI
internal import Planning
package import System
public import SystemPackage

/// What went wrong with a container: one type for everything that the library throws.
public struct ContainerError: Error, Sendable, Equatable {
    /// The kind of failure, for programs to act on; libcontainer's names.
    public enum Code: String, Sendable {
        /// A container of that id exists.
        case idInUse
        /// The id breaks its grammar, or is too long.
        case invalidIdFormat
        /// There is no container of that id, or no longer.
        case containerNotExists
        /// The container is paused, and the call needs it to run.
        case containerPaused
        /// The container runs, and the call needs it not to.
        case containerNotStopped
        /// The container does not run, and the call needs it to.
        case containerNotRunning
        /// The container is not paused, and the call needs it to be.
        case containerNotPaused
        /// The configuration is wrong or can't be carried out here.
        case configInvalid
        /// The system refused something.
        case systemError
    }

    /// The kind of failure.
    public var code: Code
    /// The property of config.json at fault ("linux.resources.memory.limit"), the file, or the container.
    public var origin: String
    /// The system call or step that failed, where one did.
    public var operation: String?
    /// What it was done to.
    public var path: String?
    /// What the kernel answered.
    public var errno: Errno?
    /// What is wrong, in words, where no errno says it.
    public var reason: String?
    /// What to do about it, where that is known.
    public var hint: String?

    public init(
        _ code: Code, _ origin: String, _ reason: String? = nil, operation: String? = nil, path: String? = nil,
        errno: Errno? = nil, hint: String? = nil
    ) {
        self.code = code
        self.origin = origin
        self.operation = operation
        self.path = path
        self.errno = errno
        self.reason = reason
        self.hint = hint
    }
}

extension ContainerError: CustomStringConvertible {
    /// One line: "origin: operation path: what happened (ERRNO); what to do".
    public var description: String {
        let origin = origin.shortened
        var parts = origin.isEmpty ? [] : [origin]
        let action = [operation, path].compactMap { $0?.shortened }.filter { !$0.isEmpty }.joined(separator: " ")
        if !action.isEmpty { parts.append(action) }
        let reason = reason?.shortened
        if let reason { parts.append(reason) }
        if let errno { parts.append("\(errno.text) (\(errno.name))") }
        var line = parts.joined(separator: ": ")
        // "linux.timeOffsets is not supported yet" reads better than with a colon.
        if action.isEmpty, let reason, reason.hasPrefix("is ") { line = "\(origin) \(reason)" }
        if let hint { line += "; \(hint)" }
        // What a hook or an image has put into it must not move a terminal's cursor.
        return String(
            decoding: line.utf8.map { $0 < UInt8(ascii: " ") || $0 == 0x7f ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
}

extension ContainerError {
    /// A system call's failure. `origin` speaks where no property is to blame.
    package init(_ error: SystemError, origin: String = "") {
        self.init(
            .systemError, error.property ?? origin, operation: error.operation, path: error.path, errno: error.errno,
            hint: error.hint)
    }

    init(_ error: ConfigurationError) {
        self.init(.configInvalid, error.property, error.reason, hint: error.hint)
    }

    /// A document that can't be read. `path` names its file.
    package init(_ error: JSONError, path: String, code: Code = .configInvalid) {
        self.init(code, path, error.description, hint: error.hint)
    }

    static func notExists(_ id: String) -> ContainerError {
        ContainerError(.containerNotExists, "container \"\(id)\"", "does not exist")
    }
}

/// Runs what throws `SystemError`, and throws it as a `ContainerError`.
package func converting<Value: ~Copyable>(
    origin: @autoclosure () -> String = "", _ body: () throws(SystemError) -> Value
) throws(ContainerError) -> Value {
    do {
        return try body()
    } catch {
        throw ContainerError(error, origin: origin())
    }
}
