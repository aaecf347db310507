internal import CPlan
internal import OCI

/// Plans mounts[]: config.md, Mounts.
struct MountPlanner {
    let bundle: String
    let cgroups: CgroupView
    let hasCgroupNamespace: Bool
    let idMaps: IDMapPlanner
    /// Whether the init may not be let in where the sources of bind mounts are, so that the parent opens them all.
    let opensSources: Bool

    /// Plans one mount.
    func plan(_ mount: Mount, origin: Origin, into plan: inout Plan) throws(ConfigurationError) {
        for var action in try actions(mount, origin: origin) {
            switch action {
            case .bind(var bind) where opensSources || bind.idMap != nil:
                bind.descriptor = try plan.reserveDescriptor(for: origin)
                action = .bind(bind)
            case .mount(var mount) where mount.idMap != nil:
                mount.descriptor = try plan.reserveDescriptor(for: origin)
                action = .mount(mount)
            default: break
            }
            plan.append(action, from: origin)
        }
    }

    private func actions(_ mount: Mount, origin: Origin) throws(ConfigurationError) -> [Action] {
        let destination = try destination(of: mount, origin: origin)
        let options = try MountOptions(mount.options, origin: origin)
        let idMap = try idMaps.map(mount, options.idMap, origin: origin)
        if options.isRemount && idMap != nil {
            throw ConfigurationError(origin, "an existing mount can't be id-mapped any more")
        }
        if options.isRemount { return [.remount(remount(destination, options))] }
        if options.isBind || mount.type == "bind" {
            return [try bind(mount, to: destination, options, idMap, origin: origin)]
        }
        guard let type = mount.type, !type.isEmpty else {
            throw ConfigurationError(
                origin.appending("type"), "a mount needs a type unless \"bind\" is among its options")
        }
        switch (type, cgroups) {
        case ("cgroup", .v1(let hierarchies)):
            if idMap != nil { throw ConfigurationError(origin, "a cgroup file system can't be id-mapped") }
            return CgroupMountPlanner(hasNamespace: hasCgroupNamespace, hierarchies: hierarchies)
                .plan(at: destination, options)
        case ("cgroup", .v2):
            return [.mount(newMount("cgroup2", mount, at: destination, options, idMap))]
        default:
            return [.mount(newMount(type, mount, at: destination, options, idMap))]
        }
    }

    /// Whether a mount has to wait until the container's cgroup is its own.
    static func needsCgroup(_ mount: Mount) -> Bool {
        mount.type == "cgroup" || mount.type == "cgroup2"
    }

    private func destination(of mount: Mount, origin: Origin) throws(ConfigurationError) -> String {
        let path = InnerPath.normalized(mount.destination)
        if path == "/" {
            throw ConfigurationError(origin.appending("destination"), "a mount can't cover the rootfs itself")
        }
        if path.hasPrefix("/proc/") && !InnerPath.mayBeMountedInProc(path) {
            throw ConfigurationError(
                origin.appending("destination"), "\(path) lies inside /proc, where only a few files may be replaced")
        }
        return path
    }

    private func remount(_ destination: String, _ options: MountOptions) -> Remount {
        Remount(
            destination: destination, attributes: options.attributes, clearedAttributes: options.cleared,
            propagation: options.propagation, parameters: options.isBind ? nil : options.generic + options.specific)
    }

    private func bind(
        _ mount: Mount, to destination: String, _ options: MountOptions, _ idMap: IDMap?, origin: Origin
    ) throws(ConfigurationError) -> Action {
        guard let source = mount.source, !source.isEmpty else {
            throw ConfigurationError(origin.appending("source"), "a bind mount needs a source")
        }
        return .bind(
            BindMount(
                source: source.utf8.first == UInt8(ascii: "/") ? source : "\(bundle)/\(source)",
                destination: destination, isRecursive: options.isRecursive || !options.isBind,
                attributes: options.attributes, clearedAttributes: options.cleared,
                propagation: options.propagation, idMap: idMap))
    }

    private func newMount(
        _ type: String, _ mount: Mount, at destination: String, _ options: MountOptions, _ idMap: IDMap?
    ) -> NewMount {
        var parameters: [NewMount.Parameter] = []
        if let source = mount.source, !source.isEmpty { parameters.append(.init("source", source)) }
        if options.isReadonly && !Self.sharesSuperblock(type) { parameters.append(.init("ro")) }
        return NewMount(
            type: type, destination: destination, parameters: parameters + options.generic + options.specific,
            attributes: options.attributes, propagation: options.propagation,
            isProc: type == "proc" && destination == "/proc", needsRealDirectory: type == "proc" || type == "sysfs",
            idMap: idMap)
    }

    /// Whether every mount of the type in a namespace shows the same file system, which a container may then not
    /// make read-only for everybody: only its mount is.
    private static func sharesSuperblock(_ type: String) -> Bool {
        switch type {
        case "proc", "sysfs", "cgroup", "cgroup2", "mqueue", "devpts", "bpf", "debugfs", "tracefs", "securityfs":
            true
        default: false
        }
    }
}
