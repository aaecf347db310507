internal import CPlan
public import OCI

/// Turns a configuration into a plan. Pure: it looks at nothing but its arguments.
public struct Planner {
    private let spec: Spec
    private let situation: Situation
    private let linux: Linux
    private let namespaces: NamespacePlanner
    private let annotations: RuntimeAnnotations
    private let hooks: HookPlanner
    private let label: MountLabel?
    private var plan = Plan()

    /// What a plan depends on besides the configuration.
    public struct Situation: Sendable {
        /// The rootfs, as an absolute path.
        public var rootfs: String
        /// The bundle, as an absolute path: relative sources of bind mounts count from it.
        public var bundle: String
        /// What the host's cgroups look like.
        public var cgroups: CgroupView
        /// Whether the runtime has rights over the mounts that it sees: else it makes some only in a user namespace.
        public var isPrivileged = true
        /// Whether the runtime's own user namespace is not the host's, as where an engine runs it without root.
        public var isInUserNamespace = false
        /// Whether nobody may set groups there (user_namespaces(7), /proc/PID/setgroups).
        public var mayNotSetGroups = false
        /// Whether the init may make its network namespace itself, where it needs no other for that: nobody wants to
        /// find it before the init is ready.
        public var mayUnshareNetwork = false
        /// The container's version 2 cgroup, as an absolute path of the host's; nil where it has none.
        public var unifiedCgroup: String?
        /// Whether the init waits for exec.fifo, which another command will write to.
        public var waitsForFifo: Bool
        /// Whether the rootfs is moved over "/" instead of pivoted to (on a ramfs nothing else works).
        public var avoidsPivotRoot: Bool
        /// How many descriptors from 3 on the container's process inherits.
        public var preservedDescriptors: Int
        /// The first of those, where they are sockets that the container is to listen on; nil for none.
        public var listenDescriptors: ListenDescriptors?
        /// What the container's session keyring is called; nil leaves the caller's.
        public var sessionKeyring: String?
        /// The security modules that the host has.
        public var securityModules: SecurityModules
        /// The container's id.
        public var id: String
        /// The runtime's own environment, for hooks that have none.
        public var environment: [String]
        /// The filter that the configuration asks for; nil where it asks for none.
        public var filter: SystemCallFilter?

        public init(
            rootfs: String, bundle: String = "/", cgroups: CgroupView, waitsForFifo: Bool = true,
            avoidsPivotRoot: Bool = false, preservedDescriptors: Int = 0,
            listenDescriptors: ListenDescriptors? = nil, sessionKeyring: String? = nil,
            securityModules: SecurityModules = [], id: String = "", environment: [String] = [],
            filter: SystemCallFilter? = nil
        ) {
            self.rootfs = rootfs
            self.bundle = bundle
            self.listenDescriptors = listenDescriptors
            self.id = id
            self.environment = environment
            self.filter = filter
            self.cgroups = cgroups
            self.waitsForFifo = waitsForFifo
            self.avoidsPivotRoot = avoidsPivotRoot
            self.preservedDescriptors = preservedDescriptors
            self.sessionKeyring = sessionKeyring
            self.securityModules = securityModules
        }
    }

    /// Plans the container that `spec` describes.
    ///
    /// - Throws: `ConfigurationError` for the first thing found wrong with it.
    public static func plan(_ spec: Spec, in situation: Situation) throws(ConfigurationError) -> Plan {
        try checkFilter(spec, situation.filter)
        var planner = try Planner(spec, situation)
        return try planner.planAll()
    }

    /// Plans one more process of the running container that `spec` describes.
    ///
    /// - Parameters:
    ///   - spec: the container's configuration.
    ///   - process: what is to run.
    ///   - preservedDescriptors: how many descriptors from 3 on it inherits.
    ///   - isBornInCgroup: whether it is in the container's cgroup from its first moment on, as on cgroup v2. Then
    ///     there is nothing that `execCPUAffinity.initial` could speak of.
    ///   - sessionKeyring: what the container's session keyring is called; nil leaves the caller's.
    ///   - securityModules: those that the host has.
    ///   - filter: the filter that the configuration asks for; nil where it asks for none.
    ///   - mayNotSetGroups: whether nobody may set groups in the caller's user namespace.
    /// - Returns: the plan.
    /// - Throws: `ConfigurationError` for the first thing found wrong with the process.
    public static func planJoining(
        _ spec: Spec, process: Process, preservedDescriptors: Int = 0, isBornInCgroup: Bool = true,
        sessionKeyring: String? = nil, securityModules: SecurityModules = [], filter: SystemCallFilter? = nil,
        mayNotSetGroups: Bool = false
    ) throws(ConfigurationError) -> Plan {
        try checkFilter(spec, filter)
        let namespaces = try NamespacePlanner(spec.linux?.namespaces ?? [])
        var plan = Plan()
        plan.joinContainer(namespaces)
        plan.userNamespace = try UserNamespace(spec.linux ?? Linux(), namespaces, user: process.user)
        if let sessionKeyring { plan.append(.keyring(sessionKeyring), from: Origin("process")) }
        let annotations = try RuntimeAnnotations(spec.annotations)
        let planner = try ProcessPlanner(
            process, on: securityModules, keepsGroups: annotations.keepsGroups, mayNotSetGroups: mayNotSetGroups,
            notes: &plan.warnings)
        if !isBornInCgroup { planner.affinity.planInitial(into: &plan) }
        plan.append(.cgroup(isUnshared: false), from: Origin("linux.cgroupsPath"))
        planner.affinity.planFinal(into: &plan)
        if let linux = spec.linux { try ExecutionDomain.plan(linux, into: &plan) }
        plan.append(.setsid, from: Origin("process"))
        try planner.planTerminal(isConsole: false, into: &plan)
        try planner.plan(
            ProcessPlanner.End(
                waitsForFifo: false, preservedDescriptors: preservedDescriptors, filter: filter),
            into: &plan)
        return plan
    }

    /// No process goes without its filter because somebody forgot to have it compiled.
    private static func checkFilter(_ spec: Spec, _ filter: SystemCallFilter?) throws(ConfigurationError) {
        if spec.linux?.seccomp != nil && filter == nil {
            throw ConfigurationError(Origin("linux.seccomp"), "has not been compiled")
        }
    }

    private init(_ spec: Spec, _ situation: Situation) throws(ConfigurationError) {
        self.spec = spec
        self.situation = situation
        linux = spec.linux ?? Linux()
        namespaces = try NamespacePlanner(linux.namespaces)
        annotations = try RuntimeAnnotations(spec.annotations)
        hooks = try HookPlanner(spec, situation, annotations)
        label = try MountLabel(linux.mountLabel, as: annotations.mountContext, on: situation.securityModules)
    }

    private mutating func planAll() throws(ConfigurationError) -> Plan {
        try SpecRules.check(spec)
        guard let process = spec.process else { throw ConfigurationError(Origin("process"), "is missing") }
        try checkCgroupsPath()
        if let control = linux.intelRdt { plan.warnings += try IntelRdtRules.check(control) }
        plan.notes += RuntimeAnnotations.unheard(spec.annotations)
        plan.warnings += try ResourceRules.check(linux.resources ?? Resources(), on: situation.cgroups)
        plan.steps.reserveCapacity(96)
        plan.cloneFlags = namespaces.cloneFlags
        plan.joinedNamespaces = namespaces.joined
        plan.userNamespace = try UserNamespace(linux, namespaces, user: process.user)
        plan.cgroupOwner = CgroupOwnership.owner(spec, namespaces)
        plan.clocks = try ClockOffset.plan(linux, namespaces)
        if !linux.netDevices.isEmpty { plan.deviceMoves = try NetDevicePlanner.plan(linux.netDevices, namespaces) }
        joinNamespaces()
        plan.append(.setsid, from: Origin("process"))
        planNetwork()
        if let name = situation.sessionKeyring { plan.append(.keyring(name), from: Origin("process")) }
        if namespaces.present.contains(.mount) {
            try planMountNamespace()
        } else {
            try planHostMounts()
        }
        try planSettings()
        try ExecutionDomain.plan(linux, into: &plan)
        plan.append(.makeWorkingDirectory(process.cwd), from: Origin("process.cwd"))
        let planner = try ProcessPlanner(
            process, on: situation.securityModules, keepsGroups: annotations.keepsGroups,
            mayNotSetGroups: situation.mayNotSetGroups, notes: &plan.warnings)
        try planner.planTerminal(isConsole: namespaces.present.contains(.mount), into: &plan)
        closeRoot()
        plan.completeSteps = plan.steps.count
        try planner.plan(
            ProcessPlanner.End(
                waitsForFifo: situation.waitsForFifo, preservedDescriptors: situation.preservedDescriptors,
                listenDescriptors: situation.listenDescriptors, hooks: hooks, filter: situation.filter),
            into: &plan)
        return plan
    }

    /// The root of the tree is everybody's, and what climbs is the root's or somebody else's.
    private func checkCgroupsPath() throws(ConfigurationError) {
        guard let path = linux.cgroupsPath, !path.isEmpty else { return }
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
        if parts.isEmpty || parts.contains(where: { $0.elementsEqual("..".utf8) }) {
            throw ConfigurationError(Origin("linux.cgroupsPath"), "\"\(path)\" names no cgroup of the container's own")
        }
    }

    // MARK: Namespaces

    /// Hooks that set up the container's network find it up.
    ///
    /// A network namespace takes the kernel as long as all others together. While an init makes it, its parent makes
    /// cgroups; while clone3 makes it, the parent waits.
    private mutating func planNetwork() {
        guard namespaces.makesNetwork else { return }
        let isUnshared =
            situation.mayUnshareNetwork && plan.deviceMoves.isEmpty && !plan.needsMediator
            && plan.mediatedNamespaces.isEmpty
        if isUnshared { plan.cloneFlags &= ~NamespacePlanner.networkFlag }
        plan.append(.loopback(isUnshared: isUnshared), from: Origin("linux.namespaces"))
    }

    private mutating func joinNamespaces() {
        var slot = Int32(SKEP_FD_FIRST_NAMESPACE.rawValue)
        for namespace in plan.travellingNamespaces {
            // The cgroup namespace is joined once the init is where it belongs: see joinCgroup.
            if namespace.kind != UInt64(CLONE_NEWCGROUP) {
                plan.append(.join(descriptor: slot, kind: namespace.kind, path: namespace.path), from: namespace.origin)
            }
            slot += 1
        }
    }

    /// The init joins its cgroup, then sees it as the root of the tree.
    private mutating func joinCgroup() {
        plan.append(.cgroup(isUnshared: namespaces.makesCgroup), from: Origin("linux.cgroupsPath"))
        let others = plan.travellingNamespaces
        guard let index = others.firstIndex(where: { $0.kind == UInt64(CLONE_NEWCGROUP) }) else { return }
        let slot = Int32(SKEP_FD_FIRST_NAMESPACE.rawValue) + Int32(index)
        plan.append(
            .join(descriptor: slot, kind: others[index].kind, path: others[index].path), from: others[index].origin)
    }

    // MARK: Mounts

    private mutating func planMountNamespace() throws(ConfigurationError) {
        let propagation = rootPropagation
        let isShared = propagation & UInt64(MS_SHARED) != 0
        let first = propagation == 0 ? UInt64(MS_SLAVE | MS_REC) : propagation | UInt64(MS_REC)
        plan.append(.propagation(first), from: Origin("linux.rootfsPropagation"))
        // Out of another user namespace nothing gets into the host's mounts.
        plan.sourcePropagation = opensSources && isShared ? UInt64(MS_SLAVE | MS_REC) : first
        plan.append(
            .root(
                path: situation.rootfs, isMounted: true, privateParent: isShared,
                descriptor: opensSources ? try plan.reserveDescriptor(for: Origin("root.path")) : nil),
            from: Origin("root.path"))
        let pivot = Action.pivot(situation.avoidsPivotRoot ? .moveMount : .pivotRoot, oldRootIsSlave: isShared)
        // The later the init needs its cgroup, the longer it works beside the parent, which is still making it; but
        // hooks are to see it in its place.
        let isEarly = hooks.hasEarly || somethingCoversCgroupMounts
        if isEarly {
            joinCgroup()
            try planMounts { _ in true }
        } else {
            try planMounts { !MountPlanner.needsCgroup($0) }
        }
        if needsDevices {
            try DevicePlanner(areBound: isInUserNamespace).plan(linux.devices, into: &plan)
        }
        // Without a cgroup namespace the mounts are binds of the host's directories, out of sight after the pivot; with
        // one that does not belong to the container's user namespace they may have to be.
        let hasNamespace =
            namespaces.makesCgroup || namespaces.present.contains(.cgroup) && !namespaces.present.contains(.user)
        try hooks.planEarly(into: &plan)
        if hasNamespace { plan.append(pivot, from: Origin("root.path")) }
        if !isEarly {
            joinCgroup()
            try planMounts { MountPlanner.needsCgroup($0) }
        }
        if !hasNamespace { plan.append(pivot, from: Origin("root.path")) }
    }

    private mutating func planMounts(where isWanted: (Mount) -> Bool) throws(ConfigurationError) {
        let planner = MountPlanner(
            bundle: situation.bundle, cgroups: situation.cgroups,
            hasCgroupNamespace: namespaces.present.contains(.cgroup), idMaps: IDMapPlanner(linux),
            opensSources: opensSources, label: label,
            substitutes: isInUserNamespace ? MountSubstitutes(namespaces, cgroup: situation.unifiedCgroup) : nil)
        for (index, mount) in spec.mounts.enumerated() where isWanted(mount) {
            let origin = Origin("mounts", index)
            try planner.plan(
                mount, origin: origin, isReadonlyLater: MountPlanner.isLateReadonly(spec.mounts, index), into: &plan)
        }
    }

    /// Whether the container's user namespace, be it the runtime's own, is not the host's.
    private var isInUserNamespace: Bool { situation.isInUserNamespace || namespaces.present.contains(.user) }

    /// Whether the parent opens the rootfs and the sources of bind mounts: a user namespace may hide them from the
    /// init.
    private var opensSources: Bool {
        situation.isPrivileged && namespaces.present.contains(.user)
            && namespaces.cloneFlags & UInt64(CLONE_NEWNS) != 0
    }

    /// Whether a mount comes on top of a cgroup mount, or hides it, so that the cgroup mount can't come last.
    private var somethingCoversCgroupMounts: Bool {
        spec.mounts.indices.contains { index in
            guard MountPlanner.needsCgroup(spec.mounts[index]) else { return false }
            let destination = InnerPath.normalized(spec.mounts[index].destination)
            return spec.mounts[(index + 1)...].contains { later in
                let other = InnerPath.normalized(later.destination)
                return !MountPlanner.needsCgroup(later)
                    && (InnerPath.isWithin(other, destination) || InnerPath.isWithin(destination, other))
            }
        }
    }

    /// Whether /dev is the container's own to fill: not where the host's is bound over it.
    private var needsDevices: Bool {
        !spec.mounts.contains {
            InnerPath.normalized($0.destination) == "/dev"
                && ($0.type == "bind" || $0.options.contains("bind") || $0.options.contains("rbind"))
        }
    }

    private mutating func planHostMounts() throws(ConfigurationError) {
        let hint = "add a namespace of type \"mount\" to linux.namespaces"
        func refuse(_ isPresent: Bool, _ property: String) throws(ConfigurationError) {
            guard isPresent else { return }
            throw ConfigurationError(Origin(property), "would change the host's own mounts", hint: hint)
        }
        try refuse(!spec.mounts.isEmpty, "mounts")
        try refuse(!linux.maskedPaths.isEmpty, "linux.maskedPaths")
        try refuse(!linux.readonlyPaths.isEmpty, "linux.readonlyPaths")
        try refuse(spec.root?.readonly ?? false, "root.readonly")
        try refuse(linux.rootfsPropagation != nil, "linux.rootfsPropagation")
        try refuse(!linux.devices.isEmpty, "linux.devices")
        plan.append(
            .root(path: situation.rootfs, isMounted: false, privateParent: false), from: Origin("root.path"))
        joinCgroup()
        try hooks.planEarly(into: &plan)
        plan.append(.pivot(.chroot, oldRootIsSlave: false), from: Origin("root.path"))
    }

    private var rootPropagation: UInt64 {
        switch linux.rootfsPropagation {
        case nil: 0
        case .private: UInt64(MS_PRIVATE)
        case .rprivate: UInt64(MS_PRIVATE | MS_REC)
        case .shared: UInt64(MS_SHARED)
        case .rshared: UInt64(MS_SHARED | MS_REC)
        case .slave: UInt64(MS_SLAVE)
        case .rslave: UInt64(MS_SLAVE | MS_REC)
        // An unbindable tree could not be bound to make the rootfs a mount: it becomes so at the end.
        case .unbindable, .runbindable: UInt64(MS_PRIVATE)
        }
    }

    // MARK: Settings of the new namespaces

    private mutating func planSettings() throws(ConfigurationError) {
        if let hostname = spec.hostname, !hostname.isEmpty {
            try requireUTS("hostname")
            plan.append(.hostname(hostname), from: Origin("hostname"))
        }
        if let domainname = spec.domainname, !domainname.isEmpty {
            try requireUTS("domainname")
            plan.append(.domainname(domainname), from: Origin("domainname"))
        }
        if !linux.sysctl.isEmpty {
            try SysctlPlanner.plan(linux.sysctl, namespaces: namespaces.present, into: &plan)
        }
        for (index, path) in linux.maskedPaths.enumerated() {
            let origin = Origin("linux.maskedPaths", index)
            plan.append(.mask(try absolute(path, origin), label: label?.parameter), from: origin)
        }
        for (index, path) in linux.readonlyPaths.enumerated() {
            let origin = Origin("linux.readonlyPaths", index)
            plan.append(.readonly(try absolute(path, origin)), from: origin)
        }
    }

    private func absolute(_ path: String, _ origin: Origin) throws(ConfigurationError) -> String {
        if path.utf8.first == UInt8(ascii: "/") { return path }
        throw ConfigurationError(origin, "must be absolute, not \"\(path)\"")
    }

    private func requireUTS(_ property: String) throws(ConfigurationError) {
        if namespaces.present.contains(.uts) { return }
        throw ConfigurationError(
            Origin(property), "would change the host's own name",
            hint: "add a namespace of type \"uts\" to linux.namespaces")
    }

    /// What may only happen once nothing more is made in the rootfs.
    private mutating func closeRoot() {
        guard namespaces.present.contains(.mount) else { return }
        for (index, mount) in spec.mounts.enumerated() where MountPlanner.isLateReadonly(spec.mounts, index) {
            plan.append(MountPlanner.lateReadonly(mount), from: Origin("mounts", index))
        }
        let readonly = spec.root?.readonly ?? false
        var propagation = rootPropagation
        switch linux.rootfsPropagation {
        case .unbindable: propagation = UInt64(MS_UNBINDABLE)
        case .runbindable: propagation = UInt64(MS_UNBINDABLE | MS_REC)
        default: break
        }
        if !readonly && propagation == 0 { return }
        plan.append(
            .rootAttributes(set: readonly ? UInt64(MOUNT_ATTR_RDONLY) : 0, propagation: propagation),
            from: Origin(readonly ? "root.readonly" : "linux.rootfsPropagation"))
    }
}
