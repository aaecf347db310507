import Glibc
internal import Planning
internal import System

extension Launch {
    /// The init of a running container, to be joined; its pidfd is lent.
    struct Target {
        let pid: Int32
        let pidfd: CInt
    }

    /// Runs one more process in the container of `target`.
    ///
    /// - Throws: what went wrong; then no process is left of it.
    static func join(
        _ target: borrowing ProcessHandle, _ order: LaunchOrder
    ) throws(ContainerError) -> ProcessHandle {
        var launch = try begin(order, joining: Target(pid: target.pid, pidfd: target.number))
        do {
            if order.plan.goesOnAsChild {
                try launch.letEnter()
                try launch.followChild()
            }
            try launch.handOverMembership()
            if !order.goesAhead { try launch.waitUntilReady() }
            try launch.announce()
            try launch.go()
            try launch.waitForExec()
            return launch.finish()
        } catch {
            launch.abandon()
            // Whatever it failed at then, this is why.
            if (try? target.waitForEnd(milliseconds: 0)) == true {
                throw ContainerError(.containerNotRunning, "container \"\(order.directory.id)\"", "has stopped")
            }
            throw error
        }
    }

    /// Has a process carry out what it is for in the container of `target`, and end.
    ///
    /// - Throws: what went wrong; then no process is left of it.
    static func help(_ target: borrowing ProcessHandle, _ order: LaunchOrder) throws(ContainerError) {
        var launch = try begin(order, joining: Target(pid: target.pid, pidfd: target.number))
        do {
            if order.plan.goesOnAsChild {
                try launch.letEnter()
                try launch.followChild()
            }
            try launch.waitForExec()
            _ = try converting { () throws(SystemError) in try launch.handle.wait() }
            if let trace = order.trace { launch.add(to: trace) }
        } catch {
            launch.abandon()
            throw error
        }
    }

    /// Waits for the child that goes on in the init's place, and holds on to that from then on.
    private mutating func followChild() throws(ContainerError) {
        switch try converting({ () throws(SystemError) in try connection.receive() }) {
        case .successor(let pidfd):
            _ = try converting { () throws(SystemError) in try birth.handle.wait() }
            // It was written before that end.
            guard let pid = board.successor else { throw Self.protocolError }
            birth = Birth(
                handle: ProcessHandle(pid: pid, owning: pidfd), userNamespace: birth.userNamespace)
        case .failed(let report): throw failure(report)
        case .closed: throw try death()
        default: throw Self.protocolError
        }
    }
}
