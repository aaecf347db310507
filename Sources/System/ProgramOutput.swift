internal import Glibc

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
        let input = try Descriptor.open("/dev/null", O_RDONLY)
        let output = try Descriptor.memoryFile("skep-output")
        let program = HostProgram(command[0], command, environment: HostProgram.ownEnvironment)
        let process = try program.run(input: input.number, output: output.number, errors: output.number)
        status = try process.wait()
        lseek(output.number, 0, SEEK_SET)
        bytes = try output.readToEnd(path: "the output of \(command[0])")
    }
}
