import DBus
import OCI
import Testing

@testable import Cgroups

@Suite("What systemd is told of devices") struct DevicePropertiesTests {
    private func allowed(_ rules: [Resources.DeviceRule], isUnified: Bool = true) -> [String] {
        let properties = UnitProperties.devices(rules, isUnified: isUnified)
        guard case .array("(ss)", let entries)? = properties.last?.value else { return [] }
        let defaults = Set(Self.defaults)
        return entries.map { text($0) }.filter { !defaults.contains($0) }
    }

    private func text(_ entry: Value) -> String {
        guard case .structure(let parts) = entry else { return "?" }
        return parts.map { $0.text ?? "?" }.joined(separator: " ")
    }

    static let defaults = [
        "char-* m", "block-* m", "/dev/char/1:3 rwm", "/dev/char/1:5 rwm", "/dev/char/1:7 rwm", "/dev/char/1:8 rwm",
        "/dev/char/1:9 rwm", "/dev/char/5:0 rwm", "/dev/char/5:2 rwm", "/dev/char/10:200 rwm", "char-136 rwm",
    ]

    @Test("Without rules, the devices of every container") func noRules() {
        let properties = UnitProperties.devices([], isUnified: true)
        #expect(properties.map(\.name) == ["DevicePolicy", "DeviceAllow"])
        #expect(properties[0].value == .string("strict"))
        guard case .array("(ss)", let entries) = properties[1].value else {
            Issue.record("another type")
            return
        }
        #expect(entries.map(text) == Self.defaults)
    }

    @Test("All devices") func all() {
        #expect(UnitProperties.devices([.init(allow: true)], isUnified: true).isEmpty)
        #expect(UnitProperties.devices([.init(allow: false), .init(allow: true, type: .all)], isUnified: true).isEmpty)
        #expect(!UnitProperties.devices([.init(allow: true), .init(allow: false)], isUnified: true).isEmpty)
    }

    static let told: [(rule: Resources.DeviceRule, expected: [String])] = [
        (.init(allow: true, type: .character, major: 10, minor: 229, access: "rw"), ["/dev/char/10:229 rw"]),
        (.init(allow: true, type: .block, major: 8, minor: 0), ["/dev/block/8:0 rwm"]),
        (.init(allow: true, type: .character, major: 226, access: ""), ["char-226 rwm"]),
        (.init(allow: true, type: .character, major: 226, minor: -1, access: "r"), ["char-226 r"]),
        (.init(allow: true, type: .block, access: "r"), ["block-* r"]),
        (.init(allow: true, major: 7, minor: 1, access: "w"), ["/dev/block/7:1 w", "/dev/char/7:1 w"]),
        (.init(allow: true, type: .all, major: 7, access: "w"), ["block-7 w", "char-7 w"]),
        (.init(allow: true, type: .all, access: "r"), ["block-* r", "char-* r"]),
    ]

    @Test("A rule", arguments: told) func one(rule: Resources.DeviceRule, expected: [String]) {
        #expect(allowed([rule]) == expected)
        #expect(allowed([rule], isUnified: false) == expected)
        #expect(allowed([rule, rule]) == expected)
    }

    @Test("What can't be told is wider where another program narrows it, and not told elsewhere") func untold() {
        let rule = Resources.DeviceRule(allow: true, type: .character, minor: 3, access: "r")
        #expect(allowed([rule]) == ["char-* r"])
        #expect(allowed([rule], isUnified: false).isEmpty)
    }

    @Test("What is taken back") func takenBack() {
        let rules: [Resources.DeviceRule] = [
            .init(allow: true, type: .character, major: 226, access: "rw"),
            .init(allow: true, type: .block, major: 8, minor: 0, access: "r"),
            .init(allow: false, type: .character, major: 226, minor: 5, access: "rw"),
        ]
        #expect(allowed(rules) == ["char-226 rw", "/dev/block/8:0 r"])
        #expect(allowed(rules, isUnified: false) == ["/dev/block/8:0 r"])
        // In the other order nothing is.
        #expect(allowed([rules[2], rules[0]], isUnified: false) == ["char-226 rw"])
    }
}
