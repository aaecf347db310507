internal import DBus
package import OCI
internal import System

extension UnitProperties {
    /// linux.resources.devices as systemd takes them, which writes its own rules whenever it reloads. Each device is
    /// named by its number, so that it need not have a node on the host.
    ///
    /// systemd only knows what is allowed. In version 2 its rules and those of the cgroup's own program hold together,
    /// so they may allow more: what one can't tell is told as something wider. In version 1 they would be all there is,
    /// so it is left out instead.
    ///
    /// - Parameters:
    ///   - rules: the configuration's.
    ///   - isUnified: whether the host has cgroup version 2.
    /// - Returns: the properties; none where every device is allowed.
    package static func devices(_ rules: [Resources.DeviceRule], isUnified: Bool) -> [UnitProperty] {
        let rules = DeviceRules.effective(rules)
        if let first = rules.first, first.allow, DeviceRules.coversAll(first) { return [] }
        var entries: [Value] = []
        for (index, rule) in rules.enumerated() where rule.allow {
            let isTakenBack = rules[index...].contains { !$0.allow && overlap($0, rule) }
            if !isUnified && isTakenBack { continue }
            for name in names(rule, isUnified: isUnified) {
                let access = rule.access.flatMap { $0.isEmpty ? nil : $0 } ?? "rwm"
                let entry = Value.structure([.string(name), .string(access)])
                if !entries.contains(entry) { entries.append(entry) }
            }
        }
        return [
            UnitProperty("DevicePolicy", .string("strict")),
            UnitProperty("DeviceAllow", .array(element: "(ss)", entries)),
        ]
    }

    private static func names(_ rule: Resources.DeviceRule, isUnified: Bool) -> [String] {
        let kinds =
            switch rule.type {
            case .block?: ["block"]
            case .character?: ["char"]
            case .all?, nil: ["block", "char"]
            }
        switch (number(rule.major), number(rule.minor)) {
        case (nil, nil): return kinds.map { $0 + "-*" }
        case (nil, _?): return isUnified ? kinds.map { $0 + "-*" } : []
        case (let major?, nil): return kinds.map { "\($0)-\(major)" }
        case (let major?, let minor?): return kinds.map { "/dev/\($0)/\(major):\(minor)" }
        }
    }

    /// Nil where the rule is about every number.
    private static func number(_ number: Int64?) -> String? {
        number.flatMap { $0 < 0 ? nil : decimal($0) }
    }

    private static func overlap(_ one: Resources.DeviceRule, _ other: Resources.DeviceRule) -> Bool {
        func meet<Part: Equatable>(_ one: Part?, _ other: Part?) -> Bool { one == nil || other == nil || one == other }
        func kind(_ rule: Resources.DeviceRule) -> Resources.DeviceRule.Kind? { rule.type == .all ? nil : rule.type }
        return meet(kind(one), kind(other)) && meet(number(one.major), number(other.major))
            && meet(number(one.minor), number(other.minor))
    }
}
