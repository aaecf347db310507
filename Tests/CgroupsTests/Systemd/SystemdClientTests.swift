import DBus
import DBusTestSupport
import System
import SystemPackage
import Testing

@testable import Cgroups

@Suite("Conversations with systemd") struct SystemdClientTests {
    private static let properties = [UnitProperty("Delegate", .boolean(true))]

    /// Runs `client` against a systemd that plays `play`; what it was called.
    private func talk(
        isBus: Bool = false, milliseconds: Int64 = 20_000, _ play: @escaping @Sendable (FakeSystemd) -> Void,
        _ client: (inout SystemdClient) throws -> Void
    ) throws -> [String] {
        let server = FakeSystemd(play)
        defer { server.wait() }
        do {
            var conversation = try SystemdClient(
                .system, accesses: [server.access(isBus: isBus)], timeout: milliseconds)
            try client(&conversation)
        }
        return server.calls
    }

    /// The error of starting a unit with such a systemd.
    private func failure(
        milliseconds: Int64 = 20_000, _ play: @escaping @Sendable (FakeSystemd) -> Void
    ) -> SystemError? {
        #expect(throws: SystemError.self) {
            _ = try talk(milliseconds: milliseconds, play) { try start(&$0) }
        }
    }

    private func start(_ client: inout SystemdClient) throws {
        try client.finish(try client.beginStart("c.scope", Self.properties))
    }

    @Test("A unit is asked for, and its job waited for among others") func start() throws {
        let calls = try talk { server in
            server.welcome()
            let call = server.next()
            server.end("failed", job: "/org/freedesktop/systemd1/job/6")
            // It may be over before it is answered.
            server.end("done")
            if call?.body.prefix(2) == [.string("c.scope"), .string("replace")],
                call?.body[2] == UnitProperty.list(Self.properties), call?.destination == nil
            {
                server.begin(call)
            }
            server.readToEnd()
        } _: {
            try start(&$0)
        }
        #expect(calls == ["StartTransientUnit"])
    }

    @Test("A bus is greeted, and asked to announce the unit's jobs") func bus() throws {
        let calls = try talk(isBus: true) { server in
            server.welcome()
            server.reply(to: server.next(), [.string(":1.5")])
            let rule = server.next()
            server.reply(to: rule, [])
            let call = server.next()
            if rule?.body == [.string(SystemdCalls.rule(for: "c.scope"))],
                call?.destination == "org.freedesktop.systemd1"
            {
                server.begin(call)
                server.end("done")
            }
            server.readToEnd()
        } _: {
            try start(&$0)
        }
        #expect(calls == ["Hello", "AddMatch", "StartTransientUnit"])
    }

    @Test(
        "A job that ends otherwise is told with its number, unit and result",
        arguments: [("failed", Errno.ioError), ("timeout", .timedOut), ("canceled", .canceled)])
    func failedJob(result: String, errno: Errno) {
        let error = failure { server in
            server.welcome()
            server.begin(server.next())
            server.end(result)
            server.readToEnd()
        }
        #expect(error?.operation == "StartTransientUnit, job 7,")
        #expect(error?.path.hasPrefix("of c.scope (unix:path=") == true)
        #expect(error?.errno == errno)
        #expect(error?.hint?.contains("ended as \"\(result)\"; `journalctl -u c.scope`") == true)
    }

    @Test("systemd's own error is told with its text") func refused() {
        let error = failure { server in
            server.welcome()
            server.fail(server.next(), "org.freedesktop.DBus.Error.PropertyReadOnly", "Cannot set property X")
            server.readToEnd()
        }
        #expect(error?.operation == "StartTransientUnit" && error?.errno == .invalidArgument)
        #expect(error?.hint == "systemd says: Cannot set property X")
    }

    @Test("One that failed of that name is cleared away, once") func leftOver() throws {
        let exists = "org.freedesktop.systemd1.UnitExists"
        let calls = try talk { server in
            server.welcome()
            server.fail(server.next(), exists, "Unit c.scope was already loaded")
            server.reply(to: server.next(), [])
            server.begin(server.next())
            server.end("done")
            server.readToEnd()
        } _: {
            try start(&$0)
        }
        #expect(calls == ["StartTransientUnit", "ResetFailedUnit", "StartTransientUnit"])
        let error = failure { server in
            server.welcome()
            server.fail(server.next(), exists, "x")
            server.reply(to: server.next(), [])
            server.fail(server.next(), exists, "x")
            server.readToEnd()
        }
        #expect(error?.errno == .fileExists && error?.hint?.contains("`systemctl status c.scope`") == true)
    }

    @Test("To stop what is gone is no error; to fail at it is one") func stop() throws {
        _ = try talk { server in
            server.welcome()
            server.fail(server.next(), "org.freedesktop.systemd1.NoSuchUnit", "Unit c.scope not loaded.")
            server.readToEnd()
        } _: {
            try $0.finish(try $0.beginStop("c.scope"))
        }
        let error = #expect(throws: SystemError.self) {
            _ = try talk { server in
                server.welcome()
                server.begin(server.next())
                server.end("failed")
                server.readToEnd()
            } _: {
                try $0.finish(try $0.beginStop("c.scope"))
            }
        }
        #expect(error?.operation == "StopUnit, job 7,")
    }

    // MARK: Those that fail

    @Test("A wait has a bound: for the welcome, the answer, and the end of the job") func silent() {
        let plays: [@Sendable (FakeSystemd) -> Void] = [
            { $0.accept() }, { $0.welcome() },
            {
                $0.welcome()
                $0.begin($0.next())
            },
        ]
        let operations = ["StartTransientUnit", "StartTransientUnit", "StartTransientUnit, job 7,"]
        for (play, operation) in zip(plays, operations) {
            let start = ContinuousClock.now
            let error = failure(milliseconds: 1000) { server in
                play(server)
                server.readToEnd()
            }
            #expect(error?.operation == operation && error?.errno == .timedOut)
            #expect(error?.hint == "systemd did not answer within 1 s; it may be reloading, or overloaded")
            #expect(ContinuousClock.now - start < .seconds(15), "the bound is another")
        }
    }

    @Test("A connection that ends in between is an error, and nothing is asked elsewhere") func closing() {
        let bus = FakeSystemd { _ in }
        let plays: [@Sendable (FakeSystemd) -> Void] = [
            {
                $0.welcome()
                _ = $0.next()
            },
            {
                $0.welcome()
                $0.begin($0.next())
            },
        ]
        for play in plays {
            let server = FakeSystemd(play)
            let error = #expect(throws: SystemError.self) {
                var client = try SystemdClient(
                    .system, accesses: [server.access(), bus.access(isBus: true)], timeout: 20_000)
                try start(&client)
            }
            server.wait()
            #expect(error?.path.contains(server.address.description) == true && error?.errno == .connectionReset)
        }
    }

    @Test("Who is not let in tries the bus", arguments: [true, false]) func fallback(isRejected: Bool) throws {
        let own = FakeSystemd { server in
            server.accept()
            guard isRejected else { return }
            server.write(Array("REJECTED EXTERNAL\r\n".utf8))
            server.readToEnd()
        }
        let bus = FakeSystemd { server in
            server.welcome()
            server.reply(to: server.next(), [.string(":1.5")])
            server.reply(to: server.next(), [])
            server.begin(server.next())
            server.end("done")
            server.readToEnd()
        }
        do {
            var client = try SystemdClient(
                .system, accesses: [own.access(), bus.access(isBus: true)], timeout: 20_000)
            try start(&client)
            #expect(client.address == bus.address.description)
        }
        own.wait()
        bus.wait()
        #expect(own.calls == [] && bus.calls == ["Hello", "AddMatch", "StartTransientUnit"])
    }

    @Test("Where neither does, the first is told of") func nobody() {
        let nowhere = SystemdInstance.Access(address: Address(path: "/nowhere/private"), isBus: false)
        let other = SystemdInstance.Access(address: Address(path: "/nowhere/bus"), isBus: true)
        let error = #expect(throws: SystemError.self) {
            _ = try SystemdClient(.system, accesses: [nowhere, other], timeout: 1000)
        }
        #expect(error?.path == "unix:path=/nowhere/private" && error?.errno == .noSuchFileOrDirectory)
        #expect(error?.hint == SystemdInstance.system.absenceHint)
    }
}

@Suite("Where systemd is asked") struct SystemdInstanceTests {
    private func addresses(_ instance: SystemdInstance, _ variables: [String: String]) -> [String] {
        instance.accesses { variables[$0] }.map { ($0.isBus ? "bus " : "own ") + $0.address.description }
    }

    @Test("The host's: itself, then the bus") func system() {
        let own = "own unix:path=/run/systemd/private"
        #expect(addresses(.system, [:]) == [own, "bus unix:path=/run/dbus/system_bus_socket"])
        #expect(
            addresses(.system, ["DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/a;unix:abstract=b"])
                == [own, "bus unix:path=/a", "bus unix:abstract=b"])
    }

    @Test("The user's: by the variables of a session") func user() {
        #expect(addresses(.user, [:]) == [])
        #expect(addresses(.user, ["XDG_RUNTIME_DIR": ""]) == [])
        #expect(
            addresses(.user, ["XDG_RUNTIME_DIR": "/run/user/7"])
                == ["own unix:path=/run/user/7/systemd/private", "bus unix:path=/run/user/7/bus"])
        #expect(
            addresses(.user, ["DBUS_SESSION_BUS_ADDRESS": "unix:path=/a"]) == ["bus unix:path=/a"])
    }
}
