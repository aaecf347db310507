import OCI
import Planning
import Testing

@Suite("Id-mapped mounts") struct IDMapTests {
    private static let users = [IDMapping(hostID: 1000, size: 5), IDMapping(containerID: 10, hostID: 3000)]
    private static let groups = [IDMapping(hostID: 7)]

    private func bind(
        _ options: [String], uids: [IDMapping] = [], gids: [IDMapping] = []
    ) -> Mount {
        Mount(destination: "/d", source: "/s", options: ["bind"] + options, uidMappings: uids, gidMappings: gids)
    }

    /// The mapping of a bind mount, and the slot that it is handed over in.
    private func planned(_ mount: Mount, _ change: (inout Spec) -> Void = { _ in }) throws -> BindMount? {
        var spec = Spec.mounting(mount)
        change(&spec)
        guard case .bind(let bind)? = try spec.plan().actions(from: "mounts[0]").first else { return nil }
        return bind
    }

    @Test(
        "By the mount's own mappings",
        arguments: [([], false), (["idmap"], false), (["ridmap"], true), (["idmap", "ridmap"], true)]
            as [([String], Bool)])
    func own(options: [String], isRecursive: Bool) throws {
        let bind = try planned(bind(options, uids: Self.users, gids: Self.groups))
        #expect(bind?.idMap == IDMap(.ranges(uids: Self.users, gids: Self.groups), isRecursive: isRecursive))
        #expect(bind?.descriptor == 4)
    }

    @Test("Other binds are opened by the init") func unmapped() throws {
        let bind = try planned(bind([]))
        #expect(bind != nil && bind?.idMap == nil && bind?.descriptor == nil)
    }

    @Test(
        "By crun's words",
        arguments: [
            ("uids=0-1-2;gids=3-4-5", [IDMapping(hostID: 1, size: 2)], [IDMapping(containerID: 3, hostID: 4, size: 5)]),
            (
                "gids=0-1-1;uids=0-1-1#2-3-4", [IDMapping(hostID: 1), IDMapping(containerID: 2, hostID: 3, size: 4)],
                [IDMapping(hostID: 1)]
            ),
        ])
    func words(text: String, uids: [IDMapping], gids: [IDMapping]) throws {
        #expect(try planned(bind(["idmap=" + text]))?.idMap == IDMap(.ranges(uids: uids, gids: gids)))
        #expect(
            try planned(bind(["ridmap=" + text]))?.idMap == IDMap(.ranges(uids: uids, gids: gids), isRecursive: true))
    }

    static let wrongWords = [
        ("", "needs uids= and gids="), ("uids=0-1-1", "needs uids= and gids="),
        ("uids=;gids=0-1-1", "needs uids= and gids="), ("users=0-1-1", "takes uids= and gids=, not \"users=0-1-1\""),
        ("uids=0-1;gids=0-1-1", "has \"0-1\", which is not FROM-TO-SIZE"),
        ("uids=0-1-x;gids=0-1-1", "has \"0-1-x\", which is not FROM-TO-SIZE"),
        ("uids=0-1-1-1;gids=0-1-1", "has \"0-1-1-1\", which is not FROM-TO-SIZE"),
        ("uids=0-4294967296-1;gids=0-1-1", "has \"0-4294967296-1\", which is not FROM-TO-SIZE"),
        ("uids=0-1-0;gids=0-1-1", "has a range that is empty: it maps no id"),
        ("uids=0-1-2#1-9-1;gids=0-1-1", "has a range that overlaps an earlier range"),
        ("uids=0-4294967295-1;gids=0-1-1", "has a range that reaches beyond the highest id"),
        ("uids=@0-0-1;gids=0-1-1", "has \"@0-0-1\", which is not among the ids of the container's user namespace"),
    ]

    @Test("Words that make no mapping", arguments: wrongWords) func wrong(text: String, reason: String) {
        #expect(
            Spec.mounting(bind(["idmap=" + text])).refusal()
                == "mounts[0].options: the mapping \"\(text)\" \(reason)")
    }

    @Test(
        "Mappings that make none",
        arguments: [
            ([], groups, "uidMappings is missing: uidMappings and gidMappings go together"),
            (users, [], "gidMappings is missing: uidMappings and gidMappings go together"),
            ([IDMapping(hostID: 0, size: 0)], groups, "uidMappings[0] is empty: it maps no id"),
            ([IDMapping(hostID: .max, size: 1)], groups, "uidMappings[0]: reaches beyond the highest id"),
            (
                users, [IDMapping(hostID: 1, size: 3), IDMapping(containerID: 2, hostID: 9)],
                "gidMappings[1]: overlaps an earlier range"
            ),
            (
                users, [IDMapping(hostID: 1, size: 3), IDMapping(containerID: 7, hostID: 3)],
                "gidMappings[1]: overlaps an earlier range"
            ),
            (
                (0...340).map { IDMapping(containerID: $0, hostID: $0) }, groups,
                "uidMappings[340] is one range more than the kernel takes"
            ),
        ] as [([IDMapping], [IDMapping], String)])
    func wrong(uids: [IDMapping], gids: [IDMapping], reason: String) {
        #expect(Spec.mounting(bind([], uids: uids, gids: gids)).refusal() == "mounts[0].\(reason)")
    }

    @Test("A mapping has to come from somewhere", arguments: ["idmap", "ridmap"]) func none(name: String) {
        #expect(
            Spec.mounting(bind([name])).refusal()
                == "mounts[0].options: \"\(name)\" needs a mapping of ids, and the container has no user namespace "
                + "with one; give the mount uidMappings and gidMappings")
    }

    @Test("Two mappings contradict each other") func contradiction() {
        #expect(
            Spec.mounting(bind(["idmap=uids=0-1-1;gids=0-1-1"], uids: Self.users, gids: Self.groups)).refusal()
                == "mounts[0].options: \"idmap=uids=0-1-1;gids=0-1-1\" has another mapping than uidMappings and "
                + "gidMappings; leave one of them out")
    }

    @Test("A mount that is there can't be mapped") func remount() {
        let mount = Mount(
            destination: "/d", options: ["remount", "ro"], uidMappings: Self.users, gidMappings: Self.groups)
        #expect(Spec.mounting(mount).refusal() == "mounts[0]: an existing mount can't be id-mapped any more")
    }

    @Test("A new file system gets its mapping by a user namespace") func newMount() throws {
        let mount = Mount(destination: "/d", type: "tmpfs", uidMappings: Self.users, gidMappings: Self.groups)
        guard case .mount(let made)? = try Spec.mounting(mount).plan().actions(from: "mounts[0]").first else {
            Issue.record("no mount")
            return
        }
        #expect(made.idMap == IDMap(.ranges(uids: Self.users, gids: Self.groups)))
        #expect(made.descriptor == 4)
        #expect(made.description == "tmpfs on /d idmap uids 0-1000-5#10-3000-1 gids 0-7-1")
    }

    @Test("Version 1 cgroups have no mapping") func cgroup() {
        let spec = Spec.mounting(
            Mount(destination: "/d", type: "cgroup", uidMappings: Self.users, gidMappings: Self.groups))
        #expect(spec.refusal(on: .v1([])) == "mounts[0]: a cgroup file system can't be id-mapped")
    }

    @Test("The slots come behind the namespaces', in the mounts' order") func slots() throws {
        var spec = Spec.container { spec in
            spec.linux?.namespaces = [
                Namespace(type: .mount), Namespace(type: .pid, path: "/p"), Namespace(type: .network, path: "/n"),
                Namespace(type: .uts, path: "/u"),
            ]
        }
        spec.mounts = [
            bind([], uids: Self.users, gids: Self.groups), bind([]), bind(["idmap=uids=0-1-1;gids=0-1-1"]),
        ]
        let plan = try spec.plan()
        let slots = plan.actions(named: "bind").map { action -> Int32? in
            guard case .bind(let bind) = action else { return nil }
            return bind.descriptor
        }
        #expect(slots == [6, nil, 7])
        #expect(plan.sourceCount == 2)
        #expect(plan.sourcePropagation == Propagation.slave | Propagation.recursive)
    }

    @Test("More than can be handed over are refused") func many() {
        let mounts = (0..<800).map { _ in bind(["idmap=uids=0-1-1;gids=0-1-1"]) }
        #expect(
            Spec.container { $0.mounts = mounts }.refusal()
                == "mounts[767] is one more than can be opened on the host: 767 are")
    }
}
