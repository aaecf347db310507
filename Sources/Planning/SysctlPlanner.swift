/// Plans linux.sysctl: config-linux.md, Sysctl.
enum SysctlPlanner {
    static func plan(
        _ sysctls: [String: String], namespaces: NamespaceSet, into plan: inout Plan
    ) throws(ConfigurationError) {
        var paths: [String] = []
        for name in sysctls.keys.sorted() {
            let origin = Origin("linux.sysctl", nil, name)
            guard let path = SysctlRules.path(of: name) else {
                throw ConfigurationError(origin, "is not the name of a sysctl")
            }
            // "kernel.sem" and "kernel/sem" are one.
            if paths.contains(path) { throw ConfigurationError(origin, "a second value for /proc/sys/\(path)") }
            paths.append(path)
            let dotted = path.split(separator: "/").joined(separator: ".")
            switch SysctlRules.judge(dotted, namespaces: namespaces) {
            case .allowed: plan.append(.sysctl(path: path, value: sysctls[name] ?? ""), from: origin)
            case .needs(let namespace):
                throw ConfigurationError(
                    origin, "would change the host: it needs a \(namespace) namespace",
                    hint: "add a namespace of type \"\(namespace)\" to linux.namespaces")
            case .refused(let reason): throw ConfigurationError(origin, reason)
            }
        }
    }
}
