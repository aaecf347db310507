internal import Skep

/// `skep pause`: freezes a container's processes.
enum PauseCommand {
    static var command: Command {
        Command(
            "pause", operands: "CONTAINER", count: 1...1,
            "Freezes all processes of a container; \"skep resume\" lets them go on.", run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let factory = try invocation.factory()
        try failing { () throws(ContainerError) in try factory.stored(invocation.id).pause() }
        return 0
    }
}

/// `skep resume`: lets a paused container's processes go on.
enum ResumeCommand {
    static var command: Command {
        Command(
            "resume", operands: "CONTAINER", count: 1...1, "Lets the processes of a paused container go on.", run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let factory = try invocation.factory()
        try failing { () throws(ContainerError) in try factory.stored(invocation.id).resume() }
        return 0
    }
}
