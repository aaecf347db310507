// A D-Bus client of our own, and not libdbus, whose version 1.14 authenticates as geteuid(2) says, which in a user
// namespace (where rootless engines run their runtimes) is another number than the server sees; whose waits while it
// connects have no bound; and which would have to be linked into a static program of a few megabytes.

/// A value as D-Bus messages carry it (D-Bus specification, Type System). File descriptors are not among them.
package indirect enum Value: Sendable, Equatable {
    case byte(UInt8)
    case boolean(Bool)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    case string(String)
    case objectPath(String)
    case signature(String)
    /// Values of one type, whose signature is `element`: an empty array has a type as well.
    case array(element: String, [Value])
    /// At least one value.
    case structure([Value])
    /// Only within an array. The key is of a basic type.
    case dictionaryEntry(Value, Value)
    /// A value with its type.
    case variant(Value)

    /// The type's signature: "s", "a(sv)".
    package var signature: String {
        switch self {
        case .byte: "y"
        case .boolean: "b"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .string: "s"
        case .objectPath: "o"
        case .signature: "g"
        case .array(let element, _): "a" + element
        case .structure(let fields): "(" + Value.signature(of: fields) + ")"
        case .dictionaryEntry(let key, let value): "{" + key.signature + value.signature + "}"
        case .variant: "v"
        }
    }

    /// The signature of values one after the other, as a message's body has them.
    package static func signature(of values: [Value]) -> String {
        var signature = ""
        for value in values { signature += value.signature }
        return signature
    }
}

extension Value {
    /// The text of a string, an object path or a signature; nil for anything else.
    package var text: String? {
        switch self {
        case .string(let text), .objectPath(let text), .signature(let text): text
        default: nil
        }
    }

    /// Strings.
    package static func strings(_ texts: [String]) -> Value {
        .array(element: "s", texts.map(Value.string))
    }

    /// Bytes.
    package static func bytes(_ bytes: [UInt8]) -> Value {
        .array(element: "y", bytes.map(Value.byte))
    }
}
