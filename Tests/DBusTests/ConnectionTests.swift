import DBusTestSupport
import Glibc
import System
import SystemPackage
import Testing

@testable import DBus

@Suite("Conversations with a D-Bus server") struct ConnectionTests {
    static let ping = Message.call("a.b", "Ping", of: "/a", at: "c.d")

    /// Long enough for a busy machine, short enough for who waits for a test to fail.
    private func soon() -> Deadline { Deadline(milliseconds: 20_000) }

    @Test("A call and its answer") func call() throws {
        let answer = try FakeServer.run { server in
            let opening = server.agree()
            let call = server.next()
            server.reply(
                to: call, [.bytes(Array(opening.utf8)), .string(call?.member ?? ""), .uint32(call?.serial ?? 0)])
            server.readToEnd()
        } client: {
            try $0.call(Self.ping, deadline: soon())
        }
        let opening = Array("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8)
        #expect(answer == [.bytes(opening), .string("Ping"), .uint32(1)])
    }

    @Test("A bus is greeted first, and what was prepared comes before the call") func bus() throws {
        let answer = try FakeServer.run(isBus: true) { server in
            server.agree()
            let calls = [server.next(), server.next(), server.next()]
            for call in calls { server.reply(to: call, calls.map { .string($0?.member ?? "") }) }
            server.readToEnd()
        } client: { connection in
            connection.prepare(Bus.addMatch("type='signal'"))
            return try connection.call(Self.ping, deadline: soon())
        }
        #expect(answer == [.string("Hello"), .string("AddMatch"), .string("Ping")])
    }

    @Test("Nothing is said before the server has agreed") func consent() throws {
        let answer = try FakeServer.run(isBus: true) { server in
            while !server.hasOpening { server.read() }
            let isQuiet = server.isQuiet(milliseconds: 50)
            server.agree()
            server.reply(to: server.next())
            server.reply(to: server.next(), [.boolean(isQuiet)])
            server.readToEnd()
        } client: {
            try $0.call(Self.ping, deadline: soon())
        }
        #expect(answer == [.boolean(true)])
    }

    @Test("Where a preparation fails, the call does") func preparation() {
        #expect(
            throws: BusError("AddMatch", "unix:path=/fake", .refused(name: "a.b.LimitsExceeded", text: "too many"))
        ) {
            try FakeServer.run(isBus: true) { server in
                server.agree()
                server.reply(to: server.next())
                server.fail(server.next(), "a.b.LimitsExceeded", "too many")
                server.readToEnd()
            } client: { connection in
                connection.prepare(Bus.addMatch("type='signal'"))
                return try connection.call(Self.ping, deadline: soon())
            }
        }
    }

    @Test("A server's error is told with its name and text") func refusal() {
        #expect(throws: BusError("Ping", "unix:path=/fake", .refused(name: "a.b.No", text: "not today"))) {
            try FakeServer.run { server in
                server.agree()
                server.fail(server.next(), "a.b.No", "not today")
                server.readToEnd()
            } client: {
                try $0.call(Self.ping, deadline: soon())
            }
        }
    }

    @Test("Signals that come before the answer wait; others are passed over, in any pieces") func signals() throws {
        let values = try FakeServer.run(keeping: ["JobRemoved"]) { server in
            server.agree()
            let call = server.next()
            server.signal("JobNew", [.uint32(1)])
            server.signal("JobRemoved", [.uint32(2)])
            server.signal("JobRemoved", [.uint32(3)])
            let reply = Message(.reply, serial: 7, replySerial: call?.serial, body: [.string("done")]).bytes
            for byte in reply { server.write([byte]) }
            server.readToEnd()
        } client: { connection in
            let answer = try connection.call(Self.ping, deadline: soon())
            let third = try connection.signal("x", deadline: soon()) { $0.body == [.uint32(3)] }
            let second = try connection.signal("x", deadline: soon()) { _ in true }
            return answer + third.body + second.body
        }
        #expect(values == [.string("done"), .uint32(3), .uint32(2)])
    }

    @Test("Answers may come in another order") func order() throws {
        let values = try FakeServer.run { server in
            server.agree()
            let calls = [server.next(), server.next()]
            server.reply(to: calls[1], [.byte(2)])
            server.reply(to: calls[0], [.byte(1)])
            server.readToEnd()
        } client: { connection in
            let first = try connection.send(Self.ping, deadline: soon())
            let second = try connection.send(Self.ping, deadline: soon())
            return try connection.answer(to: first, "first", deadline: soon())
                + (try connection.answer(to: second, "second", deadline: soon()))
        }
        #expect(values == [.byte(1), .byte(2)])
    }

    @Test("Calls to the client and messages of a type to come are passed over") func strange() throws {
        let answer = try FakeServer.run { server in
            server.agree()
            let call = server.next()
            server.write(Message(.call, serial: 1, path: "/", member: "Ping").bytes)
            var unknown = Message(.signal, serial: 1, path: "/", interface: "a.b", member: "A").bytes
            unknown[1] = 77
            server.write(unknown)
            server.reply(to: call, [.byte(1)])
            server.readToEnd()
        } client: {
            try $0.call(Self.ping, deadline: soon())
        }
        #expect(answer == [.byte(1)])
    }

    @Test("A large call goes out in pieces") func large() throws {
        let size = 3 << 20
        let answer = try FakeServer.run { server in
            server.agree()
            let call = server.next()
            server.reply(to: call, [.uint32(UInt32(call?.body.first?.text?.utf8.count ?? 0))])
            server.readToEnd()
        } client: { connection in
            let text = String(repeating: "x", count: size)
            return try connection.call(.call("a.b", "Big", of: "/", at: nil, [.string(text)]), deadline: soon())
        }
        #expect(answer == [.uint32(UInt32(size))])
    }
}

@Suite("D-Bus servers that fail") struct FailingServerTests {
    private func error(
        milliseconds: Int64 = 20_000, _ play: @escaping @Sendable (FakeServer) -> Void
    ) -> BusError? {
        let start = ContinuousClock.now
        defer { #expect(ContinuousClock.now - start < .seconds(15), "the wait has another bound") }
        return #expect(throws: BusError.self) {
            try FakeServer.run(play) {
                try $0.call(ConnectionTests.ping, deadline: Deadline(milliseconds: milliseconds))
            }
        }
    }

    private func expect(_ error: BusError?, _ cause: BusError.Cause) {
        #expect(error == BusError("Ping", "unix:path=/fake", cause))
    }

    @Test("Silent from the start") func silent() {
        expect(error(milliseconds: 50) { $0.readToEnd() }, .system(.timedOut))
    }

    @Test("Silent after it has agreed") func silentLater() {
        expect(
            error(milliseconds: 50) { server in
                server.agree()
                server.readToEnd()
            }, .system(.timedOut))
    }

    @Test("One that never stops talking of other things") func talkative() {
        expect(
            error(milliseconds: 100) { server in
                server.agree()
                let signal = Message(.signal, serial: 1, path: "/", interface: "a.b", member: "A").bytes
                while server.isHeard(signal) {}
            }, .system(.timedOut))
    }

    @Test("One that takes nothing") func deaf() {
        let error = #expect(throws: BusError.self) {
            try FakeServer.run { server in
                while server.isConnected { usleep(1000) }
            } client: { connection in
                let text = String(repeating: "x", count: 3 << 20)
                return try connection.call(
                    .call("a.b", "Big", of: "/", at: nil, [.string(text)]), deadline: Deadline(milliseconds: 100))
            }
        }
        #expect(error == BusError("Big", "unix:path=/fake", .system(.timedOut)))
    }

    @Test("One that closes at once") func closing() {
        let error = error { _ in }
        #expect(error?.errno == .connectionReset || error?.errno == .brokenPipe)
    }

    @Test("One that closes in the midst of its answer") func closingLater() {
        expect(
            error { server in
                server.agree()
                let call = server.next()
                server.write(
                    Array(Message(.reply, serial: 1, replySerial: call?.serial, body: [.byte(1)]).bytes.dropLast()))
            }, .closed)
    }

    @Test("One that rejects the caller") func rejecting() {
        expect(
            error {
                $0.agree("REJECTED EXTERNAL\r\n"); $0.readToEnd()
            }, .rejected("REJECTED EXTERNAL"))
        expect(
            error {
                $0.agree("ERROR no\r\n"); $0.readToEnd()
            }, .rejected("ERROR no"))
    }

    @Test("One of another protocol") func other() {
        expect(
            error {
                $0.agree("HTTP/1.1 400 Bad Request\r\n\r\n"); $0.readToEnd()
            },
            .malformed(.header("another line than the handshake has")))
        expect(
            error {
                $0.agree(String(repeating: "x", count: 5000)); $0.readToEnd()
            }, .malformed(.tooLong))
    }

    @Test("One that speaks garbage after it has agreed") func garbage() {
        expect(
            error { server in
                server.agree()
                server.write(String(repeating: "garbage!", count: 10))
                server.readToEnd()
            }, .malformed(.header("a byte order that is neither \"l\" nor \"B\"")))
    }

    @Test("One that announces more than anybody reads") func endless() {
        expect(
            error { server in
                server.agree()
                server.write([0x6c, 2, 0, 1, 0, 0, 0, 0x40, 1, 0, 0, 0, 0, 0, 0, 0])
                server.readToEnd()
            }, .malformed(.tooLong))
    }

    @Test("No server at all") func absent() {
        #expect(throws: BusError("connect", "unix:path=/nowhere/bus", .system(.noSuchFileOrDirectory))) {
            _ = try Connection(
                to: Address(path: "/nowhere/bus"), isBus: true, deadline: Deadline(milliseconds: 1000))
        }
        let long = String(repeating: "x", count: 200)
        #expect(throws: BusError("connect", "unix:path=/\(long)", .system(.fileNameTooLong))) {
            _ = try Connection(
                to: Address(path: "/" + long), isBus: true, deadline: Deadline(milliseconds: 1000))
        }
    }
}

extension FakeServer {
    /// Whether the client still reads what it is told.
    func isHeard(_ bytes: [UInt8]) -> Bool {
        write(bytes)
        return isConnected
    }
}
