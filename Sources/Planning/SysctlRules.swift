/// Which sysctls a container may set: those that are its namespaces' own, since the others are the host's.
enum SysctlRules {
    enum Verdict: Equatable {
        case allowed
        /// The namespace that would have to be the container's own.
        case needs(String)
        case refused(String)
    }

    /// Judges a sysctl by its name with dots ("net.ipv4.ip_forward").
    static func judge(_ name: String, namespaces: NamespaceSet) -> Verdict {
        if name.hasPrefix("net.") { return namespaces.contains(.network) ? .allowed : .needs("network") }
        if name.hasPrefix("fs.mqueue.") || isIPC(name) { return namespaces.contains(.ipc) ? .allowed : .needs("ipc") }
        if name.hasPrefix("user.") { return namespaces.contains(.user) ? .allowed : .needs("user") }
        switch name {
        case "kernel.domainname": return namespaces.contains(.uts) ? .allowed : .needs("uts")
        case "kernel.hostname": return .refused("is set by the property hostname")
        default: return .refused("belongs to no namespace: it would change the host")
        }
    }

    private static func isIPC(_ name: String) -> Bool {
        switch name {
        case "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
            "kernel.shmmni", "kernel.shm_rmid_forced":
            true
        default: false
        }
    }

    /// The file below /proc/sys: dots separate, unless the first separator is a slash, in which case dots are part
    /// of the names (sysctl(8)). Nil for a name that climbs or is empty.
    static func path(of name: String) -> String? {
        let first = name.utf8.first { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
        let path =
            first == UInt8(ascii: "/") ? name : String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) ? nil : path
    }
}

/// Namespaces that are the container's own or joined, not its parent's.
struct NamespaceSet: OptionSet, Sendable {
    let rawValue: UInt8

    static let mount = NamespaceSet(rawValue: 1)
    static let pid = NamespaceSet(rawValue: 2)
    static let network = NamespaceSet(rawValue: 4)
    static let uts = NamespaceSet(rawValue: 8)
    static let ipc = NamespaceSet(rawValue: 16)
    static let cgroup = NamespaceSet(rawValue: 32)
    static let user = NamespaceSet(rawValue: 64)
    static let time = NamespaceSet(rawValue: 128)
}
