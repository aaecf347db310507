internal import Cjson

/// A value that can be written as JSON.
public protocol JSONEncodable {
    /// The value as a JSON tree of its own.
    func makeDocument() -> JSONDocument
}

extension JSONEncodable {
    /// The value as JSON text, UTF-8.
    public func serialized(_ style: JSONStyle) -> [UInt8] {
        makeDocument().serialized(style)
    }
}

/// A value that is written as a JSON object.
public protocol JSONObjectEncodable: JSONEncodable {
    /// Sets the value's properties, in the order in which they shall be printed.
    func encode(into object: borrowing JSONObjectBuilder)
}

extension JSONObjectEncodable {
    /// The value as a JSON object.
    public func makeDocument() -> JSONDocument {
        let builder = JSONObjectBuilder()
        encode(into: builder)
        return builder.finish()
    }
}

/// A JSON object under construction; properties keep the order in which they are set.
///
/// `set` writes always, and `setIfPresent` leaves out what Go's `omitempty` leaves out: nil, and empty strings,
/// arrays and maps; `setIfTrue` and `setIfNonzero` do it for booleans and integers.
public struct JSONObjectBuilder: ~Copyable {
    private let object = JSONDocument(adopting: json_object_new_object())

    /// An empty object.
    public init() {}

    /// The finished object.
    public consuming func finish() -> JSONDocument {
        if json_object_object_length(object.tree) == 0 { object.printOnOneLine() }
        return object
    }

    /// Sets a property.
    public func set(_ name: StaticString, _ value: some JSONEncodable) {
        add(name, value.makeDocument())
    }

    /// Sets a property unless it is nil.
    public func setIfPresent(_ name: StaticString, _ value: (some JSONEncodable)?) {
        if let value { set(name, value) }
    }

    /// Sets a property unless it is nil or empty.
    public func setIfPresent(_ name: StaticString, _ value: String?) {
        if let value, !value.isEmpty { set(name, value) }
    }

    /// Sets a property if it is true.
    public func setIfTrue(_ name: StaticString, _ value: Bool) {
        if value { set(name, value) }
    }

    /// Sets a property unless it is 0.
    public func setIfNonzero(_ name: StaticString, _ value: some JSONEncodable & FixedWidthInteger) {
        if value != 0 { set(name, value) }
    }

    /// Sets a property unless the array is empty.
    public func setIfPresent(_ name: StaticString, _ elements: [some JSONEncodable]) {
        if !elements.isEmpty { set(name, elements) }
    }

    /// Sets a property unless the map is empty.
    public func setIfPresent(_ name: StaticString, _ values: [String: some JSONEncodable]) {
        if !values.isEmpty { set(name, values) }
    }

    /// Sets a property whose name is only known at run time.
    public func set(entry name: String, _ value: some JSONEncodable) {
        json_object_object_add(object.tree, name, value.makeDocument().release())
    }

    private func add(_ name: StaticString, _ value: consuming JSONDocument) {
        let value = value.release()
        name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1) {
            _ = json_object_object_add_ex(object.tree, $0, value, UInt32(JSON_C_OBJECT_ADD_CONSTANT_KEY))
        }
    }
}

extension JSONDocument {
    /// Has this empty array or object printed on one line, which json-c would print on two.
    fileprivate borrowing func printOnOneLine() {
        json_object_set_serializer(
            tree,
            { value, buffer, _, _ in
                printbuf_memappend(buffer, json_object_get_type(value) == json_type_array ? "[]" : "{}", 2)
            }, nil, nil)
    }

    /// Gives up the tree to the caller.
    fileprivate consuming func release() -> OpaquePointer? {
        let tree = self.tree
        discard self
        return tree
    }
}

extension String: JSONEncodable {
    /// The string as JSON.
    public func makeDocument() -> JSONDocument {
        var string = self
        let tree = string.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                json_object_new_string_len(characters.baseAddress, Int32(clamping: characters.count))
            }
        }
        return JSONDocument(adopting: tree)
    }
}

extension Bool: JSONEncodable {
    /// The boolean as JSON.
    public func makeDocument() -> JSONDocument {
        JSONDocument(adopting: json_object_new_boolean(self ? 1 : 0))
    }
}

extension Double: JSONEncodable {
    /// The number as JSON, in as few digits as tell it from others.
    public func makeDocument() -> JSONDocument {
        JSONDocument(adopting: json_object_new_double_s(self, description))
    }
}

extension JSONEncodable where Self: FixedWidthInteger {
    /// The integer as JSON.
    public func makeDocument() -> JSONDocument {
        let signed = Int64(exactly: self).map { json_object_new_int64($0) }
        return JSONDocument(adopting: signed ?? json_object_new_uint64(UInt64(truncatingIfNeeded: self)))
    }
}

extension Int: JSONEncodable {}
extension Int32: JSONEncodable {}
extension Int64: JSONEncodable {}
extension UInt16: JSONEncodable {}
extension UInt32: JSONEncodable {}
extension UInt64: JSONEncodable {}

extension Array: JSONEncodable where Element: JSONEncodable {
    /// The elements as a JSON array.
    public func makeDocument() -> JSONDocument {
        let array = JSONDocument(adopting: json_object_new_array_ext(Int32(clamping: count)))
        if isEmpty { array.printOnOneLine() }
        for element in self {
            json_object_array_add(array.tree, element.makeDocument().release())
        }
        return array
    }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
    /// The entries as a JSON object, sorted by name.
    public func makeDocument() -> JSONDocument {
        let builder = JSONObjectBuilder()
        for (name, value) in sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            builder.set(entry: name, value)
        }
        return builder.finish()
    }
}
