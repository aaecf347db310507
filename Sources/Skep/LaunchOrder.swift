internal import Cgroups
internal import OCI
internal import Planning
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

    package init(
        process: ContainerProcess = ContainerProcess(), waitsForFifo: Bool, avoidsPivotRoot: Bool = false,
        keepsKeyring: Bool = false, pidFile: String? = nil
    ) {
        self.process = process
        self.waitsForFifo = waitsForFifo
        self.avoidsPivotRoot = avoidsPivotRoot
        self.keepsKeyring = keepsKeyring
        self.pidFile = pidFile
    }
}

/// Everything that a launch needs to know: made before anything is done.
struct LaunchOrder: Sendable {
    let plan: Plan
    let manager: any Manager
    let resources: Resources?
    let directory: StateDirectory
    let process: ContainerProcess
    let waitsForFifo: Bool
    /// Whether the process joins a running container.
    let isJoining: Bool
    let keepsKeyring: Bool
    let pidFile: String?
    /// The command that becomes the init; empty for the running program itself.
    let initArguments: [String]

    /// Plans the launch of a container.
    ///
    /// - Throws: `configInvalid` for what could not be carried out.
    init(
        _ config: Spec, bundle: String, directory: StateDirectory, factory: Factory, options: LaunchOptions
    ) throws(ContainerError) {
        var spec = config
        if let given = options.process.process { spec.process = given }
        let rootfs = try Configuration.rootfs(spec, bundle: bundle)
        try Configuration.checkRootfs(rootfs)
        let layout = try converting { () throws(SystemError) in try Layout.detect() }
        manager = ManagerSelection.manager(path: spec.linux?.cgroupsPath, id: directory.id, layout: layout)
        factory.log?.debug("using \(manager.kind.rawValue) as cgroup manager, by the host's layout")
        let situation = Planner.Situation(
            rootfs: rootfs, bundle: bundle, cgroups: Configuration.cgroupView(manager),
            waitsForFifo: options.waitsForFifo,
            avoidsPivotRoot: options.avoidsPivotRoot, preservedDescriptors: options.process.preservedDescriptors,
            sessionKeyring: options.keepsKeyring ? nil : Self.sessionKeyring(of: directory.id),
            securityModules: .present(for: spec.process))
        do {
            plan = try Planner.plan(spec, in: situation)
        } catch {
            throw ContainerError(error)
        }
        for warning in plan.warnings { factory.log?.warning("\(warning)") }
        for note in plan.notes { factory.log?.debug("\(note)") }
        resources = spec.linux?.resources
        isJoining = false
        keepsKeyring = options.keepsKeyring
        self.directory = directory
        process = options.process
        waitsForFifo = options.waitsForFifo
        pidFile = options.pidFile
        initArguments = factory.initArgs
    }

    /// Plans one more process of a running container.
    ///
    /// - Throws: `configInvalid` for what could not be carried out.
    init(
        joining stored: StoredContainer, config: Spec, factory: Factory, process: ContainerProcess
    ) throws(ContainerError) {
        guard let wanted = process.process ?? config.process else {
            throw ContainerError(.configInvalid, "process", "is missing")
        }
        do {
            plan = try Planner.planJoining(
                config, process: wanted, preservedDescriptors: process.preservedDescriptors,
                isBornInCgroup: stored.manager.members.isEmpty,
                sessionKeyring: stored.state.keepsKeyring ? nil : Self.sessionKeyring(of: stored.state.id),
                securityModules: .present(for: wanted))
        } catch {
            throw ContainerError(error)
        }
        manager = stored.manager
        resources = nil
        isJoining = true
        keepsKeyring = stored.state.keepsKeyring
        directory = stored.directory
        self.process = process
        waitsForFifo = false
        pidFile = nil
        initArguments = factory.initArgs
    }

    /// What the session keyring of a container is called, as runc calls it.
    static func sessionKeyring(of id: String) -> String {
        "_ses." + id
    }
}
