package import OCI

/// A JSON document as a value, for tests that change documents.
package indirect enum Tree: Equatable, Sendable, JSONDecodable {
    case null
    case boolean(Bool)
    case integer(String)
    case number(String)
    case string(String)
    case array([Tree])
    case object([String: Tree])

    package init(json: JSONNode) throws(JSONError) {
        switch json.type {
        case .null: self = .null
        case .boolean: self = .boolean(try json.bool())
        case .integer:
            if let signed = try? json.integer(Int64.self) {
                self = .integer("\(signed)")
            } else {
                self = .integer("\(try json.integer(UInt64.self))")
            }
        case .number: self = .number("\(try json.double())")
        case .string: self = .string(try json.string())
        case .array: self = .array(try json.array { (node) throws(JSONError) in try Tree(json: node) })
        case .object: self = .object(try json.map { (node) throws(JSONError) in try Tree(json: node) })
        }
    }

    /// The value as JSON text.
    package var text: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let digits), .number(let digits): digits
        case .string(let value): Self.quoted(value)
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let values):
            "{"
                + values.sorted { $0.key < $1.key }.map { Self.quoted($0.key) + ":" + $0.value.text }
                .joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: text.serialized(.compact), as: UTF8.self)
    }

    /// The type without its content.
    package var kind: JSONType {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .integer: .integer
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}

/// A step from a value to one inside it.
package enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
}

extension Tree {
    /// The paths to all values inside, parents first.
    package var paths: [[Step]] {
        switch self {
        case .array(let elements):
            elements.indices.flatMap { index in
                [[.index(index)]] + elements[index].paths.map { [.index(index)] + $0 }
            }
        case .object(let values):
            values.keys.sorted().flatMap { key in
                [[.key(key)]] + (values[key] ?? .null).paths.map { [.key(key)] + $0 }
            }
        default: []
        }
    }

    /// The value at a path; nil removes a property, and an array's element.
    package subscript(path: ArraySlice<Step>) -> Tree? {
        get {
            guard let step = path.first else { return self }
            switch (self, step) {
            case (.array(let elements), .index(let index)): return elements[index][path.dropFirst()]
            case (.object(let values), .key(let key)): return values[key]?[path.dropFirst()]
            default: return nil
            }
        }
        set {
            guard let step = path.first else {
                self = newValue ?? .null
                return
            }
            switch (self, step) {
            case (.array(var elements), .index(let index)):
                if path.count == 1, newValue == nil {
                    elements.remove(at: index)
                } else {
                    elements[index][path.dropFirst()] = newValue
                }
                self = .array(elements)
            case (.object(var values), .key(let key)):
                if path.count == 1 {
                    values[key] = newValue
                } else {
                    values[key]?[path.dropFirst()] = newValue
                }
                self = .object(values)
            default: break
            }
        }
    }
}

extension [Step] {
    /// The path as errors name it.
    package var description: String {
        var path = ""
        for step in self {
            switch step {
            case .index(let index): path += "[\(index)]"
            case .key(let key) where key.contains("."): path += "[\"\(key)\"]"
            case .key(let key): path += path.isEmpty ? key : ".\(key)"
            }
        }
        return path
    }
}
