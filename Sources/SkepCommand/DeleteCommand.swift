internal import Skep

/// `skep delete`: removes a container that has ended, or any with --force.
enum DeleteCommand {
    static var command: Command {
        Command(
            "delete", operands: "CONTAINER", count: 1...1, "Removes a container that has ended, or was never started.",
            options: [
                Option("force", "f", help: "end its processes first; a container that is not there is no error"),
                ContainerSelection.option,
            ],
            run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let force = invocation.arguments.has("force")
        try ContainerSelection.forEach(invocation) { (factory, id) throws(ContainerError) in
            try delete(id, in: factory, force: force)
        }
        return 0
    }

    private static func delete(_ id: String, in factory: Factory, force: Bool) throws(ContainerError) {
        do {
            try factory.stored(id).delete(force: force)
        } catch {
            guard force, error.code == .containerNotExists || error.code == .systemError else { throw error }
            try removeRemains(factory, id, because: error)
        }
    }

    /// With --force, also what an interrupted create or a damaged state.json leaves.
    private static func removeRemains(
        _ factory: Factory, _ id: String, because first: ContainerError
    ) throws(ContainerError) {
        do {
            try factory.removeRemains(of: id)
        } catch {
            if error.code == .containerNotExists { return }
            throw first
        }
    }
}
