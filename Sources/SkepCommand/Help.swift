/// The help, printed from the commands' tables.
enum Help {
    /// Prints the help of one command, or of the program.
    static func print(_ name: String?) -> Int32 {
        guard let name, let command = Commands.find(name) else {
            printProgram()
            return 0
        }
        let operands = command.operands.isEmpty ? "" : " " + command.operands
        Swift.print("Usage: skep [OPTION...] \(command.name) [OPTION...]\(operands)\n\n\(command.summary)")
        printOptions(command.options)
        return 0
    }

    private static func printProgram() {
        Swift.print(
            "Usage: skep [OPTION...] COMMAND [OPTION...]\n\nRuns containers as the OCI runtime specification has it.")
        Swift.print("\nCommands:")
        for command in Commands.all { Swift.print(row(command.name, command.summary)) }
        printOptions(Globals.options)
        Swift.print("\n\"skep COMMAND --help\" explains a command.")
    }

    private static func printOptions(_ options: [Option]) {
        if options.isEmpty { return }
        Swift.print("\nOptions:")
        for option in options {
            let short = option.letter.map { "-\($0), " } ?? "    "
            let value = option.value.map { " " + $0 } ?? ""
            Swift.print(row("\(short)--\(option.name)\(value)", option.help))
        }
    }

    private static func row(_ term: String, _ text: String) -> String {
        let width = 28
        let padding = String(repeating: " ", count: max(width - term.count, 2))
        return "  \(term)\(padding)\(text)"
    }
}
