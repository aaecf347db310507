extension Message {
    /// The bytes of a header whose length is always the same.
    static let fixedLength = 16
    /// The longest message that is read. The specification allows 128 MiB; nothing that is asked here has an answer of
    /// that size.
    static let longest = 4 << 20

    private static let noReplyExpected: UInt8 = 1

    /// The header's fields (D-Bus specification, Header Fields).
    private enum Field: UInt8 {
        case path = 1
        case interface, member, errorName, replySerial, destination, sender, signature
    }

    /// The message as it is sent, little-endian.
    package var bytes: [UInt8] {
        var contents = Encoder()
        contents.append(body)
        var fields: [Value] = []
        func add(_ field: Field, _ value: Value?) {
            if let value { fields.append(.structure([.byte(field.rawValue), .variant(value)])) }
        }
        add(.path, path.map(Value.objectPath))
        add(.interface, interface.map(Value.string))
        add(.member, member.map(Value.string))
        add(.errorName, errorName.map(Value.string))
        add(.replySerial, replySerial.map(Value.uint32))
        add(.destination, destination.map(Value.string))
        add(.sender, sender.map(Value.string))
        if !body.isEmpty { add(.signature, .signature(Value.signature(of: body))) }
        var header = Encoder()
        header.append([
            .byte(UInt8(ascii: "l")), .byte(kind.rawValue), .byte(isUnanswered ? Self.noReplyExpected : 0), .byte(1),
            .uint32(UInt32(contents.bytes.count)), .uint32(serial), .array(element: "(yv)", fields),
        ])
        header.align(to: 8)
        return header.bytes + contents.bytes
    }

    /// How long the message is that begins with these bytes, of which there are at least `fixedLength`.
    ///
    /// - Throws: `MessageError` if no message begins like that, or it is longer than what is read.
    package static func length(of start: ArraySlice<UInt8>) throws(MessageError) -> Int {
        let bytes = Array(start.prefix(fixedLength))
        guard bytes.count == fixedLength else { throw .truncated }
        let isBigEndian = try isBigEndian(bytes)
        if bytes[3] != 1 { throw .header("version \(bytes[3]) of the protocol") }
        func length(at offset: Int) -> Int {
            let digits = bytes[offset..<offset + 4]
            return (isBigEndian ? Array(digits) : digits.reversed()).reduce(0) { $0 << 8 | Int($1) }
        }
        let fields = length(at: 12), body = length(at: 4)
        if fields > longest || body > longest { throw .tooLong }
        let total = (fixedLength + fields + 7) / 8 * 8 + body
        if total > longest { throw .tooLong }
        return total
    }

    private static func isBigEndian(_ bytes: [UInt8]) throws(MessageError) -> Bool {
        switch bytes.first {
        case UInt8(ascii: "l"): return false
        case UInt8(ascii: "B"): return true
        default: throw .header("a byte order that is neither \"l\" nor \"B\"")
        }
    }

    /// Reads a whole message of either byte order. Nil for one of a type that the specification does not have yet,
    /// which is to be passed over.
    ///
    /// - Throws: `MessageError` for what is no message.
    package static func read(_ bytes: [UInt8]) throws(MessageError) -> Message? {
        guard try length(of: bytes[...]) == bytes.count else { throw .truncated }
        let isBigEndian = try isBigEndian(bytes)
        if bytes[1] == 0 { throw .header("a message of no type") }
        guard let kind = Kind(rawValue: bytes[1]) else { return nil }
        var decoder = Decoder(bytes, from: 4, to: bytes.count, isBigEndian: isBigEndian)
        let start = try decoder.values("uua(yv)")
        guard case .uint32(let serial) = start[1], case .array(_, let fields) = start[2] else {
            throw .header("another header than every message has")
        }
        if serial == 0 { throw .header("the serial 0") }
        try decoder.align(to: 8)
        var message = Message(kind, serial: serial, isUnanswered: bytes[2] & noReplyExpected != 0)
        var signature = ""
        for field in fields { try message.set(field, &signature) }
        try message.checkFields()
        message.body = try decoder.values(signature)
        if decoder.offset != bytes.count { throw .header("a body that is longer than its signature says") }
        return message
    }

    /// Takes over a field of the header. One that is not known says nothing.
    private mutating func set(_ field: Value, _ signature: inout String) throws(MessageError) {
        guard case .structure(let parts) = field, case .byte(let code) = parts[0], case .variant(let value) = parts[1]
        else { throw .header("a field that is none") }
        if code == 0 { throw .header("a field of the code 0") }
        switch (Field(rawValue: code), value) {
        case (nil, _): break
        case (.path, .objectPath(let text)): path = text
        case (.interface, .string(let text)) where Names.isInterface(text): interface = text
        case (.member, .string(let text)) where Names.isMember(text): member = text
        case (.errorName, .string(let text)) where Names.isInterface(text): errorName = text
        case (.replySerial, .uint32(let number)) where number != 0: replySerial = number
        case (.destination, .string(let text)): destination = text
        case (.sender, .string(let text)): sender = text
        case (.signature, .signature(let text)): signature = text
        default: throw .header("a field \(code) that holds no such thing")
        }
    }

    private func checkFields() throws(MessageError) {
        let isComplete =
            switch kind {
            case .call: path != nil && member != nil
            case .reply: replySerial != nil
            case .error: replySerial != nil && errorName != nil
            case .signal: path != nil && interface != nil && member != nil
            }
        if !isComplete { throw .header("a header without a field that such a message has") }
    }
}
