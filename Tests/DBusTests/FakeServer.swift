import DBusTestSupport
import Glibc
import SystemPackage
import TestSupport

@testable import DBus
@testable import System

/// The other end of a socket pair, played by a thread.
final class FakeServer: FakePeer, @unchecked Sendable {
    let number: CInt
    var incoming: [UInt8] = []
    var calls: [String] = []

    /// Plays `play` against the client that `client` is run with; the server's end is closed when it returns.
    static func run<Result>(
        isBus: Bool = false, keeping signals: [String] = [], _ play: @escaping @Sendable (FakeServer) -> Void,
        client: (inout Connection) throws -> Result
    ) throws -> Result {
        var ends: [CInt] = [-1, -1]
        _ = try systemCall { socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(O_CLOEXEC), 0, &ends) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let server = FakeServer(ends[1])
        let thread = Background {
            play(server)
            close(server.number)
        }
        defer { thread.value() }
        var connection = Connection(
            over: Descriptor(owning: ends[0]), address: "unix:path=/fake", isBus: isBus, keeping: signals)
        return try client(&connection)
    }

    private init(_ number: CInt) {
        self.number = number
    }

    /// Whether the client still has its end.
    var isConnected: Bool {
        var waiting = pollfd(fd: number, events: 0, revents: 0)
        return poll(&waiting, 1, 0) == 0 || waiting.revents & Int16(POLLHUP | POLLERR) == 0
    }

    /// Whether the client has said all that comes before its messages, and perhaps more.
    var hasOpening: Bool { incoming.count >= Handshake.opening.count }

    /// Whether the client has said no more than that, and does not within that time.
    func isQuiet(milliseconds: Int32) -> Bool {
        var waiting = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return incoming == Handshake.opening && poll(&waiting, 1, milliseconds) == 0
    }

    func signal(_ member: String, _ body: [Value] = []) {
        write(Message(.signal, serial: 100, path: "/a", interface: "a.b", member: member, body: body).bytes)
    }
}
