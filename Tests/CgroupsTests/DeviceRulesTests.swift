@testable import Cgroups
import OCI
import System
import SystemPackage
import Testing

typealias Rule = Resources.DeviceRule

@Suite("Device rules") struct DeviceRulesTests {
    static let denyAll = Rule(allow: false, type: .all, access: "rwm")

    /// The lines for version 1.
    private func lines(_ rules: [Rule]) throws -> [String] {
        try LegacyResources.devices(Resources(devices: rules)).map {
            "\($0.file.dropFirst("devices.".count)) \($0.value)"
        }
    }

    static let defaultLines = [
        "allow c *:* m", "allow b *:* m", "allow c 1:3 rwm", "allow c 1:5 rwm", "allow c 1:7 rwm", "allow c 1:8 rwm",
        "allow c 1:9 rwm", "allow c 5:0 rwm", "allow c 5:2 rwm", "allow c 10:200 rwm", "allow c 136:* rwm",
    ]

    @Test("What every container may do") func defaults() throws {
        #expect(try lines([]) == ["deny a"] + Self.defaultLines)
        #expect(DeviceRules.defaults.allSatisfy { $0.allow })
    }

    static let covering = [
        Rule(allow: true), Rule(allow: true, access: ""), Rule(allow: true, access: "rwm"),
        Rule(allow: true, access: "mwr"), Rule(allow: true, type: .all), Rule(allow: true, major: -1, minor: -1),
        Rule(allow: true, type: .all, major: -1, minor: -1, access: "rwm"), Rule(allow: true, access: "rrwwmm"),
    ]

    @Test("Rules for all devices", arguments: covering, [true, false]) func coversAll(rule: Rule, allow: Bool) {
        var rule = rule
        rule.allow = allow
        #expect(DeviceRules.coversAll(rule))
        let policy = DevicePolicy([rule])
        #expect(policy.isAllowed == allow && policy.entries.isEmpty)
    }

    @Test(
        "Rules for some",
        arguments: [
            (Rule(allow: true, type: .character), "c *:* rwm"), (Rule(allow: true, type: .block), "b *:* rwm"),
            (Rule(allow: true, type: .character, major: 1), "c 1:* rwm"),
            (Rule(allow: true, type: .character, minor: 1), "c *:1 rwm"),
            (Rule(allow: true, type: .character, major: -1, minor: 1, access: ""), "c *:1 rwm"),
            (Rule(allow: true, type: .block, major: 0, minor: 0, access: "r"), "b 0:0 r"),
            (Rule(allow: false, type: .block, major: 8, minor: 16, access: "rw"), "b 8:16 rw"),
            (Rule(allow: true, type: .character, major: 511, minor: 1_048_575, access: "m"), "c 511:1048575 m"),
        ])
    func text(rule: Rule, text: String) {
        #expect(!DeviceRules.coversAll(rule))
        #expect(DevicePolicy([Self.denyAll, rule]).entries.map(\.text) == (rule.allow ? [text] : []))
        #expect(DevicePolicy([Rule(allow: true), rule]).entries.map(\.text) == (rule.allow ? [] : [text]))
    }

    @Test("Everything is denied but the defaults") func none() {
        #expect(DeviceRules.effective([]) == [Self.denyAll] + DeviceRules.defaults)
    }

    @Test("The configuration's rules come between") func between() {
        let rules = [Rule(allow: true, type: .block, major: 8), Rule(allow: false, type: .character, major: 1)]
        #expect(DeviceRules.effective(rules) == [Self.denyAll] + rules + DeviceRules.defaults)
    }

    @Test("A rule for all devices makes those before it moot", arguments: covering) func moot(deny: Rule) {
        var deny = deny
        deny.allow = false
        let one = Rule(allow: true, type: .block, major: 8), two = Rule(allow: true, type: .block, major: 9)
        #expect(DeviceRules.effective([deny]) == [deny] + DeviceRules.defaults)
        #expect(DeviceRules.effective([one, deny, two]) == [deny, two] + DeviceRules.defaults)
        #expect(DeviceRules.effective([one, deny, one, deny]) == [deny] + DeviceRules.defaults)
    }

    @Test("All allowed needs no more rules", arguments: covering) func allAllowed(rule: Rule) {
        #expect(DeviceRules.effective([rule]) == [rule])
        #expect(DeviceRules.effective([Self.denyAll, rule]) == [rule])
        // What is taken away again may not be one of the defaults.
        let deny = Rule(allow: false, type: .character)
        #expect(DeviceRules.effective([rule, deny]) == [rule, deny] + DeviceRules.defaults)
    }

    static let lists: [(rules: [Rule], lines: [String])] = [
        // What is denied already is not denied again.
        ([denyAll, Rule(allow: false, type: .block, major: 8, access: "w")], ["deny a"] + defaultLines),
        // Access adds up, whatever stands between.
        (
            [
                Rule(allow: true, type: .block, major: 8, access: "r"), Rule(allow: true, type: .block, major: 9),
                Rule(allow: true, type: .block, major: 8, access: "w"),
            ], ["deny a", "allow b 8:* rw", "allow b 9:* rwm"] + defaultLines.filter { $0 != "allow b 9:* m" }
        ),
        // Both types, since to those files "a" means all devices, whatever follows.
        ([Rule(allow: true, major: 8, minor: 1)], ["deny a", "allow b 8:1 rwm", "allow c 8:1 rwm"] + defaultLines),
        (
            [Rule(allow: true, type: .all, access: "r")],
            ["deny a", "allow b *:* rm", "allow c *:* rm"]
                + defaultLines.dropFirst(2)
        ),
        // A denial of more takes what was given away, which version 1 would not see.
        (
            [
                Rule(allow: true, type: .block, major: 8, minor: 1),
                Rule(allow: false, type: .block, minor: 1, access: "w"), Rule(allow: true, type: .block, major: 9),
                Rule(allow: false, type: .block, major: 9),
            ], ["deny a", "allow b 8:1 rm"] + defaultLines
        ),
        (
            [Rule(allow: true), Rule(allow: false, type: .character, major: 1, minor: 11)],
            ["allow a", "deny c 1:11 rw"]
        ),
        (
            [
                Rule(allow: true), Rule(allow: false, type: .character, major: 1, minor: 11),
                Rule(allow: true, major: 1),
            ],
            ["allow a"]
        ),
        // All block and all character devices are all devices.
        ([Rule(allow: true, type: .block), Rule(allow: true, type: .character)], ["allow a"]),
        // The second is in the first.
        (
            [
                Rule(allow: true, type: .block, major: 8),
                Rule(allow: true, type: .block, major: 8, minor: 1, access: "r"),
            ],
            ["deny a", "allow b 8:* rwm"] + defaultLines
        ),
    ]

    @Test("As version 1 takes them", arguments: lists.indices) func settings(index: Int) throws {
        let (rules, expected) = Self.lists[index]
        #expect(try lines(rules) == expected)
        let settings = try LegacyResources.devices(Resources(devices: rules))
        #expect(settings.allSatisfy { $0.property == "linux.resources.devices" })
    }

    @Test(
        "An exception to an exception is more than version 1 has",
        arguments: [
            [Rule(allow: true, type: .character, major: 1), Rule(allow: false, type: .character, major: 1, minor: 11)],
            [Rule(allow: true), Rule(allow: false, type: .character, major: 1)],
            [Rule(allow: true, type: .block, major: 8), Rule(allow: false, type: .block, minor: 1, access: "r")],
        ])
    func hole(rules: [Rule]) throws {
        let error = #expect(throws: SystemError.self) { try lines(rules) }
        #expect(error?.property == "linux.resources.devices" && error?.errno == .notSupported)
        #expect(error?.hint?.contains("no exceptions to exceptions") == true)
        // Version 2 has.
        _ = try DeviceProgram.assemble(DeviceRules.effective(rules))
    }
}
