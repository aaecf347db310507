import Testing

@testable import DBus

@Suite("Addresses of D-Bus servers") struct AddressTests {
    static let good: [(text: String, expected: [Address])] = [
        ("unix:path=/run/bus", [Address(path: "/run/bus")]),
        ("unix:path=/run/user/1000/bus,guid=0123456789abcdef", [Address(path: "/run/user/1000/bus")]),
        ("unix:guid=0123,path=/a", [Address(path: "/a")]),
        ("unix:abstract=/tmp/dbus-x,guid=1", [Address(name: Array("/tmp/dbus-x".utf8), isAbstract: true)]),
        ("unix:path=/a%20b%2c%3B%25", [Address(path: "/a b,;%")]),
        ("unix:abstract=a%00b", [Address(name: [0x61, 0, 0x62], isAbstract: true)]),
        (
            "tcp:host=localhost,port=1;unix:path=/a;unix:abstract=b",
            [
                Address(path: "/a"), Address(name: [0x62], isAbstract: true),
            ]
        ),
        ("unix:runtime=yes", [Address(path: "/run/user/7/bus")]),
    ]

    @Test("Those that can be connected to", arguments: good) func read(text: String, expected: [Address]) {
        #expect(Address.list(text, runtimeDirectory: "/run/user/7") == expected)
    }

    @Test(
        "Those that can't",
        arguments: [
            "", ";", "unix", "unix:", "unix:path", "unix:path=", "unix:path=/a%2", "unix:path=/a%zz", "unix:path=a%00",
            "unix:tmpdir=/tmp", "unix:path=/a,abstract=b", "unixexec:path=/bin/sh", "autolaunch:", "unix:guid=1",
            "unix:runtime=no",
        ]) func other(text: String)
    {
        #expect(Address.list(text, runtimeDirectory: "/run/user/7").isEmpty)
    }

    @Test("Without a directory of the user's there is no bus in it") func noRuntime() {
        #expect(Address.list("unix:runtime=yes").isEmpty)
    }

    @Test("As errors show them") func description() {
        #expect(Address(path: "/run/systemd/private").description == "unix:path=/run/systemd/private")
        #expect(Address(name: [0x61, 0, 0xff], isAbstract: true).description == "unix:abstract=a%00%ff")
    }
}
