/// `skep man`: prints the manual page of the program, or of a command.
enum ManCommand {
    static var command: Command {
        Command(
            "man", operands: "[COMMAND]", count: 0...1,
            "Prints the manual page of skep, or of a command: \"skep man run | man -l -\".", run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        if let name = invocation.operand(0) {
            print(ManPage.of(try Commands.required(name)), terminator: "")
        } else {
            print(ManPage.ofProgram(), terminator: "")
        }
        return 0
    }
}
