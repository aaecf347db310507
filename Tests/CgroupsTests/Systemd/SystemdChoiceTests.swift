import Testing

@testable import Cgroups

@Suite("Where a user's systemd has its cgroups") struct SystemdChoiceTests {
    private func root(_ uid: UInt32?, in own: String) -> String {
        SystemdChoice.root(
            ofUser: uid, Layout(hierarchies: [], unified: Layout.Unified(mountPoint: "/cg", own: own)))
    }

    private static let usual = "/user.slice/user-1000.slice/user@1000.service"

    @Test("Where the caller lies in it, or else where the host's systemd puts it") func user() {
        #expect(root(1000, in: "/user.slice/user-1000.slice/session-1.scope") == Self.usual)
        #expect(root(1000, in: "/a/user@1000.service/app.slice/b.scope") == "/a/user@1000.service")
        #expect(root(1000, in: "/user.slice/user-7.slice/user@7.service/b.scope") == Self.usual)
        #expect(root(1000, in: "/") == Self.usual)
    }

    @Test("The root of a user namespace has that of the user whose slice it is in") func namespaceRoot() {
        #expect(root(nil, in: Self.usual + "/user.slice/b.scope") == Self.usual)
        #expect(root(nil, in: "/a/user@1000.service/b.scope") == "/a/user@1000.service")
        #expect(root(nil, in: "/user.slice/user-1000.slice/session-1.scope") == Self.usual)
        #expect(root(nil, in: "/a") == "/user.slice/user-0.slice/user@0.service")
    }
}
