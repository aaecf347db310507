internal import OCI

/// What a configuration asks for, without a cgroup to say what it can have.
enum AskedLimits {
    /// The properties of linux.resources that set a limit, each once, in the order in which they would be applied.
    static func properties(_ resources: Resources, withDevices: Bool) -> [String] {
        let has = { (_: String) in true }
        let settings =
            UnifiedResources.settings(resources) + BlockIO.unified(resources, has: has)
            + HugepageSettings.settings(resources, isUnified: true, has: has) + RdmaSettings.settings(resources)
            + UnifiedFiles.settings(resources) + NetworkSettings.classes(resources)
            + NetworkSettings.priorities(resources)
        var properties: [String] = []
        for setting in settings where !properties.contains(setting.property) { properties.append(setting.property) }
        let rules = DeviceRules.effective(resources.devices)
        if withDevices && !resources.devices.isEmpty && !(rules.count == 1 && rules[0].allow) {
            properties.append("linux.resources.devices")
        }
        return properties
    }
}
