import Glibc
internal import CPlan
internal import Cgroups
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// A container as its state directory has it: everything that can be done to one without its configuration, which
/// is most, and which the commands that are called most do not stop to read.
package struct StoredContainer: Sendable {
    let directory: StateDirectory
    let state: StoredState
    let manager: any Manager
    let log: MessageLog?

    /// Reads the container's state.
    ///
    /// - Throws: `containerNotExists`, `systemError` for a damaged state.json, or `configInvalid` for a custom manager
    ///   without its provider.
    init(
        _ directory: StateDirectory, cgroups: ManagerPreference = .automatic, log: MessageLog? = nil
    ) throws(ContainerError) {
        guard let state = try directory.readState() else {
            throw try Self.unfinished(directory)
        }
        let manager = ManagerSelection.manager(
            state.manager, id: state.id,
            subject: DisabledManager.Subject(
                pid: state.pid, startTime: state.startTime, sharesPIDNamespace: state.sharesPIDNamespace),
            preference: cgroups)
        guard let manager else {
            throw ContainerError(
                .configInvalid, "container \"\(state.id)\"",
                "its cgroup manager is \"\(state.manager.kind.rawValue)\", which only the program has that made it")
        }
        self.init(directory, state, manager, log: log)
        log?.debug("using \(state.manager.kind.rawValue) as cgroup manager, as the state says")
    }

    init(_ directory: StateDirectory, _ state: StoredState, _ manager: any Manager, log: MessageLog? = nil) {
        self.directory = directory
        self.log = log
        self.state = state
        self.manager = manager
    }

    /// Why there is no state.json.
    private static func unfinished(_ directory: StateDirectory) throws(ContainerError) -> ContainerError {
        let name = "container \"\(directory.id)\""
        guard try directory.lock(waiting: false) != nil else {
            return ContainerError(.containerNotExists, name, "is still being created")
        }
        return ContainerError(
            .containerNotExists, name, "was never finished: its creation was interrupted",
            hint: "\"delete --force\" removes what is left of it")
    }

    /// The init, if it is alive: a process of that number and that start time.
    func openInit() throws(ContainerError) -> ProcessHandle? {
        try converting { () throws(SystemError) in
            guard let handle = try ProcessHandle.open(pid: state.pid),
                // Read after the pidfd is open, so that it is the same process's.
                let stat = try ProcessStat.read(state.pid), stat.startTime == state.startTime, !stat.isDead
            else { return nil }
            return handle
        }
    }

    package func status() throws(ContainerError) -> Status {
        guard try isInitAlive() else { return .stopped }
        if try isPaused() { return .paused }
        return try directory.isWaiting() ? .created : .running
    }

    /// Whether its processes are frozen.
    func isPaused() throws(ContainerError) -> Bool {
        try converting { () throws(SystemError) in try manager.isFrozen() }
    }

    private func isInitAlive() throws(ContainerError) -> Bool {
        try converting { () throws(SystemError) in
            guard let stat = try ProcessStat.read(state.pid) else { return false }
            return stat.startTime == state.startTime && !stat.isDead
        }
    }

    /// Lets a created container's init go, and waits until it has become the user's program; with a proxy, and if the
    /// container was made with one, also until it says that it is ready.
    ///
    /// - Throws: `containerNotStopped` if it has gone already, `containerNotRunning` if it is gone altogether.
    package func start(notifyProxy: NotifyProxy? = nil) throws(ContainerError) {
        guard let notifyProxy, Files.exists(directory.notifyPath), let handle = try openInit() else {
            return try release()
        }
        try notifyProxy.listen(in: directory.notifyPath)
        let process = RunningProcess(handle, isChild: false)
        try release()
        notifyProxy.waitUntilReady(process)
    }

    private func release() throws(ContainerError) {
        let lock = try directory.lock()
        defer { _ = lock.number }
        let name = "container \"\(state.id)\""
        switch try status() {
        case .created: break
        case .stopped:
            if try directory.isWaiting(), let death = outOfMemory() { throw death }
            throw ContainerError(.containerNotRunning, name, "has stopped and can't be started again")
        case .paused, .pausing: throw ContainerError(.containerPaused, name, "is paused")
        case .running, .creating:
            throw ContainerError(.containerNotStopped, name, "is running already")
        }
        manager.noteKills()
        let phase = log?.trace?.begin("wait for exec")
        defer { phase?.end() }
        do throws(ContainerError) {
            if let report = try ExecFifo.release(in: directory) { throw failure(report) }
        } catch {
            guard error.code == .containerNotRunning, let death = outOfMemory() else { throw error }
            throw death
        }
        if let death = try deathInExec() { throw death }
        hooks?.runAfterStart(pid: state.pid)
    }

    /// The step is the user's program, the last, one of the hooks right before it, or the loading of the filter.
    private func failure(_ report: skep_report) -> ContainerError {
        if InitFailure.isOfFilter(report) { return InitFailure.error(report, origin: Origin("linux.seccomp")) }
        let hookCount = state.hooks?.startContainer.count ?? 0
        let index = Int(report.step) - ((state.planSteps ?? 0) - 1 - hookCount)
        let isHook = state.planSteps != nil && (0..<hookCount).contains(index)
        return InitFailure.error(
            report, origin: isHook ? Origin("hooks.startContainer", index) : Origin("process.args"))
    }

    /// Why the OOM killer ended the init; nil if it did not strike.
    private func outOfMemory() -> ContainerError? {
        state.ranOutOfMemory || manager.hasRunOutOfMemory ? InitFailure.tooLowToStart(memoryLimit) : nil
    }

    private var memoryLimit: MemoryLimit? {
        MemoryLimit(state.resources ?? configuration?.linux?.resources)
    }

    private var configuration: Spec? {
        try? directory.readConfiguration(checksum: state.configurationChecksum)
    }

    /// The kernel kills a process whose new program finds no memory, and closes its descriptors as for one that does.
    private func deathInExec() throws(ContainerError) -> ContainerError? {
        guard let death = outOfMemory(), memoryLimit?.mayPreventExec == true else { return nil }
        guard let handle = try openInit() else { return death }
        return try converting { () throws(SystemError) in
            try handle.waitForEnd(milliseconds: Launch.deathTime)
        } ? death : nil
    }

    private var hooks: ContainerHooks? {
        ContainerHooks(state.hooks, of: state.identity, log: log)
    }

    /// Removes the container: its processes if `force` is set or none was started, its cgroups, its directory.
    ///
    /// - Throws: `containerNotStopped` for a running container unless `force` is set.
    package func delete(force: Bool) throws(ContainerError) {
        let lock = try directory.lock()
        defer { _ = lock.number }
        try end(force: force)
        try NetworkRelease.run(directory, log: log)
        try removeCgroups()
        try directory.remove()
        hooks?.runAfterStop()
    }

    /// What there is to do for one whose directory has been removed, by who made it and so knows what was in it. If it
    /// was removed by its deletion, its hooks have run, and another container may have its cgroup.
    func clearWithoutDirectory(force: Bool) throws(ContainerError) {
        try end(force: force)
        manager.discardWhenLeft()
        state.resourceControl?.remove()
        manager.dismiss(log)
    }

    private func end(force: Bool) throws(ContainerError) {
        let status = try status()
        if !force && status != .stopped && status != .created {
            throw ContainerError(
                .containerNotStopped, "container \"\(state.id)\"", "is \(status.rawValue)",
                hint: "stop it first, or use --force")
        }
        if status != .stopped { try endInit() }
    }

    private func removeCgroups() throws(ContainerError) {
        let phase = log?.trace?.begin("removal of cgroups")
        defer { phase?.end() }
        try converting { () throws(SystemError) in
            try manager.remove()
            state.resourceControl?.remove()
        }
        manager.dismiss(log)
    }

    private func endInit() throws(ContainerError) {
        let phase = log?.trace?.begin("end of the processes")
        defer { phase?.end() }
        if let handle = try openInit() {
            // The others first: without a cgroup they are found by the init that they descend from.
            let others: ContainerError?
            do {
                try converting { () throws(SystemError) in try manager.kill() }
                others = nil
            } catch {
                others = error
            }
            try converting { () throws(SystemError) in _ = try handle.signal(SIGKILL) }
            if let others { throw others }
            let ended = try converting { () throws(SystemError) in try handle.waitForEnd(milliseconds: 10_000) }
            if !ended {
                throw ContainerError(
                    .systemError, "container \"\(state.id)\"", "process \(state.pid) does not end after SIGKILL",
                    hint: "it may be waiting for a device, or a cgroup above is frozen; try again later")
            }
        }
    }
}

extension Manager {
    /// The same as `dismiss`, and tells what fails.
    func dismiss(_ log: MessageLog?) {
        do {
            try dismiss()
        } catch {
            log?.warning("\(ContainerError(error))")
        }
    }
}
