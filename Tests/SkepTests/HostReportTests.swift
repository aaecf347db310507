import Cgroups
@testable import Skep
import SystemPackage
import Testing

@Suite("What is judged of a host") struct HostReportTests {
    /// A host that lacks nothing: version 2, systemd, root.
    private static var full: HostFacts {
        var facts = HostFacts()
        facts.kernel = "6.12.30-amd64"
        facts.namespaces = ["mount", "pid", "network", "ipc", "uts", "cgroup", "user", "time"].map { .init(name: $0) }
        facts.settings = .init(maxUserNamespaces: 15000, unprivilegedUserNamespaces: 1)
        facts.calls.cloneIntoCgroup = .done
        facts.calls.idMappedMount = .done
        facts.cgroups = .init(
            manager: .cgroupfsV2, reason: "by the host's layout", isVersion2: true,
            controllers: ["cpuset", "cpu", "io", "memory", "hugetlb", "pids"], systemd: .init(version: 257))
        facts.security = .init(hasAppArmor: true, hasSELinux: true)
        let tool = HostFacts.Tool(path: "/usr/bin/newuidmap", isPrivileged: true)
        facts.mapping = .init(newuidmap: tool, newgidmap: tool)
        facts.fileSystems = ["overlay", "resctrl"]
        facts.isResctrlMounted = true
        facts.state = .init(path: "/run/skep")
        return facts
    }

    /// The same for an ordinary user with all that a session gives.
    private static var ofUser: HostFacts {
        var facts = full
        facts.user = .init(uid: 1000, name: "ada", isRoot: false, isHostRoot: false)
        facts.calls.idMappedMount = nil
        facts.cgroups.manager = .disabled
        facts.cgroups.reason = "since an ordinary user may not write to /sys/fs/cgroup"
        facts.cgroups.delegated = ["cpu", "cpuset", "io", "memory", "pids"]
        facts.cgroups.systemd = .init(problem: "connect: Permission denied")
        facts.cgroups.userSystemd = .init(version: 257)
        facts.mapping.subordinateUIDs = 65536
        facts.mapping.subordinateGIDs = 65536
        return facts
    }

    private func finding(_ name: String, _ facts: HostFacts) throws -> HostFinding {
        try #require(HostReport(facts).findings.first { $0.name == name }, "there is nothing on \(name)")
    }

    /// Holds a finding to its status and to a part of its remedy; nil for none.
    private func expect(
        _ name: String, _ status: HostFinding.Status, _ remedy: String?, in facts: HostFacts,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let found = try finding(name, facts)
        #expect(found.status == status, "\(found)", sourceLocation: sourceLocation)
        if let remedy {
            #expect(found.remedy?.contains(remedy) == true, "\(found)", sourceLocation: sourceLocation)
        } else {
            #expect(found.remedy == nil, "\(found)", sourceLocation: sourceLocation)
        }
    }

    @Test("A host with everything has nothing to mend, but for what Skep lacks itself") func everything() {
        let report = HostReport(Self.full)
        #expect(report.canRun)
        #expect(report.findings.filter { $0.status != .ok }.map(\.name) == ["criu"])
    }

    @Test("Names are unique, and what is not in order says why") func names() {
        for facts in [Self.full, Self.ofUser, HostFacts()] {
            let findings = HostReport(facts).findings
            #expect(Set(findings.map(\.name)).count == findings.count)
            #expect(findings.allSatisfy { !$0.summary.isEmpty && !$0.summary.contains("\n") })
        }
    }

    static let kernels = [
        ("5.14.0-427.el9", true), ("5.15.0", true), ("6.1.0-37-amd64", true), ("10.0", true), ("5.13.19", false),
        ("4.18.0-553.el8", false), ("", false), ("nonsense", false),
    ]

    @Test("The kernel has a floor", arguments: kernels) func kernel(release: String, isEnough: Bool) throws {
        var facts = Self.full
        facts.kernel = release
        try expect("kernel", isEnough ? .ok : .missing, isEnough ? nil : "5.14", in: facts)
        #expect(HostReport(facts).canRun == isEnough)
    }

    @Test("A hybrid host as root in a container: no systemd, a capability less, no seccomp agents") func hybrid() throws
    {
        var facts = Self.full
        facts.cgroups = .init(
            manager: .cgroupfsHybrid, reason: "by the host's layout",
            controllers: ["cpu", "cpuset", "memory", "devices", "freezer", "pids"],
            systemd: .init(problem: "connect: No such file or directory"))
        facts.user.lackedCapabilities = ["CAP_SYS_RESOURCE"]
        facts.security.hasSeccompListener = false
        try expect("cgroups", .ok, nil, in: facts)
        try expect("controllers", .limited, "cgroup_disable", in: facts)
        try expect("systemd", .missing, "process 1", in: facts)
        try expect("capabilities", .limited, "privileged", in: facts)
        try expect("seccomp", .limited, "kernel", in: facts)
        #expect(try finding("controllers", facts).summary.hasPrefix("blkio "))
        #expect(try finding("capabilities", facts).summary.contains("oom score"))
        #expect(HostReport(facts).canRun)
    }

    @Test("A user to whom systemd hands everything") func delegated() throws {
        try expect("delegation", .ok, nil, in: Self.ofUser)
        try expect("cgroups", .limited, "--systemd-cgroup", in: Self.ofUser)
        try expect("systemd", .limited, "user's", in: Self.ofUser)
        try expect("systemd-of-user", .ok, nil, in: Self.ofUser)
        try expect("subordinate-ids", .ok, nil, in: Self.ofUser)
        try expect("idmapped-mounts", .limited, "root", in: Self.ofUser)
        #expect(HostReport(Self.ofUser).canRun)
    }

    @Test("A user without delegation, tools or ids") func undelegated() throws {
        var facts = Self.ofUser
        facts.cgroups.delegated = ["memory", "pids"]
        facts.cgroups.userSystemd = .init(problem: "connect: No such file or directory")
        facts.mapping = .init(newuidmap: .init(path: "/usr/bin/newuidmap"))
        try expect("delegation", .limited, "Delegate=cpu cpuset io memory pids", in: facts)
        #expect(try finding("delegation", facts).summary.hasSuffix("cpu, cpuset, io"))
        try expect("systemd-of-user", .missing, "loginctl enable-linger ada", in: facts)
        try expect("idmap-tools", .missing, "uidmap", in: facts)
        try expect("subordinate-ids", .missing, "usermod --add-subuids", in: facts)
        facts.mapping.newgidmap = .init(path: "/usr/bin/newgidmap", isPrivileged: true)
        try expect("idmap-tools", .missing, "setcap cap_setuid+ep /usr/bin/newuidmap", in: facts)
        facts.cgroups.delegated = nil
        try expect("delegation", .missing, "log in", in: facts)
        facts.cgroups.isVersion2 = false
        try expect("delegation", .missing, "systemd.unified_cgroup_hierarchy=1", in: facts)
        #expect(HostReport(facts).canRun)
    }

    static let hardened: [(settings: HostFacts.Settings, remedy: String)] = [
        (.init(maxUserNamespaces: 0), "sysctl -w user.max_user_namespaces="),
        (.init(maxUserNamespaces: 9, unprivilegedUserNamespaces: 0), "sysctl -w kernel.unprivileged_userns_clone=1"),
        (.init(appArmorRestrictsUserNamespaces: 1), "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    ]

    @Test("Settings that keep users from user namespaces", arguments: hardened)
    func settings(_ settings: HostFacts.Settings, remedy: String) throws {
        var facts = Self.ofUser
        facts.settings = settings
        facts.namespaces = facts.namespaces.map { .init(name: $0.name, attempt: .refused(.notPermitted)) }
        try expect("user-namespaces-of-users", .missing, remedy, in: facts)
        try expect("namespaces.user", .missing, remedy, in: facts)
        #expect(!HostReport(facts).canRun)
        // To root they are a limit, and no more.
        facts = Self.full
        facts.settings = settings
        try expect("user-namespaces-of-users", .limited, remedy, in: facts)
        #expect(HostReport(facts).canRun)
    }

    @Test("What a namespace is refused for decides what mends it") func namespaces() throws {
        var facts = Self.full
        facts.namespaces = [
            .init(name: "network", attempt: .refused(.noSpace)),
            .init(name: "time", attempt: .refused(.invalidArgument)),
            .init(name: "ipc", attempt: .refused(.notPermitted)),
        ]
        try expect("namespaces.network", .missing, "sysctl -w user.max_net_namespaces=", in: facts)
        try expect("namespaces.time", .missing, "kernel", in: facts)
        try expect("namespaces.ipc", .missing, "seccomp profile", in: facts)
        #expect(HostReport(facts).canRun)
        facts.namespaces = [.init(name: "mount", attempt: .refused(.notPermitted))]
        facts.user.lackedCapabilities = ["CAP_SYS_ADMIN"]
        try expect("namespaces.mount", .missing, "CAP_SYS_ADMIN", in: facts)
        #expect(HostReport(facts).hindrances.map(\.name) == ["namespaces.mount", "capabilities"])
    }

    @Test("A covered /proc") func proc() throws {
        var facts = Self.full
        facts.calls.procOfUser = .refused(.notPermitted)
        facts.mountsBelowProc = ["/proc/kcore", "/proc/sys"]
        try expect("proc", .limited, "maskedPaths", in: facts)
        #expect(try finding("proc", facts).summary.hasSuffix("by /proc/kcore, /proc/sys"))
        #expect(HostReport(facts).canRun)
        facts = Self.ofUser
        facts.calls.procOfUser = .refused(.notPermitted)
        #expect(HostReport(facts).hindrances.map(\.name) == ["proc"])
    }

    @Test("System calls that are not there, or not let through") func calls() throws {
        for name in ["clone3", "pidfd", "openat2", "mount-api"] {
            var facts = Self.full
            switch name {
            case "clone3": facts.calls.clone3 = .refused(.noFunction)
            case "pidfd": facts.calls.pidfd = .refused(.noFunction)
            case "openat2": facts.calls.openat2 = .refused(.noFunction)
            default: facts.calls.mount = .refused(.noFunction)
            }
            try expect(name, .missing, "kernel", in: facts)
            #expect(HostReport(facts).hindrances.map(\.name) == [name])
        }
        var facts = Self.full
        facts.calls.clone3 = .refused(.notPermitted)
        try expect("clone3", .missing, "seccomp profile", in: facts)
        facts.calls.cloneIntoCgroup = .refused(.permissionDenied)
        try expect("clone-into-cgroup", .ok, nil, in: facts)
        facts.calls.cloneIntoCgroup = .refused(.noFunction)
        try expect("clone-into-cgroup", .limited, "seccomp profile", in: facts)
    }

    @Test("Where containers are kept") func state() throws {
        var facts = Self.ofUser
        facts.state = .init(path: nil)
        try expect("state", .missing, "XDG_RUNTIME_DIR", in: facts)
        facts.state = .init(path: "/run/skep", problem: "/run: Permission denied")
        try expect("state", .missing, "--root", in: facts)
        #expect(!HostReport(facts).canRun)
    }

    static let configurations: [(text: String, use: EngineConfiguration.Use)] = [
        ("", .none), ("[engine]\nruntime = \"crun\"\n", .none), ("# runtime = \"skep\"\n", .none),
        ("[engine]\nruntime_supports_json = [\"crun\", \"skep\"]\n", .none),
        ("[engine]\nruntime = \"skep\"\n", .byDefault), ("runtime = \"/usr/local/bin/skep\"", .byDefault),
        ("[engine.runtimes]\nskep = [\"/usr/local/bin/skep\"]\n", .known),
        (#"{"runtimes": {"skep": {"path": "/opt/skep"}}, "default-runtime": "skep"}"#, .byDefault),
        (#"{"runtimes": {"skep": {"path": "/opt/skep"}}}"#, .known),
        ("  BinaryName = '/usr/bin/skep'\n", .known),
        ("default_runtime_name = \"skep\"\n  BinaryName = \"/usr/bin/skep\"\n", .byDefault),
        (#"{"runtimes": {"x": {"path": "/opt/skepper"}}}"#, .none),
    ]

    @Test("What an engine's configuration says of Skep", arguments: configurations)
    func engines(text: String, use: EngineConfiguration.Use) throws {
        #expect(EngineConfiguration.use(text) == use)
        var facts = Self.full
        facts.engines = [.init(name: "podman", configuration: text)]
        try expect("engines.podman", use == .none ? .limited : .ok, use == .none ? "containers.conf" : nil, in: facts)
    }
}
