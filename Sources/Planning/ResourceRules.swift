internal import OCI

/// What of linux.resources can be judged without a cgroup: the rest is the kernel's to refuse.
enum ResourceRules {
    /// Judges device rules, and finds what this version of cgroups has no place for.
    ///
    /// - Returns: what will have no effect; `isNew` tells whether the container is yet to be made.
    /// - Throws: `ConfigurationError` for a rule that no device file can have meant, or a weight out of range.
    static func check(
        _ resources: Resources, on cgroups: CgroupView, isNew: Bool = true
    ) throws(ConfigurationError) -> [ConfigurationError] {
        for (index, rule) in resources.devices.enumerated() {
            let origin = Origin("linux.resources.devices", index)
            try check(rule.major, origin.appending("major"))
            try check(rule.minor, origin.appending("minor"))
            if let access = rule.access, !access.allSatisfy({ "rwm".contains($0) }) {
                throw ConfigurationError(origin.appending("access"), "takes r, w and m, not \"\(access)\"")
            }
        }
        if let memory = resources.memory {
            try check(memory)
            // What an update leaves out, the container has: see ResourceUpdate.
            if isNew { try checkSwap(memory, on: cgroups) }
        }
        if let idle = resources.cpu?.idle, !(0...1).contains(idle) {
            throw ConfigurationError(Origin("linux.resources.cpu.idle"), "must be 0 or 1, not \(idle)")
        }
        if let blockIO = resources.blockIO { try check(blockIO) }
        try ControllerRules.check(resources, on: cgroups)
        return ignored(resources, on: cgroups, isNew: isNew)
    }

    private static func check(_ memory: Resources.Memory) throws(ConfigurationError) {
        for (name, limit) in [
            ("limit", memory.limit), ("reservation", memory.reservation), ("swap", memory.swap),
            ("kernel", memory.kernel), ("kernelTCP", memory.kernelTCP),
        ] {
            guard let limit, limit < -1 else { continue }
            throw ConfigurationError(
                Origin("linux.resources.memory." + name), "\(limit) is no number of bytes; -1 is no limit")
        }
        if let swappiness = memory.swappiness, swappiness > 100 {
            throw ConfigurationError(
                Origin("linux.resources.memory.swappiness"), "must lie between 0 and 100, not \(swappiness)")
        }
    }

    /// memory.swap is the limit of memory and swap together. Version 2 limits swap alone, so it takes both to know that.
    static func checkSwap(_ memory: Resources.Memory, on cgroups: CgroupView) throws(ConfigurationError) {
        guard let swap = memory.swap, swap > 0 else { return }
        let limit = memory.limit ?? 0
        if limit > swap {
            throw ConfigurationError(
                Origin("linux.resources.memory.limit"), "\(limit) is more than memory.swap, \(swap)",
                hint: "memory.swap counts memory as well: set both")
        }
        if limit == 0 && cgroups == .v2 {
            throw ConfigurationError(
                Origin("linux.resources.memory.swap"), "\(swap) needs a memory.limit beside it",
                hint: "memory.swap counts memory as well, and cgroup v2 limits swap alone")
        }
    }

    private static func check(_ blockIO: Resources.BlockIO) throws(ConfigurationError) {
        try check(weight: blockIO.weight, Origin("linux.resources.blockIO.weight"))
        try check(weight: blockIO.leafWeight, Origin("linux.resources.blockIO.leafWeight"))
        for (index, device) in blockIO.weightDevice.enumerated() {
            let origin = Origin("linux.resources.blockIO.weightDevice", index)
            if device.weight == nil && device.leafWeight == nil {
                throw ConfigurationError(origin, "needs a weight or a leafWeight")
            }
            try check(weight: device.weight, origin.appending("weight"))
            try check(weight: device.leafWeight, origin.appending("leafWeight"))
            try check(major: device.major, minor: device.minor, origin)
        }
        for (name, devices) in [
            ("throttleReadBpsDevice", blockIO.throttleReadBpsDevice),
            ("throttleWriteBpsDevice", blockIO.throttleWriteBpsDevice),
            ("throttleReadIOPSDevice", blockIO.throttleReadIOPSDevice),
            ("throttleWriteIOPSDevice", blockIO.throttleWriteIOPSDevice),
        ] {
            for (index, device) in devices.enumerated() {
                let origin = Origin("linux.resources.blockIO." + name, index)
                try check(major: device.major, minor: device.minor, origin)
            }
        }
    }

    /// config-linux.md, Block IO: 10 to 1000; 0 says nothing.
    private static func check(weight: UInt16?, _ origin: Origin) throws(ConfigurationError) {
        guard let weight, weight != 0, !(10...1000).contains(weight) else { return }
        throw ConfigurationError(origin, "\(weight) is out of range (10 to 1000)")
    }

    private static func check(major: Int64, minor: Int64, _ origin: Origin) throws(ConfigurationError) {
        for (number, name) in [(major, "major"), (minor, "minor")] where number < 0 || number > UInt32.max {
            throw ConfigurationError(origin.appending(name), "\(number) is no device number")
        }
    }

    private static func check(_ number: Int64?, _ origin: Origin) throws(ConfigurationError) {
        guard let number, number < -1 || number > UInt32.max else { return }
        throw ConfigurationError(origin, "\(number) is no device number; -1 stands for all")
    }

    private static func ignored(
        _ resources: Resources, on cgroups: CgroupView, isNew: Bool
    ) -> [ConfigurationError] {
        var found: [ConfigurationError] = []
        func note(_ isPresent: Bool, _ property: String, _ reason: String) {
            if isPresent { found.append(ConfigurationError(Origin("linux.resources." + property), reason)) }
        }
        let memory = resources.memory, cpu = resources.cpu
        note((memory?.kernel ?? 0) > 0, "memory.kernel", "is ignored: kernels have no such limit any more")
        note(memory?.useHierarchy == false, "memory.useHierarchy", "is ignored: kernels always account hierarchically")
        note(
            isNew && memory?.checkBeforeUpdate == true, "memory.checkBeforeUpdate",
            "has no effect on a new container, which uses nothing yet")
        guard cgroups == .v2 else { return found }
        let reason = "is ignored: cgroup v2 has no such setting"
        note((memory?.kernelTCP ?? 0) > 0, "memory.kernelTCP", reason)
        note(memory?.swappiness != nil, "memory.swappiness", reason)
        note(memory?.disableOOMKiller == true, "memory.disableOOMKiller", reason)
        note((cpu?.realtimeRuntime ?? 0) != 0, "cpu.realtimeRuntime", reason)
        note((cpu?.realtimePeriod ?? 0) != 0, "cpu.realtimePeriod", reason)
        note((resources.blockIO?.leafWeight ?? 0) != 0, "blockIO.leafWeight", reason)
        for (index, device) in (resources.blockIO?.weightDevice ?? []).enumerated() {
            note((device.leafWeight ?? 0) != 0, "blockIO.weightDevice[\(index)].leafWeight", reason)
        }
        return found
    }
}
