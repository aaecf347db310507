import Netlink
import Networks
import OCI
@testable import Skep
import Testing

@Suite("network.json, and networks of containers that are not started") struct NetworkRecordTests {
    @Test("What is written is read again") func roundTrip() throws {
        let record = NetworkRecord(
            devices: [
                NetworkRecord.MovedDevice(
                    name: "eth0", hardwareAddress: [2, 0, 0xab, 0, 0, 1], mtu: 1400, isUp: true,
                    addresses: [
                        InterfaceAddress(
                            local: [10, 0, 0, 2], prefixLength: 24, peer: [10, 0, 0, 9], broadcast: [10, 0, 0, 255],
                            scope: 253, flags: 0x280, metric: 5),
                        InterfaceAddress(local: [UInt8](repeating: 0xfd, count: 16), prefixLength: 128),
                    ],
                    innerName: "wan", innerIndex: 7),
                NetworkRecord.MovedDevice(
                    name: "tun0", hardwareAddress: [], mtu: 1500, isUp: false, addresses: [], innerName: "tun0"),
            ],
            pairs: [NetworkRecord.HostEnd(name: "skep01020304", hardwareAddress: [2, 1, 2, 3, 4, 5])])
        #expect(try NetworkRecord(parsing: record.serialized(.compact)) == record)
    }

    @Test("Names and MAC addresses of ours are valid, and no two are the same") func random() {
        let names = (0..<100).map { _ in NetworkNames.random() }
        #expect(Set(names).count == 100)
        #expect(names.allSatisfy { $0.utf8.count == 12 && $0.hasPrefix("skep") })
        #expect((0..<100).allSatisfy { _ in NetworkNames.randomAddress()[0] & 3 == 2 })
    }

    @Test("create refuses networks that could not be made, and makes nothing") func create() throws {
        let workshop = try Workshop()
        let spec = workshop.spec { $0.linux?.namespaces.append(Namespace(type: .network)) }
        let bad = NetworkConfiguration(networks: [Network(type: .veth, address: "10.0.0.5")])
        let error = failure { _ = try workshop.factory.create("a", spec, network: bad) }
        #expect(error?.code == .configInvalid)
        #expect(error?.description == #"networks[0].address: "10.0.0.5" lacks a prefix length"#)
        #expect(try workshop.ids().isEmpty)
        let good = NetworkConfiguration(networks: [Network(type: .veth, address: "10.0.0.5/24")])
        try workshop.factory.create("a", spec, network: good).destroy()
    }

    @Test("The annotation is the same document, and one of the two is enough") func annotation() throws {
        let workshop = try Workshop()
        func refusal(_ text: String, _ network: NetworkConfiguration? = nil) -> String? {
            let spec = workshop.spec { spec in
                spec.linux?.namespaces.append(Namespace(type: .network))
                spec.annotations = [NetworkConfiguration.annotation: text]
            }
            return failure { _ = try workshop.factory.create("a", spec, network: network) }?.description
        }
        #expect(
            refusal(#"{"networks": [{"type": "veth", "mtu": 1}]}"#)
                == "networks[0].mtu: 1 is out of range (68 to 65535)")
        #expect(
            refusal(#"{"networks": [{"type": 1}]}"#)
                == #"annotations.io.skep.network: networks[0].type: expected a string, found an integer (1); write it in double quotes"#
        )
        #expect(refusal("veth")?.hasPrefix(#"annotations.io.skep.network: line 1, column 1: "#) == true)
        #expect(
            refusal("{}", NetworkConfiguration())
                == #"annotations.io.skep.network: has networks, and so has --network; only one of them can be meant"#
        )
    }

    @Test("A plan shows the networks first, each with its property") func preview() throws {
        let workshop = try Workshop()
        let spec = workshop.spec { spec in
            spec.linux?.namespaces.append(Namespace(type: .network))
            spec.linux?.netDevices = ["wan0": Linux.NetDevice(name: "wan")]
        }
        let network = NetworkConfiguration(
            networks: [Network(type: .veth, bridge: "br0", address: "10.0.0.2/24", gateway: "10.0.0.1")])
        let steps = try PlanPreview(spec, bundle: workshop.bundle, network: network).steps.prefix(3)
        #expect(
            steps.map(\.detail) == [
                "veth eth0 on br0 10.0.0.2/24", "move wan0 to wan", "route default via 10.0.0.1 dev eth0",
            ])
        #expect(steps.map(\.origin) == ["networks[0]", "linux.netDevices.wan0", "networks[0].gateway"])
    }
}
