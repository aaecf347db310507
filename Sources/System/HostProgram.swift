internal import CLinux
internal import Glibc
internal import SystemPackage

/// A program of the host's, to be run beside this one.
public struct HostProgram {
    /// The program file; a name without a slash is looked for in PATH.
    public var path: String
    /// What it is called with, its own name first.
    public var arguments: [String]
    /// Its environment ("NAME=value").
    public var environment: [String]
    /// Where it begins; nil for the caller's own working directory.
    public var directory: String?

    public init(_ path: String, _ arguments: [String], environment: [String], directory: String? = nil) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    /// The calling program's own environment.
    public static var ownEnvironment: [String] {
        var variables: [String] = []
        var next = skep_linux_environment()
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }

    /// A variable of that environment; nil if it is not there.
    public static func variable(_ name: String) -> String? {
        name.withCString { getenv($0) }.map { String(cString: $0) }
    }

    /// Runs the program in a session of its own, with no signal blocked. It gets the three descriptors, which stay
    /// the caller's, and no others.
    ///
    /// - Returns: the child, to be waited for.
    /// - Throws: what the program could not be executed for.
    public func run(
        input: CInt, output: CInt, errors: CInt
    ) throws(SystemError) -> ProcessHandle {
        let (pid, error) = path.withCString { path in
            withCStrings(arguments) { argv in
                withCStrings(environment) { envp in
                    withOptionalCString(directory) { directory in
                        var command = skep_linux_command(
                            path: path, argv: argv, envp: envp, directory: directory, stdio: (input, output, errors))
                        let pid = skep_linux_run(&command)
                        return (pid, currentErrno())
                    }
                }
            }
        }
        if pid < 0 { throw SystemError("execve", path, error) }
        guard let handle = try ProcessHandle.open(pid: pid) else {
            // Not reaped yet, so it has to be there.
            throw SystemError("pidfd_open", "process \(pid)", .noSuchProcess)
        }
        return handle
    }
}

/// Lends strings as a NULL-terminated array of C strings.
package func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let copies = strings.map { duplicate($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array with its terminator is not empty") }
        return body(base)
    }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
