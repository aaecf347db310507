internal import OCI

/// The rules for a container's access to devices: nothing but what the configuration and every container need.
enum DeviceRules {
    /// What every container may do (config-linux.md, Default Devices): make any node, and use the default devices,
    /// pseudo-terminals and tun.
    static let defaults: [Resources.DeviceRule] = [
        rule(nil, nil, "m"), Resources.DeviceRule(allow: true, type: .block, access: "m"),
        rule(1, 3), rule(1, 5), rule(1, 7), rule(1, 8), rule(1, 9), rule(5, 0), rule(5, 2), rule(10, 200),
        rule(136, nil),
    ]

    private static func rule(_ major: Int64?, _ minor: Int64?, _ access: String = "rwm") -> Resources.DeviceRule {
        Resources.DeviceRule(allow: true, type: .character, major: major, minor: minor, access: access)
    }

    /// The rules in the order in which they count: deny all, then the configuration's, then the defaults. A rule for
    /// all devices makes those before it moot.
    static func effective(_ rules: [Resources.DeviceRule]) -> [Resources.DeviceRule] {
        let denyAll = Resources.DeviceRule(allow: false, type: .all, access: "rwm")
        guard let last = rules.lastIndex(where: coversAll) else { return [denyAll] + rules + defaults }
        let rest = rules[(last + 1)...]
        // After "allow all", the defaults add nothing unless something was taken away again.
        return [rules[last]] + rest + (rules[last].allow && rest.isEmpty ? [] : defaults)
    }

    static func coversAll(_ rule: Resources.DeviceRule) -> Bool {
        let access = rule.access ?? "rwm"
        return (rule.type ?? .all) == .all && isAny(rule.major) && isAny(rule.minor)
            && (access.isEmpty || "rwm".allSatisfy(access.contains))
    }

    private static func isAny(_ number: Int64?) -> Bool {
        number == nil || number == -1
    }
}
