internal import CJSON

/// A document that is read to its end, whatever is wrong with it, to find all of that.
package final class JSONInspection<Value: JSONDecodable> {
    /// The most problems of a kind that are looked for.
    package static var limit: Int { 1000 }

    private let document: JSONDocument
    private let inspector: JSONInspector
    /// What was read; required properties that are missing or wrong have some value of their type. Nil if the
    /// document is no object at all.
    package private(set) var value: Value?

    /// - Throws: what is wrong with the document's syntax.
    package init(_ type: Value.Type = Value.self, parsing bytes: [UInt8]) throws(JSONError) {
        document = try JSONDocument(parsing: bytes)
        inspector = JSONInspector(document.contents)
        read()
    }

    private func read() {
        do {
            value = try document.decode()
        } catch {
            inspector.record(error, at: document.root)
        }
    }

    /// The document's size in bytes.
    package var size: Int { Int(document.contents.pointee.size) }

    /// What is wrong with the values, in the order in which they are read.
    package var problems: [JSONError] { inspector.problems }

    /// A property that nobody knows.
    package struct UnknownProperty: Equatable {
        package var path: String
        /// The property that may be meant.
        package var suggestion: String?
    }

    /// Properties that nobody has asked for. `known` are those of the root that are passed over on purpose.
    package func unknownProperties(known: [String]) -> [UnknownProperty] {
        let places = JSONPlaces(document.contents)
        var found: [UnknownProperty] = []
        for (object, names) in inspector.asked.sorted(by: { $0.key < $1.key }) {
            let names = names.map(\.description)
            let path = places.path(of: object)
            places.forEach(in: object) { key, _, _ in
                guard let key, UInt32(places.value(key).flags) & SKEP_JSON_ASKED.rawValue == 0 else { return false }
                let name = places.key(key)
                if object == 0 && known.contains(name) { return false }
                if found.count == Self.limit { return true }
                found.append(
                    UnknownProperty(
                        path: JSONPath.join(path, JSONPath.component(name)),
                        suggestion: Likeness.best(for: name, of: names).map { JSONPath.join(path, $0) }))
                return false
            }
        }
        return found
    }

    /// Properties that occur more than once in an object.
    package func repeatedProperties() -> [String] {
        let places = JSONPlaces(document.contents)
        var found: [String] = []
        for object in 0..<document.contents.pointee.count
        where skep_json_kind_of(document.contents, object) == SKEP_JSON_OBJECT {
            var names: Set<String> = []
            places.forEach(in: object) { key, _, _ in
                guard let key else { return false }
                let name = places.key(key)
                if found.count == Self.limit { return true }
                if !names.insert(name).inserted {
                    found.append(JSONPath.join(places.path(of: object), JSONPath.component(name)))
                }
                return false
            }
        }
        return found
    }

    /// Takes a problem out of the document, so that it can be looked for the next: the property that `path` names is
    /// read as what `neutral` says, or else passed over, or else what it is missing from is. The value is read again.
    ///
    /// - Parameters:
    ///   - path: the property, counted without what has been taken out before.
    ///   - neutral: for an array, "name[]" and a property's name in its elements, or a property's path, the JSON text
    ///     of a value that nobody objects to.
    /// - Returns: the property's path in the document as it was; nil if there is nothing left to take out.
    package func remove(_ path: String, neutral: (String) -> String?) -> String? {
        let places = JSONPlaces(document.contents)
        let (index, rest) = places.find(path)
        let original = JSONPath.join(places.path(of: index), rest)
        defer { inspector.silently { read() } }
        if let text = neutral(JSONInspection.pattern(original)) {
            let parent = rest.isEmpty ? places.parent(of: index) : index
            let name = rest.isEmpty ? places.name(of: index) : rest
            if let parent, let name, inspector.replace(name, of: parent, with: text) { return original }
        }
        return index != 0 && inspector.hide(index) ? original : nil
    }

    /// The string at a path; nil if there is none.
    package func string(at path: String) -> String? {
        let (index, rest) = JSONPlaces(document.contents).find(path)
        return rest.isEmpty ? try? JSONNode(document.contents, index).string() : nil
    }

    /// The path of the property in the document as it was.
    package func original(_ path: String) -> String {
        let places = JSONPlaces(document.contents)
        let (index, rest) = places.find(path)
        return JSONPath.join(places.path(of: index), rest)
    }

    /// A path without its numbers: "mounts[].destination".
    private static func pattern(_ path: String) -> String {
        String(decoding: path.utf8.filter { !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) }, as: UTF8.self)
    }
}

extension JSONPlaces {
    /// The array or object that a value is in.
    fileprivate func parent(of index: UInt32) -> UInt32? {
        var container: UInt32 = 0
        while true {
            var found: UInt32?
            forEach(in: container) { _, _, inner in
                if index >= inner && index < value(inner).next { found = inner }
                return found != nil
            }
            guard let found else { return nil }
            if found == index { return container }
            container = found
        }
    }

    /// A property's name; nil for an element of an array.
    fileprivate func name(of index: UInt32) -> String? {
        guard let parent = parent(of: index) else { return nil }
        var name: String?
        forEach(in: parent) { key, _, inner in
            if inner == index { name = key.map(self.key) }
            return inner == index
        }
        return name
    }
}
