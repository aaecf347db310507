internal import CPlan
internal import OCI

/// Plans mounts[]: config.md, Mounts.
struct MountPlanner {
    let bundle: String
    let cgroups: CgroupView
    let hasCgroupNamespace: Bool

    /// The steps of one mount.
    func plan(_ mount: Mount, origin: Origin) throws(ConfigurationError) -> [Action] {
        let destination = try destination(of: mount, origin: origin)
        let options = try MountOptions(mount.options, origin: origin)
        if !mount.uidMappings.isEmpty { throw .unsupported(origin.appending("uidMappings")) }
        if !mount.gidMappings.isEmpty { throw .unsupported(origin.appending("gidMappings")) }
        if options.isRemount { return [.remount(remount(destination, options))] }
        if options.isBind || mount.type == "bind" {
            return [try bind(mount, to: destination, options, origin: origin)]
        }
        guard let type = mount.type, !type.isEmpty else {
            throw ConfigurationError(
                origin.appending("type"), "a mount needs a type unless \"bind\" is among its options")
        }
        switch (type, cgroups) {
        case ("cgroup", .v1(let hierarchies)):
            return CgroupMountPlanner(hasNamespace: hasCgroupNamespace, hierarchies: hierarchies)
                .plan(at: destination, options)
        case ("cgroup", .v2):
            return [.mount(newMount("cgroup2", mount, at: destination, options))]
        default:
            return [.mount(newMount(type, mount, at: destination, options))]
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
        _ mount: Mount, to destination: String, _ options: MountOptions, origin: Origin
    ) throws(ConfigurationError) -> Action {
        guard let source = mount.source, !source.isEmpty else {
            throw ConfigurationError(origin.appending("source"), "a bind mount needs a source")
        }
        return .bind(
            BindMount(
                source: source.utf8.first == UInt8(ascii: "/") ? source : "\(bundle)/\(source)",
                destination: destination, isRecursive: options.isRecursive || !options.isBind,
                attributes: options.attributes, clearedAttributes: options.cleared,
                propagation: options.propagation))
    }

    private func newMount(
        _ type: String, _ mount: Mount, at destination: String, _ options: MountOptions
    ) -> NewMount {
        var parameters: [NewMount.Parameter] = []
        if let source = mount.source, !source.isEmpty { parameters.append(.init("source", source)) }
        if options.isReadonly && !Self.sharesSuperblock(type) { parameters.append(.init("ro")) }
        return NewMount(
            type: type, destination: destination, parameters: parameters + options.generic + options.specific,
            attributes: options.attributes, propagation: options.propagation,
            isProc: type == "proc" && destination == "/proc", needsRealDirectory: type == "proc" || type == "sysfs")
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
