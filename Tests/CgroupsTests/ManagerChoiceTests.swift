@testable import Cgroups
import OCI
import Testing

@Suite("The choice between managers, and its reason") struct ManagerChoiceTests {
    private static let v1 = Layout(
        hierarchies: [
            Layout.Hierarchy(controllers: ["memory"], mountPoint: "/cg/memory", own: "/user"),
            Layout.Hierarchy(controllers: ["pids"], mountPoint: "/cg/pids", own: "/user"),
        ], unified: nil)
    private static let v2 = Layout(
        hierarchies: [], unified: Layout.Unified(mountPoint: "/cg", own: "/user/session/app"))

    /// A caller who may write to some of the paths that exist; nil for the host's root.
    private struct Host {
        var existing: Set<String> = ["/cg"]
        var writable: Set<String>?
        /// Whether it is root, of a user namespace.
        var isRoot = false
    }

    private func choose(
        _ preference: ManagerPreference = .automatic, path: String? = nil, on layout: Layout = v2,
        _ host: Host = Host(), isRootless: Bool? = nil
    ) throws(ManagerRefusal) -> ManagerChoice {
        let existing = host.existing, writable = host.writable
        let caller = ManagerRequest.Caller(
            isRoot: writable == nil || host.isRoot, isHostRoot: { writable == nil },
            mayWrite: { writable?.contains($0) ?? true },
            exists: { existing.contains($0) || writable?.contains($0) == true })
        return try ManagerSelection.choose(
            ManagerRequest(
                preference, path: path, id: "ID", layout: layout, caller: caller, isRootless: isRootless))
    }

    @Test("By the layout, for root") func layout() throws {
        #expect(try choose().description == "cgroupfs-v2, by the host's layout")
        #expect(try choose(on: Self.v1).description == "cgroupfs-v1, by the host's layout")
        #expect(try choose().manager.paths == ["": "/cg/skep-ID"])
    }

    private static let mustNotBeAsked: @Sendable (String) -> Bool = { path in
        Issue.record("asked of \(path)")
        return false
    }

    @Test("Root is not asked what it may write to") func root() throws {
        let caller = ManagerRequest.Caller(
            isRoot: true, mayWrite: Self.mustNotBeAsked, exists: Self.mustNotBeAsked)
        let request = ManagerRequest(path: nil, id: "ID", layout: Self.v2, caller: caller)
        #expect(try ManagerSelection.choose(request).manager.kind == .cgroupfsV2)
    }

    @Test("As asked for") func asked() throws {
        #expect(try choose(.cgroupfs).description == "cgroupfs-v2, as asked for")
        #expect(try choose(.disabled).description == "disabled, as asked for")
        #expect(try choose(.disabled, path: "/a").manager.namedPaths.isEmpty)
        #expect(try choose(.disabled, path: "a:b:c").manager.kind == .disabled)
    }

    @Test("Whoever asks for files gets them, whatever the user may") func askedByUser() throws {
        #expect(try choose(.cgroupfs, on: Self.v2, Host(writable: [])).manager.kind == .cgroupfsV2)
    }

    @Test(
        "A name for systemd is no path", arguments: ["system.slice:skep:a", ":skep:a", "::a", "::"])
    func unitNames(path: String) {
        for preference in [ManagerPreference.automatic, .cgroupfs] {
            let refusal = #expect(throws: ManagerRefusal.self) { _ = try choose(preference, path: path) }
            #expect(refusal?.property == "linux.cgroupsPath")
            #expect(refusal?.reason == "\"\(path)\" names a unit of systemd's")
            #expect(refusal?.hint?.contains("--systemd-cgroup") == true)
        }
    }

    @Test("Colons in a path are just colons", arguments: ["/a:b:c", "a:b", "a:b:c:d", ":", "/::", "a:b:c"])
    func colons(path: String) throws {
        #expect(try choose(path: path).manager.kind == .cgroupfsV2)
    }

    // MARK: An ordinary user

    private func reason(_ path: String?, _ host: Host, on layout: Layout = v2) throws -> String {
        try choose(path: path, on: layout, host).description
    }

    @Test("A user without a cgroup to write to goes without") func notDelegated() throws {
        let host = Host(existing: ["/cg", "/cg/user", "/cg/user/session"], writable: [])
        #expect(
            try reason(nil, host) == "disabled, since an ordinary user may not write to /cg/user/session")
        #expect(try reason("", host) == "disabled, since an ordinary user may not write to /cg/user/session")
    }

    @Test("Whoever names a place wants it, and gets the error of making it", arguments: [false, true])
    func place(isRoot: Bool) throws {
        let host = Host(existing: ["/cg", "/cg/user", "/cg/user/session"], writable: [], isRoot: isRoot)
        #expect(try choose(path: "/a/b", on: Self.v2, host).manager.paths == ["": "/cg/a/b"])
        #expect(try choose(path: "a", on: Self.v2, host).manager.paths == ["": "/cg/user/session/a"])
        #expect(try choose(.disabled, path: "/a/b", on: Self.v2, host).manager.kind == .disabled)
    }

    @Test("The root of a user namespace is as any user") func namespaceRoot() throws {
        let host = Host(existing: ["/cg", "/cg/user", "/cg/user/session"], writable: [], isRoot: true)
        #expect(
            try reason(nil, host) == "disabled, since the root of a user namespace may not write to /cg/user/session")
        let delegated = Host(
            existing: ["/cg"], writable: ["/cg/user/session", "/cg/user/session/cgroup.procs"], isRoot: true)
        #expect(try choose(on: Self.v2, delegated).manager.paths == ["": "/cg/user/session/skep-ID"])
        #expect(try choose(.cgroupfs, on: Self.v2, host).manager.kind == .cgroupfsV2)
    }

    // MARK: --rootless

    @Test("Root can do without the host's rights") func rootless() throws {
        let host = Host(existing: ["/cg", "/cg/user", "/cg/user/session"], writable: [], isRoot: true)
        let caller = ManagerRequest.Caller(isRoot: true, mayWrite: { _ in false }, exists: { $0 == "/cg" })
        let request = ManagerRequest(path: nil, id: "ID", layout: Self.v2, caller: caller, isRootless: true)
        #expect(try ManagerSelection.choose(request).description == "disabled, since root may not write to /cg")
        #expect(try choose(on: Self.v2, host, isRootless: true).manager.kind == .disabled)
        #expect(try choose(.systemd, on: Self.v2, host, isRootless: true).manager.unit?.isUsers == true)
        #expect(try choose(.systemd, isRootless: true).manager.unit?.isUsers == true)
    }

    @Test("A user can insist on the host's rights") func notRootless() throws {
        let host = Host(existing: ["/cg"], writable: [])
        #expect(try choose(on: Self.v2, host, isRootless: false).manager.paths == ["": "/cg/skep-ID"])
        #expect(try choose(path: "/a", on: Self.v2, host, isRootless: false).manager.paths == ["": "/cg/a"])
        #expect(try choose(.systemd, on: Self.v2, host, isRootless: false).manager.unit?.isUsers == false)
        #expect(try choose(.systemd, on: Self.v2, host).manager.unit?.isUsers == true)
    }

    @Test("A user's cgroup lies beside the user's own, where that was handed over") func delegated() throws {
        let host = Host(
            existing: ["/cg"], writable: ["/cg/user/session", "/cg/user/session/cgroup.procs"])
        let choice = try choose(on: Self.v2, host)
        #expect(choice.manager.paths == ["": "/cg/user/session/skep-ID"])
        #expect(choice.reason == "by the host's layout")
        #expect(try choose(path: "/user/session/a", on: Self.v2, host).manager.kind == .cgroupfsV2)
        #expect(try choose(path: "", on: Self.v2, host).manager.paths == ["": "/cg/user/session/skep-ID"])
    }

    @Test("No process comes there that may not leave where it is") func containment() throws {
        let host = Host(existing: ["/cg"], writable: ["/cg/user/session"])
        #expect(
            try reason(nil, host) == "disabled, since an ordinary user may not write to /cg/user/session/cgroup.procs")
    }

    @Test("In version 1 it takes every hierarchy") func legacy() throws {
        let some = Host(existing: ["/cg/memory", "/cg/pids"], writable: ["/cg/memory/user"])
        #expect(
            try reason("user/a", some, on: Self.v1) == "disabled, since an ordinary user may not write to /cg/pids")
        let all = Host(existing: [], writable: ["/cg/memory/user", "/cg/pids/user"])
        #expect(try choose(path: "a", on: Self.v1, all).manager.kind == .cgroupfsV1)
        #expect(
            try choose(on: Layout(hierarchies: [], unified: nil), Host(writable: [])).manager.kind == .disabled)
    }

    // MARK: Kinds

    @Test("Every kind is read as it is written") func kinds() {
        for kind in ManagerKind.builtIn + [.custom("mine"), .custom("")] {
            #expect(ManagerKind(rawValue: kind.rawValue) == kind)
        }
        #expect(
            ManagerKind.builtIn.map(\.rawValue) == [
                "cgroupfs-v1", "cgroupfs-hybrid", "cgroupfs-v2", "systemd-v1", "systemd-v2", "disabled",
            ])
        #expect(ManagerKind.custom("mine").rawValue == "custom:mine")
        #expect(ManagerKind(rawValue: "none") == nil)
    }
}
