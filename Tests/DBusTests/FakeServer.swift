import Glibc
import SystemPackage

@testable import DBus
@testable import System

/// The other end of a socket pair, played by a thread.
final class FakeServer: @unchecked Sendable {
    private let number: CInt
    private let done: UnsafeMutablePointer<sem_t>
    private let play: @Sendable (FakeServer) -> Void
    /// What has been read and not been taken yet.
    private var incoming: [UInt8] = []

    /// Plays `play` against the client that `client` is run with; the server's end is closed when it returns.
    static func run<Result>(
        isBus: Bool = false, keeping signals: [String] = [], _ play: @escaping @Sendable (FakeServer) -> Void,
        client: (inout Connection) throws -> Result
    ) throws -> Result {
        var ends: [CInt] = [-1, -1]
        _ = try systemCall { socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(O_CLOEXEC), 0, &ends) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let server = FakeServer(ends[1], play)
        defer { server.wait() }
        var connection = Connection(
            over: Descriptor(owning: ends[0]), address: "unix:path=/fake", isBus: isBus, keeping: signals)
        return try client(&connection)
    }

    private init(_ number: CInt, _ play: @escaping @Sendable (FakeServer) -> Void) {
        self.number = number
        self.play = play
        done = .allocate(capacity: 1)
        sem_init(done, 0, 0)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let server = Unmanaged<FakeServer>.fromOpaque(context).takeRetainedValue()
                server.play(server)
                close(server.number)
                sem_post(server.done)
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    private func wait() {
        while sem_wait(done) != 0 {}
        done.deallocate()
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

    // MARK: What a server does

    func write(_ bytes: [UInt8]) {
        _ = send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// One more piece of what the client says; false once it has closed its end.
    @discardableResult
    func read() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(number, &buffer, buffer.count, 0)
        if count <= 0 { return false }
        incoming += buffer[..<count]
        return true
    }

    /// Waits until the client has closed its end.
    func readToEnd() {
        while read() {}
    }

    /// Agrees to the client's opening; what it was, up to its last line.
    @discardableResult
    func agree(_ answer: String = "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n") -> String {
        let end = Array("BEGIN\r\n".utf8)
        var opening: [UInt8] = []
        while !opening.reversed().starts(with: end.reversed()) {
            if incoming.isEmpty && !read() { return "" }
            opening.append(incoming.removeFirst())
        }
        write(answer)
        return String(decoding: opening, as: UTF8.self)
    }

    /// The client's next message; nil once there is none.
    func next() -> Message? {
        while true {
            if let length = try? Message.length(of: incoming[...]), incoming.count >= length {
                let message = try? Message.read(Array(incoming[..<length]))
                incoming.removeFirst(length)
                return message
            }
            if !read() { return nil }
        }
    }

    func reply(to call: Message?, _ body: [Value] = []) {
        write(Message(.reply, serial: 100, replySerial: call?.serial ?? 0, body: body).bytes)
    }

    func fail(_ call: Message?, _ name: String, _ text: String) {
        write(
            Message(.error, serial: 100, replySerial: call?.serial ?? 0, errorName: name, body: [.string(text)]).bytes)
    }

    func signal(_ member: String, _ body: [Value] = []) {
        write(Message(.signal, serial: 100, path: "/a", interface: "a.b", member: member, body: body).bytes)
    }
}
