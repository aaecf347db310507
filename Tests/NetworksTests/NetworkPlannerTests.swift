import Networks
import OCI
import Planning
import Testing

@Suite("Networks: what is made") struct NetworkPlannerTests {
    @Test("A network with everything") func full() throws {
        let plan = try plan(
            veth(
                """
                "name": "net0", "bridge": "br0", "mac_address": "02:42:AC:11:00:02", "address": "10.0.0.2/24",
                "gateway": "10.0.0.1", "ipv6_address": "fd00::2/64", "ipv6_gateway": "fe80::1", "mtu": 1400,
                "txqueuelen": 0, "host_interface_name": "host0", "hairpin_mode": true
                """))
        let pair = try #require(plan.pairs.first)
        #expect(pair.name == "net0")
        #expect(pair.hostName == "host0")
        #expect(pair.bridge == "br0")
        #expect(pair.hardwareAddress == [2, 0x42, 0xac, 0x11, 0, 2])
        #expect(pair.mtu == 1400)
        #expect(pair.queueLength == 0)
        #expect(pair.isHairpin)
        #expect(pair.addresses.map(\.prefix.description) == ["10.0.0.2/24", "fd00::2/64"])
        #expect(pair.addresses.map(\.origin.description) == ["networks[0].address", "networks[0].ipv6_address"])
        #expect(
            plan.routes.map(\.description) == [
                "route default via 10.0.0.1 dev net0", "route default via fe80::1 dev net0",
            ])
        #expect(pair.description == "veth net0 on br0 10.0.0.2/24 fd00::2/64")
    }

    @Test("Names count from eth0, the loopback network not counted") func defaultNames() throws {
        let plan = try plan(#"{"networks": [{"type": "veth"}, {"type": "loopback"}, {"type": "veth"}]}"#)
        #expect(plan.pairs.map(\.name) == ["eth0", "eth1"])
        #expect(plan.pairs.map(\.hostName) == [nil, nil])
        #expect(plan.routes.isEmpty)
    }

    @Test("A loopback network is nothing to be made") func loopback() throws {
        #expect(try plan(#"{"networks": [{"type": "loopback"}]}"#).isEmpty)
        #expect(try plan(#"{"networks": [{"type": "loopback", "name": "lo"}]}"#).isEmpty)
    }

    @Test("An empty document asks for nothing, of whatever container", arguments: ["{}", #"{"networks": []}"#])
    func empty(document: String) throws {
        #expect(try plan(document, namespaces: []).isEmpty)
    }

    @Test("Routes, after the default ones") func routes() throws {
        let plan = try plan(
            veth(
                #""address": "10.0.0.2/24", "gateway": "10.0.0.1""#,
                routes: """
                    {"destination": "10.1.0.0/16", "gateway": "10.0.0.9", "source": "10.0.0.2"},
                    {"destination": "192.168.0.0/24", "interface_name": "eth0"},
                    {"destination": "10.2.0.1/32", "interface_name": "lo"}
                    """))
        #expect(
            plan.routes.map(\.origin.description) == ["networks[0].gateway", "routes[0]", "routes[1]", "routes[2]"])
        #expect(
            plan.routes.map(\.description) == [
                "route default via 10.0.0.1 dev eth0", "route 10.1.0.0/16 via 10.0.0.9",
                "route 192.168.0.0/24 dev eth0",
                "route 10.2.0.1/32 dev lo",
            ])
        #expect(plan.routes[1].source?.description == "10.0.0.2")
    }

    @Test("A device that moves in can have a route") func routeOfMoved() throws {
        let moves = try devices(["wan0": "wan"])
        let plan = try plan(#"{"routes": [{"destination": "10.1.0.0/16", "interface_name": "wan"}]}"#, moves: moves)
        #expect(plan.routes.first?.interface == "wan")
    }

    private func devices(_ names: [String: String]) throws -> [DeviceMove] {
        let spec = Spec(
            process: Process(args: ["/bin/true"], cwd: "/"), root: Root(path: "rootfs"),
            linux: Linux(
                namespaces: ownNamespace, netDevices: names.mapValues { Linux.NetDevice(name: $0) }))
        return try Planner.plan(spec, in: Planner.Situation(rootfs: "/r", cgroups: .v2)).deviceMoves
    }

    @Test("A device that moves in has its name for itself") func nameOfMoved() throws {
        #expect(
            refusal(veth(), moves: try devices(["wan0": "eth0"]))
                == "networks[0].name: \"eth0\" is the name of another device of the container's")
    }

    @Test(
        "Broadcast addresses, and where there are none",
        arguments: [
            ("10.0.0.2/24", "10.0.0.255"), ("10.0.0.2/30", "10.0.0.3"), ("172.16.5.1/12", "172.31.255.255"),
            ("10.0.0.2/31", nil), ("10.0.0.2/32", nil),
        ])
    func broadcast(prefix: String, wanted: String?) throws {
        let plan = try plan(veth(#""address": "\#(prefix)""#))
        #expect(plan.pairs[0].addresses[0].prefix.broadcast?.description == wanted)
    }

    @Test("IPv6 has none") func noBroadcast() throws {
        #expect(try plan(veth(#""ipv6_address": "fd00::2/64""#)).pairs[0].addresses[0].prefix.broadcast == nil)
    }

    @Test("A document written is the document read") func roundTrip() throws {
        let configuration = NetworkConfiguration(
            networks: [
                Network(type: .loopback),
                Network(
                    type: .veth, name: "a", bridge: "b", macAddress: "02:00:00:00:00:01", address: "10.0.0.2/24",
                    gateway: "10.0.0.1", ipv6Address: "fd00::2/64", ipv6Gateway: "fd00::1", mtu: 1500,
                    transmitQueueLength: 10, hostInterfaceName: "c", hairpinMode: true),
            ],
            routes: [Route(destination: "10.1.0.0/16", source: "10.0.0.2", gateway: "10.0.0.1", interfaceName: "a")])
        #expect(try NetworkConfiguration(parsing: configuration.serialized(.compact)) == configuration)
    }
}
