@testable import Netlink
import Testing

@Suite("The socket to rtnetlink, asked what any user may ask") struct RouteSocketTests {
    @Test("Every network has a loopback device") func loopback() throws {
        let socket = try RouteSocket()
        let link = try #require(try socket.link(named: "lo"))
        #expect(link.index == 1)
        #expect(link.name == "lo")
        #expect(try socket.link(1) == link)
        #expect(try socket.links().contains(link))
    }

    @Test("A device that is not there is none") func missing() throws {
        let socket = try RouteSocket()
        #expect(try socket.link(named: "no-such-device") == nil)
        #expect(try socket.link(.max) == nil)
    }

    @Test("An answer with an error leaves the socket usable") func afterError() throws {
        let socket = try RouteSocket()
        for _ in 1...3 { #expect(try socket.link(named: "no-such-device") == nil) }
        #expect(try socket.link(named: "lo") != nil)
    }

    @Test("A namespace is the same as itself, and told from a file") func namespaces() throws {
        let own = try NetworkNamespace.own()
        let again = try NetworkNamespace("/proc/self/ns/net"), other = try NetworkNamespace("/proc/self/ns/uts")
        let file = try NetworkNamespace("/proc/self/status")
        let found = [own.isNamespace, own.isSame(as: again), own.isSame(as: other), file.isNamespace]
        #expect(found == [true, true, false, false])
    }
}
