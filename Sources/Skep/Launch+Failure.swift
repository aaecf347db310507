import Glibc
internal import CPlan
internal import Cgroups
internal import Planning
internal import System

/// Why an init did not become the user's program.
extension Launch {
    static let protocolError = ContainerError(
        .systemError, "container init", "broke the protocol: it said what was not due")

    func failure(_ report: skep_report) -> ContainerError {
        InitFailure.error(
            report, origin: order.plan.origin(ofStep: Int(report.step)),
            isFiltered: order.plan.isFiltered(atStep: Int(report.step)), memoryLimit: MemoryLimit(order.resources),
            destination: order.plan.newMountDestination(ofStep: Int(report.step)),
            capabilities: order.plan.capabilities(ofStep: Int(report.step)))
    }

    func death() throws(ContainerError) -> ContainerError {
        if let report = board.report { return failure(report) }
        let status = ExitStatus(rawValue: try converting { () throws(SystemError) in try handle.wait() })
        let begun = board.begun
        return InitFailure.death(
            status, during: begun > 0 ? order.plan.steps[begun - 1] : nil,
            .init(
                hasStruck: order.manager.hasRunOutOfMemory, limit: MemoryLimit(order.resources),
                hasOthers: order.isJoining), isFiltered: order.plan.isFiltered(atStep: begun - 1))
    }

    /// The kernel kills a process whose new program finds no memory, and closes its descriptors as for one that does.
    func deathInExec() throws(ContainerError) -> ContainerError? {
        guard !order.isJoining, MemoryLimit(order.resources)?.mayPreventExec == true,
            order.manager.hasRunOutOfMemory, (try? handle.waitForEnd(milliseconds: Self.deathTime)) == true
        else { return nil }
        return try death()
    }

    /// How long a process that has been killed may take to be gone, in milliseconds.
    static let deathTime: Int32 = 1000
}
