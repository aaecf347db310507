internal import Cgroups
internal import Glibc
public import OCI
internal import Planning
internal import System

extension Container {
    /// Mounts more in a container that was started and has not stopped: all of `mounts`, or, after a failure, none.
    /// Sources are the host's; a relative one counts from the bundle.
    ///
    /// What had to be made for them to be mounted on stays, also after a failure; `config` is as before.
    ///
    /// - Parameter mounts: what to mount, in their order, as in a configuration.
    /// - Throws: `containerNotRunning`; `configInvalid` for what can't be meant, and for a container that has the
    ///   host's mounts; `systemError` with the mount that failed ("mounts[2]"), and what the kernel said.
    public func addMounts(_ mounts: [Mount]) throws(ContainerError) {
        try change { (stored) throws(ConfigurationError) in
            try Planner.planMounting(
                mounts, in: config, bundle: bundle, cgroups: Configuration.cgroupView(stored.manager),
                securityModules: .present(for: nil, mountLabel: config.linux?.mountLabel))
        }
    }

    /// Unmounts in a container that was started and has not stopped: all of `mounts`, or, after a failure, none. What
    /// is mounted below goes too, and a mount that something still uses goes when it does no longer.
    ///
    /// - Parameter mounts: what to unmount; only `destination` counts, and among the options dest-nofollow.
    /// - Throws: as `addMounts` does.
    public func removeMounts(_ mounts: [Mount]) throws(ContainerError) {
        try change { (_) throws(ConfigurationError) in
            try Planner.planUnmounting(mounts, in: config)
        }
    }

    private func change(
        _ makePlan: (StoredContainer) throws(ConfigurationError) -> Plan
    ) throws(ContainerError) {
        let stored = try stored()
        let lock = try directory.lock()
        defer { _ = lock.number }
        let plan: Plan
        do {
            plan = try makePlan(stored)
        } catch {
            throw ContainerError(error)
        }
        guard let target = try stored.openInit() else {
            throw ContainerError(.containerNotRunning, "container \"\(id)\"", "has stopped")
        }
        try Launch.help(target, LaunchOrder(helper: plan, in: stored, factory: factory))
    }
}
