internal import CJSON

/// A JSON document in memory: a list of values and its only owner.
///
/// Nothing of it is copied into Swift until a `JSONNode` is asked for a value.
public struct JSONDocument: ~Copyable {
    /// The most bytes that `init(parsing:)` accepts, 8 MiB: a configuration has some 10 KiB, and the longest arguments
    /// and environment that the kernel takes have 6 MiB. A hostile document takes up to 10 times its size in memory.
    public static let maximumSize = 8 << 20
    /// The deepest nesting that `init(parsing:)` accepts; the specification's documents need 7 levels.
    public static let maximumDepth = 64

    let contents: UnsafeMutablePointer<skep_json>

    deinit {
        skep_json_free(contents)
    }

    /// Parses a whole document: RFC 8259, UTF-8, nothing but white space after the root.
    ///
    /// Of properties that occur twice the last one counts.
    public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        contents = try JSONParser.parse(bytes)
    }

    /// Parses a whole document; see `init(parsing:)` for raw buffers.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        contents = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try JSONParser.parse(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Parses a whole document; see `init(parsing:)` for raw buffers.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    var root: JSONNode { JSONNode(contents, 0) }

    /// Runs `body` with the root; the node and all nodes reached from it are valid until `body` returns.
    public borrowing func withRoot<Result>(
        _ body: (JSONNode) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        try body(root)
    }

    /// Reads the root as a value.
    public borrowing func decode<Value: JSONDecodable>(_ type: Value.Type = Value.self) throws(JSONError) -> Value {
        try Value(json: root)
    }

    /// The document as bytes, UTF-8.
    public borrowing func serialized(_ style: JSONStyle) -> [UInt8] {
        JSONWriter.bytes(style) { writer in skep_json_write_document(writer.contents, contents) }
    }
}
