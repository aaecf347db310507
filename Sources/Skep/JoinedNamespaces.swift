import Glibc
internal import Planning

/// Looks at the namespaces that a container is to join, before it does.
enum JoinedNamespaces {
    /// Refuses settings of a namespace that is the runtime's own, which a joined one may be: they would be the host's.
    static func check(_ plan: Plan) throws(ContainerError) {
        for namespace in plan.joinedNamespaces {
            guard let setting = plan.firstSetting(of: namespace.kind), isOwn(namespace) else { continue }
            throw ContainerError(
                .configInvalid, setting.description,
                "would change the host: \(namespace.origin) is the namespace that the runtime itself is in",
                hint: "leave the path out for a new one")
        }
    }

    private static func isOwn(_ namespace: Plan.JoinedNamespace) -> Bool {
        var joined = stat(), own = stat()
        guard stat(namespace.path, &joined) == 0 else { return false }
        for file in ["net", "uts", "ipc", "user"] where stat("/proc/self/ns/" + file, &own) == 0 {
            if joined.st_ino == own.st_ino && joined.st_dev == own.st_dev { return true }
        }
        return false
    }
}
