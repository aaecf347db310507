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
        let isForeground = !invocation.arguments.has("detach")
        let options = try LaunchArguments(invocation, isForeground: isForeground)
        if !isForeground {
            let container = try options.launch(invocation, waitsForFifo: false)
            if let proxy = options.notifyProxy, let process = try first(of: container) { proxy.waitUntilReady(process) }
            return 0
        }
        let foreground = try Foreground(isSubreaper: !invocation.arguments.has("no-subreaper"))
        let container = try options.launch(invocation, waitsForFifo: false)
        guard let process = try first(of: container) else {
            throw .container(ContainerError(.systemError, "wait", "the container's process is gone"))
        }
        let trace = invocation.globals.trace?.trace
        let waiting = trace?.begin("wait for the process")
        let status = try foreground.wait(for: process, terminal: options.terminal(), notify: options.notifyProxy)
        waiting?.end()
        if !invocation.arguments.has("keep") {
            let phase = trace?.begin("delete")
            defer { phase?.end() }
            try failing { () throws(ContainerError) in try remove(container) }
        }
        return status.code
    }

    /// Another may have done that already; it is no less over then.
    private static func remove(_ container: Container) throws(ContainerError) {
        do {
            try container.destroy(force: true)
        } catch {
            if error.code != .containerNotExists { throw error }
        }
    }

    private static func first(of container: Container) throws(Failure) -> RunningProcess? {
        try failing { () throws(ContainerError) in try container.initProcess() }
    }
}
