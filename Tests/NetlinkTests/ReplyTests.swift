import Glibc
import Testing

@testable import Netlink

@Suite("Answers of rtnetlink") struct ReplyTests {
    /// A message of that type.
    static func message(_ type: UInt16, flags: UInt16 = 0, _ payload: [UInt8]) -> [UInt8] {
        bytes(header(UInt32(16 + payload.count), type, flags), payload)
    }

    /// The one message of a datagram.
    static func first(_ datagram: [UInt8]) throws -> Reply {
        let replies = try #require(Reply.split(datagram))
        return try #require(replies.first)
    }

    static let link = message(
        16,
        bytes(
            [0, 0, 1, 0], u32(3), u32(0x1003), u32(0), attribute(3, text("eth0")), attribute(4, u32(1400)),
            attribute(1, [2, 0, 0, 0, 0, 7]), attribute(0x8012, bytes(attribute(1, text("veth"))))))

    static func address(_ flags: UInt32, scope: UInt8 = 0, _ attributes: [UInt8]) -> [UInt8] {
        message(
            20, bytes([UInt8(AF_INET), 24, UInt8(truncatingIfNeeded: flags), scope], u32(3), attributes))
    }

    @Test("A device") func readLink() throws {
        let reply = try Self.first(Self.link)
        let link = try #require(Link(reply))
        #expect(link.index == 3)
        #expect(link.name == "eth0")
        #expect(link.isUp)
        #expect(link.mtu == 1400)
        #expect(link.hardwareAddress == [2, 0, 0, 0, 0, 7])
        #expect(link.kind == "veth")
    }

    @Test("A device that is down, physical, and without a MAC address") func plainLink() throws {
        let datagram = Self.message(16, bytes([0, 0, 1, 0], u32(3), u32(0x1002), u32(0), attribute(3, text("tun"))))
        let link = try #require(Link(try Self.first(datagram)))
        #expect(!link.isUp)
        #expect(link.kind == nil)
        #expect(link.hardwareAddress.isEmpty)
    }

    @Test("An address, its broadcast address, and flags beyond the first eight") func readAddress() throws {
        let datagram = Self.address(
            0x80,
            bytes(
                attribute(1, [10, 0, 0, 2]), attribute(2, [10, 0, 0, 2]), attribute(4, [10, 0, 0, 255]),
                attribute(3, text("eth0")), attribute(8, u32(0x280)), attribute(9, u32(5))))
        let (index, address) = try #require(InterfaceAddress.read(try Self.first(datagram)))
        #expect(index == 3)
        #expect(
            address
                == InterfaceAddress(
                    local: [10, 0, 0, 2], prefixLength: 24, broadcast: [10, 0, 0, 255], flags: 0x280, metric: 5))
        #expect(address.isKept)
        #expect(address.settableFlags == 0x200)
    }

    @Test("An address with another end") func readPeer() throws {
        let datagram = Self.address(0x80, bytes(attribute(1, [10, 0, 0, 9]), attribute(2, [10, 0, 0, 2])))
        let (_, address) = try #require(InterfaceAddress.read(try Self.first(datagram)))
        #expect(address.local == [10, 0, 0, 2])
        #expect(address.peer == [10, 0, 0, 9])
    }

    @Test(
        "What is not for good, or not for everywhere, is not kept",
        arguments: [(UInt32(0), UInt8(0)), (0x80, 253), (0x80, 200), (0x80, 254)])
    func notKept(flags: UInt32, scope: UInt8) {
        let address = InterfaceAddress(local: [10, 0, 0, 2], prefixLength: 24, scope: scope, flags: flags)
        #expect(!address.isKept)
    }

    struct Told: Sendable {
        var type: UInt16 = 2
        var flags: UInt16 = 0
        var payload: [UInt8]
        var error: Int32?
        var words: String?
    }

    static let told = [
        Told(payload: bytes(u32(0), header(16, 16, 1)), error: 0),
        Told(payload: bytes(u32(UInt32(bitPattern: -17)), header(16, 16, 1)), error: 17),
        Told(
            flags: 0x200,
            payload: bytes(u32(UInt32(bitPattern: -22)), header(16, 16, 1), attribute(1, text("no such thing"))),
            error: 22, words: "no such thing"),
        Told(type: 3, flags: 2, payload: u32(UInt32(bitPattern: -4)), error: 4),
        Told(type: 16, payload: [1, 2, 3, 4]),
    ]

    @Test("Success, failure, and the kernel's words", arguments: told)
    func outcome(told: Told) throws {
        let replies = try #require(Reply.split(Self.message(told.type, flags: told.flags, told.payload)))
        let outcome = try #require(replies.first).outcome
        #expect(outcome?.error == told.error)
        #expect(outcome?.words == told.words)
    }

    @Test("Several messages in one datagram") func several() throws {
        let replies = try #require(Reply.split(Self.link + Self.link + Self.message(3, flags: 2, u32(0))))
        #expect(replies.map(\.type) == [16, 16, 3])
    }

    @Test("What is cut off anywhere is refused, or read without what is missing") func truncated() {
        for length in 1..<Self.link.count {
            #expect(Reply.split(Array(Self.link.prefix(length))) == nil)
            // The same with a header that agrees: a kernel that means it.
            var shorter = Array(Self.link.prefix(length))
            guard length >= 16 else { continue }
            shorter.replaceSubrange(0..<4, with: u32(UInt32(length)))
            for reply in Reply.split(shorter) ?? [] { _ = Link(reply) }
        }
    }

    @Test("Lengths that lie are refused", arguments: [0, 3, 15, 4096])
    func lies(length: UInt32) {
        var message = Self.link
        message.replaceSubrange(0..<4, with: u32(length))
        #expect(Reply.split(message) == nil)
    }

    @Test("Attributes whose lengths lie are refused", arguments: [0, 3, 200])
    func attributeLies(length: UInt16) {
        let bytes = bytes(u16(length), u16(3), text("eth"))
        #expect(Attributes(bytes[...]) == nil)
    }

    @Test("Any byte of a message may be anything") func mutated() {
        for index in Self.link.indices {
            for value in [UInt8(0), 1, 0x7f, 0x80, 0xff] {
                var message = Self.link
                message[index] = value
                for reply in Reply.split(message) ?? [] {
                    _ = Link(reply)
                    _ = InterfaceAddress.read(reply)
                    _ = reply.outcome
                }
            }
        }
    }
}
