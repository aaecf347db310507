internal import CJSON

/// Where values are in a document, as property paths: "mounts[3].options[1]".
struct JSONPlaces {
    let document: UnsafeMutablePointer<skep_json>

    init(_ document: UnsafeMutablePointer<skep_json>) {
        self.document = document
    }

    func value(_ index: UInt32) -> skep_json_value { document.pointee.values[Int(index)] }

    func isHidden(_ index: UInt32) -> Bool {
        UInt32(value(index).flags) & SKEP_JSON_HIDDEN.rawValue != 0
    }

    func key(_ index: UInt32) -> String { String(cString: skep_json_text(document, index)) }

    /// Calls `body` for each value directly inside an array or object, with its key or its number, until it says true.
    func forEach(in container: UInt32, _ body: (_ key: UInt32?, _ number: Int, _ value: UInt32) -> Bool) {
        let isObject = skep_json_kind_of(document, container) == SKEP_JSON_OBJECT
        guard isObject || skep_json_kind_of(document, container) == SKEP_JSON_ARRAY else { return }
        var next = container + 1
        var number = 0
        while next < value(container).next {
            let inner = isObject ? next + 1 : next
            if body(isObject ? next : nil, number, inner) { return }
            number += 1
            next = value(inner).next
        }
    }

    /// The path of a value.
    func path(of index: UInt32) -> String {
        var path = ""
        var container: UInt32 = 0
        while container != index {
            let start = container
            forEach(in: start) { key, number, inner in
                guard index >= inner && index < value(inner).next else { return false }
                path = JSONPath.join(path, key.map { JSONPath.component(self.key($0)) } ?? "[\(number)]")
                container = inner
                return true
            }
            if container == start { break }
        }
        return path
    }

    /// The deepest value that a path leads to, and what is left of the path there. Hidden values don't count.
    func find(_ path: String) -> (index: UInt32, rest: String) {
        var index: UInt32 = 0
        var rest = path
        while !rest.isEmpty, let (inner, length) = step(from: index, rest) {
            index = inner
            rest = String(decoding: Array(rest.utf8).dropFirst(length), as: UTF8.self)
            if rest.utf8.first == UInt8(ascii: ".") { rest.removeFirst() }
        }
        return (index, rest)
    }

    /// The value that the beginning of a path names, and how long that beginning is. Of names that contain dots the
    /// longest is taken.
    private func step(from container: UInt32, _ path: String) -> (UInt32, length: Int)? {
        var best: (UInt32, length: Int)?
        var visible = 0
        forEach(in: container) { key, _, inner in
            if isHidden(inner) { return false }
            let name = key.map(self.key)
            for text in name.map({ [$0, JSONPath.component($0)] }) ?? ["[\(visible)]"]
            where starts(path, with: text) && text.utf8.count >= (best?.length ?? 0) {
                best = (inner, text.utf8.count)
            }
            visible += 1
            return false
        }
        return best
    }

    private func starts(_ path: String, with name: String) -> Bool {
        guard !name.isEmpty, path.utf8.starts(with: name.utf8) else { return false }
        let next = path.utf8.dropFirst(name.utf8.count).first
        return next == nil || next == UInt8(ascii: ".") || next == UInt8(ascii: "[")
    }
}

/// The text of property paths.
enum JSONPath {
    /// A property's name in a path; names that are not plain are quoted.
    static func component(_ key: String) -> String {
        let isPlain = key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isPlain && !key.isEmpty ? key : "[\(JSONText.quoted(key))]"
    }

    /// A path that goes on.
    static func join(_ path: String, _ rest: String) -> String {
        let separator = path.isEmpty || rest.isEmpty || rest.utf8.first == UInt8(ascii: "[") ? "" : "."
        return path + separator + rest
    }
}
