/// Values out of bytes of either byte order. Every rule of the specification is held to: what breaks one is an error,
/// never a guess.
struct Decoder {
    private let bytes: [UInt8]
    private let isBigEndian: Bool
    /// Where the next value begins, counted from where alignment counts.
    private(set) var offset: Int
    private let end: Int

    /// How deeply containers may lie in each other, variants included.
    static let deepest = 64
    /// The longest array, in bytes.
    private static let longestArray = 64 << 20

    init(_ bytes: [UInt8], from offset: Int, to end: Int, isBigEndian: Bool) {
        self.bytes = bytes
        self.isBigEndian = isBigEndian
        self.offset = offset
        self.end = end
    }

    /// As many values as the signature has types.
    mutating func values(_ signature: String) throws(MessageError) -> [Value] {
        let codes = Array(signature.utf8)
        guard Signature.isValid(signature) else { throw .signature(signature) }
        return try values(codes[...], depth: 0)
    }

    private mutating func values(_ codes: ArraySlice<UInt8>, depth: Int) throws(MessageError) -> [Value] {
        var values: [Value] = []
        var rest = codes
        while !rest.isEmpty {
            let length = try Signature.firstType(of: rest)
            values.append(try value(rest.prefix(length), depth: depth))
            rest = rest.dropFirst(length)
        }
        return values
    }

    /// A value of the one type that `codes` are the signature of.
    private mutating func value(_ codes: ArraySlice<UInt8>, depth: Int) throws(MessageError) -> Value {
        if depth > Self.deepest { throw .tooDeep }
        guard let code = codes.first else { throw .signature("") }
        switch code {
        case UInt8(ascii: "y"): return .byte(try number())
        case UInt8(ascii: "b"): return .boolean(try boolean())
        case UInt8(ascii: "n"): return .int16(try number())
        case UInt8(ascii: "q"): return .uint16(try number())
        case UInt8(ascii: "i"): return .int32(try number())
        case UInt8(ascii: "u"): return .uint32(try number())
        case UInt8(ascii: "x"): return .int64(try number())
        case UInt8(ascii: "t"): return .uint64(try number())
        case UInt8(ascii: "d"): return .double(Double(bitPattern: try number()))
        case UInt8(ascii: "s"): return .string(try string())
        case UInt8(ascii: "o"): return .objectPath(try objectPath())
        case UInt8(ascii: "g"): return .signature(try signature())
        case UInt8(ascii: "v"): return .variant(try variant(depth: depth))
        case UInt8(ascii: "a"): return try array(codes.dropFirst(), depth: depth)
        case UInt8(ascii: "("):
            try align(to: 8)
            return .structure(try values(codes.dropFirst().dropLast(), depth: depth + 1))
        case UInt8(ascii: "{"):
            try align(to: 8)
            let entry = try values(codes.dropFirst().dropLast(), depth: depth + 1)
            return .dictionaryEntry(entry[0], entry[1])
        default: throw .signature(String(decoding: codes, as: UTF8.self))
        }
    }

    // MARK: Parts

    /// Passes over padding, which has to be zeros.
    mutating func align(to alignment: Int) throws(MessageError) {
        while offset % alignment != 0 {
            guard offset < end else { throw .truncated }
            if bytes[offset] != 0 { throw .value("padding that is not zero") }
            offset += 1
        }
    }

    private mutating func take(_ count: Int) throws(MessageError) -> ArraySlice<UInt8> {
        guard count <= end - offset else { throw .truncated }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>() throws(MessageError) -> Number {
        let size = MemoryLayout<Number>.size
        try align(to: size)
        let number = try take(size).withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
        return isBigEndian ? Number(bigEndian: number) : Number(littleEndian: number)
    }

    private mutating func boolean() throws(MessageError) -> Bool {
        let number: UInt32 = try number()
        if number > 1 { throw .value("a boolean that is \(number)") }
        return number == 1
    }

    private mutating func string() throws(MessageError) -> String {
        let length: UInt32 = try number()
        return try text(Int(length))
    }

    private mutating func text(_ length: Int) throws(MessageError) -> String {
        let text = try take(length)
        guard try take(1).first == 0, !text.contains(0) else { throw .value("a string with a NUL in the wrong place") }
        guard let string = String(validating: text, as: UTF8.self) else { throw .value("a string that is not UTF-8") }
        return string
    }

    private mutating func objectPath() throws(MessageError) -> String {
        let path = try string()
        guard Names.isObjectPath(path) else { throw .value("\"\(path)\" is no object path") }
        return path
    }

    private mutating func signature() throws(MessageError) -> String {
        let length: UInt8 = try number()
        let signature = try text(Int(length))
        guard Signature.isValid(signature) else { throw .signature(signature) }
        return signature
    }

    private mutating func variant(depth: Int) throws(MessageError) -> Value {
        let signature = try signature()
        guard Signature.isOneType(signature) else { throw .signature(signature) }
        return try value(Array(signature.utf8)[...], depth: depth + 1)
    }

    private mutating func array(_ element: ArraySlice<UInt8>, depth: Int) throws(MessageError) -> Value {
        let length: UInt32 = try number()
        if length > Self.longestArray { throw .tooLong }
        try align(to: element.first.map(Signature.alignment) ?? 1)
        let stop = offset + Int(length)
        guard stop <= end else { throw .truncated }
        var values: [Value] = []
        while offset < stop { values.append(try value(element, depth: depth + 1)) }
        guard offset == stop else { throw .value("an array whose last element is longer than the array") }
        return .array(element: String(decoding: element, as: UTF8.self), values)
    }
}
