internal import CJSON

/// The reader in C with our limits, and its errors in words.
enum JSONParser {
    /// Parses `bytes` and returns a document that the caller owns.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> UnsafeMutablePointer<skep_json> {
        guard bytes.count <= JSONDocument.maximumSize else { throw JSONError(.tooLarge(bytes: bytes.count)) }
        var problem = skep_json_problem()
        let text = bytes.assumingMemoryBound(to: CChar.self).baseAddress
        if let document = skep_json_parse(text, bytes.count, UInt32(JSONDocument.maximumDepth), &problem) {
            return document
        }
        let (line, column) = position(of: problem.offset, in: bytes)
        throw JSONError(.syntax(line: line, column: column, reason: reason(problem, in: bytes)))
    }

    /// Line and column of a byte, counting characters, from 1.
    private static func position(of offset: Int, in bytes: UnsafeRawBufferPointer) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return (line, column)
    }

    private static func reason(_ problem: skep_json_problem, in bytes: UnsafeRawBufferPointer) -> String {
        let offset = problem.offset
        switch problem.error {
        case SKEP_JSON_NO_MEMORY: return "out of memory"
        case SKEP_JSON_EMPTY: return "the document is empty"
        case SKEP_JSON_ENDS: return "unexpected end of the document"
        case SKEP_JSON_TOO_DEEP: return "nested more than \(JSONDocument.maximumDepth) levels deep"
        case SKEP_JSON_BAD_NUMBER: return "malformed number"
        case SKEP_JSON_TOO_LARGE: return "the number does not fit in 64 bits"
        default: break
        }
        if offset == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return "unexpected byte order mark" }
        guard let character = name(at: offset, in: bytes) else { return "invalid UTF-8" }
        let unexpected = "unexpected character \(character)"
        return switch problem.error {
        case SKEP_JSON_NO_WORD: word(at: offset, in: bytes)
        case SKEP_JSON_NO_COMMA_IN_ARRAY: "\(unexpected), expected ',' or ']'"
        case SKEP_JSON_NO_COMMA_IN_OBJECT: "\(unexpected), expected ',' or '}'"
        case SKEP_JSON_NO_KEY: "\(unexpected), expected a property name in double quotes"
        case SKEP_JSON_NO_COLON: "\(unexpected), expected ':'"
        case SKEP_JSON_BAD_STRING: "\(unexpected) in a string"
        default: unexpected
        }
    }

    /// Which word was begun: the letters before the wrong one tell, or that one itself.
    private static func word(at offset: Int, in bytes: UnsafeRawBufferPointer) -> String {
        var start = offset
        while start > 0, UInt8(ascii: "a")...UInt8(ascii: "z") ~= bytes[start - 1] { start -= 1 }
        return bytes[start] | 0x20 == UInt8(ascii: "n") ? "expected 'null'" : "expected 'true' or 'false'"
    }

    /// The character at `offset` in quotes, or as a number if it cannot be shown; nil for what is no UTF-8.
    private static func name(at offset: Int, in bytes: UnsafeRawBufferPointer) -> String? {
        let decoded = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first
        guard let scalar = decoded, scalar.value >= 0x20, scalar.value != 0x7F else {
            return "0x" + (bytes[offset] < 16 ? "0" : "") + String(bytes[offset], radix: 16)
        }
        if scalar.value == 0xFFFD && !bytes[offset...].starts(with: [0xEF, 0xBF, 0xBD]) { return nil }
        return "'\(Character(scalar))'"
    }
}
