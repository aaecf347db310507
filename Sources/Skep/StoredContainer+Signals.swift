internal import Cgroups
internal import Glibc
internal import System

extension StoredContainer {
    /// Sends a signal to the init, or to all processes: also for SIGKILL where it alone would leave the others behind,
    /// since the pid namespace is not the container's own.
    ///
    /// - Throws: `containerNotRunning` if there is none; with `all`, that is no error.
    package func signal(_ number: Int32, all: Bool) throws(ContainerError) {
        let reachesAll = all || number == SIGKILL && state.sharesPIDNamespace
        let isDelivered = try reachesAll ? signalAll(number) : signalInit(number)
        if !isDelivered && !all {
            throw ContainerError(.containerNotRunning, "container \"\(state.id)\"", "is not running")
        }
    }

    private func signalInit(_ number: Int32) throws(ContainerError) -> Bool {
        guard let handle = try openInit() else { return false }
        return try converting(origin: "container \"\(state.id)\"") { () throws(SystemError) in
            let isDelivered = try handle.signal(number)
            if number == SIGKILL { try manager.releaseKilled() }
            return isDelivered
        }
    }

    private func signalAll(_ number: Int32) throws(ContainerError) -> Bool {
        if number == SIGKILL {
            return try converting { () throws(SystemError) in
                let isAnyone = try !manager.processes().isEmpty
                try manager.kill()
                return isAnyone
            }
        }
        // The processes are frozen for a moment, which is not to undo a pause.
        let lock = try directory.lock()
        defer { _ = lock.number }
        return try converting { () throws(SystemError) in try manager.signal(number) }
    }

    /// The processes in the container's cgroups and below.
    package func processes() throws(ContainerError) -> [Int32] {
        try converting { () throws(SystemError) in try manager.processes() }
    }

    /// Freezes the processes.
    ///
    /// - Throws: `containerPaused` if they are, `containerNotRunning` if the init has ended, `systemError` if one
    ///   can't be frozen; then none is.
    package func pause() throws(ContainerError) {
        let lock = try directory.lock()
        defer { _ = lock.number }
        let name = "container \"\(state.id)\""
        switch try status() {
        case .created, .running: break
        case .paused, .pausing: throw ContainerError(.containerPaused, name, "is paused already")
        case .creating, .stopped: throw ContainerError(.containerNotRunning, name, "is not running")
        }
        try converting(origin: name) { () throws(SystemError) in try manager.freeze() }
    }

    /// Lets frozen processes go on.
    ///
    /// - Throws: `containerNotPaused` if they are not frozen, `containerNotRunning` if the init has ended.
    package func resume() throws(ContainerError) {
        let lock = try directory.lock()
        defer { _ = lock.number }
        let name = "container \"\(state.id)\""
        switch try status() {
        case .paused, .pausing: break
        case .created, .running: throw ContainerError(.containerNotPaused, name, "is not paused")
        case .creating, .stopped: throw ContainerError(.containerNotRunning, name, "is not running")
        }
        try converting(origin: name) { () throws(SystemError) in try manager.thaw() }
    }
}
