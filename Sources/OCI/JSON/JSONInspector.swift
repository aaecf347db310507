internal import CJSON

/// Has a document read to its end, whatever is wrong with it, and keeps book of that.
///
/// A document without an inspector is read as ever: the first error ends it. With one, an error is recorded, and the
/// reading goes on with the property left out, or with some value of its type where it is required.
final class JSONInspector {
    private let document: UnsafeMutablePointer<skep_json>
    /// What is wrong, each with its whole path.
    private(set) var problems: [JSONError] = []
    /// The names that were asked for, by the object.
    private(set) var asked: [UInt32: [StaticString]] = [:]
    /// What properties are read as, instead of what the document says.
    private var replacements: [Place: Replacement] = [:]
    /// Values that there is one of for each type.
    private var blanks: [Replacement] = []
    /// Above 0 while nothing is recorded.
    private var silence = 0

    private struct Place: Hashable {
        let object: UInt32
        let name: String
    }

    /// A document of our own; what is wrong with it is nobody's mistake.
    private final class Replacement {
        let document: JSONDocument

        init?(_ text: String, _ inspector: JSONInspector) {
            guard let document = try? JSONDocument(parsing: text) else { return nil }
            document.contents.pointee.inspector = Unmanaged.passUnretained(inspector).toOpaque()
            self.document = document
        }
    }

    /// The document must not be read any more once the inspector is gone.
    init(_ document: UnsafeMutablePointer<skep_json>) {
        self.document = document
        blanks = ["{}", "[]", "\"\"", "0", "false"].compactMap { Replacement($0, self) }
        document.pointee.inspector = Unmanaged.passUnretained(self).toOpaque()
    }

    /// Whether there are more problems than anybody will read: then the first error ends an array, as ever.
    var isFull: Bool { problems.count >= JSONInspection<Spec>.limit }

    /// Records what is wrong with a value, or below it.
    func record(_ error: JSONError, at node: JSONNode) {
        guard silence == 0, node.document == document, !isFull else { return }
        problems.append(error.inside(JSONPlaces(document).path(of: node.index)))
    }

    /// Runs `body` and records nothing.
    func silently<Result>(_ body: () -> Result) -> Result {
        silence += 1
        defer { silence -= 1 }
        return body()
    }

    /// Some value that `read` takes.
    func substitute<Value>(_ read: (JSONNode) throws(JSONError) -> Value) -> Value? {
        silence += 1
        defer { silence -= 1 }
        for blank in blanks {
            do {
                return try read(blank.document.root)
            } catch {
                guard case .unknownValue(_, let allowed) = error.kind, let name = allowed.first,
                    let replacement = Replacement(JSONText.quoted(name), self)
                else { continue }
                if let value = try? read(replacement.document.root) { return value }
            }
        }
        return nil
    }

    /// Notes that a property is asked for; its replacement, if it has one.
    func look(for name: StaticString, in object: JSONObject) -> JSONNode? {
        guard object.document == document else { return nil }
        if silence == 0 { asked[object.index, default: []].append(name) }
        if replacements.isEmpty { return nil }
        return replacements[Place(object: object.index, name: name.description)]?.document.root
    }

    /// Has a property of an object read as `text`. False if it is already.
    func replace(_ name: String, of object: UInt32, with text: String) -> Bool {
        let place = Place(object: object, name: name)
        guard replacements[place] == nil, let replacement = Replacement(text, self) else { return false }
        replacements[place] = replacement
        return true
    }

    /// Has a value passed over. False if it is already.
    func hide(_ index: UInt32) -> Bool {
        let flag = UInt8(SKEP_JSON_HIDDEN.rawValue)
        let isNew = document.pointee.values[Int(index)].flags & flag == 0
        document.pointee.values[Int(index)].flags |= flag
        return isNew
    }
}

extension JSONNode {
    /// Who keeps book of what is read; nil for nobody.
    var inspector: JSONInspector? { JSONInspector.of(document) }
}

extension JSONObject {
    /// Who keeps book of what is read; nil for nobody.
    var inspector: JSONInspector? { JSONInspector.of(document) }
}

extension JSONInspector {
    fileprivate static func of(_ document: UnsafeMutablePointer<skep_json>) -> JSONInspector? {
        guard let inspector = document.pointee.inspector else { return nil }
        return Unmanaged<JSONInspector>.fromOpaque(inspector).takeUnretainedValue()
    }
}
