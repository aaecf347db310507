public import SystemPackage

/// A system call that failed: which, on what, and how.
public struct SystemError: Error, Sendable, Equatable {
    /// The property of the configuration that asked for the call ("linux.resources.memory.limit"), where the caller
    /// knows one.
    public var property: String?
    /// The system call, with what it was to do where the name does not say ("open", "write 512").
    public var operation: String
    /// The file, directory or process it was done to.
    public var path: String
    /// What the kernel answered.
    public var errno: Errno
    /// What to do about it, where that is known.
    public var hint: String?

    public init(
        _ operation: String, _ path: String, _ errno: Errno, property: String? = nil, hint: String? = nil
    ) {
        self.property = property
        self.operation = operation
        self.path = path
        self.errno = errno
        self.hint = hint
    }

    /// The same failure, blamed on a property of the configuration.
    public func blaming(_ property: String, hint: String? = nil) -> SystemError {
        SystemError(operation, path, errno, property: self.property ?? property, hint: self.hint ?? hint)
    }
}
