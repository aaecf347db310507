internal import Cjson

/// How a document is written.
public enum JSONStyle: Sendable {
    /// No white space at all.
    case compact
    /// One property per line, two spaces per level, a newline at the end: what `runc state` prints.
    case spaces
    /// One property per line, one tab per level, a newline at the end: what `runc spec` writes.
    case tabs

    fileprivate var flags: Int32 {
        switch self {
        case .compact:
            JSON_C_TO_STRING_NOSLASHESCAPE
        case .spaces:
            JSON_C_TO_STRING_NOSLASHESCAPE | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_PRETTY
        case .tabs:
            JSON_C_TO_STRING_NOSLASHESCAPE | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_PRETTY
                | JSON_C_TO_STRING_PRETTY_TAB
        }
    }
}

/// A JSON document in memory: json-c's tree and its only owner.
///
/// Nothing of it is copied into Swift until a `JSONNode` is asked for a value.
public struct JSONDocument: ~Copyable {
    /// The most bytes that `init(parsing:)` accepts, 16 MiB: a configuration has some 10 KiB, and the tree of a
    /// hostile one takes up to 30 times its size in memory.
    public static let maximumSize = 16 << 20
    /// The deepest nesting that `init(parsing:)` accepts; the specification's documents need 7 levels.
    public static let maximumDepth = 64

    /// The root of the tree, one reference of which is ours; nil is JSON's null.
    let tree: OpaquePointer?

    /// Takes over one reference to `tree`.
    init(adopting tree: OpaquePointer?) {
        self.tree = tree
    }

    deinit {
        json_object_put(tree)
    }

    /// Parses a whole document: RFC 8259, UTF-8, nothing but white space after the root.
    ///
    /// Of properties that occur twice the last one counts.
    public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        self.init(adopting: try JSONParser.parse(bytes))
    }

    /// Parses a whole document; see `init(parsing:)` for raw buffers.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self.init(
            adopting: try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
                try JSONParser.parse(UnsafeRawBufferPointer(buffer))
            })
    }

    /// Parses a whole document; see `init(parsing:)` for raw buffers.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Runs `body` with the root; the node and all nodes reached from it are valid until `body` returns.
    public borrowing func withRoot<Result>(
        _ body: (JSONNode) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        try body(JSONNode(tree))
    }

    /// Reads the root as a value.
    public borrowing func decode<Value: JSONDecodable>(_ type: Value.Type = Value.self) throws(JSONError) -> Value {
        try Value(json: JSONNode(tree))
    }

    /// The document as bytes, UTF-8.
    public borrowing func serialized(_ style: JSONStyle) -> [UInt8] {
        var length = 0
        guard let text = json_object_to_json_string_length(tree, style.flags, &length) else { return [] }
        if tree == nil { length = 4 }  // json-c says "null" and leaves the length alone
        var bytes = [UInt8]()
        bytes.reserveCapacity(length + 1)
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: text, count: length))
        switch style {
        case .compact: break
        case .spaces, .tabs: bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
