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
    let label: MountLabel?
    /// What a user namespace gets in place of file systems that it may not mount.
    let substitutes: MountSubstitutes?

    /// Plans one mount, which is writable as yet where it `isReadonlyLater`.
    func plan(
        _ mount: Mount, origin: Origin, isReadonlyLater: Bool = false, into plan: inout Plan
    ) throws(ConfigurationError) {
        var options = MountOptions(mount.options)
        note(mount, options, origin: origin, in: &plan)
        if isReadonlyLater {
            options.attributes &= ~UInt64(MOUNT_ATTR_RDONLY)
            options.recursiveAttributes &= ~UInt64(MOUNT_ATTR_RDONLY)
        }
        let unlabelled = try actions(mount, options, origin: origin)
        for var action in label?.apply(to: unlabelled) ?? unlabelled {
            switch action {
            // The container's own cgroups are only made while the init is at work.
            case .bind(var bind) where opensSources && !Self.needsCgroup(mount) || bind.idMap != nil:
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

    private func actions(
        _ mount: Mount, _ options: MountOptions, origin: Origin
    ) throws(ConfigurationError) -> [Action] {
        let destination = try destination(of: mount, origin: origin)
        let idMap = try idMaps.map(mount, options.idMap, origin: origin)
        if options.isRemount && idMap != nil {
            throw ConfigurationError(origin, "an existing mount can't be id-mapped any more")
        }
        let isBind = options.isBind || mount.type == "bind"
        if options.copiesUp && (isBind || options.isRemount || mount.type != "tmpfs") {
            throw ConfigurationError(origin.appending("options"), "\"tmpcopyup\" is for a new tmpfs only")
        }
        if options.isRemount { return [.remount(remount(destination, options))] }
        if isBind {
            return [try bind(mount, to: destination, options, idMap, origin: origin)]
        }
        guard let type = mount.type, !type.isEmpty else {
            throw ConfigurationError(
                origin.appending("type"), "a mount needs a type unless \"bind\" is among its options")
        }
        switch (type, cgroups) {
        case ("cgroup", .v1(let hierarchies)):
            if idMap != nil { throw ConfigurationError(origin, "a cgroup file system can't be id-mapped") }
            return CgroupMountPlanner(
                hasNamespace: hasCgroupNamespace, hierarchies: hierarchies, substitutes: substitutes
            ).plan(at: destination, options)
        case ("cgroup", .v2), ("cgroup2", .v2):
            return [unified(mount, at: destination, options, idMap)]
        default:
            return [.mount(newMount(type, mount, at: destination, options, idMap))]
        }
    }

    /// The version 2 tree. One of the host's own cgroup namespace has its options for the whole host: a mount without them
    /// would take nsdelegate away from everybody's (cgroups(7)). So the host's is shown where the namespace is its.
    private func unified(_ mount: Mount, at destination: String, _ options: MountOptions, _ idMap: IDMap?) -> Action {
        let hasParameters = !(options.generic + options.specific).isEmpty
        if substitutes != nil || hasCgroupNamespace || hasParameters || idMap != nil {
            return .mount(newMount("cgroup2", mount, at: destination, options, idMap))
        }
        return .bind(
            BindMount(
                source: Self.unifiedRoot, destination: destination, isRecursive: false,
                attributes: options.attributes, clearedAttributes: options.cleared, propagation: options.propagation))
    }

    /// Where every host of version 2 has its cgroups (file-hierarchy(7)).
    private static let unifiedRoot = "/sys/fs/cgroup"

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
        var remount = Remount(
            destination: destination, attributes: options.attributes, clearedAttributes: options.cleared,
            propagation: options.propagation, parameters: options.isBind ? nil : options.generic + options.specific)
        remount.recursiveAttributes = options.recursiveAttributes
        remount.recursivelyCleared = options.recursivelyCleared
        return remount
    }

    private func bind(
        _ mount: Mount, to destination: String, _ options: MountOptions, _ idMap: IDMap?, origin: Origin
    ) throws(ConfigurationError) -> Action {
        guard let source = mount.source, !source.isEmpty else {
            throw ConfigurationError(origin.appending("source"), "a bind mount needs a source")
        }
        var bind = BindMount(
            source: source.utf8.first == UInt8(ascii: "/") ? source : "\(bundle)/\(source)",
            destination: destination, isRecursive: options.isRecursive || !options.isBind,
            attributes: options.attributes, clearedAttributes: options.cleared,
            propagation: options.propagation, idMap: idMap)
        bind.recursiveAttributes = options.recursiveAttributes
        bind.recursivelyCleared = options.recursivelyCleared
        bind.followsSource = options.followsSource
        bind.followsDestination = options.followsDestination
        bind.copiesSymlink = options.copiesSymlink
        return .bind(bind)
    }

    private func newMount(
        _ type: String, _ mount: Mount, at destination: String, _ options: MountOptions, _ idMap: IDMap?
    ) -> NewMount {
        var parameters: [NewMount.Parameter] = []
        if let source = mount.source, !source.isEmpty { parameters.append(.init("source", source)) }
        if options.isReadonly && !options.copiesUp && !Self.sharesSuperblock(type) {
            parameters.append(.init("ro"))
        }
        var made = NewMount(
            type: type, destination: destination, parameters: parameters + options.generic + options.specific,
            attributes: options.ownAttributes, propagation: options.propagation,
            isProc: type == "proc" && destination == "/proc", needsRealDirectory: type == "proc" || type == "sysfs",
            idMap: idMap, substitute: substitute(for: type, options))
        made.followsDestination = options.followsDestination
        made.copiesUp = options.copiesUp
        made.keepsMode = type == "tmpfs" && !options.specific.contains { $0.key == "mode" }
        return made
    }

    /// What stands in for a file system that the kernel refuses: also a runtime that lives in a user namespace itself
    /// mounts no cgroups but those of a namespace of its own.
    private func substitute(for type: String, _ options: MountOptions) -> NewMount.Substitute? {
        if let substitutes { return substitutes.substitute(for: type, attributes: options.ownAttributes) }
        guard type == "cgroup2" && cgroups == .v2 && !hasCgroupNamespace else { return nil }
        return NewMount.Substitute(source: Self.unifiedRoot, attributes: options.ownAttributes)
    }

    /// Whether a mount becomes read-only only once everything is made in it: device nodes, and what later mounts are
    /// mounted on. Not where a later mount covers it, since then it could no longer be reached.
    static func isLateReadonly(_ mounts: [Mount], _ index: Int) -> Bool {
        let mount = mounts[index]
        let isTemporary = mount.type == "tmpfs"
        guard mount.type != "bind", mount.options.contains("ro") || mount.options.contains("rro") else { return false }
        let destination = InnerPath.normalized(mount.destination)
        guard isTemporary || destination == "/dev" else { return false }
        let options = MountOptions(mount.options)
        guard options.isReadonly, !options.isBind, !options.isRemount else { return false }
        let later = mounts[(index + 1)...].map { InnerPath.normalized($0.destination) }
        if later.contains(where: { InnerPath.isWithin(destination, $0) }) { return false }
        return destination == "/dev" || later.contains { InnerPath.isWithin($0, destination) }
    }

    /// What makes such a mount read-only.
    static func lateReadonly(_ mount: Mount) -> Action {
        .remount(
            Remount(destination: InnerPath.normalized(mount.destination), attributes: UInt64(MOUNT_ATTR_RDONLY)))
    }

    // MARK: What is odd about it

    private func note(_ mount: Mount, _ options: MountOptions, origin: Origin, in plan: inout Plan) {
        if mount.destination.utf8.first != UInt8(ascii: "/") {
            plan.warnings.append(
                ConfigurationError(
                    origin.appending("destination"), "\"\(mount.destination)\" is taken for \"/\(mount.destination)\"",
                    hint: "it should be absolute"))
        }
        let origin = origin.appending("options")
        for name in options.ineffective {
            plan.notes.append(ConfigurationError(origin, "nothing comes of \"\(name)\" on this kernel"))
        }
        if options.isBind && !options.isRemount || mount.type == "bind" {
            for parameter in options.generic + options.specific {
                plan.notes.append(
                    ConfigurationError(
                        origin, "nothing comes of \"\(parameter)\" on a bind mount, which shows a file system as it is")
                )
            }
        } else {
            for (name, isGiven) in [
                ("copy-symlink", options.copiesSymlink), ("src-nofollow", !options.followsSource),
            ] where isGiven {
                plan.notes.append(ConfigurationError(origin, "nothing comes of \"\(name)\" but on a bind mount"))
            }
        }
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
