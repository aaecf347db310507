internal import Skep

/// `skep start`: lets a created container's process run the user's program.
enum StartCommand {
    static var command: Command {
        Command(
            "start", operands: "CONTAINER", count: 1...1, "Runs the user's program in a created container.", run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let factory = try invocation.factory()
        let proxy = try LaunchArguments.notifyProxy()
        try failing { () throws(ContainerError) in try factory.stored(invocation.id).start(notifyProxy: proxy) }
        return 0
    }
}
