internal import Cgroups
internal import Glibc
internal import Networks
public import OCI
internal import Planning
internal import Synchronization
internal import System

/// A container: made by a factory's `create`, found again by its `load`.
///
/// May be used from several threads; another process may remove the container at any time, and then calls throw
/// `containerNotExists`.
public final class Container: Sendable {
    /// The container's id.
    public var id: String { directory.id }
    /// The configuration it was made with; its `linux.resources` are those of the last update that this object or
    /// `Factory.load` has seen.
    public var config: Spec { configuration.withLock { $0 } }
    private let configuration: Mutex<Spec>
    let directory: StateDirectory
    let bundle: String
    let factory: Factory
    /// The networks that it is started with.
    private let network: NetworkConfiguration?
    /// Of config.json as it was written; nil where it was found.
    let configurationChecksum: UInt64?
    /// Tells the container's directory from one that another container of the same id may have later.
    private let anchor: Descriptor
    private let memory: Mutex<Memory>

    private struct Memory: ~Copyable {
        /// What is on disk; nil until there is an init.
        var stored: StoredContainer?
        /// The lock that `create` took, kept until there is an init, so that nobody takes the container for remains.
        var creation: Descriptor?
        /// The init, once this process has asked for it.
        var initProcess: RunningProcess?
    }

    init(
        _ directory: StateDirectory, _ config: Spec, bundle: String, network: NetworkConfiguration?,
        factory: Factory, anchor: consuming Descriptor, lock: consuming Descriptor, configurationChecksum: UInt64
    ) {
        self.directory = directory
        self.configurationChecksum = configurationChecksum
        configuration = Mutex(config)
        self.bundle = bundle
        self.network = network
        self.factory = factory
        self.anchor = anchor
        memory = Mutex(Memory(stored: nil, creation: lock, initProcess: nil))
    }

    init(_ stored: StoredContainer, _ config: Spec, factory: Factory, anchor: consuming Descriptor) {
        directory = stored.directory
        var config = config
        if let resources = stored.state.resources { config.setResources(resources) }
        configuration = Mutex(config)
        bundle = stored.state.bundle
        configurationChecksum = nil
        network = nil
        self.factory = factory
        self.anchor = anchor
        memory = Mutex(Memory(stored: stored, creation: nil, initProcess: nil))
    }

    // MARK: Starting

    /// Starts a process. A container's first goes only as far as it can without running the user's program, which
    /// `exec` lets it do; one more in a running container runs at once.
    ///
    /// - Parameter process: what it runs; by default what the configuration says, on the caller's own standard
    ///   input, output and error.
    /// - Returns: the process.
    /// - Throws: `configInvalid`, `containerNotRunning` if the container has stopped, `containerPaused`,
    ///   `systemError`. Then nothing of the attempt is left; a container that was never started can be started again
    ///   or destroyed.
    @discardableResult
    public func start(_ process: ContainerProcess = ContainerProcess()) throws(ContainerError) -> RunningProcess {
        try checkExistence()
        if let stored = stored(orNil: ()) { return try join(stored, JoinOptions(process: process)) }
        return try launch(LaunchOptions(process: process, waitsForFifo: true, network: network))
    }

    /// Lets a started container run the user's program.
    ///
    /// - Throws: `containerNotRunning`, `containerNotStopped` if it runs already, or why the program could not be
    ///   executed.
    public func exec() throws(ContainerError) {
        try stored().start()
    }

    /// Starts the container and runs the user's program: `start` and `exec` in one go.
    ///
    /// - Parameter process: what it runs; by default what the configuration says.
    /// - Returns: the container's first process.
    /// - Throws: as `start` does.
    @discardableResult
    public func run(_ process: ContainerProcess = ContainerProcess()) throws(ContainerError) -> RunningProcess {
        try launch(LaunchOptions(process: process, waitsForFifo: false, network: network))
    }

    /// Runs one more process.
    package func join(_ options: JoinOptions) throws(ContainerError) -> RunningProcess {
        try join(try stored(), options)
    }

    private func join(
        _ stored: StoredContainer, _ options: JoinOptions
    ) throws(ContainerError) -> RunningProcess {
        let order = try LaunchOrder(joining: stored, config: config, factory: factory, options: options)
        guard let target = try stored.openInit() else {
            throw ContainerError(.containerNotRunning, "container \"\(id)\"", "has stopped")
        }
        let isPaused = try stored.isPaused()
        if isPaused && !options.ignoresPause {
            throw ContainerError(
                .containerPaused, "container \"\(id)\"", "is paused",
                hint: "resume it, or use --ignore-paused to have the process wait with the others")
        }
        return RunningProcess(try Launch.join(target, order), isChild: true)
    }

    private func launch(_ options: LaunchOptions) throws(ContainerError) -> RunningProcess {
        try launch(
            try LaunchOrder(config, bundle: bundle, directory: directory, factory: factory, options: options))
    }

    @discardableResult
    func launch(_ order: LaunchOrder) throws(ContainerError) -> RunningProcess {
        try memory.withLock { (memory) throws(ContainerError) in
            if memory.stored != nil {
                throw ContainerError(.containerNotStopped, "container \"\(id)\"", "has been started already")
            }
            guard memory.creation != nil else { throw .notExists(id) }
            let launched = try Launcher(container: self, order: order).launch()
            memory.stored = StoredContainer(directory, launched.state, order.manager, log: factory.log)
            let process = RunningProcess(launched.finish(), isChild: true)
            memory.initProcess = process
            memory.creation = nil
            return process
        }
    }

    // MARK: Looking

    /// Where the container is in its life.
    public var status: Status {
        get throws(ContainerError) {
            try checkExistence()
            guard let stored = stored(orNil: ()) else { return .creating }
            return try stored.status()
        }
    }

    /// The init, as the host numbers processes.
    ///
    /// - Throws: `containerNotRunning` before the container is started.
    public var pid: Int32 {
        get throws(ContainerError) { try stored().state.pid }
    }

    /// The container's processes, as the host numbers them.
    public func processes() throws(ContainerError) -> [Int32] {
        try stored().processes()
    }

    /// What the container uses now.
    ///
    /// - Returns: as the host's cgroups tell it, and for the network the init's /proc/PID/net/dev.
    /// - Throws: `containerNotRunning` if the container has stopped or was never started; `systemError`.
    public func stats() throws(ContainerError) -> Statistics {
        try stored().statistics()
    }

    // MARK: Acting

    /// Sends a signal to the container's init, or to all its processes.
    ///
    /// SIGKILL goes to all of them also where the container shares its pid namespace with others, so that the end of
    /// its init would not be the end of the rest; and it thaws a paused container.
    ///
    /// - Parameters:
    ///   - number: the signal, 0 to 64; 0 only asks whether there is a process.
    ///   - all: whether it goes to all processes, also those that the init has left behind.
    /// - Throws: `containerNotRunning` if there is no process, unless `all` is set.
    public func signal(_ number: Int32, all: Bool = false) throws(ContainerError) {
        try stored().signal(number, all: all)
    }

    /// Freezes the container's processes, and waits until they are, 5 seconds at most.
    ///
    /// - Throws: `containerPaused` if they are frozen already; `containerNotRunning` if the container has stopped or
    ///   was never started; `systemError` if one of them can't be frozen, and then none is.
    public func pause() throws(ContainerError) {
        try stored().pause()
    }

    /// Lets the processes of a paused container go on.
    ///
    /// - Throws: `containerNotPaused`; `containerNotRunning` if the container has stopped or was never started;
    ///   `systemError`, as for a container in a cgroup that is itself frozen.
    public func resume() throws(ContainerError) {
        try stored().resume()
    }

    /// Changes limits of a container that was started and has not stopped: all of what is given, or, after a failure,
    /// nothing. Later processes, `config` and `Factory.load` see the new ones.
    ///
    /// - Parameter resources: the limits to change, in the configuration's units; nil, 0 where it says nothing in a
    ///   configuration, and empty lists leave the container's as they are. Device rules are never changed.
    /// - Throws: `containerNotRunning`; `configInvalid` for what can't be meant or is not supported; `systemError`
    ///   with the property, the file and the value that the kernel refused.
    public func update(_ resources: Resources) throws(ContainerError) {
        try update(resources, ResourceControl.Schemata())
    }

    /// The same, with shares of the L3 cache and of memory bandwidth.
    package func update(l3Cache: String?, memoryBandwidth: String?, _ resources: Resources) throws(ContainerError) {
        try update(resources, ResourceControl.Schemata(l3Cache: l3Cache, memoryBandwidth: memoryBandwidth))
    }

    private func update(_ changes: Resources, _ schemata: ResourceControl.Schemata) throws(ContainerError) {
        let updated = try stored().update(changes, schemata, of: config.linux?.resources, log: factory.log)
        memory.withLock { $0.stored = updated }
        if let resources = updated.state.resources { configuration.withLock { $0.setResources(resources) } }
    }

    /// Waits until the container's init has ended. Blocks the calling thread; SkepConcurrency has one that doesn't.
    ///
    /// - Returns: how it ended; nil where this process is not its parent, since only a parent is told.
    public func wait() throws(ContainerError) -> ExitStatus? {
        try initProcess()?.wait()
    }

    /// Removes the container: its cgroups and its state directory. Call it also after a failed start.
    ///
    /// - Parameter force: ends its processes first.
    /// - Throws: `containerNotStopped` for one that runs, unless `force` is set; `containerNotExists` if another has
    ///   removed its directory, also where there was something left to be cleared.
    public func destroy(force: Bool = false) throws(ContainerError) {
        let isThere = try directory.isStill(anchor)
        try memory.withLock { (memory) throws(ContainerError) in
            if !isThere {
                if let stored = memory.stored, memory.initProcess != nil, try directory.isGone() {
                    try stored.clearWithoutDirectory(force: force)
                }
                throw .notExists(id)
            }
            if let stored = memory.stored {
                try stored.delete(force: force)
            } else {
                if memory.creation == nil { throw .notExists(id) }
                try directory.remove()
                memory.creation = nil
            }
            _ = try? memory.initProcess?.wait()
        }
    }

    // MARK: Memory

    private func stored(orNil: Void) -> StoredContainer? {
        memory.withLock { $0.stored }
    }

    private func checkExistence() throws(ContainerError) {
        if try !directory.isStill(anchor) { throw .notExists(id) }
    }

    func stored() throws(ContainerError) -> StoredContainer {
        try checkExistence()
        if let stored = stored(orNil: ()) { return stored }
        throw ContainerError(.containerNotRunning, "container \"\(id)\"", "has not been started")
    }

    /// The init; nil if it has ended and was not ours.
    package func initProcess() throws(ContainerError) -> RunningProcess? {
        if let known = memory.withLock({ $0.initProcess }) { return known }
        let stored = try stored()
        guard let handle = try stored.openInit() else { return nil }
        let process = RunningProcess(handle, isChild: false)
        memory.withLock { $0.initProcess = process }
        return process
    }
}

extension Spec {
    fileprivate mutating func setResources(_ resources: Resources) {
        if linux == nil { linux = Linux() }
        linux?.resources = resources
    }
}
