@testable import Cgroups
import Testing

@Suite("The choice of a manager") struct ManagerSelectionTests {
    static let v1 = Layout(
        hierarchies: [
            Layout.Hierarchy(controllers: ["cpu", "cpuacct"], mountPoint: "/cg/cpu,cpuacct", own: "/own/cpu"),
            Layout.Hierarchy(controllers: ["memory"], mountPoint: "/cg/memory", own: "/"),
            Layout.Hierarchy(controllers: ["name=systemd"], mountPoint: "/cg/systemd", own: "/own"),
        ], unified: nil)

    static let hybrid = Layout(
        hierarchies: v1.hierarchies, unified: Layout.Unified(mountPoint: "/cg/unified", own: "/own/two"))

    private static func v2(own: String) -> Layout {
        Layout(hierarchies: [], unified: Layout.Unified(mountPoint: "/cg", own: own))
    }

    private func paths(_ path: String?, on layout: Layout) -> [String: String] {
        ManagerSelection.manager(path: path, id: "ID", layout: layout).paths
    }

    /// The paths of the version 1 layout for a cgroup that counts from the roots.
    private static func fromRoots(_ path: String) -> [String: String] {
        [
            "cpu": "/cg/cpu,cpuacct/" + path, "cpuacct": "/cg/cpu,cpuacct/" + path, "memory": "/cg/memory/" + path,
            "name=systemd": "/cg/systemd/" + path,
        ]
    }

    @Test("Each layout has its kind") func kinds() {
        func kind(_ layout: Layout) -> ManagerKind {
            ManagerSelection.manager(path: nil, id: "ID", layout: layout).kind
        }
        #expect(kind(Self.v1) == .cgroupfsV1)
        #expect(kind(Self.hybrid) == .cgroupfsHybrid)
        #expect(kind(Self.v2(own: "/")) == .cgroupfsV2)
        #expect(kind(Layout(hierarchies: [], unified: nil)) == .cgroupfsV1)
    }

    static let absolute: [(path: String?, expected: String)] = [
        (nil, "skep-ID"), ("", "skep-ID"), ("/a", "a"), ("/a/b", "a/b"), ("//a///b//", "a/b"), ("/a/./b", "a/b"),
        ("/a b/ä", "a b/ä"), ("/...", "..."), ("/a..b", "a..b"),
    ]

    @Test("An absolute path counts from the root of each hierarchy", arguments: absolute)
    func absolutePath(path: String?, expected: String) {
        #expect(paths(path, on: Self.v1) == Self.fromRoots(expected))
        #expect(
            paths(path, on: Self.hybrid)
                == Self.fromRoots(expected).merging(["": "/cg/unified/" + expected]) { $1 })
        #expect(paths(path, on: Self.v2(own: "/x/y")) == ["": "/cg/" + expected])
    }

    @Test("A relative one counts from the runtime's own cgroup", arguments: ["a", "a/", "./a", "a//"])
    func relative(path: String) {
        let expected = [
            "cpu": "/cg/cpu,cpuacct/own/cpu/a", "cpuacct": "/cg/cpu,cpuacct/own/cpu/a", "memory": "/cg/memory/a",
            "name=systemd": "/cg/systemd/own/a",
        ]
        #expect(paths(path, on: Self.v1) == expected)
        #expect(paths(path, on: Self.hybrid) == expected.merging(["": "/cg/unified/own/two/a"]) { $1 })
    }

    @Test(
        "In version 2 from the one above it, which may have no processes",
        arguments: [("/", "/cg/a"), ("/x", "/cg/a"), ("/x/y", "/cg/x/a"), ("/x/y/z", "/cg/x/y/a"), ("", "/cg/a")])
    func relativeUnified(own: String, expected: String) {
        #expect(paths("a", on: Self.v2(own: own)) == ["": expected])
    }

    @Test(
        "No path climbs",
        arguments: [
            ("/../../etc", "etc"), ("/a/../../../b", "a/b"), ("../../../etc", "etc"), ("/a/..", "a"), ("..//../a", "a"),
        ])
    func climbing(path: String, expected: String) {
        for layout in [Self.v1, Self.hybrid, Self.v2(own: "/")] {
            for (_, found) in paths(path, on: layout) {
                #expect(found.hasPrefix("/cg/") && found.hasSuffix("/" + expected))
                #expect(!found.split(separator: "/").contains(".."))
            }
        }
    }

    /// Its processes are not the container's: on failure everything in the container's cgroup is ended.
    @Test(
        "No path names a hierarchy's root, nor the runtime's own cgroup",
        arguments: ["/", "..", ".", "//", "/..", "./"])
    func others(path: String) {
        for layout in [Self.v1, Self.hybrid, Self.v2(own: "/"), Self.v2(own: "/x")] {
            let trees =
                layout.hierarchies.map { ($0.mountPoint, $0.own) }
                + (layout.unified.map { [($0.mountPoint, $0.own)] } ?? [])
            let forbidden = trees.flatMap { [$0.0, $0.0 + "/", $0.0 + $0.1] }
            let found = Set(paths(path, on: layout).values)
            #expect(found.isDisjoint(with: forbidden), "\(found)")
        }
    }

    private func stored(
        _ kind: ManagerKind, _ made: any Manager, _ preference: ManagerPreference = .automatic
    ) throws -> any Manager {
        try #require(find(StoredManager(kind: kind, namedPaths: made.namedPaths), preference))
    }

    private func find(_ stored: StoredManager, _ preference: ManagerPreference) -> (any Manager)? {
        ManagerSelection.manager(
            stored, id: "ID",
            subject: DisabledManager.Subject(pid: 5_000_000, startTime: 1, sharesPIDNamespace: false),
            preference: preference)
    }

    /// A manager of one's own: it does nothing but have another place.
    private struct Provider: ManagerProvider {
        struct Elsewhere: ForwardingManager {
            let base: any Manager
        }

        let name: String

        func manager(for request: ManagerRequest) throws(ManagerRefusal) -> any Manager {
            if request.path != nil { throw ManagerRefusal("linux.cgroupsPath", "is not mine") }
            return Elsewhere(base: ManagerSelection.manager(path: "/mine", id: request.id, layout: request.layout))
        }

        func manager(of id: String, namedPaths: [NamedPath]) -> any Manager {
            Elsewhere(base: ManagerSelection.cgroupfs(namedPaths))
        }
    }

    @Test("A provider's manager is found again by the same provider, and by nobody else") func custom() throws {
        let preference = ManagerPreference.custom(Provider(name: "mine"))
        let choice = try ManagerSelection.choose(
            ManagerRequest(preference, path: nil, id: "ID", layout: Self.v2(own: "/")))
        #expect(choice.description == "custom:mine, as asked for")
        #expect(choice.manager.paths == ["": "/cg/mine"])
        #expect(try stored(.custom("mine"), choice.manager, preference).paths == ["": "/cg/mine"])
        for other in [ManagerPreference.automatic, .custom(Provider(name: "other"))] {
            #expect(find(StoredManager(kind: .custom("mine"), namedPaths: []), other) == nil)
        }
        // What was made without it needs none.
        #expect(try stored(.cgroupfsV2, choice.manager, preference).kind == .cgroupfsV2)
    }

    @Test("A provider may refuse") func customRefusal() {
        #expect(throws: ManagerRefusal("linux.cgroupsPath", "is not mine")) {
            _ = try ManagerSelection.choose(
                ManagerRequest(.custom(Provider(name: "mine")), path: "/a", id: "ID", layout: Self.v1))
        }
    }

    @Test("A stored container's manager is the one that made it") func stored() throws {
        for (layout, kind) in [
            (Self.v1, ManagerKind.cgroupfsV1), (Self.hybrid, .cgroupfsHybrid), (Self.v2(own: "/"), .cgroupfsV2),
        ] {
            let made = ManagerSelection.manager(path: "/a/b", id: "ID", layout: layout)
            let found = try stored(kind, made)
            #expect(found.kind == made.kind && found.kind == kind)
            #expect(found.paths == made.paths)
        }
    }

    @Test("A stored hierarchy's controllers stay together") func storedMembers() throws {
        let made = ManagerSelection.manager(path: "/a", id: "ID", layout: Self.hybrid)
        let found = try #require(
            try stored(.cgroupfsHybrid, made) as? LegacyManager)
        #expect(
            found.members == [
                LegacyManager.Member(controllers: ["cpu", "cpuacct"], path: "/cg/cpu,cpuacct/a", mountPoint: ""),
                LegacyManager.Member(controllers: ["memory"], path: "/cg/memory/a", mountPoint: ""),
                LegacyManager.Member(controllers: ["name=systemd"], path: "/cg/systemd/a", mountPoint: ""),
            ])
    }
}
