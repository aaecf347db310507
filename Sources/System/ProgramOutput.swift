internal import CLinux
internal import Glibc
internal import SystemPackage

/// What another program has printed, and how it ended.
public struct ProgramOutput: Sendable {
    /// wait(2)'s status.
    public let status: Int32
    /// Its standard output and error, as they came.
    public let bytes: [UInt8]

    /// Runs a program to its end, with nothing on its standard input.
    ///
    /// - Parameter command: the program, found in PATH, and its arguments.
    /// - Throws: what kept it from being started, or its output from being read.
    public init(running command: [String]) throws(SystemError) {
        let pid: pid_t
        (pid, bytes) = try Self.collect(command)
        var status: CInt = 0
        do {
            _ = try systemCall { waitpid(pid, &status, 0) }
        } catch {
            throw SystemError("waitpid", "process \(pid)", error)
        }
        self.status = status
    }

    /// The program's process and its output; it may not have ended yet, but will print nothing more.
    private static func collect(_ command: [String]) throws(SystemError) -> (pid_t, [UInt8]) {
        var ends: [CInt] = [-1, -1]
        do {
            _ = try systemCall { skep_linux_pipe(&ends) }
        } catch {
            throw SystemError("pipe", "", error)
        }
        let output = Descriptor(owning: ends[0])
        let pid = try start(command, writingTo: Descriptor(owning: ends[1]))
        return (pid, try output.readToEnd(path: "the output of \(command[0])"))
    }

    private static func start(
        _ command: [String], writingTo output: consuming Descriptor
    ) throws(SystemError) -> pid_t {
        let number = output.number
        let words = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        do {
            return try systemCall(retrying: false) { skep_linux_start_program(words, number) }
        } catch {
            throw SystemError("execute", command[0], error)
        }
    }
}
