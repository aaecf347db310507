package import Cgroups
internal import Glibc
package import Networks
internal import OCI
package import Planning
internal import System

/// How a container's first process is to be started, apart from what its configuration says.
package struct LaunchOptions: Sendable {
    package var process: ContainerProcess
    /// Whether it waits for exec.fifo; else it goes on as soon as it is ready.
    package var waitsForFifo: Bool
    package var avoidsPivotRoot: Bool
    /// Whether the container's processes keep the caller's session keyring in place of one of their own.
    package var keepsKeyring: Bool
    /// Where the process's number is written before it goes on; an absolute path.
    package var pidFile: String?
    /// The sockets that were given to the runtime to be passed on (sd_listen_fds(3)): the first of the preserved
    /// descriptors.
    package var listenDescriptors: ListenDescriptors?
    /// Who is told that the container is ready; nil for nobody.
    package var notifyProxy: NotifyProxy?
    /// The networks that are made for it; nil for none.
    package var network: NetworkConfiguration?

    package init(
        process: ContainerProcess = ContainerProcess(), waitsForFifo: Bool, avoidsPivotRoot: Bool = false,
        keepsKeyring: Bool = false, pidFile: String? = nil, listenDescriptors: ListenDescriptors? = nil,
        notifyProxy: NotifyProxy? = nil, network: NetworkConfiguration? = nil
    ) {
        self.listenDescriptors = listenDescriptors
        self.notifyProxy = notifyProxy
        self.network = network
        self.process = process
        self.waitsForFifo = waitsForFifo
        self.avoidsPivotRoot = avoidsPivotRoot
        self.keepsKeyring = keepsKeyring
        self.pidFile = pidFile
    }
}

/// How one more process of a running container is to be started.
package struct JoinOptions: Sendable {
    package var process: ContainerProcess
    /// Which of the container's sub-cgroups it joins; none for the container's own cgroup.
    package var subgroups: [Subgroup]
    /// Whether it is started though the container is paused, to wait with the others.
    package var ignoresPause: Bool
    /// Where the process's number is written before it goes on; an absolute path.
    package var pidFile: String?

    package init(
        process: ContainerProcess, subgroups: [Subgroup] = [], ignoresPause: Bool = false, pidFile: String? = nil
    ) {
        self.process = process
        self.subgroups = subgroups
        self.ignoresPause = ignoresPause
        self.pidFile = pidFile
    }
}

/// Everything that a launch needs to know: made before anything is done.
struct LaunchOrder: Sendable {
    let plan: Plan
    let manager: any Manager
    /// What state.json calls the manager.
    let managerKind: ManagerKind
    let resources: Resources?
    let directory: StateDirectory
    let process: ContainerProcess
    /// The hooks of the runtime's namespaces; nil for none.
    let hooks: ContainerHooks?
    /// Which of the container's sub-cgroups the process joins; none for the container's own.
    let subgroups: [Subgroup]
    let waitsForFifo: Bool
    /// Whether the process joins a running container.
    let isJoining: Bool
    /// Whether it is none of the container's own, so that a paused container does not hold it up.
    var staysOutOfCgroup = false
    let keepsKeyring: Bool
    let pidFile: String?
    let notifyProxy: NotifyProxy?
    /// The Unix socket that the annotation run.oci.pidfd_receiver has a pidfd sent to.
    let pidfdReceiver: String?
    /// What the container asks for of resctrl; nil for nothing.
    let intelRdt: Linux.IntelRdt?
    /// The group of resctrl that a joining process comes into.
    let resourceControl: ResourceControlGroup?
    /// What is to be done in its network namespace; nil for nothing.
    let network: NetworkOrder?
    /// The agent that the filter leaves system calls to; nil for none.
    let agent: AgentConnection?
    /// The command that becomes the init; empty for the running program itself.
    let initArguments: [String]
    /// Where the time goes; nil where nobody wants to know.
    let trace: Trace?

    /// Plans the launch of a container.
    ///
    /// - Throws: `configInvalid` for what could not be carried out.
    init(
        _ config: Spec, bundle: String, directory: StateDirectory, factory: Factory, options: LaunchOptions
    ) throws(ContainerError) {
        trace = factory.log?.trace
        let phase = trace?.begin("plan")
        defer { phase?.end() }
        var spec = config
        if let given = options.process.process { spec.process = given }
        if options.notifyProxy != nil { Self.addNotifySocket(to: &spec, directory.notifyPath) }
        let rootfs = try Configuration.rootfs(spec, bundle: bundle)
        try Configuration.checkRootfs(rootfs)
        let isHostRoot = Privilege.isHostRoot()
        var caller = ManagerRequest.Caller.current
        caller.isHostRoot = { isHostRoot }
        let choice = try Configuration.chooseManager(
            factory.cgroups, spec, id: directory.id, caller: caller, isRootless: factory.isRootless)
        manager = choice.manager
        managerKind = choice.kind
        factory.log?.debug("using \(choice.kind.rawValue) as cgroup manager, \(choice.reason)")
        try Self.checkTerminal(spec.process, options.process)
        manager.prepare()
        let compiling = trace?.begin("seccomp filter")
        let filter = try FilterSource(root: factory.root, log: factory.log).filter(for: spec)
        compiling?.end()
        var situation = Planner.Situation(
            rootfs: rootfs, bundle: bundle, cgroups: Configuration.cgroupView(manager),
            waitsForFifo: options.waitsForFifo,
            avoidsPivotRoot: options.avoidsPivotRoot, preservedDescriptors: options.process.preservedDescriptors,
            listenDescriptors: options.listenDescriptors,
            sessionKeyring: options.keepsKeyring ? nil : Self.sessionKeyring(of: directory.id),
            securityModules: .present(for: spec.process, mountLabel: spec.linux?.mountLabel), id: directory.id,
            environment: spec.hooks == nil ? [] : HostProgram.ownEnvironment, filter: filter)
        situation.unifiedCgroup = manager.unifiedPath
        situation.mayUnshareNetwork = Configuration.mayUnshareNetwork(spec, choice.kind, given: options.network)
        situation.isPrivileged = isHostRoot || MountSources.canBeOpened
        situation.isInUserNamespace = caller.isRoot && !isHostRoot
        situation.mayNotSetGroups = situation.isInUserNamespace && Privilege.mayNotSetGroups()
        do {
            plan = try Planner.plan(spec, in: situation)
            pidfdReceiver = try RuntimeAnnotations(spec.annotations).pidfdReceiver
        } catch {
            throw ContainerError(error)
        }
        if !plan.joinedNamespaces.isEmpty { try JoinedNamespaces.check(plan) }
        network = try NetworkOrder(spec, plan, given: options.network)
        try network?.checkPrivilege()
        for warning in plan.warnings { factory.log?.warning("\(warning)") }
        for note in plan.notes { factory.log?.debug("\(note)") }
        resources = spec.linux?.resources
        if let resources, let warning = Self.unapplied(resources, choice) { factory.log?.warning("\(warning)") }
        intelRdt = spec.linux?.intelRdt
        resourceControl = nil
        let identity = ContainerIdentity(
            id: directory.id, bundle: bundle, ociVersion: spec.ociVersion, annotations: spec.annotations)
        hooks = ContainerHooks(spec.hooks, of: identity, log: factory.log)
        agent = AgentConnection(filter?.agent, of: identity)
        subgroups = []
        isJoining = false
        keepsKeyring = options.keepsKeyring
        self.directory = directory
        process = options.process
        waitsForFifo = options.waitsForFifo
        pidFile = options.pidFile
        notifyProxy = options.notifyProxy
        initArguments = factory.initArgs
    }

    /// Whether nothing is to be done once the process is ready, so that it may be told to go on before it is.
    var goesAhead: Bool {
        !waitsForFifo && hooks == nil && agent == nil && plan.userNamespace == nil && pidFile == nil
            && pidfdReceiver == nil && process.consoleSocket == nil && process.pidfdSocket == nil
            && manager.unit?.delegated == nil
    }

    /// How many steps are begun when the container is complete, where that is to be waited for: an init that says when
    /// it is ready has gone further by then.
    var awaitedSteps: Int { goesAhead && !isJoining ? plan.completeSteps + 1 : 0 }

    /// The warning that names the limits which the container will not have; nil where it will have all.
    private static func unapplied(_ resources: Resources, _ choice: ManagerChoice) -> String? {
        let properties = choice.manager.unapplied(resources)
        if properties.isEmpty { return nil }
        let names = properties.joined(separator: ", ")
        return "not applied: \(names): the container has no cgroup of its own, \(choice.reason)"
    }

    private static func addNotifySocket(to spec: inout Spec, _ directory: String) {
        spec.process?.env.append(NotifyProxy.variable)
        spec.mounts.append(
            Mount(
                destination: NotifyProxy.innerDirectory, type: "bind", source: directory,
                options: ["bind", "nosuid", "noexec", "nodev", "ro"]))
    }

    /// Plans one more process of a running container.
    ///
    /// - Throws: `configInvalid` for what could not be carried out.
    init(
        joining stored: StoredContainer, config: Spec, factory: Factory, options: JoinOptions
    ) throws(ContainerError) {
        trace = factory.log?.trace
        let phase = trace?.begin("plan")
        defer { phase?.end() }
        process = options.process
        guard let wanted = process.process ?? config.process else {
            throw ContainerError(.configInvalid, "process", "is missing")
        }
        try Self.checkTerminal(wanted, process)
        let filter = try FilterSource(root: factory.root, log: factory.log).filter(for: config)
        do {
            plan = try Planner.planJoining(
                config, process: wanted, preservedDescriptors: process.preservedDescriptors,
                isBornInCgroup: stored.manager.members.isEmpty,
                sessionKeyring: stored.state.keepsKeyring ? nil : Self.sessionKeyring(of: stored.state.id),
                securityModules: .present(for: wanted), filter: filter,
                mayNotSetGroups: Privilege.isNamespaceRoot() && Privilege.mayNotSetGroups())
        } catch {
            throw ContainerError(error)
        }
        agent = AgentConnection(filter?.agent, of: stored.state.identity, initPID: stored.state.pid)
        manager = stored.manager
        managerKind = stored.state.manager.kind
        resources = stored.state.resources ?? config.linux?.resources
        intelRdt = nil
        resourceControl = stored.state.resourceControl
        hooks = nil
        subgroups = options.subgroups
        isJoining = true
        keepsKeyring = stored.state.keepsKeyring
        directory = stored.directory
        waitsForFifo = false
        pidFile = options.pidFile
        notifyProxy = nil
        pidfdReceiver = nil
        network = nil
        initArguments = factory.initArgs
    }

    /// The launch of a process that does something to a running container, and ends.
    init(helper plan: Plan, in stored: StoredContainer, factory: Factory) {
        self.plan = plan
        trace = factory.log?.trace
        for warning in plan.warnings { factory.log?.warning("\(warning)") }
        for note in plan.notes { factory.log?.debug("\(note)") }
        manager = stored.manager
        managerKind = stored.state.manager.kind
        resources = nil
        intelRdt = nil
        resourceControl = nil
        hooks = nil
        subgroups = []
        isJoining = true
        staysOutOfCgroup = true
        keepsKeyring = stored.state.keepsKeyring
        directory = stored.directory
        process = ContainerProcess()
        waitsForFifo = false
        pidFile = nil
        notifyProxy = nil
        pidfdReceiver = nil
        network = nil
        agent = nil
        initArguments = factory.initArgs
    }

    /// A terminal without a place for its master end would hang whoever writes to it; a place without a terminal is
    /// somebody's mistake.
    private static func checkTerminal(
        _ process: OCI.Process?, _ given: ContainerProcess
    ) throws(ContainerError) {
        let hasTerminal = process?.terminal ?? false
        if hasTerminal && given.consoleSocket == nil {
            throw ContainerError(
                .configInvalid, "process.terminal", "is true, but there is no console socket",
                hint:
                    "the terminal's master end is sent to --console-socket, unless the process stays in the foreground")
        }
        if !hasTerminal && given.consoleSocket != nil {
            throw ContainerError(
                .configInvalid, "process.terminal", "is false, but a console socket is given",
                hint: "only a terminal has something to send there")
        }
    }

    /// What the session keyring of a container is called, as runc calls it.
    static func sessionKeyring(of id: String) -> String {
        "_ses." + id
    }
}
