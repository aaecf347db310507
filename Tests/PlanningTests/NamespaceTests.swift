import OCI
@testable import Planning
import Testing

@Suite("Namespaces") struct NamespaceTests {
    static let flags: [(kind: Namespace.Kind, flag: UInt64)] = [
        (.mount, CloneFlag.mount), (.pid, CloneFlag.pid), (.network, CloneFlag.network), (.uts, CloneFlag.uts),
        (.ipc, CloneFlag.ipc), (.cgroup, CloneFlag.cgroup),
    ]

    private func spec(_ namespaces: Namespace...) -> Spec {
        .container { $0.linux?.namespaces = namespaces }
    }

    @Test("None at all") func none() throws {
        let plan = try spec().plan()
        #expect(plan.cloneFlags == 0)
        #expect(plan.joinedNamespaces.isEmpty)
        #expect(plan.actions(named: "join").isEmpty)
        var bare = Spec.container()
        bare.linux = nil
        #expect(try bare.plan().steps == plan.steps)
    }

    @Test("Each type made", arguments: flags) func made(kind: Namespace.Kind, flag: UInt64) throws {
        for path in [nil, ""] {
            let plan = try spec(Namespace(type: kind, path: path)).plan()
            // The cgroup namespace's root is where its maker is at the time: it comes later, by unshare.
            #expect(plan.cloneFlags == (kind == .cgroup ? 0 : flag))
            #expect(plan.joinedNamespaces.isEmpty)
            #expect(plan.actions(named: "join").isEmpty)
            #expect(plan.actions(named: "cgroup") == [.cgroup(isUnshared: kind == .cgroup)])
            #expect(plan.actions(named: "loopback").count == (kind == .network ? 1 : 0))
        }
    }

    @Test("All of them made") func allMade() throws {
        #expect(
            try Spec.container().plan().cloneFlags
                == CloneFlag.mount | CloneFlag.pid | CloneFlag.network | CloneFlag.uts | CloneFlag.ipc)
    }

    @Test("Each type joined", arguments: flags) func joined(kind: Namespace.Kind, flag: UInt64) throws {
        let plan = try spec(Namespace(type: kind, path: "/proc/7/ns/x")).plan()
        #expect(plan.cloneFlags == 0)
        #expect(
            plan.joinedNamespaces == [
                Plan.JoinedNamespace(kind: flag, path: "/proc/7/ns/x", origin: Origin("linux.namespaces", 0, "path"))
            ])
        #expect(plan.joinedNamespaces.first?.isPID == (kind == .pid))
        // A mediator joins a pid namespace before it clones.
        #expect(plan.mediatedNamespaces.map(\.kind) == (kind == .pid || plan.needsMediator ? [flag] : []))
        #expect(plan.isBornAmongOthers == (kind == .pid || kind == .user))
        #expect(
            plan.actions(from: "linux.namespaces[0].path")
                == (kind == .pid ? [] : [.join(descriptor: 4, kind: flag, path: "/proc/7/ns/x")]))
        #expect(plan.actions(named: "cgroup") == [.cgroup(isUnshared: false)])
        // Its loopback device is somebody else's business.
        #expect(plan.actions(named: "loopback").isEmpty)
    }

    /// The plan of a container of whose network nobody outside wants to know anything before it is ready.
    private func unobserved(_ spec: Spec) throws -> Plan {
        var situation = Planner.Situation(rootfs: "/r", cgroups: .v1([]))
        situation.mayUnshareNetwork = true
        return try Planner.plan(spec, in: situation)
    }

    @Test("The init makes its network namespace itself if nobody wants to find it before") func unshared() throws {
        let plan = try unobserved(.container())
        #expect(plan.cloneFlags == CloneFlag.mount | CloneFlag.pid | CloneFlag.uts | CloneFlag.ipc)
        #expect(plan.actions(named: "loopback") == [.loopback(isUnshared: true)])
        // Nobody looks for a namespace that is joined, or is not there.
        for spec in [spec(Namespace(type: .network, path: "/n")), spec(Namespace(type: .mount))] {
            #expect(!(try unobserved(spec).actions(named: "loopback").contains(.loopback(isUnshared: true))))
        }
    }

    @Test(
        "clone3 makes it where it has to be another's, or devices move in",
        arguments: [
            Spec.container { $0.linux?.netDevices = ["eth1": .init()] },
            Spec.container { $0.linux?.namespaces.append(Namespace(type: .time)) },
            Spec.container { spec in
                spec.linux?.namespaces.append(Namespace(type: .user))
                spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 1000, size: 10)]
                spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 1000, size: 10)]
            },
            Spec.container { spec in
                spec.linux?.namespaces = [
                    Namespace(type: .network), Namespace(type: .mount), Namespace(type: .pid, path: "/p"),
                ]
            },
        ]) func cloned(spec: Spec) throws
    {
        let plan = try unobserved(spec)
        #expect(plan.cloneFlags & CloneFlag.network != 0)
        #expect(plan.actions(named: "loopback") == [.loopback(isUnshared: false)])
    }

    @Test("Their descriptors are numbered in their order, without the pid namespace's") func slots() throws {
        let plan = try spec(
            Namespace(type: .uts, path: "/u"), Namespace(type: .pid, path: "/p"), Namespace(type: .cgroup, path: "/c"),
            Namespace(type: .network), Namespace(type: .ipc, path: "/i"), Namespace(type: .mount, path: "/m")
        ).plan()
        #expect(plan.cloneFlags == CloneFlag.network)
        #expect(plan.joinedNamespaces.map(\.path) == ["/u", "/p", "/c", "/i", "/m"])
        #expect(
            plan.actions(named: "join") == [
                .join(descriptor: 4, kind: CloneFlag.uts, path: "/u"),
                .join(descriptor: 6, kind: CloneFlag.ipc, path: "/i"),
                .join(descriptor: 7, kind: CloneFlag.mount, path: "/m"),
                .join(descriptor: 5, kind: CloneFlag.cgroup, path: "/c"),
            ])
        #expect(plan.actions(from: "linux.namespaces[5].path").count == 1)
    }

    @Test("A joined mount namespace counts as the container's own") func joinedMount() throws {
        let spec = Spec.container { spec in
            spec.linux?.namespaces = [Namespace(type: .mount, path: "/m")]
            spec.mounts = [Mount(destination: "/t", type: "tmpfs")]
        }
        #expect(try spec.plan().actions(named: "mount").count == 1)
    }

    @Test("Two of a type are refused", arguments: flags) func duplicate(kind: Namespace.Kind, flag: UInt64) {
        let message = "linux.namespaces[1].type: a second namespace of type \"\(kind.rawValue)\""
        let made = Namespace(type: kind), joined = Namespace(type: kind, path: "/x")
        #expect(spec(made, made).refusal() == message)
        #expect(spec(made, joined).refusal() == message)
        #expect(spec(joined, made).refusal() == message)
        #expect(spec(joined, joined).refusal() == message)
    }

    @Test("A path has to be absolute", arguments: flags) func relative(kind: Namespace.Kind, flag: UInt64) {
        #expect(
            spec(Namespace(type: kind, path: "proc/7/ns/x")).refusal()
                == "linux.namespaces[0].path: must be absolute, not \"proc/7/ns/x\"")
    }

    @Test("The host's name is not the container's to change", arguments: ["hostname", "domainname"])
    func names(property: String) throws {
        func set(_ spec: inout Spec, _ name: String) {
            if property == "hostname" { spec.hostname = name } else { spec.domainname = name }
        }
        #expect(
            Spec.container(without: .uts) { set(&$0, "n") }.refusal()
                == "\(property): would change the host's own name; add a namespace of type \"uts\" to linux.namespaces")
        #expect(try Spec.container(without: .uts) { set(&$0, "") }.plan().actions(from: property).isEmpty)
        let expected: Action = property == "hostname" ? .hostname("n") : .domainname("n")
        #expect(try Spec.container { set(&$0, "n") }.plan().actions(from: property) == [expected])
        let joined = Spec.container(without: .uts) { spec in
            spec.linux?.namespaces.append(Namespace(type: .uts, path: "/ns/uts"))
            set(&spec, "n")
        }
        #expect(try joined.plan().actions(from: property) == [expected])
    }
}
