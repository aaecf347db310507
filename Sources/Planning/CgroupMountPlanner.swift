internal import CPlan

/// Plans a container's view of version 1 hierarchies: a tmpfs with a mount for each, as the host has them.
struct CgroupMountPlanner {
    let hasNamespace: Bool
    let hierarchies: [CgroupView.Hierarchy]
    let substitutes: MountSubstitutes?

    func plan(at destination: String, _ options: MountOptions) -> [Action] {
        let writable = options.attributes & ~UInt64(MOUNT_ATTR_RDONLY)
        var actions: [Action] = [
            .mount(
                NewMount(
                    type: "tmpfs", destination: destination,
                    parameters: [.init("source", "tmpfs"), .init("mode", "755")],
                    attributes: writable, propagation: options.propagation))
        ]
        for hierarchy in hierarchies {
            actions.append(mount(hierarchy, at: "\(destination)/\(hierarchy.directory)", options))
            // cpu -> cpu,cpuacct, as hosts have it
            guard hierarchy.controllers.count > 1 else { continue }
            for controller in hierarchy.controllers where controller != hierarchy.directory {
                actions.append(.symlink(target: hierarchy.directory, path: "\(destination)/\(controller)"))
            }
        }
        if options.isReadonly {
            actions.append(
                .remount(Remount(destination: destination, attributes: UInt64(MOUNT_ATTR_RDONLY))))
        }
        return actions
    }

    private func mount(_ hierarchy: CgroupView.Hierarchy, at destination: String, _ options: MountOptions) -> Action {
        guard hasNamespace else {
            // Without a namespace of its own a mount would show the host's whole tree.
            return .bind(
                BindMount(
                    source: hierarchy.path, destination: destination, isRecursive: false,
                    attributes: options.attributes, clearedAttributes: options.cleared))
        }
        var parameters: [NewMount.Parameter] = [.init("source", "cgroup")]
        for controller in hierarchy.controllers {
            if controller.hasPrefix("name=") {
                parameters += [.init("none"), .init("name", String(controller.dropFirst(5)))]
            } else {
                parameters.append(.init(controller))
            }
        }
        return .mount(
            NewMount(
                type: "cgroup", destination: destination, parameters: parameters, attributes: options.attributes,
                substitute: substitutes?.substitute(forCgroup: hierarchy.path, attributes: options.attributes)))
    }
}
