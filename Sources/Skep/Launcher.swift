internal import Cgroups
internal import Glibc
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

/// Starts a container's first process: from its plan to its state.json.
struct Launcher {
    let container: Container
    let order: LaunchOrder

    /// - Throws: what went wrong; then nothing of the attempt is left.
    func launch() throws(ContainerError) -> Launched {
        let launch: Launch
        var control: ResourceControlGroup?
        do {
            if let wanted = order.intelRdt { control = try makeControl(wanted) }
            try order.notifyProxy?.listen(in: container.directory.notifyPath)
            launch = try Launch.begin(order)
        } catch {
            control?.remove()
            removeFiles()
            throw error
        }
        do {
            try launch.beginCgroups()
            if let control { try converting { () throws(SystemError) in try control.add(launch.handle.pid) } }
            if let network = order.network {
                let phase = order.trace?.begin("network")
                defer { phase?.end() }
                try NetworkSetup.run(
                    network, in: container.directory, pid: launch.handle.pid, log: container.factory.log)
            }
            try prepareCgroups(of: launch)
            try launch.handOverMembership()
            let staging = order.trace?.begin("state.json")
            var state = try makeState(launch.handle)
            state.resourceControl = control
            try container.directory.stage(state.document, for: container.directory.statePath)
            staging?.end()
            if !order.goesAhead {
                try launch.waitUntilReady()
                try converting { () throws(SystemError) in try order.manager.settle(launch.handle.pid) }
            } else {
                launch.waitUntilComplete()
            }
            let committing = order.trace?.begin("commit of state.json")
            try container.directory.commit(container.directory.statePath)
            committing?.end()
            try launch.announce()
            try launch.go()
            if !order.waitsForFifo {
                try launch.waitForExec()
                let phase = order.hooks == nil ? nil : order.trace?.begin("hooks")
                order.hooks?.runAfterStart(pid: launch.handle.pid)
                phase?.end()
            }
            return Launched(state: state, handle: launch.finish())
        } catch {
            launch.abandon()
            control?.remove()
            if order.network != nil { releaseNetwork() }
            order.hooks?.runAfterStop()
            removeFiles()
            throw error
        }
    }

    /// systemd makes no unit for an init that has died: why it did is what is to be told then.
    private func prepareCgroups(of launch: borrowing Launch) throws(ContainerError) {
        do {
            try launch.prepareCgroups()
        } catch {
            if launch.hasEnded { try launch.waitUntilReady() }
            throw error
        }
    }

    private func makeControl(_ wanted: Linux.IntelRdt) throws(ContainerError) -> ResourceControlGroup {
        try converting { () throws(SystemError) in try ResourceControlGroup.make(wanted, id: container.id) }
    }

    private func releaseNetwork() {
        do {
            try NetworkRelease.run(container.directory, log: container.factory.log)
        } catch {
            container.factory.log?.warning("\(error)")
        }
    }

    private func removeFiles() {
        let directory = container.directory
        for path in [directory.statePath, directory.statePath + ".new", directory.fifoPath, directory.reportPath] {
            _ = try? Files.removeFile(path)
        }
    }

    private func makeState(_ handle: borrowing ProcessHandle) throws(ContainerError) -> StoredState {
        let pid = handle.pid
        let stat = try converting { () throws(SystemError) in try ProcessStat.read(pid) }
        let config = container.config
        return StoredState(
            id: container.id, pid: pid, startTime: stat?.startTime ?? 0, created: Timestamp.now(),
            ociVersion: config.ociVersion, bundle: container.bundle,
            rootfs: try Configuration.rootfs(config, bundle: container.bundle),
            manager: StoredManager(
                kind: order.managerKind, namedPaths: order.manager.namedPaths, unit: order.manager.unit),
            namespacePaths: namespacePaths(config, pid: pid), annotations: config.annotations,
            keepsKeyring: order.keepsKeyring,
            hooks: ContainerHooks.kept(config.hooks),
            planSteps: config.hooks?.startContainer.isEmpty == false ? order.plan.steps.count : nil,
            sharesPIDNamespace: Configuration.sharesPIDNamespace(config),
            configurationChecksum: container.configurationChecksum)
    }

    private func namespacePaths(_ config: Spec, pid: Int32) -> [NamedPath] {
        var paths: [NamedPath] = []
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
            paths.append(NamedPath(key, "/proc/" + decimal(pid) + "/ns/" + file))
        }
        return paths
    }
}
