internal import OCI
internal import Skep

/// `skep state`: prints a container's state (runtime.md, State).
enum StateCommand {
    static var command: Command {
        Command("state", operands: "CONTAINER", count: 1...1, "Prints a container's state as JSON.", run: run)
    }

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let factory = try invocation.factory()
        let summary = try failing { () throws(ContainerError) in try factory.summary(of: invocation.id) }
        Output.write(summary.document.serialized(.spaces))
        return 0
    }
}

extension ContainerSummary {
    /// The state as the specification has it, with runc's additions.
    var document: OCI.State {
        OCI.State(
            ociVersion: ociVersion, id: id, pid: pid, status: specifiedStatus, bundle: bundle, rootfs: rootfs,
            created: created, annotations: annotations, owner: "")
    }

    private var specifiedStatus: OCI.Status {
        switch status {
        case .creating: .creating
        case .created: .created
        case .running, .pausing: .running
        case .paused: .paused
        case .stopped: .stopped
        }
    }
}
