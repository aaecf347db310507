import OCI
import Planning
import Testing

@Suite("Devices") struct DeviceTests {
    static let character: UInt32 = 0o020000
    static let block: UInt32 = 0o060000
    static let fifo: UInt32 = 0o010000

    /// A device number of small parts.
    private static func number(_ major: UInt64, _ minor: UInt64) -> UInt64 { major << 8 | minor }

    private func plan(_ devices: Device...) throws -> Plan {
        try Spec.container { $0.linux?.devices = devices }.plan()
    }

    static let defaults: [(path: String, number: UInt64)] = [
        ("/dev/null", 0x103), ("/dev/zero", 0x105), ("/dev/full", 0x107), ("/dev/random", 0x108),
        ("/dev/urandom", 0x109), ("/dev/tty", 0x500),
    ]

    private static func node(_ path: String, _ number: UInt64) -> Action {
        .mknod(path: path, mode: character | 0o666, device: number, uid: 0, gid: 0)
    }

    @Test("Every container has the default devices and links") func defaultDevices() throws {
        let plan = try plan()
        #expect(
            plan.actions(from: "linux.devices (default)")
                == Self.defaults.map { Self.node($0.path, $0.number) } + [
                    .symlink(target: "/proc/self/fd", path: "/dev/fd"),
                    .symlink(target: "/proc/self/fd/0", path: "/dev/stdin"),
                    .symlink(target: "/proc/self/fd/1", path: "/dev/stdout"),
                    .symlink(target: "/proc/self/fd/2", path: "/dev/stderr"),
                    .symlink(target: "pts/ptmx", path: "/dev/ptmx"),
                ])
    }

    @Test("A configured device takes the place of a default one", arguments: defaults)
    func override(path: String, number: UInt64) throws {
        for spelling in [path, "/dev/./" + path.dropFirst(5), "/" + path, path + "/"] {
            let plan = try plan(Device(path: spelling, type: .character, major: 1, minor: 3, fileMode: 0o600, uid: 5))
            let expected = Action.mknod(
                path: path, mode: Self.character | 0o600, device: Self.number(1, 3), uid: 5, gid: 0)
            #expect(plan.actions(from: "linux.devices[0]") == [expected])
            #expect(
                plan.actions(from: "linux.devices (default)").filter { $0.name == "mknod" }
                    == Self.defaults.filter { $0.path != path }.map { Self.node($0.path, $0.number) })
        }
    }

    @Test(
        "Each type",
        arguments: [(Device.Kind.character, character), (.unbufferedCharacter, character), (.block, block)])
    func type(kind: Device.Kind, mode: UInt32) throws {
        let device = Device(path: "/dev/x", type: kind, major: 10, minor: 229, fileMode: 0o640, uid: 7, gid: 8)
        #expect(
            try plan(device).actions(from: "linux.devices[0]") == [
                .mknod(path: "/dev/x", mode: mode | 0o640, device: Self.number(10, 229), uid: 7, gid: 8)
            ])
    }

    @Test("A pipe needs no number, and ignores one") func pipe() throws {
        for device in [Device(path: "/p", type: .pipe), Device(path: "/p", type: .pipe, major: -1, minor: 4)] {
            #expect(
                try plan(device).actions(from: "linux.devices[0]") == [
                    .mknod(path: "/p", mode: Self.fifo | 0o666, device: 0, uid: 0, gid: 0)
                ])
        }
    }

    @Test(
        "The mode is only what chmod(2) takes",
        arguments: [(nil, 0o666), (0, 0), (0o600, 0o600), (0o4755, 0o4755), (0o177777, 0o7777), (0o020600, 0o600)]
            as [(UInt32?, UInt32)])
    func mode(given: UInt32?, mode: UInt32) throws {
        let device = Device(path: "/d", type: .character, major: 1, minor: 1, fileMode: given)
        #expect(
            try plan(device).actions(from: "linux.devices[0]") == [
                .mknod(path: "/d", mode: Self.character | mode, device: Self.number(1, 1), uid: 0, gid: 0)
            ])
    }

    @Test(
        "Large numbers as makedev(3) packs them",
        arguments: [
            (0, 0, 0), (255, 255, 0xffff), (256, 0, 0x1_0000), (0xfff, 0, 0xf_ff00), (0x1000, 0, 0x1000_0000_0000),
            (0, 256, 0x10_0000), (0, 0xffff_ffff, 0xfff_fff0_00ff), (0xffff_ffff, 0, 0xffff_f000_000f_ff00),
            (0xffff_ffff, 0xffff_ffff, 0xffff_ffff_ffff_ffff),
        ] as [(Int64, Int64, UInt64)])
    func largeNumbers(major: Int64, minor: Int64, number: UInt64) throws {
        let device = Device(path: "/d", type: .block, major: major, minor: minor, fileMode: 0)
        #expect(
            try plan(device).actions(from: "linux.devices[0]") == [
                .mknod(path: "/d", mode: Self.block, device: number, uid: 0, gid: 0)
            ])
    }

    @Test(
        "Numbers that are none",
        arguments: [
            (nil, 1, "major"), (1, nil, "minor"), (nil, nil, "major"), (-1, 1, "major"), (1, -1, "minor"),
            (0x1_0000_0000, 1, "major"), (1, 0x1_0000_0000, "minor"), (-5, -5, "major"),
        ] as [(Int64?, Int64?, String)], [Device.Kind.character, .unbufferedCharacter, .block])
    func badNumbers(numbers: (major: Int64?, minor: Int64?, property: String), kind: Device.Kind) throws {
        let spec = Spec.container { spec in
            spec.linux?.devices = [
                Device(path: "/ok", type: .pipe),
                Device(path: "/d", type: kind, major: numbers.major, minor: numbers.minor),
            ]
        }
        let refusal = try #require(spec.refusal())
        #expect(refusal.hasPrefix("linux.devices[1].\(numbers.property): "), "\(refusal)")
    }

    @Test("A path has to be absolute", arguments: ["dev/x", "", "./dev/x"]) func relative(path: String) {
        let spec = Spec.container { $0.linux?.devices = [Device(path: path, type: .pipe)] }
        #expect(spec.refusal() == "linux.devices[0].path: must be absolute, not \"\(path)\"")
    }

    @Test("Nodes come before links, and both before the pivot") func order() throws {
        let plan = try plan(Device(path: "/dev/a", type: .pipe), Device(path: "/dev/b", type: .pipe))
        let names = plan.names
        let nodes = names.indices.filter { names[$0] == "mknod" }
        let links = names.indices.filter { names[$0] == "symlink" }
        let pivot = try #require(names.firstIndex(of: "pivot"))
        #expect(nodes.count == 8 && links.count == 5)
        #expect(Array(nodes) + links == Array(pivot - 13..<pivot))
    }

    @Test(
        "Where the host's /dev is bound nothing is put into it",
        arguments: [
            Mount(destination: "/dev", source: "/dev", options: ["bind"]),
            Mount(destination: "/dev", source: "/dev", options: ["rbind"]),
            Mount(destination: "/dev", type: "bind", source: "/dev"),
            Mount(destination: "//dev/", type: "none", source: "/dev", options: ["ro", "rbind"]),
        ])
    func hostDevices(mount: Mount) throws {
        let plan = try Spec.mounting(mount).plan()
        #expect(plan.actions(named: "mknod").isEmpty)
        #expect(plan.actions(named: "symlink").isEmpty)
    }

    @Test(
        "Any other mount at or in /dev leaves it the container's",
        arguments: [
            Mount(destination: "/dev", type: "tmpfs"), Mount(destination: "/dev/pts", source: "/x", options: ["bind"]),
            Mount(destination: "/devices", source: "/x", options: ["bind"]),
        ])
    func ownDevices(mount: Mount) throws {
        #expect(try Spec.mounting(mount).plan().actions(named: "mknod").count == 6)
    }
}
