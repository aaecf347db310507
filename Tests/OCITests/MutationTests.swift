import OCI
import TestSupport
import Testing

/// Every property of a document that has them all, changed and removed.
@Suite("Changed documents") struct MutationTests {
    /// What each property is changed to.
    private static let replacements: [Tree] = [
        .string("text"), .integer("7"), .integer("-1"), .integer("18446744073709551615"), .number("1.5"), .array([]),
        .array([.array([])]), .object([:]), .object(["key": .array([.object([:])])]), .boolean(true), .null,
    ]

    private func error<Value: JSONDecodable>(_ type: Value.Type, _ tree: Tree) -> JSONError? {
        do {
            _ = try Value(parsing: tree.text)
            return nil
        } catch {
            return error
        }
    }

    /// The error has to name the changed property; a new container may also lack something inside.
    private func check(_ error: JSONError?, _ path: [Step], _ original: Tree, _ changed: Tree) {
        let name = path.description
        let (from, to) = (original.kind, changed.kind)
        guard let error else {
            let isElement = if case .index = path.last { true } else { false }
            #expect(from == to || (to == .null && !isElement), "\(name): took \(changed.text) for \(original.text)")
            return
        }
        if from == to, to == .array || to == .object {
            #expect(error.path.hasPrefix(name), "\(name), \(changed.text): \(error)")
        } else {
            #expect(error.path == name, "\(name), \(changed.text): \(error)")
        }
        switch error.kind {
        case .missing: #expect(to == .null || to == .object, "\(name): \(error)")
        case .unknownValue, .containsNUL: #expect(to == .string || to == .object, "\(name): \(error)")
        case .outOfRange: #expect(to == .integer, "\(name): \(error)")
        case .wrongType(let expected, let found, _):
            if error.path == name {
                #expect(found == to, "\(name): \(error)")
                #expect(expected == from, "\(name): \(error)")
            }
        default: Issue.record("\(name): \(error)")
        }
    }

    private func run<Value: JSONDecodable>(_ type: Value.Type, _ file: String) throws -> Int {
        let document = try Tree(parsing: try fixture(file))
        var count = 0
        for path in document.paths {
            let original = document[path[...]] ?? .null
            for replacement in Self.replacements where replacement != original {
                var changed = document
                changed[path[...]] = replacement
                check(error(type, changed), path, original, replacement)
                count += 1
            }
            var shorter = document
            shorter[path[...]] = nil
            if let error = error(type, shorter) {
                #expect(error == JSONError(.missing, path: path.description))
            }
            count += 1
        }
        return count
    }

    @Test("A changed configuration is refused at the changed property") func spec() throws {
        #expect(try run(Spec.self, "full.json") > 3000)
    }

    @Test("A changed features document is refused at the changed property") func features() throws {
        #expect(try run(Features.self, "features-full.json") > 400)
    }

    @Test("A changed state is refused at the changed property") func state() throws {
        #expect(try run(State.self, "state/good/spec-example.json") > 50)
    }

    @Test("A document cut off anywhere is refused") func truncated() throws {
        let bytes = Array(try compact(try fixture("full.json")).utf8)
        for length in stride(from: 0, to: bytes.count, by: 3) {
            do {
                _ = try Spec(parsing: Array(bytes[..<length]))
                Issue.record("\(length) bytes were accepted")
            } catch {
                let reason = length == 0 ? "the document is empty" : "unexpected end of the document"
                #expect(error.kind == .syntax(line: 1, column: length + 1, reason: reason))
            }
        }
    }

    @Test(
        "A document with any byte changed is read or refused, never more",
        arguments: [0x00, 0x22, 0x5C, 0x7B, 0x80, 0xFF])
    func flipped(byte: Int) throws {
        let bytes = Array(try compact(try fixture("full.json")).utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] = UInt8(byte)
            _ = try? Spec(parsing: changed)
        }
    }
}
