internal import DBus

/// Values in GVariant's text format (docs.gtk.org, GVariant Text Format), as far as they can be told over D-Bus: no
/// maybe types, no handles.
struct VariantText {
    /// What is wrong with a text.
    struct Failure: Error, Equatable {
        var reason: String
    }

    private let text: [UInt8]
    private var offset = 0
    private var depth = 0

    /// How deeply containers may lie in each other.
    private static let deepest = 32

    private init(_ text: String) {
        self.text = Array(text.utf8)
    }

    /// Reads a value.
    ///
    /// - Throws: `Failure` for what is none, or is of a type that can't be told.
    static func value(_ text: String) throws(Failure) -> Value {
        var reader = VariantText(text)
        let value = try reader.value(nil)
        reader.skipSpace()
        if reader.offset != reader.text.count { throw reader.failure("something follows the value") }
        return value
    }

    // MARK: Values

    /// The next value; of the type `wanted`, where that is known already.
    private mutating func value(_ wanted: String?) throws(Failure) -> Value {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.deepest { throw failure("its values lie in each other too deeply") }
        skipSpace()
        switch peek() {
        case UInt8(ascii: "@"): return try annotated(wanted)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return try string(wanted)
        case UInt8(ascii: "["): return try array(wanted)
        case UInt8(ascii: "("): return try tuple(wanted)
        case UInt8(ascii: "<"): return try variant(wanted)
        case UInt8(ascii: "{"): return try dictionary(wanted)
        default: return try word(wanted)
        }
    }

    /// "@TYPE VALUE"
    private mutating func annotated(_ wanted: String?) throws(Failure) -> Value {
        offset += 1
        let type = takeWord()
        if !Signature.isOneType(type) { throw failure("\"\(type)\" is no type") }
        return try value(try agreed(type, wanted))
    }

    private func agreed(_ type: String, _ wanted: String?) throws(Failure) -> String {
        if let wanted, wanted != type { throw failure("type \(type) where \(wanted) has to be") }
        return type
    }

    /// Types by their keywords.
    private static let keywords = [
        "boolean": "b", "byte": "y", "int16": "n", "uint16": "q", "int32": "i", "uint32": "u", "int64": "x",
        "uint64": "t", "double": "d", "string": "s", "objectpath": "o", "signature": "g",
    ]

    /// A keyword and its value, a boolean, or a number.
    private mutating func word(_ wanted: String?) throws(Failure) -> Value {
        let word = takeWord()
        if let type = Self.keywords[word] { return try value(try agreed(type, wanted)) }
        switch word {
        case "": throw failure("there is no value")
        case "true", "false":
            _ = try agreed("b", wanted)
            return .boolean(word == "true")
        default: return try number(word, wanted)
        }
    }

    private func number(_ word: String, _ wanted: String?) throws(Failure) -> Value {
        guard let first = word.utf8.first,
            first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
                || first == UInt8(ascii: ".") || Self.isDigit(first)
        else { throw failure("\"\(word)\" is no value; a text has quotes around it") }
        let isHexadecimal = word.utf8.contains(UInt8(ascii: "x"))
        let isDecimalFraction = !isHexadecimal && word.utf8.contains { ".eE".utf8.contains($0) }
        let value: Value? =
            switch wanted ?? (isDecimalFraction ? "d" : "i") {
            case "y": Self.integer(word).map(Value.byte)
            case "n": Self.integer(word).map(Value.int16)
            case "q": Self.integer(word).map(Value.uint16)
            case "i": Self.integer(word).map(Value.int32)
            case "u": Self.integer(word).map(Value.uint32)
            case "x": Self.integer(word).map(Value.int64)
            case "t": Self.integer(word).map(Value.uint64)
            case "d": Double(word).map(Value.double)
            default: nil
            }
        guard let value else { throw failure("\(word) is no value of type \(wanted ?? "i")") }
        return value
    }

    /// "12", "-12", "0x1f", and "017", which is octal. Nil for anything else, and for what is out of range.
    private static func integer<Number: FixedWidthInteger>(_ word: String) -> Number? {
        var digits = word.utf8[...]
        var sign = ""
        if let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            sign = first == UInt8(ascii: "-") ? "-" : ""
            digits = digits.dropFirst()
        }
        var radix = 10
        if digits.starts(with: "0x".utf8) {
            radix = 16
            digits = digits.dropFirst(2)
        } else if digits.count > 1, digits.first == UInt8(ascii: "0") {
            radix = 8
        }
        guard let first = digits.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return nil }
        return Number(sign + String(decoding: digits, as: UTF8.self), radix: radix)
    }

    // MARK: Containers

    private mutating func array(_ wanted: String?) throws(Failure) -> Value {
        var element = try wanted.map { (type) throws(Failure) in try inner(type, "a") }
        offset += 1
        var values: [Value] = []
        while !takeEnd(UInt8(ascii: "]")) {
            if !values.isEmpty { try take(UInt8(ascii: ",")) }
            let value = try value(element)
            // The first decides what the others are.
            element = value.signature
            values.append(value)
        }
        guard let element else { throw failure("an empty array needs a type, as in \"@as []\"") }
        return .array(element: element, values)
    }

    private mutating func dictionary(_ wanted: String?) throws(Failure) -> Value {
        var types = try wanted.map { (type) throws(Failure) in
            try fields(of: try inner(try inner(type, "a"), "{"))
        }
        offset += 1
        var entries: [Value] = []
        while !takeEnd(UInt8(ascii: "}")) {
            if !entries.isEmpty { try take(UInt8(ascii: ",")) }
            let key = try value(types?.first)
            if !Signature.isBasic(key.signature.utf8.first ?? 0) { throw failure("a key of type \(key.signature)") }
            try take(UInt8(ascii: ":"))
            let value = try value(types?.last)
            types = [key.signature, value.signature]
            entries.append(.dictionaryEntry(key, value))
        }
        guard let types else { throw failure("an empty dictionary needs a type, as in \"@a{ss} {}\"") }
        return .array(element: "{" + types.joined() + "}", entries)
    }

    private mutating func tuple(_ wanted: String?) throws(Failure) -> Value {
        let types = try wanted.map { (type) throws(Failure) in try fields(of: try inner(type, "(")) }
        offset += 1
        var values: [Value] = []
        while !takeEnd(UInt8(ascii: ")")) {
            // A tuple of one has a comma at its end.
            if !values.isEmpty {
                try take(UInt8(ascii: ","))
                if values.count == 1, takeEnd(UInt8(ascii: ")")) { break }
            }
            if let types, values.count == types.count { throw failure("too many fields") }
            values.append(try value(types?[values.count]))
        }
        if values.isEmpty { throw failure("D-Bus has no empty tuple") }
        if let types, values.count < types.count { throw failure("too few fields") }
        return .structure(values)
    }

    private mutating func variant(_ wanted: String?) throws(Failure) -> Value {
        _ = try agreed("v", wanted)
        offset += 1
        let value = try value(nil)
        try take(UInt8(ascii: ">"))
        return .variant(value)
    }

    /// What is within a container's type that begins with `open`.
    private func inner(_ type: String, _ open: String) throws(Failure) -> String {
        guard type.utf8.starts(with: open.utf8) else { throw failure("another value than type \(type)") }
        return String(decoding: Array(type.utf8.dropFirst().dropLast(open == "a" ? 0 : 1)), as: UTF8.self)
    }

    /// The types that follow each other in a signature.
    private func fields(of signature: String) throws(Failure) -> [String] {
        var rest = Array(signature.utf8)[...]
        var types: [String] = []
        while !rest.isEmpty {
            guard let length = try? Signature.firstType(of: rest) else { throw failure("\(signature) is no type") }
            types.append(String(decoding: rest.prefix(length), as: UTF8.self))
            rest = rest.dropFirst(length)
        }
        return types
    }

    // MARK: Text

    private mutating func string(_ wanted: String?) throws(Failure) -> Value {
        let quote = text[offset]
        offset += 1
        var bytes: [UInt8] = []
        while true {
            guard let byte = peek() else { throw failure("a quote is missing at the end") }
            offset += 1
            switch byte {
            case quote: return try stringValue(String(decoding: bytes, as: UTF8.self), wanted)
            case UInt8(ascii: "\\"): bytes += try escape()
            default: bytes.append(byte)
            }
        }
    }

    private func stringValue(_ string: String, _ wanted: String?) throws(Failure) -> Value {
        if string.utf8.contains(0) { throw failure("a text with a NUL in it") }
        switch wanted ?? "s" {
        case "s": return .string(string)
        case "o" where Names.isObjectPath(string): return .objectPath(string)
        case "g" where Signature.isValid(string): return .signature(string)
        default: throw failure("\"\(string)\" is no value of type \(wanted ?? "s")")
        }
    }

    /// What a backslash and what follows it stand for.
    private mutating func escape() throws(Failure) -> [UInt8] {
        guard let byte = peek() else { throw failure("a quote is missing at the end") }
        offset += 1
        switch byte {
        case UInt8(ascii: "a"): return [7]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "v"): return [11]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "u"): return try character(digits: 4)
        case UInt8(ascii: "U"): return try character(digits: 8)
        default: return [byte]
        }
    }

    private mutating func character(digits: Int) throws(Failure) -> [UInt8] {
        let code = text[offset...].prefix(digits)
        offset += code.count
        guard code.count == digits, let number = UInt32(String(decoding: code, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(number)
        else { throw failure("a \\u without the number of a character") }
        return Array(String(Character(scalar)).utf8)
    }

    // MARK: Bytes

    private func failure(_ reason: String) -> Failure {
        Failure(reason: reason)
    }

    private func peek() -> UInt8? {
        offset < text.count ? text[offset] : nil
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == UInt8(ascii: " ") || (9...13).contains(byte) { offset += 1 }
    }

    /// Passes over `end` if it comes next.
    private mutating func takeEnd(_ end: UInt8) -> Bool {
        skipSpace()
        guard peek() == end else { return false }
        offset += 1
        return true
    }

    private mutating func take(_ byte: UInt8) throws(Failure) {
        if takeEnd(byte) { return }
        throw failure("\"\(String(decoding: [byte], as: UTF8.self))\" is missing")
    }

    /// What stands before the next space, quote, or mark that ends a value or begins another: a word, a number, or a
    /// type's signature where `offset` is behind its "@".
    private mutating func takeWord() -> String {
        let isSignature = offset > 0 && text[offset - 1] == UInt8(ascii: "@")
        let ends = isSignature ? " \t\r\n'\"[<" : " \t\r\n'\"[]()<>{},:"
        let word = text[offset...].prefix { !ends.utf8.contains($0) }
        offset += word.count
        return String(decoding: word, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
