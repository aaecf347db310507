import OCI
import Testing

@testable import Planning

@Suite("User namespaces") struct UserNamespaceTests {
    static let range = [IDMapping(hostID: 100_000, size: 65_536)]

    /// A container in a new user namespace.
    static func mapped(
        uids: [IDMapping] = range, gids: [IDMapping] = range, without kinds: Namespace.Kind...,
        change: (inout Spec) -> Void = { _ in }
    ) -> Spec {
        .container { spec in
            spec.linux?.namespaces.removeAll { kinds.contains($0.type) }
            spec.linux?.namespaces.append(Namespace(type: .user))
            spec.linux?.uidMappings = uids
            spec.linux?.gidMappings = gids
            change(&spec)
        }
    }

    /// A container in a user namespace of somebody else's.
    static func joining(change: (inout Spec) -> Void = { _ in }) -> Spec {
        mapped(uids: [], gids: []) { spec in
            spec.linux?.namespaces[6].path = "/ns/user"
            change(&spec)
        }
    }

    @Test("It is made with its mappings, by way of a mediator") func made() throws {
        let plan = try Self.mapped().plan()
        #expect(plan.cloneFlags & CloneFlag.user != 0)
        #expect(plan.needsMediator)
        #expect(plan.userNamespace?.uids == Self.range)
        #expect(plan.userNamespace?.gids == Self.range)
        #expect(plan.userNamespace?.joined == nil)
        let other = try Spec.container().plan()
        #expect(!other.needsMediator)
        #expect(other.userNamespace == nil)
    }

    @Test("Whoever joins one does not know its mappings yet") func joined() throws {
        let plan = try Self.joining().plan()
        #expect(plan.cloneFlags & CloneFlag.user == 0)
        #expect(plan.needsMediator)
        let namespace = try #require(plan.userNamespace)
        #expect(namespace.uids.isEmpty)
        #expect(namespace.joined?.path == "/ns/user")
        let known = try namespace.knowing(uids: Self.range, gids: Self.range)
        #expect(known.uids == Self.range)
        #expect(known.hostUID(of: 7) == 100_007)
    }

    @Test("With a mediator no namespace is joined by the init, and no descriptor travels for one") func noJoins() throws
    {
        let spec = Self.mapped { spec in
            for index in spec.linux?.namespaces.indices.dropLast() ?? 0..<0 where index > 0 {
                spec.linux?.namespaces[index].path = "/ns/\(index)"
            }
            spec.mounts = [Mount(destination: "/d", type: "bind", source: "/s")]
        }
        let plan = try spec.plan()
        #expect(plan.actions(named: "join").isEmpty)
        #expect(plan.joinedNamespaces.count == 5)
        #expect(plan.travellingNamespaces.isEmpty)
        // The rootfs and the bind mount, right behind what every plan has.
        #expect(plan.actions(named: "root").map(\.slot) == [4])
        #expect(plan.actions(named: "bind").map(\.slot) == [5])
        #expect(plan.actions(named: "cgroup") == [.cgroup(isUnshared: false)])
    }

    static let wrong: [(uids: [IDMapping], gids: [IDMapping], message: String)] = [
        (
            [], range,
            "linux.uidMappings is missing: a new user namespace has no ids without it; "
                + "map at least the id 0, as whom the container is set up"
        ),
        (
            range, [],
            "linux.gidMappings is missing: a new user namespace has no ids without it; "
                + "map at least the id 0, as whom the container is set up"
        ),
        ([IDMapping(hostID: 5, size: 0)], range, "linux.uidMappings[0] is empty: it maps no id"),
        (range, [IDMapping(hostID: .max, size: 1)], "linux.gidMappings[0]: reaches beyond the highest id"),
        (
            [IDMapping(containerID: 4, hostID: 1, size: .max)], range,
            "linux.uidMappings[0]: reaches beyond the highest id"
        ),
        (range + range, range, "linux.uidMappings[1]: overlaps an earlier range"),
        (
            range, range + [IDMapping(containerID: 70_000, hostID: 165_535, size: 2)],
            "linux.gidMappings[1]: overlaps an earlier range"
        ),
        (
            (0..<341).map { IDMapping(containerID: $0, hostID: $0, size: 1) }, range,
            "linux.uidMappings[340] is one range more than the kernel takes"
        ),
        (
            (0..<200).map { IDMapping(containerID: $0 * 10_000_000, hostID: 1_000_000_000 + $0, size: 1) }, range,
            "linux.uidMappings: takes 4683 characters, of which the kernel reads 4095"
        ),
        (
            [IDMapping(containerID: 1, hostID: 1, size: 9)], range,
            "linux.uidMappings: 0 is not mapped in the container's user namespace"
        ),
        (
            range, [IDMapping(containerID: 1, hostID: 1, size: 9)],
            "linux.gidMappings: 0 is not mapped in the container's user namespace"
        ),
    ]

    @Test("Mappings that the kernel would not take are refused", arguments: wrong)
    func refused(uids: [IDMapping], gids: [IDMapping], message: String) {
        #expect(Self.mapped(uids: uids, gids: gids).refusal() == message)
    }

    @Test("The most that it takes") func most() throws {
        let many = (0..<340).map { IDMapping(containerID: $0, hostID: $0, size: 1) }
        #expect(try Self.mapped(uids: many).plan().userNamespace?.uids == many)
        let all = [IDMapping(hostID: 0, size: .max)]
        #expect(try Self.mapped(uids: all, gids: all).plan().userNamespace?.hostUID(of: .max - 1) == .max - 1)
    }

    @Test("Mappings without a user namespace are refused", arguments: [true, false]) func nowhere(isUser: Bool) {
        let spec = Spec.container { spec in
            if isUser { spec.linux?.uidMappings = Self.range } else { spec.linux?.gidMappings = Self.range }
        }
        #expect(
            spec.refusal() == "linux.\(isUser ? "uid" : "gid")Mappings: there is no user namespace to map ids in; "
                + "add a namespace of type \"user\" to linux.namespaces")
    }

    static let users: [(user: Process.User, message: String)] = [
        (Process.User(uid: 65_536), "process.user.uid: 65536"), (Process.User(gid: 65_536), "process.user.gid: 65536"),
        (Process.User(additionalGids: [1, 99_999]), "process.user.additionalGids[1]: 99999"),
    ]

    @Test("Ids of the process that are not mapped are refused, to run and to exec", arguments: users)
    func unmapped(user: Process.User, message: String) {
        let message = message + " is not mapped in the container's user namespace"
        #expect(Self.mapped { $0.process?.user = user }.refusal() == message)
        #expect(throws: ConfigurationError.self) {
            try Planner.planJoining(
                Self.mapped(), process: Process(user: user, args: ["a"], cwd: "/"))
        }
        // Of one that is joined it shows later.
        let joining = Self.joining { $0.process?.user = user }
        #expect(joining.refusal() == nil)
        #expect(throws: ConfigurationError.self) {
            try joining.plan().userNamespace?.knowing(uids: Self.range, gids: Self.range)
        }
    }

    @Test("What a joined one is said to map has to be so, in any order") func compared() throws {
        let two = [IDMapping(hostID: 1, size: 1), IDMapping(containerID: 1, hostID: 5, size: 9)]
        let spec = Self.joining { spec in
            spec.linux?.uidMappings = two
            spec.linux?.gidMappings = two
        }
        let namespace = try #require(try spec.plan().userNamespace)
        #expect(throws: Never.self) { try namespace.knowing(uids: two.reversed(), gids: two) }
        #expect(throws: ConfigurationError.self) { try namespace.knowing(uids: two, gids: Self.range) }
        #expect(
            Self.joining { $0.linux?.uidMappings = [IDMapping(hostID: 1, size: 0)] }.refusal()
                == "linux.uidMappings[0] is empty: it maps no id")
    }

    @Test("A uid_map, written and read") func text() {
        let two = [IDMapping(hostID: 1, size: 1), IDMapping(containerID: 1, hostID: 5, size: .max)]
        #expect(UserNamespace.text(two) == "0 1 1\n1 5 4294967295\n")
        let kernels = "         0          1          1\n         1          5 4294967295\n"
        #expect(UserNamespace.mappings(parsing: Array(kernels.utf8)) == two)
        #expect(UserNamespace.mappings(parsing: []).isEmpty)
        #expect(UserNamespace.mappings(parsing: Array("a b c\n1 2\n".utf8)).isEmpty)
    }

    @Test("Which id it is on the host") func host() throws {
        let uids = [IDMapping(hostID: 50, size: 2), IDMapping(containerID: 10, hostID: 7, size: 3)]
        let namespace = try #require(try Self.mapped(uids: uids).plan().userNamespace)
        #expect([0, 1, 2, 9, 10, 12, 13].map { namespace.hostUID(of: $0) } == [50, 51, nil, nil, 7, 9, nil])
    }
}

@Suite("What a user namespace changes") struct UserNamespaceStepTests {
    @Test("Devices are bound, but for fifos") func devices() throws {
        let devices = [
            Device(path: "/dev/fuse", type: .character, major: 10, minor: 229, fileMode: 0o600, uid: 1, gid: 2),
            Device(path: "/dev/p", type: .pipe, fileMode: 0o600, uid: 1, gid: 2),
        ]
        let plan = try UserNamespaceTests.mapped { $0.linux?.devices = devices }.plan()
        #expect(plan.actions(named: "device").count == 7)
        #expect(
            plan.actions(from: "linux.devices[0]") == [
                .device(path: "/dev/fuse", mode: 0o020600, device: 10 << 8 | 229)
            ])
        #expect(
            plan.actions(named: "mknod") == [.mknod(path: "/dev/p", mode: 0o010600, device: 0, uid: 1, gid: 2)])
    }

    @Test("Limits and the score for the OOM killer are set from outside") func outside() throws {
        func change(_ spec: inout Spec) {
            spec.process?.oomScoreAdj = -5
            spec.process?.rlimits = [Process.Rlimit(type: "RLIMIT_NOFILE", hard: 2, soft: 1)]
            spec.process?.user = Process.User(uid: 7)
        }
        let plan = try UserNamespaceTests.mapped(change: change).plan()
        #expect(plan.actions(named: "oom-score-adj").isEmpty)
        #expect(plan.actions(named: "rlimit").isEmpty)
        #expect(plan.outside.oomScoreAdj == -5)
        #expect(
            plan.outside.limits == [.init(resource: 7, soft: 1, hard: 2, origin: Origin("process.rlimits", 0))])
        #expect(plan.outside.standardStreamsOwner == 7)
        let other = try Spec.container(change: change).plan()
        #expect(other.outside == OutsideSettings())
        #expect(other.actions(named: "rlimit").count == 1)
    }

    @Test("What a terminal shows is not the parent's to give away") func terminal() throws {
        let plan = try UserNamespaceTests.mapped { $0.process?.terminal = true }.plan()
        #expect(plan.outside.standardStreamsOwner == nil)
    }

    @Test("Groups that nobody may set are not missed where none are wanted") func groups() throws {
        let wanted: Action = .user(uid: 0, gid: 0, umask: 0o22, additionalGids: [], groupsMayBeDenied: true)
        #expect(try UserNamespaceTests.mapped().plan().actions(named: "user") == [wanted])
    }

    static let substitutes: [(type: String, kind: Namespace.Kind, source: String?)] = [
        ("sysfs", .network, "/sys"), ("mqueue", .ipc, "/dev/mqueue"), ("proc", .pid, "/proc"),
        ("cgroup2", .cgroup, nil), ("tmpfs", .mount, nil),
    ]

    @Test("What can't be mounted without a namespace of its own is shown as the host's", arguments: substitutes)
    func substitute(type: String, kind: Namespace.Kind, source: String?) throws {
        func mounts(_ spec: Spec) throws -> [NewMount] {
            try spec.plan().actions(named: "mount").compactMap { if case .mount(let mount) = $0 { mount } else { nil } }
        }
        func change(_ spec: inout Spec) {
            spec.mounts = [Mount(destination: "/m", type: type, options: ["nosuid", "noatime"])]
        }
        let own = try mounts(UserNamespaceTests.mapped(change: change))
        #expect(own.map(\.substitute) == [nil])
        let shared = try mounts(UserNamespaceTests.mapped(without: kind == .mount ? .uts : kind, change: change))
        #expect(shared.map { $0.substitute?.source } == [source])
        if let attributes = shared.first?.substitute?.attributes {
            #expect(attributes == Attribute.nosuid | (type == "sysfs" ? Attribute.readonly : 0))
        }
        // Without a user namespace the host's root may.
        if type == "cgroup2" { return }
        let host = Spec.container(without: kind == .mount ? .uts : kind, change: change)
        #expect(try mounts(host).map(\.substitute) == [nil])
    }

    @Test("A pid or cgroup namespace that is joined hides what the host has") func joined() throws {
        let spec = UserNamespaceTests.mapped { spec in
            for index in spec.linux?.namespaces.indices.dropLast() ?? 0..<0 where index > 0 {
                spec.linux?.namespaces[index].path = "/ns/\(index)"
            }
            spec.mounts = ["proc", "sysfs", "mqueue"].map { Mount(destination: "/" + $0, type: $0) }
        }
        let sources = try spec.plan().actions(named: "mount").map { action -> String? in
            guard case .mount(let mount) = action else { return nil }
            return mount.substitute?.source
        }
        #expect(sources == [nil, "/sys", "/dev/mqueue"])
    }

    @Test("The version 2 cgroup itself, where there is no cgroup namespace") func cgroup() throws {
        let spec = UserNamespaceTests.mapped(without: .cgroup) { spec in
            spec.mounts = [Mount(destination: "/sys/fs/cgroup", type: "cgroup", options: ["ro"])]
        }
        var situation = Planner.Situation(rootfs: "/r", cgroups: .v2)
        situation.unifiedCgroup = "/sys/fs/cgroup/c"
        let mount = try Planner.plan(spec, in: situation).actions(named: "mount").first
        guard case .mount(let mount)? = mount else {
            Issue.record("no mount")
            return
        }
        #expect(
            mount.substitute == NewMount.Substitute(source: "/sys/fs/cgroup/c", attributes: Attribute.readonly))
    }

    @Test(
        "A version 1 cgroup in place of its hierarchy, unless a cgroup namespace is made",
        arguments: [nil, "/ns/cgroup"])
    func legacyCgroup(path: String?) throws {
        let hierarchy = CgroupView.Hierarchy(directory: "cpu", controllers: ["cpu"], path: "/sys/fs/cgroup/cpu/c")
        let spec = UserNamespaceTests.mapped { spec in
            spec.linux?.namespaces[5].path = path
            spec.mounts = [Mount(destination: "/sys/fs/cgroup", type: "cgroup", options: ["ro"])]
        }
        let plan = try spec.plan(on: .v1([hierarchy]))
        guard case .mount(let mount)? = plan.actions(named: "mount").last else {
            Issue.record("no mount")
            return
        }
        let expected = NewMount.Substitute(source: hierarchy.path, attributes: Attribute.readonly)
        #expect(mount.substitute == (path == nil ? nil : expected))
        // The host's directory is in sight until the rootfs becomes "/".
        let pivot = try #require(plan.names.firstIndex(of: "pivot"))
        let last = try #require(plan.names.lastIndex(of: "mount"))
        #expect((last < pivot) == (path != nil))
    }

    @Test("Version 1 cgroups are not there yet when the parent opens sources") func legacyCgroups() throws {
        let hierarchy = CgroupView.Hierarchy(directory: "cpu", controllers: ["cpu"], path: "/sys/fs/cgroup/cpu/c")
        let spec = UserNamespaceTests.mapped(without: .cgroup) { spec in
            spec.mounts = [Mount(destination: "/sys/fs/cgroup", type: "cgroup")]
        }
        #expect(try spec.plan(on: .v1([hierarchy])).actions(named: "bind").map(\.slot) == [nil])
    }

    @Test("In a joined mount namespace the init opens sources where it is") func joinedMounts() throws {
        let spec = UserNamespaceTests.mapped { spec in
            spec.linux?.namespaces[0].path = "/ns/mnt"
            spec.mounts = [Mount(destination: "/d", type: "bind", source: "/s")]
        }
        #expect(try spec.plan().actions(named: "bind").map(\.slot) == [nil])
        #expect(try spec.plan().actions(named: "root").map(\.slot) == [nil])
    }

    @Test("Who is not root opens nothing for the init") func unprivileged() throws {
        let spec = UserNamespaceTests.mapped { $0.mounts = [Mount(destination: "/d", type: "bind", source: "/s")] }
        var situation = Planner.Situation(rootfs: "/r", cgroups: .v2)
        situation.isPrivileged = false
        let plan = try Planner.plan(spec, in: situation)
        #expect(plan.sourceCount == 0)
        #expect(plan.actions(named: "bind").map(\.slot) == [nil])
    }

    @Test("In the runtime's own user namespace, too, devices are bound and mounts have substitutes") func runtimes()
        throws
    {
        let spec = Spec.container(without: .network) { spec in
            spec.mounts = [Mount(destination: "/sys", type: "sysfs", source: "sysfs")]
        }
        var situation = Planner.Situation(rootfs: "/r", cgroups: .v2)
        #expect(try Planner.plan(spec, in: situation).actions(named: "device").isEmpty)
        situation.isInUserNamespace = true
        situation.mayNotSetGroups = true
        let plan = try Planner.plan(spec, in: situation)
        let user = Action.user(uid: 0, gid: 0, umask: 0o22, additionalGids: [], groupsMayBeDenied: true)
        #expect(plan.actions(named: "user") == [user])
        #expect(plan.actions(named: "mknod").isEmpty && !plan.actions(named: "device").isEmpty)
        guard case .mount(let mount)? = plan.actions(named: "mount").first else {
            Issue.record("there is no mount")
            return
        }
        #expect(mount.substitute?.source == "/sys")
    }

    @Test("Sysctls of the user namespace are its own") func sysctls() throws {
        let sysctl = ["user.max_net_namespaces": "5"]
        let spec = UserNamespaceTests.mapped { $0.linux?.sysctl = sysctl }
        #expect(try spec.plan().actions(named: "sysctl") == [.sysctl(path: "user/max_net_namespaces", value: "5")])
        #expect(
            Spec.container { $0.linux?.sysctl = sysctl }.refusal()
                == "linux.sysctl.user.max_net_namespaces: would change the host: it needs a user namespace; "
                + "add a namespace of type \"user\" to linux.namespaces")
    }

    @Test("exec joins it with the others, and knows its ids") func exec() throws {
        let process = Process(args: ["a"], cwd: "/")
        let plan = try Planner.planJoining(UserNamespaceTests.mapped(), process: process)
        guard case .joinProcess(_, let kinds, _)? = plan.steps.first?.action else {
            Issue.record("it begins otherwise")
            return
        }
        #expect(kinds & CloneFlag.user != 0)
        #expect(plan.userNamespace?.uids == UserNamespaceTests.range)
        #expect(!plan.needsMediator)
    }
}

extension Action {
    /// The descriptor that comes from the parent; nil for none.
    fileprivate var slot: Int32? {
        switch self {
        case .root(_, _, _, let descriptor): descriptor
        case .bind(let bind): bind.descriptor
        default: nil
        }
    }
}
