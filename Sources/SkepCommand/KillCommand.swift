internal import CLinux
internal import Glibc
internal import Skep

/// `skep kill`: sends a signal to a container's init.
enum KillCommand {
    static var command: Command {
        Command(
            "kill", operands: "CONTAINER [SIGNAL]", count: 1...2,
            "Sends a signal (a name with or without SIG, or a number; default: TERM) to a container's first process.",
            options: [
                Option("all", "a", help: "send it to all processes of the container"), ContainerSelection.option,
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let signal = try number(of: invocation.operand(1) ?? "TERM")
        try ContainerSelection.forEach(invocation) { (factory, id) throws(ContainerError) in
            try factory.stored(id).signal(signal, all: invocation.arguments.has("all"))
        }
        return 0
    }

    private static func number(of text: String) throws(Failure) -> Int32 {
        if let number = Int32(text) {
            if (0...64).contains(number) { return number }
        } else {
            let upper = text.uppercased()
            let number = skep_linux_signal_number(upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper)
            if number > 0 { return number }
        }
        throw .usage("\"\(text)\" is no signal", command: "kill")
    }
}
