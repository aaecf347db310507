import OCI
import TestSupport

/// JSON text of a value, compact.
func text(_ value: some JSONEncodable) -> String {
    String(decoding: value.serialized(.compact), as: UTF8.self)
}

/// A document without its white space.
func compact(_ bytes: [UInt8]) throws -> String {
    String(decoding: try JSONDocument(parsing: bytes).serialized(.compact), as: UTF8.self)
}

/// The error of reading `type` from `json`, in words; nil when it can be read.
func failure<Value: JSONDecodable>(_ type: Value.Type, _ json: String) -> String? {
    do {
        _ = try Value(parsing: json)
        return nil
    } catch {
        return error.description
    }
}
