/// Values as bytes, little-endian, each at its alignment (D-Bus specification, Marshaling).
struct Encoder {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ values: [Value]) {
        for value in values { append(value) }
    }

    mutating func append(_ value: Value) {
        switch value {
        case .byte(let byte): bytes.append(byte)
        case .boolean(let isTrue): append(UInt32(isTrue ? 1 : 0))
        case .int16(let number): append(number)
        case .uint16(let number): append(number)
        case .int32(let number): append(number)
        case .uint32(let number): append(number)
        case .int64(let number): append(number)
        case .uint64(let number): append(number)
        case .double(let number): append(number.bitPattern)
        case .string(let text), .objectPath(let text): append(text)
        case .signature(let text): append(signature: text)
        case .array(let element, let values): appendArray(element, values)
        case .structure(let fields):
            align(to: 8)
            append(fields)
        case .dictionaryEntry(let key, let value):
            align(to: 8)
            append(key)
            append(value)
        case .variant(let value):
            append(signature: value.signature)
            append(value)
        }
    }

    mutating func align(to alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    private mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
        align(to: MemoryLayout<Number>.size)
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    private mutating func append(_ text: String) {
        append(UInt32(text.utf8.count))
        bytes += text.utf8
        bytes.append(0)
    }

    private mutating func append(signature text: String) {
        bytes.append(UInt8(truncatingIfNeeded: text.utf8.count))
        bytes += text.utf8
        bytes.append(0)
    }

    private mutating func appendArray(_ element: String, _ values: [Value]) {
        append(UInt32(0))
        let lengthOffset = bytes.count - 4
        // Not part of the length, and there even without an element.
        align(to: element.utf8.first.map(Signature.alignment) ?? 1)
        let start = bytes.count
        append(values)
        let length = UInt32(bytes.count - start)
        withUnsafeBytes(of: length.littleEndian) { source in
            for (index, byte) in source.enumerated() { bytes[lengthOffset + index] = byte }
        }
    }
}
