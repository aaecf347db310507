/// The help, printed from the commands' tables.
enum Help {
    /// What the program does.
    static let summary = "Runs containers as the OCI runtime specification has it."

    static var command: Command {
        Command(
            "help", operands: "[COMMAND]", count: 0...1, "Prints the help of skep, or of a command.",
            run: { (invocation) throws(Failure) in
                if let name = invocation.operand(0) {
                    printCommand(try Commands.required(name))
                } else {
                    printProgram()
                }
                return 0
            })
    }

    static func printCommand(_ command: Command) {
        let operands = command.operands.isEmpty ? "" : " " + command.operands
        print("Usage: skep [OPTION...] \(command.name) [OPTION...]\(operands)\n\n\(command.summary)")
        printOptions(command.options + [.help])
    }

    static func printProgram() {
        print("Usage: skep [OPTION...] COMMAND [OPTION...]\n\n\(summary)\n\nCommands:")
        for command in Commands.all { print(row(command.name, command.summary)) }
        printOptions(Globals.options)
        print("\n\"skep COMMAND --help\" explains a command.")
    }

    private static func printOptions(_ options: [Option]) {
        print("\nOptions:")
        for option in options {
            let short = option.letter.map { "-\($0), " } ?? "    "
            let value = option.value.map { " " + $0 } ?? ""
            print(row("\(short)--\(option.name)\(value)", option.help))
        }
    }

    private static func row(_ term: String, _ text: String) -> String {
        let width = 28
        let padding = String(repeating: " ", count: max(width - term.count, 2))
        return "  \(term)\(padding)\(text)"
    }
}
