import Networks
import OCI
import Planning
import Testing

/// A document that is refused, and why.
struct Refused: Sendable, CustomTestStringConvertible {
    var document: String
    var reason: String
    var testDescription: String { document }

    init(_ document: String, _ reason: String) {
        self.document = document
        self.reason = reason
    }
}

@Suite("Networks: what is refused") struct NetworkRefusalTests {
    static let values = [
        Refused(veth(#""address": "10.0.0.5""#), #"networks[0].address: "10.0.0.5" lacks a prefix length"#),
        Refused(
            veth(#""address": "10.0.0.5/33""#), #"networks[0].address: "10.0.0.5/33" has no prefix length from 0 to 32"#
        ),
        Refused(
            veth(#""address": "10.0.0.5/""#), #"networks[0].address: "10.0.0.5/" has no prefix length from 0 to 32"#),
        Refused(
            veth(#""address": "10.0.0.5/+8""#), #"networks[0].address: "10.0.0.5/+8" has no prefix length from 0 to 32"#
        ),
        Refused(
            veth(#""address": "10.0.0.5/8/8""#),
            #"networks[0].address: "10.0.0.5/8/8" has no prefix length from 0 to 32"#),
        Refused(veth(#""address": "10.0.0/24""#), #"networks[0].address: "10.0.0/24" is no address"#),
        Refused(veth(#""address": "10.0.0.256/24""#), #"networks[0].address: "10.0.0.256/24" is no address"#),
        Refused(veth(#""address": "web/24""#), #"networks[0].address: "web/24" is no address"#),
        Refused(veth(#""address": "fd00::2/64""#), #"networks[0].address: "fd00::2/64" is no IPv4 address"#),
        Refused(
            veth(#""address": "0.0.0.0/24""#), #"networks[0].address: "0.0.0.0/24" is no address of a single machine"#),
        Refused(
            veth(#""address": "224.0.0.1/24""#),
            #"networks[0].address: "224.0.0.1/24" is no address of a single machine"#),
        Refused(
            veth(#""ipv6_address": "10.0.0.2/24""#), #"networks[0].ipv6_address: "10.0.0.2/24" is no IPv6 address"#),
        Refused(veth(#""ipv6_address": "fd00::2""#), #"networks[0].ipv6_address: "fd00::2" lacks a prefix length"#),
        Refused(
            veth(#""ipv6_address": "fd00::2/129""#),
            #"networks[0].ipv6_address: "fd00::2/129" has no prefix length from 0 to 128"#),
        Refused(
            veth(#""ipv6_address": "ff02::1/64""#),
            #"networks[0].ipv6_address: "ff02::1/64" is no address of a single machine"#),
        Refused(veth(#""ipv6_address": "::g/64""#), #"networks[0].ipv6_address: "::g/64" is no address"#),
        Refused(veth(#""gateway": "10.0.0.1""#), "networks[0].gateway: needs an address to be reached from: address"),
        Refused(
            veth(#""ipv6_gateway": "fd00::1""#),
            "networks[0].ipv6_gateway: needs an address to be reached from: ipv6_address"),
        Refused(
            veth(#""address": "10.0.0.2/24", "gateway": "10.0.1.1""#),
            "networks[0].gateway: 10.0.1.1 is not in the network of address, 10.0.0.0/24"),
        Refused(
            veth(#""address": "10.0.0.2/24", "gateway": "10.0.0.2""#),
            "networks[0].gateway: 10.0.0.2 is the container's own address"),
        Refused(
            veth(#""address": "10.0.0.2/24", "gateway": "10.0.0.1/24""#),
            #"networks[0].gateway: "10.0.0.1/24" is no address"#),
        Refused(
            veth(#""address": "10.0.0.2/24", "gateway": "fd00::1""#),
            #"networks[0].gateway: "fd00::1" is no IPv4 address"#),
        Refused(
            veth(#""ipv6_address": "fd00::2/64", "ipv6_gateway": "fd01::1""#),
            "networks[0].ipv6_gateway: fd01::1 is not in the network of ipv6_address, fd00::/64"),
        Refused(
            veth(#""mac_address": "02:00:00:00:00""#),
            #"networks[0].mac_address: "02:00:00:00:00" is no MAC address: six bytes in hexadecimal, with colons between"#
        ),
        Refused(
            veth(#""mac_address": "02:00:00:00:00:0g""#),
            #"networks[0].mac_address: "02:00:00:00:00:0g" is no MAC address: six bytes in hexadecimal, with colons between"#
        ),
        Refused(
            veth(#""mac_address": "02-00-00-00-00-01""#),
            #"networks[0].mac_address: "02-00-00-00-00-01" is no MAC address: six bytes in hexadecimal, with colons between"#
        ),
        Refused(
            veth(#""mac_address": "2:0:0:0:0:1""#),
            #"networks[0].mac_address: "2:0:0:0:0:1" is no MAC address: six bytes in hexadecimal, with colons between"#),
        Refused(
            veth(#""mac_address": "01:00:5e:00:00:01""#),
            #"networks[0].mac_address: "01:00:5e:00:00:01" is no address of a single device"#),
        Refused(
            veth(#""mac_address": "00:00:00:00:00:00""#),
            #"networks[0].mac_address: "00:00:00:00:00:00" is no address of a single device"#),
        Refused(veth(#""mtu": 67"#), "networks[0].mtu: 67 is out of range (68 to 65535)"),
        Refused(veth(#""mtu": 65536"#), "networks[0].mtu: 65536 is out of range (68 to 65535)"),
        Refused(veth(#""mtu": -1"#), "networks[0].mtu: -1 is out of range (68 to 65535)"),
        Refused(
            veth(#""mtu": 1279, "ipv6_address": "fd00::2/64""#),
            "networks[0].mtu: 1279 is less than the 1280 that IPv6 needs"),
        Refused(veth(#""txqueuelen": -1"#), "networks[0].txqueuelen: -1 is out of range (0 to 2147483647)"),
        Refused(
            veth(#""name": "a/b""#), #"networks[0].name: "a/b" has a "/" or a ":" in it, as no network device has"#),
        Refused(veth(#""name": "eth%d""#), #"networks[0].name: "eth%d" has a "%" in it"#),
        Refused(veth(#""name": "lo""#), #"networks[0].name: "lo" is the name of another device of the container's"#),
        Refused(
            veth(#""host_interface_name": "abcdefghijklmnop""#),
            #"networks[0].host_interface_name: "abcdefghijklmnop" is longer than the 15 bytes that a network device's name has"#
        ),
        Refused(
            veth(#""bridge": "b r""#), #"networks[0].bridge: "b r" has white space in it, as no network device has"#),
        Refused(
            veth(#""hairpin_mode": true"#), "networks[0].hairpin_mode is for a port of a bridge, and there is none"),
    ]

    static let several = [
        Refused(
            #"{"networks": [{"type": "veth", "name": "a"}, {"type": "veth", "name": "a"}]}"#,
            #"networks[1].name: "a" is the name of another device of the container's"#),
        Refused(
            #"{"networks": [{"type": "veth", "name": "eth1"}, {"type": "veth"}]}"#,
            #"networks[1].name: "eth1" is the name of another device of the container's"#),
        Refused(
            #"{"networks": [{"type": "veth", "host_interface_name": "a"}, {"type": "veth", "host_interface_name": "a"}]}"#,
            #"networks[1].host_interface_name: "a" is the name of another network's"#),
        Refused(
            #"{"networks": [{"type": "veth", "address": "10.0.0.2/24"}, {"type": "veth", "address": "10.0.0.2/8"}]}"#,
            #"networks[1].address: "10.0.0.2/8" is the same as networks[0].address"#),
        Refused(
            #"{"networks": [{"type": "veth", "address": "10.0.0.2/24", "gateway": "10.0.0.1"}, {"type": "veth", "address": "10.0.1.2/24", "gateway": "10.0.1.1"}]}"#,
            "networks[1].gateway: leads where networks[0].gateway leads as well"),
        Refused(
            #"{"networks": [{"type": "loopback", "address": "127.0.0.1/8"}]}"#,
            #"networks[0]: a network of type "loopback" takes no other property"#),
        Refused(
            #"{"networks": [{"type": "loopback", "name": "lo2"}]}"#,
            #"networks[0]: a network of type "loopback" takes no other property"#),
    ]

    static let routes = [
        Refused(
            veth(routes: #"{"destination": "10.1.0.0", "interface_name": "eth0"}"#),
            #"routes[0].destination: "10.1.0.0" lacks a prefix length"#),
        Refused(
            veth(routes: #"{"destination": "default", "interface_name": "eth0"}"#),
            #"routes[0].destination: "default" is no address"#),
        Refused(
            veth(routes: #"{"destination": "10.1.0.5/16", "interface_name": "eth0"}"#),
            #"routes[0].destination: "10.1.0.5/16" has bits behind its prefix; 10.1.0.0/16 is the network that it is in"#
        ),
        Refused(
            veth(routes: #"{"destination": "10.1.0.0/16"}"#),
            "routes[0]: leads nowhere: it has neither gateway nor interface_name"),
        Refused(
            veth(routes: #"{"destination": "10.1.0.0/16", "gateway": "fd00::1"}"#),
            #"routes[0].gateway: "fd00::1" is no IPv4 address"#),
        Refused(
            veth(routes: #"{"destination": "fd00::/16", "gateway": "10.0.0.1"}"#),
            #"routes[0].gateway: "10.0.0.1" is no IPv6 address"#),
        Refused(
            veth(routes: #"{"destination": "10.1.0.0/16", "gateway": "0.0.0.0"}"#),
            #"routes[0].gateway: "0.0.0.0" is no address of a single machine"#),
        Refused(
            veth(routes: #"{"destination": "10.1.0.0/16", "interface_name": "eth1"}"#),
            #"routes[0].interface_name: "eth1" is no device of the container's"#),
        Refused(
            veth(routes: #"{"destination": "10.1.0.0/16", "interface_name": "eth0", "source": "10.0.0.2"}"#),
            "routes[0].source: 10.0.0.2 is no address of these networks"),
        Refused(
            veth(
                #""address": "10.0.0.2/24", "gateway": "10.0.0.1""#,
                routes: #"{"destination": "0.0.0.0/0", "interface_name": "eth0"}"#),
            "routes[0]: leads where networks[0].gateway leads as well"),
        Refused(
            veth(
                routes:
                    #"{"destination": "10.1.0.0/16", "interface_name": "eth0"}, {"destination": "10.1.0.0/16", "interface_name": "lo"}"#
            ),
            "routes[1]: leads where routes[0] leads as well"),
    ]

    static let documents = [
        Refused("[]", "expected an object, found an array"),
        Refused(#"{"networks": {}}"#, "networks: expected an array, found an object"),
        Refused(#"{"networks": ["veth"]}"#, #"networks[0]: expected an object, found a string ("veth")"#),
        Refused(#"{"networks": [{}]}"#, "networks[0].type: required, but missing"),
        Refused(
            #"{"networks": [{"type": "macvlan"}]}"#,
            #"networks[0].type: unknown value "macvlan" (one of: loopback, veth)"#),
        Refused(veth(#""address": 10"#), "networks[0].address: expected a string, found an integer (10)"),
        Refused(veth(#""mtu": "1500""#), #"networks[0].mtu: expected an integer, found a string ("1500")"#),
        Refused(veth(#""hairpin_mode": 1"#), "networks[0].hairpin_mode: expected a boolean, found an integer (1)"),
        Refused(
            veth(#""adress": "10.0.0.2/24""#),
            "networks[0].adress: no such property (there are: type, name, bridge, mac_address, address, gateway, ipv6_address, ipv6_gateway, mtu, txqueuelen, host_interface_name, hairpin_mode)"
        ),
        Refused(#"{"network": []}"#, "network: no such property (there are: networks, routes)"),
        Refused(#"{"routes": [{}]}"#, "routes[0].destination: required, but missing"),
        Refused(
            #"{"routes": [{"destination": "10.1.0.0/16", "via": "10.0.0.1"}]}"#,
            "routes[0].via: no such property (there are: destination, source, gateway, interface_name)"),
    ]

    @Test("By the property at fault", arguments: values + several + routes + documents)
    func refused(_ refused: Refused) {
        #expect(refusal(refused.document) == refused.reason)
    }

    @Test("Without a network namespace, or in somebody else's") func namespaces() {
        #expect(
            refusal(veth(), namespaces: [])
                == "networks: has no network namespace of the container's to be in; add a namespace of type \"network\" to linux.namespaces"
        )
        #expect(
            refusal(veth(), namespaces: [Namespace(type: .network, path: "/run/netns/a")])
                == "networks: would change a network namespace of somebody else's: /run/netns/a; take the path away from linux.namespaces, and the container gets one of its own"
        )
        #expect(refusal(#"{"networks": [{"type": "loopback"}]}"#, namespaces: []) != nil)
    }
}
