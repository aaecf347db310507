internal import Cgroups
internal import Networks
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// What is made of a configuration before anything is done with it.
enum Configuration {
    /// The container's rootfs, as an absolute path.
    static func rootfs(_ spec: Spec, bundle: String) throws(ContainerError) -> String {
        guard let root = spec.root, !root.path.isEmpty else {
            throw ContainerError(.configInvalid, "root.path", "is missing")
        }
        return Paths.join(bundle, root.path)
    }

    /// Refuses what would fail later for certain: the whole plan is made once, and the rootfs looked at.
    static func check(
        _ spec: Spec, bundle: String, network: NetworkConfiguration?, filters: FilterSource, by factory: Factory
    ) throws(ContainerError) {
        let rootfs = try rootfs(spec, bundle: bundle)
        let manager = try chooseManager(factory.cgroups, spec, id: "ID", isRootless: factory.isRootless).manager
        let filter = try filters.filter(for: spec)
        let plan: Plan
        do {
            var checked = spec
            // A process may still be given to start.
            if checked.process == nil { checked.process = OCI.Process(args: ["/"], cwd: "/") }
            plan = try Planner.plan(
                checked,
                in: Planner.Situation(
                    rootfs: rootfs, cgroups: cgroupView(manager),
                    securityModules: .present(for: checked.process, mountLabel: spec.linux?.mountLabel), filter: filter)
            )
        } catch {
            throw ContainerError(error)
        }
        _ = try NetworkOrder(spec, plan, given: network)
        try checkRootfs(rootfs)
    }

    /// Chooses who looks after a container's cgroups.
    static func chooseManager(
        _ preference: ManagerPreference, _ spec: Spec, id: String, caller: ManagerRequest.Caller = .current,
        isRootless: Bool? = nil
    ) throws(ContainerError) -> ManagerChoice {
        let layout = try converting { () throws(SystemError) in try Layout.detect() }
        do {
            return try ManagerSelection.choose(
                ManagerRequest(
                    preference, path: spec.linux?.cgroupsPath, id: id, annotations: spec.annotations, layout: layout,
                    caller: caller, isRootless: isRootless))
        } catch {
            throw ContainerError(.configInvalid, error.property, error.reason, hint: error.hint)
        }
    }

    /// Refuses a rootfs that is not a directory.
    static func checkRootfs(_ path: String) throws(ContainerError) {
        let kind = try converting(origin: "root.path") { () throws(SystemError) in try Files.kind(of: path) }
        switch kind {
        case .directory?: return
        case nil:
            throw ContainerError(
                .configInvalid, "root.path", operation: "open", path: path, errno: .noSuchFileOrDirectory)
        case .symbolicLink?:
            throw ContainerError(
                .configInvalid, "root.path", "\(path) is a symbolic link", hint: "name the directory itself")
        case .file?, .other?:
            throw ContainerError(.configInvalid, "root.path", "\(path) is not a directory")
        }
    }

    /// Whether the container has no pid namespace of its own.
    static func sharesPIDNamespace(_ spec: Spec) -> Bool {
        for namespace in spec.linux?.namespaces ?? [] where namespace.type == .pid {
            return !(namespace.path ?? "").isEmpty
        }
        return true
    }

    /// Whether the init may make its network namespace while its parent makes cgroups. Where it is in one of them by
    /// then, the namespace's memory would count there.
    static func mayUnshareNetwork(_ spec: Spec, _ manager: ManagerKind, given: NetworkConfiguration?) -> Bool {
        if given != nil || NetworkOrder.annotation(of: spec) != nil { return false }
        return manager == .cgroupfsV1 || manager == .cgroupfsHybrid
    }

    /// How the container's cgroups are laid out, for its own view of them.
    static func cgroupView(_ manager: any Manager) -> CgroupView {
        if manager.members.isEmpty { return .v2 }
        return .v1(
            manager.members.map { member in
                CgroupView.Hierarchy(
                    directory: member.mountPoint.after(Layout.root + "/") ?? "",
                    controllers: member.controllers, path: member.path)
            })
    }
}
