internal import CJSON
internal import Glibc

/// How a document is written.
public enum JSONStyle: Sendable {
    /// No white space at all.
    case compact
    /// One property per line, two spaces per level, a newline at the end: what `runc state` prints.
    case spaces
    /// One property per line, one tab per level, a newline at the end: what `runc spec` writes.
    case tabs
}

/// A value that can be written as JSON.
public protocol JSONEncodable {
    /// Writes the value.
    func write(into writer: JSONWriter)
}

extension JSONEncodable {
    /// The value as JSON text, UTF-8.
    public func serialized(_ style: JSONStyle) -> [UInt8] {
        JSONWriter.bytes(style) { write(into: $0) }
    }
}

/// Where a document is being written; lent to the values in it.
public struct JSONWriter {
    let contents: UnsafeMutablePointer<skep_json_writer>

    /// What `body` writes.
    static func bytes(_ style: JSONStyle, _ body: (JSONWriter) -> Void) -> [UInt8] {
        var contents = skep_json_writer()
        switch style {
        case .compact: break
        case .spaces: (contents.indent, contents.indent_character) = (2, CChar(bitPattern: UInt8(ascii: " ")))
        case .tabs: (contents.indent, contents.indent_character) = (1, CChar(bitPattern: UInt8(ascii: "\t")))
        }
        let isPretty = contents.indent > 0
        return withUnsafeMutablePointer(to: &contents) { pointer in
            body(JSONWriter(contents: pointer))
            if isPretty { skep_json_write_raw(pointer, "\n", 1) }
            defer { free(pointer.pointee.bytes) }
            return [UInt8](UnsafeRawBufferPointer(start: pointer.pointee.bytes, count: pointer.pointee.length))
        }
    }
}

/// A value that is written as a JSON object.
public protocol JSONObjectEncodable: JSONEncodable {
    /// Sets the value's properties, in the order in which they shall be printed.
    func encode(into object: borrowing JSONObjectBuilder)
}

extension JSONObjectEncodable {
    /// Writes the value as a JSON object.
    public func write(into writer: JSONWriter) {
        writer.writeObject { object in encode(into: object) }
    }
}

extension JSONWriter {
    fileprivate func writeObject(_ body: (borrowing JSONObjectBuilder) -> Void) {
        skep_json_write_open(contents, CChar(bitPattern: UInt8(ascii: "{")))
        body(JSONObjectBuilder(writer: self))
        skep_json_write_close(contents, CChar(bitPattern: UInt8(ascii: "}")))
    }
}

/// A JSON object that is being written; properties keep the order in which they are set, and each is set once.
///
/// `set` writes always, and `setIfPresent` leaves out what Go's `omitempty` leaves out: nil, and empty strings,
/// arrays and maps; `setIfTrue` and `setIfNonzero` do it for booleans and integers.
public struct JSONObjectBuilder: ~Copyable {
    fileprivate let writer: JSONWriter

    /// Sets a property.
    public func set(_ name: StaticString, _ value: some JSONEncodable) {
        name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1) {
            skep_json_write_name(writer.contents, $0, name.utf8CodeUnitCount)
        }
        value.write(into: writer)
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
        var name = name
        name.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                skep_json_write_name(writer.contents, $0.baseAddress, $0.count)
            }
        }
        value.write(into: writer)
    }
}

extension String: JSONEncodable {
    /// Writes the string.
    public func write(into writer: JSONWriter) {
        var string = self
        string.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                skep_json_write_string(writer.contents, $0.baseAddress, $0.count)
            }
        }
    }
}

extension Bool: JSONEncodable {
    /// Writes the boolean.
    public func write(into writer: JSONWriter) {
        skep_json_write_raw(writer.contents, self ? "true" : "false", self ? 4 : 5)
    }
}

extension Double: JSONEncodable {
    /// Writes the number in as few digits as tell it from others.
    public func write(into writer: JSONWriter) {
        let text = description
        skep_json_write_raw(writer.contents, text, text.utf8.count)
    }
}

extension JSONEncodable where Self: FixedWidthInteger {
    /// Writes the integer.
    public func write(into writer: JSONWriter) {
        if let signed = Int64(exactly: self) {
            skep_json_write_signed(writer.contents, signed)
        } else {
            skep_json_write_unsigned(writer.contents, UInt64(truncatingIfNeeded: self))
        }
    }
}

extension Int: JSONEncodable {}
extension Int32: JSONEncodable {}
extension Int64: JSONEncodable {}
extension UInt16: JSONEncodable {}
extension UInt32: JSONEncodable {}
extension UInt64: JSONEncodable {}

extension Array: JSONEncodable where Element: JSONEncodable {
    /// Writes the elements as a JSON array.
    public func write(into writer: JSONWriter) {
        skep_json_write_open(writer.contents, CChar(bitPattern: UInt8(ascii: "[")))
        for element in self {
            skep_json_write_separator(writer.contents)
            element.write(into: writer)
        }
        skep_json_write_close(writer.contents, CChar(bitPattern: UInt8(ascii: "]")))
    }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
    /// Writes the entries as a JSON object, sorted by name.
    public func write(into writer: JSONWriter) {
        writer.writeObject { object in
            for (name, value) in sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                object.set(entry: name, value)
            }
        }
    }
}
