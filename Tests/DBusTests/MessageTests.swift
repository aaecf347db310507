import Testing

@testable import DBus

@Suite("D-Bus messages") struct MessageTests {
    @Test("What is written is read again", arguments: Samples.messages) func roundTrip(message: Message) throws {
        #expect(try Message.length(of: message.bytes[...]) == message.bytes.count)
        #expect(try Message.read(message.bytes) == message)
    }

    @Test("Each value by itself", arguments: Samples.values) func roundTrip(value: Value) throws {
        let message = Message(.reply, serial: 1, replySerial: 2, body: [.byte(1), value])
        #expect(try Message.read(message.bytes)?.body == [.byte(1), value])
    }

    @Test("Byte by byte") func layout() throws {
        let message = Message(.reply, serial: 5, replySerial: 3, body: [.string("A"), .byte(7)])
        // Written down from the specification: fixed part, REPLY_SERIAL, SIGNATURE, padding, body.
        let expected: [UInt8] =
            [0x6c, 2, 0, 1, 7, 0, 0, 0, 5, 0, 0, 0, 16, 0, 0, 0] + [5, 1, 0x75, 0, 3, 0, 0, 0]
            + [8, 1, 0x67, 0, 2, 0x73, 0x79, 0] + [] + [1, 0, 0, 0, 0x41, 0, 7]
        #expect(message.bytes == expected)
    }

    @Test("Of the other byte order") func bigEndian() throws {
        let bytes: [UInt8] = [
            0x42, 2, 1, 1, 0, 0, 0, 6, 0, 0, 0, 5, 0, 0, 0, 16, 5, 1, 0x75, 0, 0, 0, 0, 3, 8, 1, 0x67, 0, 2, 0x75, 0x71,
            0, 0, 0, 1, 0, 0x12, 0x34,
        ]
        #expect(
            try Message.read(bytes)
                == Message(
                    .reply, serial: 5, isUnanswered: true, replySerial: 3, body: [.uint32(256), .uint16(0x1234)]))
    }

    @Test("Numbers lie at their alignment, also in what is empty") func alignment() throws {
        var encoder = Encoder()
        encoder.append([.byte(1), .array(element: "t", []), .byte(2), .structure([.byte(3)])])
        #expect(encoder.bytes == [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3])
    }

    @Test("A message of a type to come is passed over") func unknownKind() throws {
        var bytes = Samples.messages[4].bytes
        bytes[1] = 5
        #expect(try Message.read(bytes) == nil)
        bytes[1] = 0
        #expect(throws: MessageError.header("a message of no type")) { _ = try Message.read(bytes) }
    }

    private func changed(_ offset: Int, _ byte: UInt8) -> [UInt8] {
        var bytes = Samples.messages[3].bytes
        bytes[offset] = byte
        return bytes
    }

    @Test("What is no message is an error") func headers() {
        func expect(_ bytes: [UInt8], _ error: MessageError) {
            #expect(throws: error) { _ = try Message.read(bytes) }
        }
        expect([], .truncated)
        expect(Array(Samples.call.bytes.dropLast()), .truncated)
        expect(Samples.call.bytes + [0], .truncated)
        expect(changed(0, 0x78), .header("a byte order that is neither \"l\" nor \"B\""))
        expect(changed(3, 2), .header("version 2 of the protocol"))
        expect(changed(8, 0), .header("the serial 0"))
        expect(changed(6, 0x80), .tooLong)
        expect(changed(15, 1), .tooLong)
    }

    @Test("A header without what such a message has") func fields() {
        let error = MessageError.header("a header without a field that such a message has")
        for message in [
            Message(.call, serial: 1, path: "/"), Message(.call, serial: 1, member: "A"), Message(.reply, serial: 1),
            Message(.error, serial: 1, replySerial: 1), Message(.error, serial: 1, errorName: "a.b"),
            Message(.signal, serial: 1, path: "/", member: "A"),
            Message(.signal, serial: 1, interface: "a.b", member: "A"),
        ] {
            #expect(throws: error) { _ = try Message.read(message.bytes) }
        }
    }

    @Test("Names that are none", arguments: ["a", "a..b", ".a", "a.1b", "a.b-c", ""])
    func names(name: String) {
        let message = Message(.error, serial: 1, replySerial: 1, errorName: name)
        #expect(throws: MessageError.header("a field 4 that holds no such thing")) {
            _ = try Message.read(message.bytes)
        }
    }

    @Test("The errors say what is wrong") func descriptions() {
        #expect(MessageError.truncated.description == "it ends too early")
        #expect(MessageError.signature("x(").description == "\"x(\" is no signature that it can have")
        #expect(MessageError.header("the serial 0").description == "the serial 0")
        #expect(MessageError.tooDeep.description == "its values lie in each other too deeply")
        #expect(MessageError.tooLong.description == "it is too long")
    }
}
