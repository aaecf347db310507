/// Signatures: what types there are in them, and whether they are any (D-Bus specification, Valid Signatures).
package enum Signature {
    /// The longest, in bytes.
    static let longest = 255
    /// How many arrays may lie in each other, and how many structures.
    static let deepest = 32

    /// The length of the one complete type that `bytes` begin with.
    ///
    /// - Throws: `MessageError` if they begin with none.
    package static func firstType(of bytes: ArraySlice<UInt8>) throws(MessageError) -> Int {
        var reader = Reader(rest: bytes)
        try reader.type(arrays: 0, structures: 0, isElement: false)
        return bytes.count - reader.rest.count
    }

    /// Whether the text is the signature of one complete type.
    package static func isOneType(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= longest, let length = try? firstType(of: bytes[...]) else { return false }
        return length == bytes.count
    }

    /// Whether the text is a signature: any number of complete types, none as well.
    package static func isValid(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        if rest.count > longest { return false }
        while !rest.isEmpty {
            guard let length = try? firstType(of: rest) else { return false }
            rest = rest.dropFirst(length)
        }
        return true
    }

    /// What a value of the type whose signature begins with `code` is aligned to.
    static func alignment(_ code: UInt8) -> Int {
        switch code {
        case UInt8(ascii: "n"), UInt8(ascii: "q"): 2
        case UInt8(ascii: "b"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "s"), UInt8(ascii: "o"),
            UInt8(ascii: "a"):
            4
        case UInt8(ascii: "x"), UInt8(ascii: "t"), UInt8(ascii: "d"), UInt8(ascii: "("), UInt8(ascii: "{"): 8
        default: 1
        }
    }

    /// Whether the type of this code holds nothing else.
    package static func isBasic(_ code: UInt8) -> Bool {
        "ybnqiuxtdsog".utf8.contains(code)
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        private var error: MessageError { .signature(String(decoding: rest, as: UTF8.self)) }

        mutating func type(arrays: Int, structures: Int, isElement: Bool) throws(MessageError) {
            if arrays > deepest || structures > deepest { throw .tooDeep }
            guard let code = rest.first else { throw error }
            rest = rest.dropFirst()
            switch code {
            case _ where isBasic(code), UInt8(ascii: "v"): return
            case UInt8(ascii: "a"): try type(arrays: arrays + 1, structures: structures, isElement: true)
            case UInt8(ascii: "("):
                repeat {
                    try type(arrays: arrays, structures: structures + 1, isElement: false)
                } while rest.first != UInt8(ascii: ")")
                rest = rest.dropFirst()
            case UInt8(ascii: "{") where isElement:
                guard let key = rest.first, isBasic(key) else { throw error }
                rest = rest.dropFirst()
                try type(arrays: arrays, structures: structures + 1, isElement: false)
                guard rest.first == UInt8(ascii: "}") else { throw error }
                rest = rest.dropFirst()
            default: throw error
            }
        }
    }
}
