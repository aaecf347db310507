import DBusTestSupport
import Glibc
import TestSupport

@testable import Cgroups
@testable import DBus

/// A socket that a thread plays systemd at, or a bus.
final class FakeSystemd: FakePeer, @unchecked Sendable {
    static let job = "/org/freedesktop/systemd1/job/7"

    private let directory = TemporaryDirectory()
    private let listener: CInt
    private var thread: Background<Void>?
    /// Who is talked to.
    private(set) var number: CInt = -1
    var incoming: [UInt8] = []
    var calls: [String] = []

    private var path: String { directory.path + "/socket" }

    var address: Address { Address(path: path) }

    /// Where the client finds it.
    func access(isBus: Bool = false) -> SystemdInstance.Access { .init(address: address, isBus: isBus) }

    /// Lets a thread play `play`, from `accept` on.
    init(_ play: @escaping @Sendable (FakeSystemd) -> Void) {
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(O_CLOEXEC), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        listen(listener, 8)
        thread = Background {
            play(self)
            self.hangUp()
        }
    }

    deinit {
        close(listener)
    }

    /// Waits until all has been played.
    func wait() {
        thread?.value()
        thread = nil
    }

    // MARK: What a server does

    /// Lets one client come.
    func accept() {
        hangUp()
        incoming = []
        number = Glibc.accept(listener, nil, nil)
    }

    func hangUp() {
        if number >= 0 { close(number) }
        number = -1
    }

    /// Lets one client come, and in.
    func welcome() {
        accept()
        agree()
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
