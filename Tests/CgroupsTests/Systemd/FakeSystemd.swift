import Glibc
import TestSupport

@testable import Cgroups
@testable import DBus

/// A socket that a thread plays systemd at, or a bus.
final class FakeSystemd: @unchecked Sendable {
    static let job = "/org/freedesktop/systemd1/job/7"

    private let directory = TemporaryDirectory()
    private let listener: CInt
    private let done: UnsafeMutablePointer<sem_t>
    private let play: @Sendable (FakeSystemd) -> Void
    /// Who is talked to.
    private var peer: CInt = -1
    private var incoming: [UInt8] = []
    /// What has been called so far.
    private(set) var calls: [String] = []

    private var path: String { directory.path + "/socket" }

    var address: Address { Address(path: path) }

    /// Where the client finds it.
    func access(isBus: Bool = false) -> SystemdInstance.Access { .init(address: address, isBus: isBus) }

    /// Lets a thread play `play`, from `accept` on.
    init(_ play: @escaping @Sendable (FakeSystemd) -> Void) {
        self.play = play
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(O_CLOEXEC), 0)
        done = .allocate(capacity: 1)
        sem_init(done, 0, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        listen(listener, 8)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let server = Unmanaged<FakeSystemd>.fromOpaque(context).takeRetainedValue()
                server.play(server)
                server.hangUp()
                sem_post(server.done)
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    deinit {
        close(listener)
        done.deallocate()
    }

    /// Waits until all has been played.
    func wait() {
        while sem_wait(done) != 0 {}
    }

    // MARK: What a server does

    /// Lets one client come.
    func accept() {
        hangUp()
        incoming = []
        peer = Glibc.accept(listener, nil, nil)
    }

    func hangUp() {
        if peer >= 0 { close(peer) }
        peer = -1
    }

    /// Lets one client come, and in.
    func welcome() {
        accept()
        let opening = Array("BEGIN\r\n".utf8)
        while !incoming.reversed().starts(with: opening.reversed()), read() {}
        incoming = []
        write(Array("DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n".utf8))
    }

    /// Waits until the client has hung up.
    func readToEnd() {
        while read() {}
    }

    func write(_ bytes: [UInt8]) {
        _ = send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private func read() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(peer, &buffer, buffer.count, 0)
        if count <= 0 { return false }
        incoming += buffer[..<count]
        return true
    }

    /// The client's next call; nil once there is none.
    func next() -> Message? {
        while true {
            if let length = try? Message.length(of: incoming[...]), incoming.count >= length {
                let message = try? Message.read(Array(incoming[..<length]))
                incoming.removeFirst(length)
                if let member = message?.member { calls.append(member) }
                return message
            }
            if !read() { return nil }
        }
    }

    func reply(to call: Message?, _ body: [Value]) {
        write(Message(.reply, serial: 9, replySerial: call?.serial ?? 0, body: body).bytes)
    }

    func fail(_ call: Message?, _ name: String, _ text: String) {
        write(
            Message(.error, serial: 9, replySerial: call?.serial ?? 0, errorName: name, body: [.string(text)]).bytes)
    }

    /// Answers a call with a job.
    func begin(_ call: Message?) {
        reply(to: call, [.objectPath(Self.job)])
    }

    /// Announces the end of a job.
    func end(_ result: String, job: String = FakeSystemd.job) {
        let body: [Value] = [.uint32(7), .objectPath(job), .string("c.scope"), .string(result)]
        write(
            Message(
                .signal, serial: 9, path: SystemdCalls.path, interface: SystemdCalls.manager,
                member: SystemdCalls.jobRemoved, body: body
            ).bytes)
    }
}
