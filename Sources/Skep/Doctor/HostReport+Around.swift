internal import Cgroups
internal import System

// Control groups, and what is around the runtime.
extension HostReport {
    static func cgroups(_ facts: HostFacts) -> [HostFinding] {
        var found = [layout(facts.cgroups), controllers(facts.cgroups)]
        if !facts.user.isHostRoot { found.append(delegation(facts.cgroups)) }
        found.append(
            systemd(
                "systemd", facts.cgroups.systemd, "the host's", isNeeded: facts.user.isHostRoot,
                remedy: "boot the host with systemd as process 1; cgroups can be managed without it"))
        if !facts.user.isHostRoot {
            found.append(
                systemd(
                    "systemd-of-user", facts.cgroups.userSystemd, "the user's", isNeeded: true,
                    remedy: "loginctl enable-linger \(facts.user.name), then log in as \(facts.user.name), not by su"))
        }
        return found
    }

    private static func layout(_ cgroups: HostFacts.Cgroups) -> HostFinding {
        guard let manager = cgroups.manager else {
            return HostFinding(
                "cgroups", .limited, "none are mounted: containers run without limits",
                remedy: "mount -t cgroup2 cgroup2 /sys/fs/cgroup")
        }
        if manager == .disabled {
            let remedy =
                cgroups.userSystemd.version != nil
                ? "skep --systemd-cgroup has the user's systemd make them"
                : "log in so that the user has a systemd, and use skep --systemd-cgroup"
            return HostFinding("cgroups", .limited, "containers run without limits, \(cgroups.reason)", remedy: remedy)
        }
        return HostFinding("cgroups", .ok, "\(manager.rawValue), \(cgroups.reason)")
    }

    private static func controllers(_ cgroups: HostFacts.Cgroups) -> HostFinding {
        let wanted =
            cgroups.isVersion2
            ? ["cpu", "cpuset", "io", "memory", "pids"]
            : ["blkio", "cpu", "cpuset", "devices", "freezer", "memory", "pids"]
        let missing = wanted.filter { !cgroups.controllers.contains($0) }
        if missing.isEmpty {
            return HostFinding("controllers", .ok, wanted.joined(separator: ", "))
        }
        return HostFinding(
            "controllers", missing.count == wanted.count ? .missing : .limited,
            "\(missing.joined(separator: ", ")) not there: their limits are refused",
            remedy: "boot without cgroup_disable, and with cgroup_enable=memory where the kernel asks for it")
    }

    private static func delegation(_ cgroups: HostFacts.Cgroups) -> HostFinding {
        guard cgroups.isVersion2 else {
            return HostFinding(
                "delegation", .missing, "version 1 hands users nothing",
                remedy: "boot with systemd.unified_cgroup_hierarchy=1")
        }
        guard let delegated = cgroups.delegated else {
            return HostFinding(
                "delegation", .missing, "the user has no cgroup of their own",
                remedy: "log in by a way that starts the user's systemd (ssh, login; not su)")
        }
        let missing = ["cpu", "cpuset", "io", "memory", "pids"].filter { !delegated.contains($0) }
        if missing.isEmpty { return HostFinding("delegation", .ok, delegated.joined(separator: ", ")) }
        return HostFinding(
            "delegation", .limited, "the user is not handed \(missing.joined(separator: ", "))",
            remedy: MissingController.userDropIn)
    }

    private static func systemd(
        _ name: String, _ systemd: HostFacts.Systemd, _ whose: String, isNeeded: Bool, remedy: String
    ) -> HostFinding {
        if let version = systemd.version { return HostFinding(name, .ok, "\(whose), version \(version)") }
        if !isNeeded {
            return HostFinding(name, .limited, "\(whose) answers root alone", remedy: "have the user's make cgroups")
        }
        return HostFinding(name, .missing, "no --systemd-cgroup: \(systemd.problem)", remedy: remedy)
    }

    // MARK: Around

    static func around(_ facts: HostFacts) -> [HostFinding] {
        [state(facts.state), resctrl(facts), criu(facts)] + facts.engines.map(engine)
    }

    private static func state(_ state: HostFacts.State) -> HostFinding {
        guard let path = state.path else {
            return HostFinding(
                "state", .missing, "there is no place for it: XDG_RUNTIME_DIR is not set",
                remedy: "export XDG_RUNTIME_DIR=/run/user/$(id -u), or skep --root DIR", isEssential: true)
        }
        if let problem = state.problem {
            return HostFinding(
                "state", .missing, "\(path) can't be used: \(problem)",
                remedy: "skep --root DIR, a place that can be written to",
                isEssential: true)
        }
        return HostFinding("state", .ok, path, isEssential: true)
    }

    private static func resctrl(_ facts: HostFacts) -> HostFinding {
        if facts.isResctrlMounted { return HostFinding("resctrl", .ok, "linux.intelRdt can be used") }
        return facts.fileSystems.contains("resctrl")
            ? HostFinding(
                "resctrl", .limited, "is not mounted: linux.intelRdt is refused",
                remedy: "mount -t resctrl resctrl /sys/fs/resctrl")
            : HostFinding("resctrl", .missing, "this processor or kernel has none: linux.intelRdt is refused")
    }

    private static func criu(_ facts: HostFacts) -> HostFinding {
        guard let version = facts.criu else {
            return HostFinding(
                "criu", .missing, "is not installed, and skep has no checkpoint and restore yet, which would need it",
                remedy: "apt install criu, once skep has them")
        }
        return HostFinding("criu", .limited, "\(version), but skep has no checkpoint and restore yet")
    }

    private static func engine(_ engine: HostFacts.Engine) -> HostFinding {
        let name = "engines." + engine.name
        switch EngineConfiguration.use(engine.configuration) {
        case .byDefault: return HostFinding(name, .ok, "uses skep by default")
        case .known:
            return HostFinding(name, .ok, "knows skep, which is not its default")
        case .none:
            return HostFinding(name, .limited, "does not know skep", remedy: EngineConfiguration.remedies[engine.name])
        }
    }
}

/// What an engine's configuration says of Skep: TOML or JSON, of which no more is read than words.
enum EngineConfiguration {
    enum Use { case none, known, byDefault }

    /// Where each engine keeps it. A leading "~" stands for the user's own.
    static let files = [
        "podman": [
            "/usr/share/containers/containers.conf", "/etc/containers/containers.conf",
            "~/containers/containers.conf",
        ],
        "dockerd": ["/etc/docker/daemon.json", "~/docker/daemon.json"],
        "containerd": ["/etc/containerd/config.toml"],
        "crio": ["/etc/crio/crio.conf"],
    ]

    static let remedies = [
        "podman":
            #"[engine] runtime = "skep" and [engine.runtimes] skep = ["/usr/local/bin/skep"] in containers.conf (docs/engines.md)"#,
        "dockerd":
            #"{"runtimes": {"skep": {"path": "/usr/local/bin/skep"}}} in /etc/docker/daemon.json (docs/engines.md)"#,
        "containerd": #"BinaryName = "/usr/local/bin/skep" in a runtime's options in config.toml (docs/kubernetes.md)"#,
        "crio": #"[crio.runtime.runtimes.skep] runtime_path = "/usr/local/bin/skep" in crio.conf"#,
    ]

    private static let defaults = ["runtime", "default-runtime", "default_runtime", "default_runtime_name"]

    static func use(_ text: String) -> Use {
        let words = words(text)
        let isSkep = { (word: String) in word == "skep" || word.hasSuffix("/skep") }
        if zip(words, words.dropFirst()).contains(where: { defaults.contains($0) && isSkep($1) }) { return .byDefault }
        return words.contains { $0.hasSuffix("/skep") } ? .known : .none
    }

    /// The words of the lines that are no comments: what is between quotes, white space and punctuation.
    private static func words(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n"))
            .filter { line in line.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } != UInt8(ascii: "#") }
            .flatMap { line in
                line.split { !isPartOfWord($0) }.map { String(decoding: $0, as: UTF8.self) }
            }
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
