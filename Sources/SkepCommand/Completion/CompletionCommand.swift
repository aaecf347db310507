/// `skep completion`: prints a shell's completion script, made from the table of commands and options.
enum CompletionCommand {
    static var command: Command {
        Command(
            "completion", operands: "bash|zsh|fish", count: 1...1,
            "Prints a completion script for the shell: \"source <(skep completion bash)\".", run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let shell = invocation.operand(0) ?? ""
        switch shell {
        case "bash": print(BashCompletion.script(), terminator: "")
        case "zsh": print(ZshCompletion.script(), terminator: "")
        case "fish": print(FishCompletion.script(), terminator: "")
        default: throw .usage("completion knows bash, zsh and fish, not \"\(shell)\"", command: "completion")
        }
        return 0
    }
}

/// Text for a shell.
enum ShellText {
    /// In single quotes, as bash and zsh read them.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// `text` with a backslash before each of `characters`.
    static func escaping(_ characters: Set<Character>, in text: String) -> String {
        String(text.flatMap { characters.contains($0) ? ["\\", $0] : [$0] })
    }
}
