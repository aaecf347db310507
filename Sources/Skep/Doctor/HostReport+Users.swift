internal import Cgroups
internal import System
internal import SystemPackage

// Namespaces, and who may make them.
extension HostReport {
    static func namespaces(_ facts: HostFacts) -> [HostFinding] {
        facts.namespaces.map { namespace in
            let name = "namespaces." + namespace.name
            // Without time namespaces, or network ones, there still are containers.
            let isEssential =
                ["mount", "pid"].contains(namespace.name) || (!facts.user.isHostRoot && namespace.name == "user")
            guard case .refused(let errno) = namespace.attempt else {
                return HostFinding(name, .ok, "can be made", isEssential: isEssential)
            }
            return HostFinding(
                name, .missing, "can't be made: \(text(errno))", remedy: remedy(namespace.name, errno, facts),
                isEssential: isEssential)
        }
    }

    private static func remedy(_ name: String, _ errno: Errno, _ facts: HostFacts) -> String {
        if facts.user.isRoot && facts.user.lackedCapabilities.contains("CAP_SYS_ADMIN") && name != "user" {
            return "run skep with CAP_SYS_ADMIN"
        }
        switch errno {
        // user_namespaces(7) and namespaces(7): a limit of /proc/sys/user.
        case .noSpace: return "sysctl -w user.max_\(["network": "net", "mount": "mnt"][name] ?? name)_namespaces=15000"
        case .invalidArgument: return "install a kernel that has them"
        default:
            return userNamespaceRemedy(facts.settings)
                ?? "let whatever refuses them here (a seccomp profile, a security module) allow them"
        }
    }

    /// The setting that keeps ordinary users from user namespaces; nil if none does.
    private static func userNamespaceRemedy(_ settings: HostFacts.Settings) -> String? {
        if settings.maxUserNamespaces == 0 { return "sysctl -w user.max_user_namespaces=15000" }
        if settings.unprivilegedUserNamespaces == 0 { return "sysctl -w kernel.unprivileged_userns_clone=1" }
        if settings.appArmorRestrictsUserNamespaces == 1 {
            return "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        }
        return nil
    }

    /// Whether ordinary users can make user namespaces, as far as settings say.
    static func userNamespaces(_ facts: HostFacts) -> [HostFinding] {
        let name = "user-namespaces-of-users"
        guard let remedy = userNamespaceRemedy(facts.settings) else {
            return [HostFinding(name, .ok, "no setting keeps ordinary users from them")]
        }
        let setting =
            remedy.utf8.split(separator: UInt8(ascii: " ")).last
            .map { String(decoding: $0.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self) } ?? ""
        return [
            HostFinding(
                name, facts.user.isHostRoot ? .limited : .missing, "\(setting) keeps ordinary users from them",
                remedy: remedy)
        ]
    }

    static func mapping(_ facts: HostFacts) -> [HostFinding] {
        [tools(facts), subordinates(facts)]
    }

    private static func tools(_ facts: HostFacts) -> HostFinding {
        let tools = [("newuidmap", facts.mapping.newuidmap), ("newgidmap", facts.mapping.newgidmap)]
        let missing = tools.filter { $0.1.path == nil }.map(\.0)
        if !missing.isEmpty {
            return HostFinding(
                "idmap-tools", facts.user.isHostRoot ? .limited : .missing,
                "\(missing.joined(separator: ", ")) not found: users can map nothing but their own id",
                remedy: "apt install uidmap, or dnf install shadow-utils")
        }
        let powerless = tools.first { !$0.1.isPrivileged }
        if let (name, tool) = powerless, let path = tool.path {
            return HostFinding(
                "idmap-tools", facts.user.isHostRoot ? .limited : .missing,
                "\(path) is neither setuid nor has it a capability",
                remedy: "setcap cap_set\(name == "newuidmap" ? "uid" : "gid")+ep \(path)")
        }
        return HostFinding("idmap-tools", .ok, "newuidmap and newgidmap")
    }

    private static func subordinates(_ facts: HostFacts) -> HostFinding {
        let uids = facts.mapping.subordinateUIDs
        let gids = facts.mapping.subordinateGIDs
        let name = facts.user.name
        if facts.user.isHostRoot {
            return HostFinding("subordinate-ids", .ok, "root maps any id")
        }
        if uids >= 65536 && gids >= 65536 {
            return HostFinding("subordinate-ids", .ok, "\(name) has \(uids) uids and \(gids) gids")
        }
        return HostFinding(
            "subordinate-ids", uids > 0 && gids > 0 ? .limited : .missing,
            "\(name) has \(uids) uids and \(gids) gids (/etc/subuid, /etc/subgid); images want 65536",
            remedy: "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \(name)")
    }

    // MARK: Rights and modules

    static func security(_ facts: HostFacts) -> [HostFinding] {
        let security = facts.security
        return [
            security.hasSeccomp
                ? security.hasSeccompListener
                    ? HostFinding("seccomp", .ok, "filters, and agents that are asked (SCMP_ACT_NOTIFY)")
                    : HostFinding(
                        "seccomp", .limited, "filters, but no agents (SCMP_ACT_NOTIFY)",
                        remedy: "install a newer kernel")
                : HostFinding(
                    "seccomp", .missing, "linux.seccomp is refused",
                    remedy: "install a kernel with CONFIG_SECCOMP_FILTER"),
            security.hasAppArmor
                ? HostFinding("apparmor", .ok, "is on")
                : HostFinding(
                    "apparmor", .missing, "is not on: process.apparmorProfile is refused",
                    remedy: "boot with lsm=...,apparmor, on a kernel that has it"),
            security.hasSELinux
                ? HostFinding("selinux", .ok, "is on")
                : HostFinding(
                    "selinux", .missing, "is not on: labels are refused",
                    remedy: "boot with lsm=...,selinux, on a distribution that has a policy"),
        ]
    }

    static func rights(_ facts: HostFacts) -> [HostFinding] {
        let lacked = facts.user.lackedCapabilities
        guard facts.user.isRoot else {
            return [
                HostFinding(
                    "capabilities", .ok, "an ordinary user's: those of the user namespace that a container gets")
            ]
        }
        if lacked.isEmpty { return [HostFinding("capabilities", .ok, "all", isEssential: true)] }
        let effects = lacked.compactMap { name in Self.effects[name].map { "\(name): \($0)" } }
        let lacksAll =
            lacked.contains("CAP_SYS_ADMIN") && facts.namespaces.contains { $0.name == "mount" && $0.attempt != .done }
        return [
            HostFinding(
                "capabilities", lacksAll ? .missing : .limited,
                "no container can have \(lacked.joined(separator: ", "))"
                    + (effects.isEmpty ? "" : "; without " + effects.joined(separator: "; ")),
                remedy: "start what skep runs in with them (docker run --privileged, CapabilityBoundingSet= of a unit)",
                isEssential: true)
        ]
    }

    /// What Skep itself needs a capability for.
    private static let effects = [
        "CAP_SYS_ADMIN": "no namespace, no mount",
        "CAP_SYS_RESOURCE": "no limit above the caller's own, no lower oom score",
        "CAP_MKNOD": "no device files of its own", "CAP_NET_ADMIN": "no networks",
        "CAP_SETFCAP": "no mapping of its own root",
        "CAP_SETUID": "no other user", "CAP_SETGID": "no other group", "CAP_SETPCAP": "no smaller bounding set",
        "CAP_SYS_NICE": "no realtime scheduling",
    ]
}
