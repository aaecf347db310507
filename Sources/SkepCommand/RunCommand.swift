internal import Skep
internal import System

/// `skep run`: create and start in one go, and in the foreground also wait and delete.
enum RunCommand {
    static var command: Command {
        Command(
            "run", operands: "NEW-CONTAINER", count: 1...1,
            "Makes a container from a bundle, runs it, and exits as its process does.",
            options: LaunchArguments.options + [
                Option("detach", "d", help: "leave the container running and return"),
                Option("keep", help: "keep the container's state when it has ended"),
                Option("no-subreaper", help: "leave orphans of the container's to the host's init"),
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let options = try LaunchArguments(invocation)
        if invocation.arguments.has("detach") {
            _ = try options.launch(invocation, waitsForFifo: false)
            return 0
        }
        let foreground = try Foreground(isSubreaper: !invocation.arguments.has("no-subreaper"))
        let container = try options.launch(invocation, waitsForFifo: false)
        let status = try foreground.wait(for: container)
        if !invocation.arguments.has("keep") {
            try failing { () throws(ContainerError) in try container.destroy(force: true) }
        }
        return status.code
    }
}
