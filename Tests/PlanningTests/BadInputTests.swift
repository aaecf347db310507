import OCI
import Planning
import TestSupport
import Testing

/// Every property of a configuration, left out, retyped, emptied and blown up: it can be planned, or the error names the
/// property.
@Suite("Bad input, generated") struct BadInputTests {
    /// What each property is changed to.
    private static let replacements: [Tree] = [
        .null, .boolean(true), .boolean(false), .array([]), .object([:]), .object(["key": .string("value")]),
        .array([.string("")]), .array([.integer("1")]), .array([.object([:])]),
        .string(""), .string("text"), .string("/"), .string("../.."), .string("/a/../.."), .string("a=b,c"),
        .string("-1"), .string("0-18446744073709551615"), .string("é\u{1F600}"),
        .integer("0"), .integer("1"), .integer("-1"), .integer("65536"), .integer("2147483648"),
        .integer("4294967295"), .integer("4294967296"), .integer("9223372036854775807"),
        .integer("9223372036854775808"), .integer("-9223372036854775808"), .integer("18446744073709551615"),
        .number("1.5"), .number("1e308"), .number("1e400"), .number("-1e19"),
    ]

    private enum Outcome {
        case planned
        case refused(property: String, String)
    }

    private func outcome(_ tree: Tree) -> Outcome {
        do {
            let spec = try Spec(parsing: tree.text)
            return try outcome(spec)
        } catch let error as JSONError {
            return .refused(property: error.path, error.description)
        } catch let error as ConfigurationError {
            return .refused(property: error.property, error.description)
        } catch {
            return .refused(property: "", "\(error)")
        }
    }

    private func outcome(_ spec: Spec) throws(ConfigurationError) -> Outcome {
        _ = try Planner.plan(spec, in: Planner.Situation(rootfs: "/rootfs", bundle: "/bundle", cgroups: .v2)).encoded()
        return .planned
    }

    /// The document without what can't be planned in it.
    private func plannable(_ name: String) throws -> Tree {
        var tree = try Tree(parsing: try fixture(name))
        tree[[.key("ociVersion")]] = .string("1.0.0")
        if tree[[.key("process")]] == nil {
            tree[[.key("process")]] = .object(["cwd": .string("/"), "args": .array([.string("/")])])
        }
        while case .refused(let property, let description) = outcome(tree) {
            let culprit = tree.paths.last { Self.isWithin(property, $0.description) }
            try #require(culprit?.isEmpty == false, "\(name): \(description)")
            tree[(culprit ?? [])[...]] = nil
        }
        return tree
    }

    private static func isWithin(_ path: String, _ prefix: String) -> Bool {
        path == prefix || path.hasPrefix(prefix + ".") || path.hasPrefix(prefix + "[")
    }

    /// What else may be wrong, once a property is.
    private static func contradicts(_ property: String, _ changed: String) -> Bool {
        // Without its namespaces all that belongs to them would change the host.
        if changed.hasPrefix("linux.namespaces") || changed == "linux" { return true }
        // Ids that a user namespace no longer has.
        if changed.hasPrefix("linux.uidMappings") || changed.hasPrefix("linux.gidMappings") { return true }
        // Two properties that are compared with each other.
        let common = zip(property.split(separator: "."), changed.split(separator: ".")).prefix { $0 == $1 }
        return !common.isEmpty
    }

    private func check(_ tree: Tree, _ path: [Step], _ what: String) {
        let name = path.description
        guard case .refused(let property, let description) = outcome(tree) else { return }
        let isRelated =
            Self.isWithin(property, name) || Self.isWithin(name, property) || Self.contradicts(property, name)
        #expect(isRelated, "\(name), \(what): \(description)")
        #expect(description.utf8.count < 2000, "\(name), \(what): a line of \(description.utf8.count) bytes")
    }

    @Test(
        "Changed properties",
        arguments: [
            "full.json", "podman.json", "runc-spec.json", "runc-spec-rootless.json",
            "config/good/minimal-for-start.json",
            "config/good/spec-example.json", "config/good/linux-rdma.json", "config/good/linux-netdevice.json",
        ])
    func changed(name: String) throws {
        let document = try plannable(name)
        for path in document.paths {
            // One system call's name is like another.
            if path.description.contains("syscalls") && path.description.hasSuffix("]") && path.count > 5 { continue }
            for replacement in Self.replacements {
                var changed = document
                changed[path[...]] = replacement
                check(changed, path, replacement.text)
            }
            var shorter = document
            shorter[path[...]] = nil
            check(shorter, path, "left out")
        }
    }

    @Test("Huge properties take no longer than their size", .timeLimit(.minutes(1))) func huge() throws {
        let document = try plannable("full.json")
        let text = Tree.string(String(repeating: "/x,=", count: 1 << 18))
        for path in document.paths {
            var changed = document
            switch document[path[...]] {
            case .string?: changed[path[...]] = text
            case .array(let elements)?:
                changed[path[...]] = .array(
                    (0..<10_000).map { elements.isEmpty ? .integer("\($0)") : elements[$0 % elements.count] })
            case .object(var values)?:
                for index in 0..<10_000 { values["key\(index)"] = values.values.first ?? .null }
                changed[path[...]] = .object(values)
            default: continue
            }
            check(changed, path, "huge")
        }
    }
}
