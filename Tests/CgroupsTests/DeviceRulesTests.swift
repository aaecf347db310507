@testable import Cgroups
import OCI
import Testing

typealias Rule = Resources.DeviceRule

@Suite("Device rules") struct DeviceRulesTests {
    static let denyAll = Rule(allow: false, type: .all, access: "rwm")

    @Test("What every container may do") func defaults() {
        #expect(
            DeviceRules.defaults.flatMap { DeviceRules.texts($0).map(\.text) } == [
                "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm",
                "c 5:2 rwm", "c 10:200 rwm", "c 136:* rwm",
            ])
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
        #expect(DeviceRules.texts(rule).map(\.text) == ["a"])
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
        #expect(DeviceRules.texts(rule).map(\.text) == [text])
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

    @Test("As version 1 takes them") func settings() {
        let resources = Resources(devices: [Self.denyAll, Rule(allow: false, type: .block, major: 8, access: "w")])
        let settings = LegacyResources.devices(resources)
        #expect(lines(settings.prefix(3) + []) == ["devices.deny=a", "devices.deny=b 8:* w", "devices.allow=c *:* m"])
        #expect(settings.count == 2 + DeviceRules.defaults.count)
        #expect(settings.allSatisfy { $0.property == "linux.resources.devices" })
    }

    /// The kernel takes whatever begins with "a" for "all devices, any access" (devcgroup_update_access).
    @Test(
        "A rule for both types that is not for all devices is not written as one for all",
        arguments: [
            Rule(allow: true, major: 10, minor: 200), Rule(allow: true, type: .all, access: "r"),
            Rule(allow: true, type: .all, major: 1), Rule(allow: false, minor: 3, access: "w"),
        ])
    func bothTypes(rule: Rule) {
        let values = LegacyResources.devices(Resources(devices: [rule])).map(\.value)
        #expect(values.filter { $0.hasPrefix("a") } == ["a"])
        #expect(values.dropFirst().prefix(2).map { String($0.prefix(2)) }.sorted() == ["b ", "c "])
    }
}
