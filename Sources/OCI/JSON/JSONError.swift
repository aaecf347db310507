/// The types a JSON value can have, as error messages name them.
public enum JSONType: Sendable, Equatable {
    /// The word `null`.
    case null
    /// `true` or `false`.
    case boolean
    /// A number without a fraction.
    case integer
    /// Any number.
    case number
    /// Text in double quotes.
    case string
    /// A list in square brackets.
    case array
    /// Properties in braces.
    case object

    /// The type with its article: "an integer".
    public var description: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Why a JSON document could not be read: what is wrong, and the property it is wrong with.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// The bytes are no JSON document; `line` and `column` (in characters) count from 1.
        case syntax(line: Int, column: Int, reason: String)
        /// The document has more bytes than `JSONDocument.maximumSize`.
        case tooLarge(bytes: Int)
        /// The value has another type; `text` is a scalar as the document writes it, empty for the rest.
        case wrongType(expected: JSONType, found: JSONType, text: String)
        /// A number that the property cannot hold.
        case outOfRange(value: String, minimum: String, maximum: String)
        /// A required property is absent (or null).
        case missing
        /// A string outside the closed set that the specification defines.
        case unknownValue(String, allowed: [String])
        /// A string that contains U+0000, which no C string, and so no kernel interface, can hold.
        case containsNUL
        /// A string that is not valid UTF-8.
        case invalidUTF8
    }

    /// What is wrong.
    public var kind: Kind
    /// The property, as in `mounts[3].destination`; empty for the document as a whole.
    public var path: String

    /// An error about the value at `path`.
    public init(_ kind: Kind, path: String = "") {
        self.kind = kind
        self.path = path
    }

    /// One line for people: `linux.resources.memory.limit: expected an integer, found a string ("12m")`.
    public var description: String {
        path.isEmpty ? reason : "\(path): \(reason)"
    }

    /// The description without the path.
    public var reason: String {
        switch kind {
        case .syntax(let line, let column, let reason):
            "line \(line), column \(column): \(reason)"
        case .tooLarge(let bytes):
            "the document has \(bytes) bytes, more than the \(JSONDocument.maximumSize) allowed"
        case .wrongType(let expected, let found, let text):
            "expected \(expected.description), found \(found.description)" + (text.isEmpty ? "" : " (\(text))")
        case .outOfRange(let value, let minimum, let maximum):
            "\(value) is out of range (\(minimum) to \(maximum))"
        case .missing:
            "required, but missing"
        case .unknownValue(let value, let allowed):
            "unknown value \(value) (one of: \(allowed.joined(separator: ", ")))"
        case .containsNUL:
            "the string contains a NUL character"
        case .invalidUTF8:
            "the string is not valid UTF-8"
        }
    }

    /// The same error seen from the object that holds the value as property `name`.
    func inProperty(_ name: StaticString) -> JSONError {
        inside(name.description)
    }

    /// The same error seen from the array that holds the value at `index`.
    func atIndex(_ index: Int) -> JSONError {
        inside("[\(index)]")
    }

    /// The same error seen from the map that holds the value under `key`; keys that are no plain names are quoted.
    func inEntry(_ key: String) -> JSONError {
        let isPlain = key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return inside(isPlain && !key.isEmpty ? key : "[\(JSONText.quoted(key))]")
    }

    private func inside(_ prefix: String) -> JSONError {
        let separator = path.isEmpty || path.hasPrefix("[") ? "" : "."
        return JSONError(kind, path: prefix + separator + path)
    }
}
