internal import OCI

/// What of linux.resources can be judged without a cgroup: the rest is the kernel's to refuse.
enum ResourceRules {
    /// Judges device rules, and finds what this version of cgroups has no place for.
    ///
    /// - Returns: what will have no effect.
    /// - Throws: `ConfigurationError` for a rule that no device file can have meant.
    static func check(_ resources: Resources, on cgroups: CgroupView) throws(ConfigurationError) -> [ConfigurationError]
    {
        for (index, rule) in resources.devices.enumerated() {
            let origin = Origin("linux.resources.devices", index)
            try check(rule.major, origin.appending("major"))
            try check(rule.minor, origin.appending("minor"))
            if let access = rule.access, !access.allSatisfy({ "rwm".contains($0) }) {
                throw ConfigurationError(origin.appending("access"), "takes r, w and m, not \"\(access)\"")
            }
        }
        return ignored(resources, on: cgroups)
    }

    private static func check(_ number: Int64?, _ origin: Origin) throws(ConfigurationError) {
        guard let number, number < -1 || number > UInt32.max else { return }
        throw ConfigurationError(origin, "\(number) is no device number; -1 stands for all")
    }

    private static func ignored(_ resources: Resources, on cgroups: CgroupView) -> [ConfigurationError] {
        var found: [ConfigurationError] = []
        func note(_ isPresent: Bool, _ property: String, _ reason: String) {
            if isPresent { found.append(ConfigurationError(Origin("linux.resources." + property), reason)) }
        }
        let memory = resources.memory, cpu = resources.cpu
        note((memory?.kernel ?? 0) > 0, "memory.kernel", "is ignored: kernels have no such limit any more")
        note(memory?.useHierarchy == false, "memory.useHierarchy", "is ignored: kernels always account hierarchically")
        note(
            memory?.checkBeforeUpdate == true, "memory.checkBeforeUpdate",
            "has no effect on a new container, which uses nothing yet")
        guard cgroups == .v2 else { return found }
        let reason = "is ignored: cgroup v2 has no such setting"
        note((memory?.kernelTCP ?? 0) > 0, "memory.kernelTCP", reason)
        note(memory?.swappiness != nil, "memory.swappiness", reason)
        note(memory?.disableOOMKiller == true, "memory.disableOOMKiller", reason)
        note((cpu?.realtimeRuntime ?? 0) != 0, "cpu.realtimeRuntime", reason)
        note((cpu?.realtimePeriod ?? 0) != 0, "cpu.realtimePeriod", reason)
        return found
    }
}
