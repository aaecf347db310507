/// `skep create`: makes a container whose process waits for `skep start`.
enum CreateCommand {
    static var command: Command {
        Command(
            "create", operands: "NEW-CONTAINER", count: 1...1,
            "Makes a container from a bundle; its process waits for \"skep start\".", options: LaunchArguments.options,
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        _ = try LaunchArguments(invocation, isForeground: false).launch(invocation, waitsForFifo: true)
        return 0
    }
}
