internal import Cgroups
package import OCI
internal import System

extension StoredContainer {
    /// What the container uses now.
    ///
    /// - Throws: `containerNotRunning` if the init has ended.
    package func statistics() throws(ContainerError) -> Statistics {
        guard try openInit() != nil else { throw notRunning }
        var result = try converting { () throws(SystemError) in try manager.statistics() }
        result.networkInterfaces = NetworkDevices.read(pid: state.pid)
        if let group = state.resourceControl { result.resourceControl = ResourceControl.statistics(group) }
        return result
    }

    /// Watches the container's life.
    ///
    /// - Throws: `containerNotRunning` if the init has ended.
    package func watch() throws(ContainerError) -> ContainerWatch {
        guard let handle = try openInit() else { throw notRunning }
        let memory = try converting { () throws(SystemError) in try manager.watchMemory() }
        return ContainerWatch(handle, memory)
    }

    private var notRunning: ContainerError {
        ContainerError(.containerNotRunning, "container \"\(state.id)\"", "is not running")
    }
}
