internal import Cgroups
internal import Glibc
internal import Logging
internal import OCI
internal import Planning
internal import System

/// A container's first process, and what later commands are told of it.
struct Launched: ~Copyable {
    let state: StoredState
    let handle: ProcessHandle

    /// The process alone.
    consuming func finish() -> ProcessHandle { handle }
}

/// Starts a container's first process: from its configuration to its state.json.
struct Launcher {
    let container: Container
    let process: ContainerProcess
    let waitsForFifo: Bool
    let avoidsPivotRoot: Bool

    /// - Throws: what went wrong; then nothing of the attempt is left.
    func launch() throws(ContainerError) -> Launched {
        let order = try makeOrder()
        let launch: Launch
        do {
            launch = try Launch.begin(order)
        } catch {
            removeFiles()
            throw error
        }
        do {
            try launch.prepareCgroups()
            let state = try makeState(order, launch.handle)
            try container.directory.stage(state.serialized(.compact), for: container.directory.statePath)
            try launch.waitUntilReady()
            try container.directory.commit(container.directory.statePath)
            try launch.go()
            if !waitsForFifo { try launch.waitForExec() }
            return Launched(state: state, handle: launch.finish())
        } catch {
            launch.abandon()
            removeFiles()
            throw error
        }
    }

    private func removeFiles() {
        let directory = container.directory
        for path in [directory.statePath, directory.statePath + ".new", directory.fifoPath, directory.reportPath] {
            _ = try? Files.removeFile(path)
        }
    }

    private func makeOrder() throws(ContainerError) -> LaunchOrder {
        var spec = container.config
        if let given = process.process { spec.process = given }
        let layout = try converting { () throws(SystemError) in try Layout.detect() }
        let manager = ManagerSelection.manager(path: spec.linux?.cgroupsPath, id: container.id, layout: layout)
        container.factory.logger?.debug("using \(manager.kind.rawValue) as cgroup manager, by the host's layout")
        let plan: Plan
        do {
            plan = try Planner.plan(
                spec,
                in: Planner.Situation(
                    rootfs: try Configuration.rootfs(spec, bundle: container.bundle),
                    cgroups: Configuration.cgroupView(manager), waitsForFifo: waitsForFifo,
                    avoidsPivotRoot: avoidsPivotRoot, preservedDescriptors: process.preservedDescriptors))
        } catch let error as ConfigurationError {
            throw ContainerError(error)
        } catch let error as ContainerError {
            throw error
        } catch {
            throw ContainerError(.systemError, "plan", "\(error)")
        }
        for warning in plan.warnings { container.factory.logger?.warning("\(warning)") }
        return LaunchOrder(
            plan: plan, manager: manager, resources: spec.linux?.resources, directory: container.directory,
            process: process, waitsForFifo: waitsForFifo, initArguments: container.factory.initArgs)
    }

    private func makeState(
        _ order: LaunchOrder, _ handle: borrowing ProcessHandle
    ) throws(ContainerError) -> StoredState {
        let pid = handle.pid
        let stat = try converting { () throws(SystemError) in try ProcessStat.read(pid) }
        let config = container.config
        return StoredState(
            id: container.id, pid: pid, startTime: stat?.startTime ?? 0, created: Timestamp.now(),
            ociVersion: config.ociVersion, bundle: container.bundle,
            rootfs: try Configuration.rootfs(config, bundle: container.bundle), managerKind: order.manager.kind,
            cgroupPaths: order.manager.paths, namespacePaths: namespacePaths(config, pid: pid),
            annotations: config.annotations)
    }

    private func namespacePaths(_ config: Spec, pid: Int32) -> [String: String] {
        var paths: [String: String] = [:]
        for namespace in config.linux?.namespaces ?? [] {
            let (key, file) =
                switch namespace.type {
                case .mount: ("NEWNS", "mnt")
                case .pid: ("NEWPID", "pid")
                case .network: ("NEWNET", "net")
                case .uts: ("NEWUTS", "uts")
                case .ipc: ("NEWIPC", "ipc")
                case .user: ("NEWUSER", "user")
                case .cgroup: ("NEWCGROUP", "cgroup")
                case .time: ("NEWTIME", "time")
                }
            paths[key] = "/proc/\(pid)/ns/\(file)"
        }
        return paths
    }
}
