internal import Skep

/// `skep exec`: runs one more process in a running container.
enum ExecCommand {
    static var command: Command {
        Command(
            "exec", operands: "CONTAINER [COMMAND [ARGUMENT...]]", count: 1...Int.max,
            "Runs a command in a running container, and exits as it does (255: it could not be run).",
            options: ExecArguments.options, run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let arguments = try ExecArguments(invocation)
        do {
            return try run(arguments, invocation)
        } catch {
            guard case .container(let error) = error else { throw error }
            throw .process(error)
        }
    }

    private static func run(
        _ arguments: borrowing ExecArguments, _ invocation: Invocation
    ) throws(Failure) -> Int32 {
        let factory = try invocation.factory()
        let container = try failing { () throws(ContainerError) in try factory.load(invocation.id) }
        let process = try arguments.process(in: container)
        let shared = try ProcessArguments(
            invocation, arguments.inherited, process: process, isForeground: !arguments.isDetached)
        let options = JoinOptions(
            process: shared.process(process), subgroups: arguments.subgroups,
            ignoresPause: arguments.ignoresPause, pidFile: shared.pidFile)
        if arguments.isDetached {
            _ = try failing { () throws(ContainerError) in try container.join(options) }
            return 0
        }
        let foreground = try Foreground(isSubreaper: false)
        let running = try failing { () throws(ContainerError) in try container.join(options) }
        let phase = invocation.globals.trace?.trace.begin("wait for the process")
        defer { phase?.end() }
        return try foreground.wait(for: running, terminal: shared.console.proxy()).code
    }
}
