internal import CJSON
internal import Glibc

/// A borrowed place in a `JSONDocument`: one value of any type.
///
/// A node is valid while its document is, which `JSONDocument.withRoot` delimits.
public struct JSONNode {
    let document: UnsafeMutablePointer<skep_json>
    let index: UInt32

    init(_ document: UnsafeMutablePointer<skep_json>, _ index: UInt32) {
        self.document = document
        self.index = index
    }

    var value: skep_json_value { document.pointee.values[Int(index)] }

    private var kind: skep_json_kind { skep_json_kind_of(document, index) }

    /// The value's type.
    public var type: JSONType {
        switch kind {
        case SKEP_JSON_TRUE, SKEP_JSON_FALSE: .boolean
        case SKEP_JSON_INTEGER: .integer
        case SKEP_JSON_NUMBER: .number
        case SKEP_JSON_STRING: .string
        case SKEP_JSON_ARRAY: .array
        case SKEP_JSON_OBJECT: .object
        default: .null
        }
    }

    /// The value as an object.
    public func object() throws(JSONError) -> JSONObject {
        guard kind == SKEP_JSON_OBJECT else { throw mismatch(.object) }
        return JSONObject(document, index)
    }

    /// The value as an object that has no other properties than these. For documents of our own: in those of the
    /// specification, others are ignored (config.md, Extensibility).
    public func object(ofProperties names: [String]) throws(JSONError) -> JSONObject {
        let object = try object()
        let found = try map { (value) throws(JSONError) in value }
        for name in found.keys.sorted() where !names.contains(name) {
            throw JSONError(.unknownProperty(allowed: names)).inEntry(name)
        }
        return object
    }

    /// The value as a boolean.
    public func bool() throws(JSONError) -> Bool {
        switch kind {
        case SKEP_JSON_TRUE: return true
        case SKEP_JSON_FALSE: return false
        default: throw mismatch(.boolean)
        }
    }

    /// The value as a string without NUL characters.
    public func string() throws(JSONError) -> String {
        guard kind == SKEP_JSON_STRING else { throw mismatch(.string) }
        guard !has(SKEP_JSON_HAS_NUL) else { throw JSONError(.containsNUL) }
        return characters
    }

    /// A string's bytes, up to the first NUL.
    private var characters: String {
        // Not by `init(cString:)`, which lies apart from all else that is called of the standard library.
        let start = skep_json_text(document, index)
        return String(decoding: UnsafeRawBufferPointer(start: start, count: strlen(start)), as: UTF8.self)
    }

    /// Whether the value is the string "".
    var isEmptyString: Bool {
        kind == SKEP_JSON_STRING && value.length == 0
    }

    func has(_ flag: skep_json_flag) -> Bool {
        UInt32(value.flags) & flag.rawValue != 0
    }

    /// The value as an integer of the wanted width: a number without a fraction (`1e3` and `2.0` count) in range.
    public func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(JSONError) -> Integer {
        let value: Integer?
        switch kind {
        case SKEP_JSON_INTEGER:
            var signed: Int64 = 0
            var unsigned: UInt64 = 0
            if skep_json_signed(document, index, &signed) {
                value = Integer(exactly: signed)
            } else {
                value = skep_json_unsigned(document, index, &unsigned) ? Integer(exactly: unsigned) : nil
            }
        case SKEP_JSON_NUMBER:
            let double = try double()
            guard double.isFinite, double.rounded(.towardZero) == double else { throw mismatch(.integer) }
            value = Integer(exactly: double)
        default:
            throw mismatch(.integer)
        }
        guard let value else {
            throw JSONError(.outOfRange(value: text, minimum: "\(Integer.min)", maximum: "\(Integer.max)"))
        }
        return value
    }

    /// The value as a floating-point number.
    public func double() throws(JSONError) -> Double {
        guard kind == SKEP_JSON_INTEGER || kind == SKEP_JSON_NUMBER, let number = Double(JSONText.all(self)) else {
            throw mismatch(.number)
        }
        return number
    }

    /// The value as an array, each element read by `transform`.
    public func array<Element>(
        _ transform: (JSONNode) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        guard kind == SKEP_JSON_ARRAY else { throw mismatch(.array) }
        var elements = [Element]()
        elements.reserveCapacity(Int(value.length))
        let end = value.next
        var next = index + 1
        while next < end {
            let element = JSONNode(document, next)
            next = element.value.next
            if element.has(SKEP_JSON_HIDDEN) { continue }
            do {
                elements.append(try transform(element))
            } catch {
                guard let inspector, !inspector.isFull else { throw error.atIndex(elements.count) }
                inspector.record(error, at: element)
                // The other elements keep their places.
                if let substitute = inspector.substitute(transform) { elements.append(substitute) }
            }
        }
        return elements
    }

    /// The value as an object that maps names to values, each value read by `transform`.
    public func map<Value>(
        _ transform: (JSONNode) throws(JSONError) -> Value
    ) throws(JSONError) -> [String: Value] {
        var values = [String: Value](minimumCapacity: try entryCount())
        try forEachEntry { (name, value) throws(JSONError) in values[name] = try transform(value) }
        return values
    }

    /// The value as an object that maps names to values, each entry read by `transform`, in the document's order.
    public func entries<Value>(
        _ transform: (String, JSONNode) throws(JSONError) -> Value
    ) throws(JSONError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(try entryCount())
        try forEachEntry { (name, value) throws(JSONError) in values.append(try transform(name, value)) }
        return values
    }

    /// How many entries the value has as an object. Of a string the length is that of its text: no number to make room
    /// for.
    private func entryCount() throws(JSONError) -> Int {
        guard kind == SKEP_JSON_OBJECT else { throw mismatch(.object) }
        return Int(value.length)
    }

    /// The entries of what is an object.
    private func forEachEntry(_ read: (String, JSONNode) throws(JSONError) -> Void) throws(JSONError) {
        let end = value.next
        var next = index + 1
        while next < end {
            let (name, entry) = (JSONNode(document, next), JSONNode(document, next + 1))
            next = entry.value.next
            if entry.has(SKEP_JSON_HIDDEN) { continue }
            let key = name.characters
            do throws(JSONError) {
                if name.has(SKEP_JSON_HAS_NUL) { throw JSONError(.containsNUL) }
                try read(key, entry)
            } catch {
                guard let inspector else { throw error.inEntry(key) }
                inspector.record(error, at: entry)
            }
        }
    }

    /// The error "expected something else".
    private func mismatch(_ expected: JSONType) -> JSONError {
        JSONError(.wrongType(expected: expected, found: type, text: text))
    }

    /// A scalar as the document writes it, cut short; empty for null, arrays and objects.
    private var text: String {
        switch type {
        case .null, .array, .object: ""
        case .boolean, .integer, .number: JSONText.cut(self)
        case .string: JSONText.quoted(skep_json_text(document, index), Int(value.length))
        }
    }
}

/// Strings as error messages show them.
enum JSONText {
    /// How many bytes are shown.
    private static let limit = 60

    /// `string` in double quotes with JSON's escapes, cut short.
    static func quoted(_ string: String) -> String {
        var string = string
        return string.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { quoted($0.baseAddress, $0.count) }
        }
    }

    /// The same for a document's strings.
    static func quoted(_ text: UnsafePointer<CChar>?, _ length: Int) -> String {
        var shown = min(length, limit)
        // Not in the midst of a character.
        if let text, shown < length { while shown > 0, UInt8(bitPattern: text[shown]) & 0xC0 == 0x80 { shown -= 1 } }
        let bytes = JSONWriter.bytes(.compact) { writer in skep_json_write_string(writer.contents, text, shown) }
        let quoted = String(decoding: bytes, as: UTF8.self)
        return shown == length ? quoted : String(quoted.dropLast()) + "…\""
    }

    /// The text of a number or a word.
    static func all(_ node: JSONNode) -> String {
        text(node, Int(node.value.length))
    }

    /// The same, cut short.
    static func cut(_ node: JSONNode) -> String {
        let length = Int(node.value.length)
        return length <= limit ? all(node) : text(node, limit) + "…"
    }

    private static func text(_ node: JSONNode, _ length: Int) -> String {
        let start = UnsafeRawPointer(skep_json_text(node.document, node.index))
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }
}
