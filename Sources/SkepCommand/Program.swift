internal import CEntry
internal import OCI
internal import Skep
internal import System

/// The program: global options, a command, its options.
enum Program {
    /// Runs the program's own command line; the exit status.
    ///
    /// Not by CommandLine, which touches more of the standard library than all the rest of a command.
    static func main() -> Int32 {
        var words: [String] = []
        var next = skep_arguments()
        while let word = next.pointee {
            words.append(String(text: word))
            next += 1
        }
        return run(words)
    }

    /// Runs one command line; the exit status.
    static func run(_ words: [String]) -> Int32 {
        var log = Log(path: nil, format: .text, isDebugging: false)
        do {
            let arguments = try Arguments(words, options: Globals.options, command: nil)
            if arguments.has("version") { return printVersion() }
            guard let name = arguments.operands.first, !arguments.has("help") else {
                Help.printProgram()
                return 0
            }
            let globals = try Globals(arguments)
            log = globals.log
            return try run(name, Array(arguments.operands.dropFirst()), globals)
        } catch {
            log.fail(error)
            return error.exitStatus
        }
    }

    private static func run(_ name: String, _ words: [String], _ globals: Globals) throws(Failure) -> Int32 {
        let command = try Commands.required(name)
        let arguments = try Arguments(words, options: command.options + [.help], command: name)
        if arguments.has("help") {
            Help.printCommand(command)
            return 0
        }
        guard command.operandCount.contains(arguments.operands.count) else {
            let wanted = command.operands.isEmpty ? "no operands" : command.operands
            throw .usage("\(name) takes \(wanted)", command: name)
        }
        let invocation = Invocation(globals: globals, arguments: arguments)
        guard let trace = globals.trace else { return try command.run(invocation) }
        return try trace.run(name) { () throws(Failure) in try command.run(invocation) }
    }

    private static func printVersion() -> Int32 {
        print("skep version \(Release.version)")
        print("spec: \(OCI.version)")
        return 0
    }
}
