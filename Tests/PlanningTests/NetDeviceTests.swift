import OCI
import Planning
import Testing

@Suite("linux.netDevices") struct NetDeviceTests {
    static func moving(_ devices: [String: String?]) -> Spec {
        .container { $0.linux?.netDevices = devices.mapValues { Linux.NetDevice(name: $0) } }
    }

    @Test("Devices move in the order of their names, under their own or another") func moves() throws {
        let plan = try Self.moving(["eth1": nil, "eth0": "wan"]).plan()
        #expect(plan.deviceMoves.map(\.name) == ["eth0", "eth1"])
        #expect(plan.deviceMoves.map(\.innerName) == ["wan", "eth1"])
        #expect(plan.deviceMoves.map(\.origin.description) == ["linux.netDevices.eth0", "linux.netDevices.eth1"])
    }

    @Test("Two devices may change their names with each other") func swap() throws {
        #expect(try Self.moving(["a": "b", "b": "a"]).plan().deviceMoves.map(\.innerName) == ["b", "a"])
    }

    @Test("A name may leave its number to the kernel") func template() throws {
        let plan = try Self.moving(["eth0": "net%d", "eth1": "net%d"]).plan()
        #expect(plan.deviceMoves.map(\.isTemplate) == [true, true])
    }

    @Test("The longest name has 15 bytes") func longest() throws {
        #expect(try Self.moving(["abcdefghijklmno": nil]).plan().deviceMoves.count == 1)
    }

    @Test("Without devices nothing moves") func none() throws {
        #expect(try Spec.container().plan().deviceMoves.isEmpty)
    }

    @Test("A joined network namespace will do") func joined() throws {
        let spec = Spec.container(without: .network) { spec in
            spec.linux?.namespaces.append(Namespace(type: .network, path: "/run/netns/a"))
            spec.linux?.netDevices = ["eth0": Linux.NetDevice()]
        }
        let plan = try spec.plan()
        #expect(plan.deviceMoves.count == 1)
        #expect(plan.joinedNamespaces.filter { $0.isNetwork }.map(\.path) == ["/run/netns/a"])
    }

    @Test("The host's own network is no place to move to") func host() {
        let spec = Spec.container(without: .network) { $0.linux?.netDevices = ["eth0": Linux.NetDevice()] }
        #expect(
            spec.refusal()
                == "linux.netDevices: has no network namespace to move devices to; add a namespace of type \"network\" to linux.namespaces"
        )
    }

    struct BadName: Sendable {
        var name: String
        var reason: String
        init(_ name: String, _ reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    static let badNames = [
        BadName("abcdefghijklmnop", "is longer than the 15 bytes that a network device's name has"),
        BadName("ääääääää", "is longer than the 15 bytes that a network device's name has"),
        BadName(".", "is no name for a network device"),
        BadName("..", "is no name for a network device"),
        BadName("a/b", "has a \"/\" or a \":\" in it, as no network device has"),
        BadName("a:b", "has a \"/\" or a \":\" in it, as no network device has"),
        BadName("a b", "has white space in it, as no network device has"),
        BadName("a\tb", "has white space in it, as no network device has"),
        BadName("a\n", "has white space in it, as no network device has"),
        BadName("\u{a0}", "has white space in it, as no network device has"),
        BadName("a\u{1}", "has a control character in it"),
    ]

    @Test("Names that no device has are refused: on the host", arguments: badNames)
    func outerName(bad: BadName) {
        #expect(
            Self.moving([bad.name: "eth0"]).refusal()
                == "linux.netDevices.\(bad.name): \"\(bad.name)\" \(bad.reason)")
    }

    @Test("Names that no device has are refused: in the container", arguments: badNames)
    func innerName(bad: BadName) {
        #expect(
            Self.moving(["eth0": bad.name]).refusal()
                == "linux.netDevices.eth0.name: \"\(bad.name)\" \(bad.reason)")
    }

    @Test("An empty name on the host is refused") func empty() {
        #expect(
            Self.moving(["": "eth0"]).refusal()
                == "linux.netDevices: \"\" is no name for a network device: it is empty")
    }

    @Test(
        "A percent sign is only good for a number at the end", arguments: ["%", "%d%d", "a%db", "%s", "a%", "100%%d"])
    func templates(name: String) {
        #expect(
            Self.moving(["eth0": name]).refusal()
                == "linux.netDevices.eth0.name: \"\(name)\" may have a \"%\" only in a \"%d\" at its end")
    }

    @Test("A device on the host has no percent sign") func hostTemplate() {
        #expect(Self.moving(["eth%d": nil]).refusal() == "linux.netDevices.eth%d: \"eth%d\" has a \"%\" in it")
    }

    @Test("Two devices can't have one name") func twice() {
        #expect(
            Self.moving(["eth0": "net", "eth1": "net"]).refusal()
                == "linux.netDevices.eth1.name: \"net\" is what linux.netDevices.eth0 is called as well")
        #expect(
            Self.moving(["eth0": "eth1", "eth1": nil]).refusal()
                == "linux.netDevices.eth1.name: \"eth1\" is what linux.netDevices.eth0 is called as well")
    }

    @Test("The loopback device stays, and its name is taken") func loopback() {
        #expect(
            Self.moving(["lo": "lo2"]).refusal()
                == "linux.netDevices.lo is the loopback device, which every network has")
        #expect(
            Self.moving(["eth0": "lo"]).refusal()
                == "linux.netDevices.eth0.name: \"lo\" is the name of the container's loopback device")
    }
}
