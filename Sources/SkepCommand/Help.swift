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
        printRows(Commands.all.map { ($0.name, $0.summary) })
        printOptions(Globals.options)
        print("\n\"skep COMMAND --help\" explains a command.")
    }

    private static func printOptions(_ options: [Option]) {
        print("\nOptions:")
        printRows(
            options.map { option in
                let short = option.letter.map { "-\($0), " } ?? "    "
                let value = option.value.map { " " + $0 } ?? ""
                return ("\(short)--\(option.name)\(value)", option.help)
            })
    }

    private static func printRows(_ rows: [(term: String, text: String)]) {
        let width = rows.map(\.term.count).max() ?? 0
        for row in rows {
            print("  \(row.term)\(String(repeating: " ", count: width - row.term.count + 2))\(row.text)")
        }
    }
}
