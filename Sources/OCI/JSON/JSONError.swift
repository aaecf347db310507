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
        /// A property that the object does not have: a misspelt one, most likely.
        case unknownProperty(allowed: [String])
        /// A string that contains U+0000, which no C string, and so no kernel interface, can hold.
        case containsNUL
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
        case .unknownProperty(let allowed):
            "no such property (there are: \(allowed.joined(separator: ", ")))"
        case .containsNUL:
            "the string contains a NUL character"
        }
    }

    /// What to do about it, where that is known.
    public var hint: String? {
        switch kind {
        case .unknownValue(let value, let allowed):
            let word = String(decoding: value.utf8.filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
            return Likeness.best(for: word, of: allowed).map { "did you mean \"\($0)\"?" }
        case .wrongType(.string, .integer, _), .wrongType(.string, .boolean, _), .wrongType(.string, .number, _):
            return "write it in double quotes"
        case .wrongType(.integer, .string, let text), .wrongType(.number, .string, let text):
            let isNumber = text.utf8.count > 2 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x22 }
            return isNumber ? "write it without quotes" : nil
        case .wrongType(.boolean, .string, "\"true\""), .wrongType(.boolean, .string, "\"false\""):
            return "write it without quotes"
        default: return nil
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
        inside(JSONPath.component(key))
    }

    /// The same error seen from what holds the value at `prefix`.
    func inside(_ prefix: String) -> JSONError {
        JSONError(kind, path: JSONPath.join(prefix, path))
    }
}
