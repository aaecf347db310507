import Glibc
internal import CBootstrap
internal import CPlan
public import Cgroups
public import Networks
public import OCI
internal import Planning
internal import System
internal import SystemPackage

/// Makes containers and finds them again: libcontainer's factory.
///
/// A factory is a directory, with a directory in it for each container. Any number of factories, in any number of
/// processes, may share one.
public final class Factory: Sendable {
    /// The directory of the containers' state directories.
    public let root: String
    /// The command that becomes a container's init, program file first; empty for the running program itself.
    public let initArgs: [String]
    let grammar: ContainerID.Grammar
    /// Who looks after the cgroups of containers that this factory makes.
    public let cgroups: ManagerPreference
    /// Whether containers do without a cgroup where none can be made, and turn to the user's own systemd; nil for
    /// callers that are not the host's root.
    public let isRootless: Bool?
    let log: MessageLog?

    /// A factory in `root`, which is made with mode 0700 if it is missing. An empty `root` is accepted here and
    /// refused on use.
    ///
    /// - Parameters:
    ///   - root: the directory, by custom /run/NAME.
    ///   - initArgs: the command that re-executes this program as init: a program file and its arguments. The file
    ///     must link this library. By default the running program's own file.
    ///   - grammar: the rule for ids.
    ///   - cgroups: who shall look after the cgroups of containers that are made; those that exist keep theirs.
    ///   - isRootless: whether containers that are made do without a cgroup where none can be made, and turn to the
    ///     user's own systemd; nil leaves it to who makes them: whoever is not the host's root.
    ///   - log: told what is chosen and done; nil tells nobody.
    /// - Throws: `systemError` if `root` can't be made.
    public init(
        root: String, initArgs: [String] = [], grammar: ContainerID.Grammar = .libcontainer,
        cgroups: ManagerPreference = .automatic, isRootless: Bool? = nil, log: MessageLog? = nil
    ) throws(ContainerError) {
        self.root = root.isEmpty ? "" : Paths.absolute(root)
        self.initArgs = initArgs
        self.grammar = grammar
        self.cgroups = cgroups
        self.isRootless = isRootless
        self.log = log
        if root.isEmpty { return }
        try converting(origin: "root") { () throws(SystemError) in
            try Files.makeDirectories(root, mode: 0o700)
        }
    }

    /// Makes a container that has no process yet.
    ///
    /// Nothing is left behind on failure, and of several that make the same id one wins.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - config: what it shall be; written to its state directory as config.json.
    ///   - bundle: the directory that a relative `root.path` counts from.
    ///   - network: networks that are made for it when it is started, and go when it is destroyed.
    /// - Returns: the container, to be started or destroyed.
    /// - Throws: `invalidIdFormat`, `idInUse`, `configInvalid`, `systemError`.
    public func create(
        _ id: String, _ config: Spec, bundle: String = ".", network: NetworkConfiguration? = nil
    ) throws(ContainerError) -> Container {
        let directory = try directory(id)
        let bundle = Paths.absolute(bundle)
        let filters = FilterSource(root: self.root, log: log)
        try Configuration.check(config, bundle: bundle, network: network, filters: filters, by: self)
        return try make(
            directory, config, document: config.serialized(.tabs), bundle: bundle, network: network)
    }

    /// Makes a container and launches its first process, in one go: what is wrong with the configuration shows
    /// before anything is made, and on failure nothing is left of either. `document` is the text that `config` was
    /// read from, which may have more in it than Skep knows.
    package func launch(
        _ id: String, _ config: Spec, document: [UInt8], bundle: String, options: LaunchOptions
    ) throws(ContainerError) -> Container {
        let directory = try directory(id)
        let order = try LaunchOrder(config, bundle: bundle, directory: directory, factory: self, options: options)
        let container = try make(directory, config, document: document, bundle: bundle)
        do {
            try container.launch(order)
        } catch {
            try? container.destroy()
            throw error
        }
        return container
    }

    private func make(
        _ directory: StateDirectory, _ config: Spec, document: [UInt8], bundle: String,
        network: NetworkConfiguration? = nil
    ) throws(ContainerError) -> Container {
        let phase = log?.trace?.begin("state directory")
        defer { phase?.end() }
        let lock = try directory.create()
        do {
            try directory.stage(document, for: directory.configPath)
            try directory.commit(directory.configPath)
        } catch {
            try? directory.remove()
            throw error
        }
        log?.debug("made \(directory.path)")
        return Container(
            directory, config, bundle: bundle, network: network, factory: self, anchor: try directory.anchor(),
            lock: lock, configurationChecksum: Checksum.of(document[...]))
    }

    /// Finds a container.
    ///
    /// - Throws: `invalidIdFormat`; `containerNotExists`; `configInvalid` for a broken config.json; `systemError` for
    ///   a broken state.json.
    public func load(_ id: String) throws(ContainerError) -> Container {
        let phase = log?.trace?.begin("load")
        defer { phase?.end() }
        let directory = try directory(id)
        log?.debug("loading the state from \(directory.statePath)")
        let stored = try StoredContainer(directory, cgroups: cgroups, log: log)
        log?.debug("loading the configuration from \(directory.configPath)")
        let config = try directory.readConfiguration(checksum: stored.state.configurationChecksum)
        return Container(stored, config, factory: self, anchor: try directory.anchor())
    }

    /// Becomes a container's process, as the plan says that arrives on `pipefd`: its first, or, with
    /// `_LIBCONTAINER_INITPID` in the environment, one more of a running container. For a program that looks at
    /// `_LIBCONTAINER_INITPIPE` itself; normally this library's C constructor gets there before `main`. Does not
    /// return.
    public func startInitialization(_ pipefd: Int32) -> Never {
        skep_bootstrap(pipefd, getenv(SKEP_ENV_PID) != nil)
    }

    /// What is known of a container, by reading no more than its state.
    public func summary(of id: String) throws(ContainerError) -> ContainerSummary {
        try summary(try stored(id))
    }

    /// All containers, by id. One that goes away meanwhile, or is not finished, is left out; one that can't be read
    /// is given to `unreadable`.
    public func summaries(
        unreadable: (_ id: String, _ error: ContainerError) -> Void = { _, _ in }
    ) throws(ContainerError) -> [ContainerSummary] {
        try containers(unreadable) { [self] (container) throws(ContainerError) in try summary(container) }
    }

    /// The ids of the same containers, for less than it takes to know how they are.
    package func containerIDs(
        unreadable: (_ id: String, _ error: ContainerError) -> Void = { _, _ in }
    ) throws(ContainerError) -> [String] {
        try containers(unreadable) { (container) throws(ContainerError) in container.state.id }
    }

    private func containers<Value: Sendable>(
        _ unreadable: (_ id: String, _ error: ContainerError) -> Void,
        _ describe: @escaping @Sendable (StoredContainer) throws(ContainerError) -> Value
    ) throws(ContainerError) -> [Value] {
        let outcomes = Parallel.map(try ids()) { [self] name in
            Result { () throws(ContainerError) -> Value in
                try describe(
                    try StoredContainer(
                        StateDirectory(root: root, id: try ContainerID(name, grammar: .commandLine)), cgroups: cgroups))
            }.mapError { Unreadable(id: name, error: $0) }
        }
        var values: [Value] = []
        values.reserveCapacity(outcomes.count)
        for outcome in outcomes {
            switch outcome {
            case .success(let value): values.append(value)
            case .failure(let failure):
                if failure.error.code != .containerNotExists { unreadable(failure.id, failure.error) }
            }
        }
        return values
    }

    private struct Unreadable: Error {
        let id: String
        let error: ContainerError
    }

    /// What is there under a name that can be a container's, in order; not all may be finished.
    package func ids() throws(ContainerError) -> [String] {
        if root.isEmpty { throw Self.emptyRoot }
        let names = try converting(origin: "root") { () throws(SystemError) in try Files.list(root) }
        return names.filter { (try? ContainerID($0, grammar: .commandLine)) != nil }.sorted()
    }

    private func summary(_ container: StoredContainer) throws(ContainerError) -> ContainerSummary {
        var status = stat()
        guard container.directory.path.withCString({ lstat($0, &status) }) == 0 else {
            throw .notExists(container.state.id)
        }
        return try ContainerSummary(container, ownerUID: status.st_uid)
    }

    /// A container without its configuration.
    package func stored(_ id: String) throws(ContainerError) -> StoredContainer {
        let phase = log?.trace?.begin("load")
        defer { phase?.end() }
        return try StoredContainer(try directory(id), cgroups: cgroups, log: log)
    }

    /// Removes what an interrupted create has left, or a container whose state.json is damaged: its cgroups as the
    /// configuration names them, and its directory.
    ///
    /// - Throws: `containerNotExists` if there is nothing.
    package func removeRemains(of id: String) throws(ContainerError) {
        let directory = try directory(id)
        let lock = try directory.lock()
        defer { _ = lock.number }
        let spec = (try? directory.readConfiguration()) ?? Spec(ociVersion: OCI.version)
        var preference = cgroups
        if let path = spec.linux?.cgroupsPath, UnitName.hint(forCgroupfsPath: path) != nil { preference = .systemd }
        let manager = try? Configuration.chooseManager(
            preference, spec, id: directory.id, isRootless: isRootless
        ).manager
        let isFinished = try converting { () throws(SystemError) in try Files.kind(of: directory.statePath) != nil }
        if isFinished {
            try converting { () throws(SystemError) in try manager?.remove() }
            manager?.dismiss(log)
        } else if manager?.discardWhenLeft() == true {
            // An init that was not let go has ended with its parent. Where somebody is left, the unit is another's.
            manager?.dismiss(log)
        }
        // What can't be brought back is left: there is no more to be done for it.
        do {
            try NetworkRelease.run(directory, log: log)
        } catch {
            log?.warning("\(error)")
        }
        try directory.remove()
    }

    private static let emptyRoot = ContainerError(
        .configInvalid, "root", "is empty: a factory needs a directory for its containers")

    private func directory(_ id: String) throws(ContainerError) -> StateDirectory {
        if root.isEmpty { throw Self.emptyRoot }
        return StateDirectory(root: root, id: try ContainerID(id, grammar: grammar))
    }
}
