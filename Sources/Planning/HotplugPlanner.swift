internal import CPlan
public import OCI

extension Planner {
    /// Plans mounts for the running container that `spec` describes: all are made, or none.
    ///
    /// - Parameters:
    ///   - mounts: what to mount.
    ///   - spec: the container's configuration.
    ///   - bundle: its bundle, as an absolute path: relative sources count from it.
    ///   - cgroups: what its cgroups look like.
    ///   - securityModules: those that the host has.
    /// - Returns: the plan.
    /// - Throws: `ConfigurationError` for the first thing found wrong with one of them.
    public static func planMounting(
        _ mounts: [Mount], in spec: Spec, bundle: String, cgroups: CgroupView, securityModules: SecurityModules = []
    ) throws(ConfigurationError) -> Plan {
        var plan = Plan()
        // A new procfs shows the pid namespace of whoever mounts it. Else nobody in there need see the process.
        let namespaces = try join(spec, seesProcesses: mounts.contains { $0.type == "proc" }, into: &plan)
        let linux = spec.linux ?? Linux()
        let annotations = try RuntimeAnnotations(spec.annotations)
        let planner = MountPlanner(
            bundle: bundle, cgroups: cgroups, hasCgroupNamespace: namespaces.present.contains(.cgroup),
            idMaps: IDMapPlanner(linux), opensSources: true,
            label: try MountLabel(linux.mountLabel, as: annotations.mountContext, on: securityModules),
            substitutes: nil)
        plan.sourcePropagation = sourcePropagation(
            namespaces.present.contains(.user) ? nil : linux.rootfsPropagation)
        for (index, mount) in mounts.enumerated() {
            let origin = Origin("mounts", index)
            if MountOptions(mount.options).isRemount {
                throw ConfigurationError(origin.appending("options"), "\"remount\" adds no mount")
            }
            try planner.plan(mount, origin: origin, into: &plan)
        }
        plan.append(.done, from: Origin("mounts"))
        return plan
    }

    /// Plans the end of mounts of the running container that `spec` describes: all go, or none.
    ///
    /// - Parameters:
    ///   - mounts: what was mounted; only where counts, and whether a symbolic link there is followed.
    ///   - spec: the container's configuration.
    /// - Returns: the plan.
    /// - Throws: `ConfigurationError` for the first thing found wrong with one of them.
    public static func planUnmounting(
        _ mounts: [Mount], in spec: Spec
    ) throws(ConfigurationError) -> Plan {
        var plan = Plan()
        _ = try join(spec, seesProcesses: false, into: &plan)
        for isCheck in [true, false] {
            // The last first: it may lie below another.
            for (index, mount) in mounts.enumerated().reversed() {
                let origin = Origin("mounts", index)
                let path = InnerPath.normalized(mount.destination)
                if path == "/" {
                    throw ConfigurationError(origin.appending("destination"), "the rootfs itself can't be unmounted")
                }
                plan.append(
                    .unmount(
                        path, followsLink: MountOptions(mount.options).followsDestination, isCheck: isCheck),
                    from: origin)
            }
        }
        plan.append(.done, from: Origin("mounts"))
        return plan
    }

    private static func join(
        _ spec: Spec, seesProcesses: Bool, into plan: inout Plan
    ) throws(ConfigurationError) -> NamespacePlanner {
        let namespaces = try NamespacePlanner(spec.linux?.namespaces ?? [])
        if !namespaces.present.contains(.mount) {
            throw ConfigurationError(Origin("mounts"), "the container's mounts are the host's own")
        }
        plan.joinContainer(namespaces, without: seesProcesses ? 0 : UInt64(CLONE_NEWPID))
        return namespaces
    }

    /// The propagation that a container's mounts begin with, for what is opened outside of it: nothing that is mounted
    /// in the container gets out, unless that is asked for.
    private static func sourcePropagation(_ root: Linux.RootfsPropagation?) -> UInt64 {
        switch root {
        case .private, .rprivate, .unbindable, .runbindable: UInt64(MS_PRIVATE | MS_REC)
        case .shared, .rshared: UInt64(MS_SHARED | MS_REC)
        case .slave, .rslave, nil: UInt64(MS_SLAVE | MS_REC)
        }
    }
}
