/// linux.mountLabel: the SELinux label that the files of the container's mounts have (config-linux.md, Mount Label).
///
/// A parameter of a file system may hold commas, which the mount data of old had to quote.
struct MountLabel {
    /// The parameters that a label can be given as (mount(8)).
    static let contexts = ["context", "fscontext", "defcontext", "rootcontext"]

    let label: String
    let context: String

    static let origin = Origin("linux.mountLabel")

    /// What gives a file system the label.
    var parameter: NewMount.Parameter { NewMount.Parameter(context, label) }

    /// Nil where there is no label.
    ///
    /// - Throws: `ConfigurationError` where the host has no SELinux to give one.
    init?(_ label: String?, as context: String, on host: SecurityModules) throws(ConfigurationError) {
        guard let label, !label.isEmpty else { return nil }
        if !host.contains(.selinux) {
            throw ConfigurationError(Self.origin, "\"\(label)\" can't be applied: the host has no SELinux")
        }
        self.label = label
        self.context = context
    }

    /// Labels a mount that is made, and adds what else that takes: as runc and crun do, not proc and sysfs, whose labels
    /// are the policy's, nor cgroups; a message queue file system takes a label only as a file does.
    func apply(to actions: [Action]) -> [Action] {
        actions.flatMap { action -> [Action] in
            guard case .mount(var mount) = action else { return [action] }
            switch mount.type {
            case "proc", "sysfs", "cgroup", "cgroup2": return [action]
            case "mqueue": return [action, .label(path: mount.destination, label: label)]
            default:
                // A label of its own goes before the container's.
                if mount.parameters.contains(where: { Self.contexts.contains($0.key) }) { return [action] }
                mount.parameters.append(parameter)
                return [.mount(mount)]
            }
        }
    }
}
