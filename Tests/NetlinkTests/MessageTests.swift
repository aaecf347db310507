import Glibc
@testable import Netlink
import Testing

/// Little-endian numbers, one after the other.
func bytes(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }
func u16(_ number: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)] }
func u32(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

/// nlmsghdr, with what rtnetlink(7) calls a request.
func header(_ length: UInt32, _ type: UInt16, _ flags: UInt16) -> [UInt8] {
    bytes(u32(length), u16(type), u16(flags), u32(1), u32(0))
}

/// ifinfomsg.
func device(_ index: UInt32 = 0, flags: UInt32 = 0, change: UInt32 = 0) -> [UInt8] {
    bytes([0, 0], u16(0), u32(index), u32(flags), u32(change))
}

/// An attribute, filled up to four bytes.
func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
    let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    return bytes(u16(UInt16(4 + value.count)), u16(type), value, padding)
}

func text(_ string: String) -> [UInt8] { Array(string.utf8) + [0] }

@Suite("Requests to rtnetlink") struct MessageTests {
    static let request: UInt16 = 1
    static let acknowledged: UInt16 = 1 | 4

    @Test("A device by its name") func getLink() {
        #expect(
            Message.link(named: "eth0").bytes
                == bytes(
                    header(52, 18, Self.request), device(), attribute(29, u32(8)), attribute(3, text("eth0"))))
    }

    @Test("A device by its index") func getLinkByIndex() {
        #expect(Message.link(7).bytes == bytes(header(40, 18, Self.request), device(7), attribute(29, u32(8))))
    }

    @Test("All devices, and all addresses") func lists() {
        #expect(
            Message.allLinks().bytes == bytes(header(40, 18, 0x301), device(), attribute(29, u32(8))))
        #expect(Message.allAddresses().bytes == bytes(header(24, 22, 0x301), [0, 0, 0, 0], u32(0)))
    }

    @Test("A move to another namespace, with a new name") func move() {
        #expect(
            Message.move(3, to: 9, as: "dev").bytes
                == bytes(
                    header(48, 16, Self.acknowledged), device(3), attribute(28, u32(9)), attribute(3, text("dev"))))
    }

    @Test("Names are filled up to four bytes, and their length is their own") func padding() {
        let message = Message.rename(3, to: "abcd").bytes
        #expect(message.count == 44)
        #expect(message[32...] == [9, 0, 3, 0, 0x61, 0x62, 0x63, 0x64, 0, 0, 0, 0])
    }

    @Test("Up and down change that flag and no other") func upAndDown() {
        #expect(
            Message.setUp(5, true).bytes == bytes(header(32, 16, Self.acknowledged), device(5, flags: 1, change: 1)))
        #expect(
            Message.setUp(5, false).bytes == bytes(header(32, 16, Self.acknowledged), device(5, flags: 0, change: 1)))
    }

    @Test("The largest packet, and the end of a device") func mtuAndEnd() {
        #expect(
            Message.setMTU(5, 1400).bytes
                == bytes(header(40, 16, Self.acknowledged), device(5), attribute(4, u32(1400))))
        #expect(Message.deleteLink(5).bytes == bytes(header(32, 17, Self.acknowledged), device(5)))
    }

    @Test("A MAC address") func hardwareAddress() {
        #expect(
            Message.setHardwareAddress(5, [2, 0, 0, 0, 0, 7]).bytes
                == bytes(header(44, 16, Self.acknowledged), device(5), attribute(1, [2, 0, 0, 0, 0, 7])))
    }

    @Test("A port that sends back what came in by it") func hairpin() {
        let mode = attribute(4, [1])
        let slave = bytes(attribute(4, text("bridge")), attribute(5, mode))
        #expect(
            Message.setHairpin(5).bytes
                == bytes(header(UInt32(36 + slave.count), 16, Self.acknowledged), device(5), attribute(18, slave)))
    }

    @Test("A pair, one end here and one there") func pair() {
        let pair = VethPair(
            name: "h", hardwareAddress: [2, 0, 0, 0, 0, 1], master: 4, peerName: "eth0",
            peerHardwareAddress: [2, 0, 0, 0, 0, 2], mtu: 1300, queueLength: 10)
        let sizes = bytes(attribute(4, u32(1300)), attribute(13, u32(10)))
        let peer = bytes(
            device(), attribute(3, text("eth0")), attribute(28, u32(9)), attribute(1, [2, 0, 0, 0, 0, 2]), sizes)
        let information = bytes(attribute(1, text("veth")), attribute(2, attribute(1, peer)))
        let body = bytes(
            device(), attribute(3, text("h")), attribute(1, [2, 0, 0, 0, 0, 1]), attribute(10, u32(4)), sizes,
            attribute(18, information))
        #expect(
            Message.make(pair, peerIn: 9).bytes == bytes(header(UInt32(16 + body.count), 16, 0x605), body))
    }

    @Test("What a pair leaves to the kernel is not said") func plainPair() {
        let pair = VethPair(name: "h", hardwareAddress: [2, 0, 0, 0, 0, 1], peerName: "p")
        let peer = bytes(device(), attribute(3, text("p")), attribute(28, u32(9)))
        let information = bytes(attribute(1, text("veth")), attribute(2, attribute(1, peer)))
        let body = bytes(
            device(), attribute(3, text("h")), attribute(1, [2, 0, 0, 0, 0, 1]), attribute(18, information))
        #expect(Message.make(pair, peerIn: 9).bytes.dropFirst(16) == body[...])
    }

    @Test("An IPv4 address") func address() {
        let address = InterfaceAddress(local: [10, 0, 0, 2], prefixLength: 24, broadcast: [10, 0, 0, 255])
        let body = bytes(
            [UInt8(AF_INET), 24, 0, 0], u32(3), attribute(2, [10, 0, 0, 2]), attribute(1, [10, 0, 0, 2]),
            attribute(4, [10, 0, 0, 255]), attribute(8, u32(0)))
        #expect(Message.add(address, to: 3).bytes == bytes(header(UInt32(16 + body.count), 20, 0x605), body))
    }

    @Test("An IPv6 address with a peer, a cost and flags, of which the kernel's own are left out") func peer() {
        let local = [UInt8](repeating: 1, count: 16), peer = [UInt8](repeating: 2, count: 16)
        let address = InterfaceAddress(
            local: local, prefixLength: 128, peer: peer, scope: 0,
            flags: Self.permanent | Self.tentative | 0x200, metric: 77)
        let body = bytes(
            [UInt8(AF_INET6), 128, 0, 0], u32(3), attribute(2, local), attribute(1, peer), attribute(8, u32(0x200)),
            attribute(9, u32(77)))
        #expect(Message.add(address, to: 3).bytes.dropFirst(16) == body[...])
    }

    private static let permanent: UInt32 = 0x80
    private static let tentative: UInt32 = 0x40

    @Test("A default route, a route to a network, a route without a gateway") func routes() {
        func body(_ family: Int32, _ length: UInt8, _ scope: UInt8) -> [UInt8] {
            bytes([UInt8(family), length, 0, 0, 254, 3, scope, 1], u32(0))
        }
        #expect(
            Message.add(RouteEntry(destination: [0, 0, 0, 0], prefixLength: 0, gateway: [10, 0, 0, 1], index: 2)).bytes
                == bytes(
                    header(44, 24, 0x605), body(AF_INET, 0, 0), attribute(5, [10, 0, 0, 1]), attribute(4, u32(2))))
        #expect(
            Message.add(
                RouteEntry(destination: [10, 1, 0, 0], prefixLength: 16, source: [10, 0, 0, 2], index: 2)
            ).bytes.dropFirst(16)
                == bytes(
                    body(AF_INET, 16, 253), attribute(1, [10, 1, 0, 0]), attribute(7, [10, 0, 0, 2]),
                    attribute(4, u32(2)))[...])
        let network = [UInt8](repeating: 0xfd, count: 16)
        #expect(
            Message.add(RouteEntry(destination: network, prefixLength: 8, index: 2)).bytes.dropFirst(16)
                == bytes(body(AF_INET6, 8, 0), attribute(1, network), attribute(4, u32(2)))[...])
    }
}
