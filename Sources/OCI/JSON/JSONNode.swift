internal import Cjson
internal import Glibc

/// A borrowed place in a `JSONDocument`: one value of any type.
///
/// A node is one pointer; it is valid while its document is, which `JSONDocument.withRoot` delimits.
public struct JSONNode {
    /// json-c's value; nil is JSON's null.
    let pointer: OpaquePointer?

    init(_ pointer: OpaquePointer?) {
        self.pointer = pointer
    }

    /// The value's type.
    public var type: JSONType {
        switch json_object_get_type(pointer) {
        case json_type_boolean: .boolean
        case json_type_int: .integer
        case json_type_double: .number
        case json_type_string: .string
        case json_type_array: .array
        case json_type_object: .object
        default: .null
        }
    }

    /// The value as an object.
    public func object() throws(JSONError) -> JSONObject {
        guard let pointer, json_object_get_type(pointer) == json_type_object else { throw mismatch(.object) }
        return JSONObject(pointer)
    }

    /// The value as a boolean.
    public func bool() throws(JSONError) -> Bool {
        guard json_object_get_type(pointer) == json_type_boolean else { throw mismatch(.boolean) }
        return json_object_get_boolean(pointer) != 0
    }

    /// The value as a string without NUL characters.
    public func string() throws(JSONError) -> String {
        guard json_object_get_type(pointer) == json_type_string, let text = json_object_get_string(pointer) else {
            throw mismatch(.string)
        }
        let length = Int(json_object_get_string_len(pointer))
        guard strlen(text) == length else { throw JSONError(.containsNUL) }
        // Not String(validating:as:), which is generic and not specialised: it costs a metadata lookup per string.
        guard let string = String(validatingCString: text) else { throw JSONError(.invalidUTF8) }
        return string
    }

    /// Whether the value is the string "".
    var isEmptyString: Bool {
        json_object_get_type(pointer) == json_type_string && json_object_get_string_len(pointer) == 0
    }

    /// The value as an integer of the wanted width: a number without a fraction (`1e3` and `2.0` count) in range.
    public func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(JSONError) -> Integer {
        let value: Integer?
        switch json_object_get_type(pointer) {
        case json_type_int:
            let signed = json_object_get_int64(pointer)
            // json-c keeps what is above Int64.max as unsigned, and clamps it when asked for a signed number.
            value = signed == .max ? Integer(exactly: json_object_get_uint64(pointer)) : Integer(exactly: signed)
        case json_type_double:
            let double = json_object_get_double(pointer)
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
        switch json_object_get_type(pointer) {
        case json_type_int, json_type_double: return json_object_get_double(pointer)
        default: throw mismatch(.number)
        }
    }

    /// The value as an array, each element read by `transform`.
    public func array<Element>(
        _ transform: (JSONNode) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        guard json_object_get_type(pointer) == json_type_array else { throw mismatch(.array) }
        let count = json_object_array_length(pointer)
        var elements = [Element]()
        elements.reserveCapacity(count)
        for index in 0..<count {
            do {
                elements.append(try transform(JSONNode(json_object_array_get_idx(pointer, index))))
            } catch {
                throw error.atIndex(index)
            }
        }
        return elements
    }

    /// The value as an object that maps names to values, each value read by `transform`.
    public func map<Value>(
        _ transform: (JSONNode) throws(JSONError) -> Value
    ) throws(JSONError) -> [String: Value] {
        guard let pointer, json_object_get_type(pointer) == json_type_object else { throw mismatch(.object) }
        var values = [String: Value](minimumCapacity: Int(json_object_object_length(pointer)))
        var next = json_object_get_object(pointer)?.pointee.head
        while let entry = next?.pointee {
            next = entry.next
            guard let name = entry.k else { continue }
            let key = String(cString: name.assumingMemoryBound(to: CChar.self))
            do {
                values[key] = try transform(JSONNode(entry.v.map { OpaquePointer($0) }))
            } catch {
                throw error.inEntry(key)
            }
        }
        return values
    }

    /// The error "expected something else".
    private func mismatch(_ expected: JSONType) -> JSONError {
        JSONError(.wrongType(expected: expected, found: type, text: text))
    }

    /// A scalar as the document writes it, cut short; empty for null, arrays and objects.
    private var text: String {
        switch type {
        case .null, .array, .object: ""
        case .boolean, .integer, .number: String(cString: json_object_get_string(pointer))
        case .string: JSONText.quoted(json_object_get_string(pointer), Int(json_object_get_string_len(pointer)))
        }
    }
}

/// Strings as error messages show them.
enum JSONText {
    /// `string` in double quotes with JSON's escapes, cut short.
    static func quoted(_ string: String) -> String {
        var string = string
        return string.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { quoted($0.baseAddress, $0.count) }
        }
    }

    /// The same for json-c's strings.
    static func quoted(_ text: UnsafePointer<CChar>?, _ length: Int) -> String {
        let limit = 60
        guard let text else { return "\"\"" }
        let document = JSONDocument(adopting: json_object_new_string_len(text, Int32(min(length, limit))))
        let quoted = String(decoding: document.serialized(.compact), as: UTF8.self)
        return length <= limit ? quoted : String(quoted.dropLast()) + "…\""
    }
}
