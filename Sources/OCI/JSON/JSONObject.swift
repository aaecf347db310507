internal import CJSON

/// A value that can be read from a JSON document.
public protocol JSONDecodable {
    /// Reads the value; an error's path is relative to `json`.
    init(json: JSONNode) throws(JSONError)
}

extension JSONDecodable {
    /// Parses a whole document and reads it.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try JSONDocument(parsing: bytes).decode()
    }

    /// Parses a whole document and reads it.
    public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        self = try JSONDocument(parsing: bytes).decode()
    }

    /// Parses a whole document and reads it.
    public init(parsing text: String) throws(JSONError) {
        self = try JSONDocument(parsing: text).decode()
    }
}

/// A borrowed object in a `JSONDocument`; like `JSONNode`, valid while the document is.
///
/// In all accessors a property that is null counts as absent, as in Go.
public struct JSONObject {
    let document: UnsafeMutablePointer<skep_json>
    let index: UInt32

    init(_ document: UnsafeMutablePointer<skep_json>, _ index: UInt32) {
        self.document = document
        self.index = index
    }

    /// The property's value, nil when absent or null.
    public subscript(_ name: StaticString) -> JSONNode? {
        if let inspector, let substitute = inspector.look(for: name, in: self) { return substitute }
        let found = name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1) {
            skep_json_find(document, index, $0, name.utf8CodeUnitCount)
        }
        return found == 0 ? nil : JSONNode(document, found)
    }

    /// A property that must be there.
    public func required<Value: JSONDecodable>(_ name: StaticString) throws(JSONError) -> Value {
        if let value: Value = try optional(name) { return value }
        guard let inspector else { throw JSONError(.missing).inProperty(name) }
        if self[name] == nil { inspector.record(JSONError(.missing).inProperty(name), at: JSONNode(document, index)) }
        let substitute = inspector.substitute { (node) throws(JSONError) in try Value(json: node) }
        guard let substitute else { throw JSONError(.missing).inProperty(name) }
        return substitute
    }

    /// A property that may be absent.
    public func optional<Value: JSONDecodable>(_ name: StaticString) throws(JSONError) -> Value? {
        guard let node = self[name] else { return nil }
        do {
            return try Value(json: node)
        } catch {
            guard let inspector else { throw error.inProperty(name) }
            inspector.record(error, at: node)
            return nil
        }
    }

    /// A property that has a default value when absent.
    public func value<Value: JSONDecodable>(
        _ name: StaticString, default value: @autoclosure () -> Value
    ) throws(JSONError) -> Value {
        try optional(name) ?? value()
    }

    /// A string that may be absent; the empty string counts as absent, as with Go's `omitempty`.
    public func text(_ name: StaticString) throws(JSONError) -> String? {
        guard let text: String = try optional(name), !text.isEmpty else { return nil }
        return text
    }

    /// A name from a closed set that may be absent; the empty string counts as absent.
    public func name<Name: JSONName>(_ name: StaticString) throws(JSONError) -> Name? {
        guard let node = self[name], !node.isEmptyString else { return nil }
        return try optional(name)
    }

    /// A boolean, false when absent.
    public func flag(_ name: StaticString) throws(JSONError) -> Bool {
        try optional(name) ?? false
    }

    /// An array, empty when absent.
    public func list<Element: JSONDecodable>(_ name: StaticString) throws(JSONError) -> [Element] {
        try optional(name) ?? []
    }

    /// An object that maps names to values, empty when absent.
    public func map<Value: JSONDecodable>(_ name: StaticString) throws(JSONError) -> [String: Value] {
        try optional(name) ?? [:]
    }

    /// The same as a list, each entry read by `transform`, in the document's order.
    public func entries<Value>(
        _ name: StaticString, _ transform: (String, JSONNode) throws(JSONError) -> Value
    ) throws(JSONError) -> [Value] {
        guard let node = self[name] else { return [] }
        do {
            return try node.entries(transform)
        } catch {
            throw error.inProperty(name)
        }
    }
}

extension String: JSONDecodable {
    /// Reads a string.
    public init(json: JSONNode) throws(JSONError) { self = try json.string() }
}

extension Bool: JSONDecodable {
    /// Reads a boolean.
    public init(json: JSONNode) throws(JSONError) { self = try json.bool() }
}

extension Double: JSONDecodable {
    /// Reads a number.
    public init(json: JSONNode) throws(JSONError) { self = try json.double() }
}

extension JSONDecodable where Self: FixedWidthInteger {
    /// Reads an integer in range.
    public init(json: JSONNode) throws(JSONError) { self = try json.integer() }
}

extension Int: JSONDecodable {}
extension Int32: JSONDecodable {}
extension Int64: JSONDecodable {}
extension UInt16: JSONDecodable {}
extension UInt32: JSONDecodable {}
extension UInt64: JSONDecodable {}

extension Array: JSONDecodable where Element: JSONDecodable {
    /// Reads an array.
    public init(json: JSONNode) throws(JSONError) {
        self = try json.array { (element) throws(JSONError) in try Element(json: element) }
    }
}

extension Dictionary: JSONDecodable where Key == String, Value: JSONDecodable {
    /// Reads an object as a map.
    public init(json: JSONNode) throws(JSONError) {
        self = try json.map { (value) throws(JSONError) in try Value(json: value) }
    }
}

/// A string from a closed set: an enumeration whose raw values are the names in the specification.
public protocol JSONName: JSONDecodable, JSONEncodable, RawRepresentable, CaseIterable, Sendable
where RawValue == String {}

extension JSONName {
    /// Reads one of the names; any other is an error that lists them.
    public init(json: JSONNode) throws(JSONError) {
        let name = try json.string()
        guard let value = Self(rawValue: name) else {
            throw JSONError(.unknownValue(JSONText.quoted(name), allowed: Self.allCases.map(\.rawValue)))
        }
        self = value
    }

    /// Writes the name.
    public func write(into writer: JSONWriter) { rawValue.write(into: writer) }
}
