internal import Cgroups
internal import OCI
internal import Planning
internal import System

extension StoredContainer {
    /// Changes limits, and remembers what the container has then.
    ///
    /// - Parameters:
    ///   - changes: the limits to change.
    ///   - schemata: the shares to change.
    ///   - original: the configuration's limits, for a container that was never updated.
    ///   - log: told what has no effect.
    /// - Returns: the container as it is stored now.
    /// - Throws: `containerNotRunning` if the init has ended; else what is wrong, and then nothing is changed.
    func update(
        _ changes: Resources, _ schemata: ResourceControl.Schemata, of original: Resources?, log: MessageLog?
    ) throws(ContainerError) -> StoredContainer {
        let lock = try directory.lock()
        defer { _ = lock.number }
        // Read again: another process may have updated the container meanwhile.
        let current = try directory.readState() ?? state
        if try status() == .stopped {
            throw ContainerError(.containerNotRunning, "container \"\(state.id)\"", "is not running")
        }
        let before = current.resources ?? original ?? Resources()
        let after = before.updated(by: changes)
        for warning in try check(changes, after) { log?.warning("\(warning)") }
        let change = try converting { () throws(SystemError) in try manager.prepareUpdate(of: before, by: changes) }
        let control = try converting { () throws(SystemError) in
            let path = current.resourceControl?.path ?? ResourceControl.root + "/" + state.id
            return schemata.isEmpty ? nil : try ResourceControl(path: path, schemata)
        }
        var updated = current
        if after != before { updated.resources = after }
        if let control, updated.resourceControl == nil {
            updated.resourceControl = ResourceControlGroup(path: control.path, isOwn: true)
        }
        manager.noteKills()
        let failure: ContainerError?
        do {
            try carryOut(change, control, storing: updated == current ? nil : updated)
            failure = nil
        } catch {
            failure = error
        }
        if try directory.isWaiting() && manager.hasRunOutOfMemory {
            // Also if it failed at what was gone by then.
            updated.ranOutOfMemory = true
            try directory.stage(updated.document, for: directory.statePath)
            try directory.commit(directory.statePath)
        } else if let failure {
            throw failure
        }
        return StoredContainer(directory, updated, manager, log: self.log)
    }

    private func check(_ changes: Resources, _ after: Resources) throws(ContainerError) -> [ConfigurationError] {
        do {
            return try ResourceUpdate.check(changes, resulting: after, on: Configuration.cgroupView(manager))
        } catch {
            throw ContainerError(error)
        }
    }

    /// The state file is written beforehand, so that what is left for the end is its renaming.
    private func carryOut(
        _ change: ResourceChange, _ control: ResourceControl?, storing updated: StoredState?
    ) throws(ContainerError) {
        if let updated { try directory.stage(updated.document, for: directory.statePath) }
        do throws(ContainerError) {
            try converting { () throws(SystemError) in try control?.carryOut(on: try manager.processes()) }
            do throws(ContainerError) {
                try converting { () throws(SystemError) in try change.carryOut() }
                if updated != nil { try directory.commit(directory.statePath) }
            } catch {
                change.undo()
                control?.undo()
                throw error
            }
        } catch {
            _ = try? Files.removeFile(directory.statePath + ".new")
            throw error
        }
    }
}
