public import OCI
public import System
internal import SystemPackage

/// The group of resctrl that a container's processes are in: config-linux.md, IntelRdt.
public struct ResourceControlGroup: Sendable, Equatable {
    /// The group's directory.
    public var path: String
    /// The directory of the container's own monitoring group, below it; nil for none.
    public var monitoringPath: String?
    /// Whether the directory was made for this container, and goes with it.
    public var isOwn: Bool

    public init(path: String, monitoringPath: String? = nil, isOwn: Bool) {
        self.path = path
        self.monitoringPath = monitoringPath
        self.isOwn = isOwn
    }

    /// Finds or makes the group that a configuration asks for. After a failure nothing of it is left.
    ///
    /// - Parameters:
    ///   - control: linux.intelRdt.
    ///   - id: the container's, which names the group where closID does not.
    ///   - root: where resctrl is mounted.
    /// - Returns: the group, with no process in it yet.
    /// - Throws: what the host can't do, blamed on the property that asks for it.
    public static func make(
        _ control: Linux.IntelRdt, id: String, root: String = ResourceControl.root
    ) throws(SystemError) -> ResourceControlGroup {
        let name = control.closID ?? id
        let path = name == "/" ? root : root + "/" + name
        let schemata = ResourceControl.Schemata(control)
        let change = try ResourceControl(path: path, schemata, root: root)
        var group = ResourceControlGroup(path: path, isOwn: false)
        if control.enableMonitoring {
            if !Files.exists(root + "/mon_groups") {
                throw SystemError(
                    "open", root + "/mon_groups", .noSuchFileOrDirectory, property: "linux.intelRdt.enableMonitoring",
                    hint: "this host's resctrl has nothing to monitor")
            }
            group.monitoringPath = path + "/mon_groups/" + id
        }
        if control.closID != nil, Files.exists(path) {
            try change.compare()
        } else if control.closID != nil, schemata.isEmpty {
            throw SystemError(
                "open", path, .noSuchFileOrDirectory, property: "linux.intelRdt.closID",
                hint: "a group that is given no schema has to be there already")
        } else {
            group.isOwn = true
            try change.carryOut(on: [])
        }
        do throws(SystemError) {
            if let directory = group.monitoringPath { _ = try Files.makeDirectory(directory, mode: 0o755) }
        } catch {
            group.remove()
            throw error.blaming("linux.intelRdt.enableMonitoring")
        }
        return group
    }

    /// Puts a process, all of whose threads are to be in the group, into it. One that is gone takes nobody.
    public func add(_ pid: Int32) throws(SystemError) {
        for directory in [path, monitoringPath] {
            guard let directory, Files.exists(directory) else { continue }
            do {
                try Files.write(decimal(pid), to: directory + "/tasks")
            } catch {
                throw error.blaming("linux.intelRdt")
            }
        }
    }

    /// Removes what was made for the container. A group that others have come to use stays.
    public func remove() {
        if let monitoringPath { _ = try? Files.removeDirectory(monitoringPath) }
        guard isOwn else { return }
        if let tasks = try? Files.readLine(path + "/tasks"), !tasks.isEmpty { return }
        _ = try? Files.removeDirectory(path)
    }
}
