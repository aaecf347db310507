internal import OCI
internal import Skep
internal import System
internal import SystemPackage

/// `skep ps`: what the host's ps(1) says of a container's processes.
enum PsCommand {
    static var command: Command {
        Command(
            "ps", operands: "CONTAINER [PS-OPTION...]", count: 1...Int.max,
            "Prints the rows of a container's processes from the host's ps, called with the options (default: -ef).",
            options: [
                Option(
                    "format", "f", value: "FORMAT", help: "table, or json for the processes' numbers (default: table)")
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let format = invocation.arguments["format"] ?? "table"
        guard format == "table" || format == "json" else {
            throw .usage("--format takes table or json, not \"\(format)\"", command: "ps")
        }
        let factory = try invocation.factory()
        let processes = try failing { () throws(ContainerError) in try factory.stored(invocation.id).processes() }
        if format == "json" {
            Output.write(processes.serialized(.compact) + [UInt8(ascii: "\n")])
        } else {
            let options = invocation.arguments.operands.dropFirst()
            let command = ["ps"] + (options.isEmpty ? ["-ef"] : Array(options))
            for line in try table(command, processes).lines { print(line) }
        }
        return 0
    }

    private static func table(_ command: [String], _ processes: [Int32]) throws(Failure) -> ProcessTable {
        let output = try run(command)
        if output.status != 0 {
            let complaint = output.bytes.split(separator: UInt8(ascii: "\n")).first ?? []
            let status = ExitStatus(rawValue: output.status).code
            throw failure("ended with status \(status): \(String(decoding: complaint, as: UTF8.self))", command)
        }
        do {
            return try ProcessTable(parsing: output.bytes, keeping: processes)
        } catch {
            switch error {
            case .noColumn: throw failure("prints no column PID, by which rows are told apart", command)
            case .noNumber(let row):
                throw failure(
                    "prints a row without a number in the column PID: \"\(row)\"", command,
                    hint: "put pid before columns that may have spaces in them")
            }
        }
    }

    private static func run(_ command: [String]) throws(Failure) -> ProgramOutput {
        do {
            return try ProgramOutput(running: command)
        } catch {
            let hint = "ps(1) is looked for in PATH; --format json needs none"
            throw .container(
                ContainerError(
                    .systemError, "ps", operation: error.operation, path: error.path, errno: error.errno,
                    hint: error.errno == .noSuchFileOrDirectory ? hint : nil))
        }
    }

    private static func failure(_ reason: String, _ command: [String], hint: String? = nil) -> Failure {
        .container(ContainerError(.systemError, "\"\(command.joined(separator: " "))\"", reason, hint: hint))
    }
}
