internal import Cjson

/// json-c's tokener with our limits, and its errors in words.
enum JSONParser {
    /// Parses `bytes` and returns a tree that the caller owns; nil is the document `null`.
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> OpaquePointer? {
        guard bytes.count <= JSONDocument.maximumSize else { throw JSONError(.tooLarge(bytes: bytes.count)) }
        guard let tokener = json_tokener_new_ex(Int32(JSONDocument.maximumDepth + 1)) else {
            throw JSONError(.syntax(line: 1, column: 1, reason: "out of memory"))
        }
        defer { json_tokener_free(tokener) }
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)

        let start = bytes.bindMemory(to: CChar.self).baseAddress
        guard let start, !isBlank(bytes) else {
            throw JSONError(.syntax(line: 1, column: 1, reason: "the document is empty"))
        }
        let tree = json_tokener_parse_ex(tokener, start, Int32(bytes.count))
        let status = json_tokener_get_error(tokener)
        let end = json_tokener_get_parse_end(tokener)
        if status == json_tokener_continue {
            return try finish(tokener, bytes)
        }
        guard status == json_tokener_success else {
            throw syntaxError(status, at: end, in: bytes)
        }
        guard end == bytes.count else {  // json-c stops at a NUL byte as at the end
            json_object_put(tree)
            throw syntaxError(json_tokener_error_parse_unexpected, at: end, in: bytes)
        }
        return try checkNumbers(tree, bytes)
    }

    /// Refuses what json-c 0.16 lets pass: integers beyond 64 bits, of which it makes the nearest one that fits.
    private static func checkNumbers(
        _ tree: OpaquePointer?, _ bytes: UnsafeRawBufferPointer
    ) throws(JSONError) -> OpaquePointer? {
        guard let offset = JSONNumbers.firstOverflow(in: bytes) else { return tree }
        json_object_put(tree)
        let (line, column) = position(of: offset, in: bytes)
        throw JSONError(.syntax(line: line, column: column, reason: "the number does not fit in 64 bits"))
    }

    /// Tells the tokener that nothing follows: completes a number at the root, and fails all else as truncated.
    private static func finish(
        _ tokener: UnsafeMutablePointer<json_tokener>, _ bytes: UnsafeRawBufferPointer
    ) throws(JSONError) -> OpaquePointer? {
        let tree = json_tokener_parse_ex(tokener, "", 1)
        guard json_tokener_get_error(tokener) == json_tokener_success else {
            throw syntaxError(json_tokener_error_parse_eof, at: bytes.count, in: bytes)
        }
        return try checkNumbers(tree, bytes)
    }

    private static func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }

    private static func syntaxError(
        _ status: json_tokener_error, at end: Int, in bytes: UnsafeRawBufferPointer
    ) -> JSONError {
        // json-c takes a NUL byte for the end, and does not say where it was.
        let isEnd = status == json_tokener_error_parse_eof
        let offset = isEnd ? bytes.firstIndex(of: 0) ?? bytes.count : min(end, bytes.count)
        let (line, column) = position(of: offset, in: bytes)
        return JSONError(.syntax(line: line, column: column, reason: reason(status, at: offset, in: bytes)))
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

    private static func reason(
        _ status: json_tokener_error, at offset: Int, in bytes: UnsafeRawBufferPointer
    ) -> String {
        guard offset < bytes.count else { return "unexpected end of the document" }
        let character = "unexpected character \(name(at: offset, in: bytes))"
        return switch status {
        case json_tokener_error_depth: "nested more than \(JSONDocument.maximumDepth) levels deep"
        case json_tokener_error_parse_null: "expected 'null'"
        case json_tokener_error_parse_boolean: "expected 'true' or 'false'"
        case json_tokener_error_parse_number: "malformed number"
        case json_tokener_error_parse_array: "\(character), expected ',' or ']'"
        case json_tokener_error_parse_object_key_name: "\(character), expected a property name in double quotes"
        case json_tokener_error_parse_object_key_sep: "\(character), expected ':'"
        case json_tokener_error_parse_object_value_sep: "\(character), expected ',' or '}'"
        case json_tokener_error_parse_string: "\(character) in a string"
        case json_tokener_error_parse_utf8_string where offset == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]):
            "unexpected byte order mark"
        case json_tokener_error_parse_utf8_string where !startsCharacter(at: offset, in: bytes): "invalid UTF-8"
        default: character
        }
    }

    /// Whether a valid character of several bytes starts at `offset`: json-c, which stops at its first byte when the
    /// character has no place there, takes it for a truncated one.
    private static func startsCharacter(at offset: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        bytes[offset] >= 0x80 && String(decoding: bytes[offset...].prefix(4), as: UTF8.self).first != "\u{FFFD}"
    }

    /// The character at `offset` in quotes, or as a number if it cannot be shown.
    private static func name(at offset: Int, in bytes: UnsafeRawBufferPointer) -> String {
        let decoded = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first
        guard let scalar = decoded, scalar.value >= 0x20, scalar.value != 0x7F, scalar.value != 0xFFFD else {
            return "0x" + (bytes[offset] < 16 ? "0" : "") + String(bytes[offset], radix: 16)
        }
        return "'\(Character(scalar))'"
    }
}
