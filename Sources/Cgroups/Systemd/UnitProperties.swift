internal import DBus
package import OCI
internal import System

/// What systemd is told of a container's unit.
package enum UnitProperties {
    /// The systemd that is taken for granted: what distributions with the kernels that Skep needs have at least.
    package static let assumedVersion = 249

    /// What every unit needs.
    ///
    /// - Parameters:
    ///   - unit: its name.
    ///   - description: what it is, for people.
    ///   - pids: the processes that it begins with; a slice has none.
    ///   - isUnified: whether the host has cgroup version 2.
    /// - Returns: the properties.
    package static func essential(
        _ unit: UnitName, description: String, pids: [Int32], isUnified: Bool
    ) -> [UnitProperty] {
        var properties = [UnitProperty("Description", .string(description))]
        if unit.isSlice {
            properties.append(UnitProperty("Wants", .strings([unit.slice])))
        } else {
            properties += [
                UnitProperty("Slice", .string(unit.slice)),
                UnitProperty("Delegate", .boolean(true)),
                UnitProperty("PIDs", .array(element: "u", pids.map { .uint32(UInt32(bitPattern: $0)) })),
            ]
        }
        // Accounting from the start: what was charged elsewhere before does not move along later. The unit goes away
        // by itself also when it fails, and it does not wait for the boot to be over.
        let accounting = ["CPUAccounting", "MemoryAccounting", isUnified ? "IOAccounting" : "BlockIOAccounting"]
        properties += (accounting + ["TasksAccounting"]).map { UnitProperty($0, .boolean(true)) }
        return properties + [
            UnitProperty("DefaultDependencies", .boolean(false)),
            UnitProperty("CollectMode", .string("inactive-or-failed")),
        ]
    }

    /// Whether `resources` have something that not every systemd can be told of, so that its version has to be asked
    /// for; `assumedVersion` does else.
    package static func dependOnVersion(_ resources: Resources) -> Bool {
        resources.cpu?.idle != nil || resources.unified["cpu.idle"] != nil
    }

    /// linux.resources but for the devices: what systemd has to know of, lest it undo it. What it has no property for
    /// is left to the cgroup's files.
    ///
    /// - Parameters:
    ///   - resources: the limits; only what is set becomes a property.
    ///   - isUnified: whether the host has cgroup version 2.
    ///   - version: systemd's: what a later one brought is left to the cgroup's files as well.
    /// - Returns: the properties, each once.
    /// - Throws: `ManagerRefusal` for a list of CPUs or a value of linux.resources.unified that is none.
    package static func resources(
        _ resources: Resources, isUnified: Bool, version: Int = assumedVersion
    ) throws(ManagerRefusal) -> [UnitProperty] {
        if !isUnified { return legacy(resources, version: version) }
        return UnitProperty.merged(
            memory(resources), cpuWeight(resources, version: version), cpuQuota(resources, version: version),
            tasks(resources), inputOutput(resources), try cpuset(resources, version: version),
            try UnifiedProperties.properties(resources.unified, version: version))
    }

    private static func legacy(_ resources: Resources, version: Int) -> [UnitProperty] {
        var properties: [UnitProperty] = []
        if let limit = resources.memory?.limit, limit != 0 {
            properties.append(UnitProperty("MemoryLimit", amount(limit)))
        }
        // The range of cpu.shares, beyond which the kernel corrects and systemd refuses.
        if let shares = resources.cpu?.shares, shares != 0 {
            properties.append(UnitProperty("CPUShares", .uint64(min(max(shares, 2), 262_144))))
        }
        properties += cpuQuota(resources, version: version)
        if let weight = resources.blockIO?.weight, weight != 0 {
            properties.append(UnitProperty("BlockIOWeight", .uint64(UInt64(weight))))
        }
        return properties + tasks(resources)
    }

    // MARK: One after the other

    private static func memory(_ resources: Resources) -> [UnitProperty] {
        guard let memory = resources.memory else { return [] }
        var properties: [UnitProperty] = []
        if let limit = memory.limit, limit != 0 { properties.append(UnitProperty("MemoryMax", amount(limit))) }
        if let swap = UnifiedResources.swap(memory) { properties.append(UnitProperty("MemorySwapMax", amount(swap))) }
        if let reservation = memory.reservation {
            properties.append(UnitProperty("MemoryLow", amount(reservation)))
        }
        return properties
    }

    /// Where no limit is a negative number here, it is all ones there.
    private static func amount(_ number: Int64) -> Value {
        .uint64(number < 0 ? .max : UInt64(number))
    }

    /// The version since which a weight of 0 stands for cpu.idle.
    static let idleVersion = 252

    private static func cpuWeight(_ resources: Resources, version: Int) -> [UnitProperty] {
        guard let cpu = resources.cpu else { return [] }
        if version >= idleVersion, cpu.idle == 1 { return [UnitProperty("CPUWeight", .uint64(0))] }
        if let shares = cpu.shares, shares != 0, cpu.idle != 1 {
            return [UnitProperty("CPUWeight", .uint64(UnifiedResources.weight(shares: shares)))]
        }
        // All ones: none set. It takes the weight of 0 back.
        return version >= idleVersion && cpu.idle == 0 ? [UnitProperty("CPUWeight", .uint64(.max))] : []
    }

    private static func cpuQuota(_ resources: Resources, version: Int) -> [UnitProperty] {
        guard let cpu = resources.cpu else { return [] }
        return quota(cpu.quota ?? 0, period: cpu.period ?? 0, version: version)
    }

    /// The kernel's own period, in microseconds.
    private static let defaultPeriod: UInt64 = 100_000

    /// A quota and a period in microseconds, where 0 says nothing and a negative quota is no limit.
    static func quota(_ quota: Int64, period: UInt64, version: Int) -> [UnitProperty] {
        if quota == 0 && period == 0 { return [] }
        var properties: [UnitProperty] = []
        if period != 0 && version >= 242 { properties.append(UnitProperty("CPUQuotaPeriodUSec", .uint64(period))) }
        guard quota > 0 else { return properties + [UnitProperty("CPUQuotaPerSecUSec", .uint64(.max))] }
        let divisor = period == 0 ? defaultPeriod : period
        let product = UInt64(quota).multipliedFullWidth(by: 1_000_000)
        let isFinite = product.high < divisor
        let perSecond = isFinite ? divisor.dividingFullWidth(product).quotient : .max
        return properties + [UnitProperty("CPUQuotaPerSecUSec", .uint64(roundedUp(perSecond)))]
    }

    /// systemd counts in hundredths of a CPU, and a limit that it lowers to the next would be below the container's.
    private static func roundedUp(_ perSecond: UInt64) -> UInt64 {
        let step: UInt64 = 10_000
        let (sum, isTooLarge) = perSecond.addingReportingOverflow((step - perSecond % step) % step)
        return isTooLarge ? .max : max(sum, step)
    }

    private static func tasks(_ resources: Resources) -> [UnitProperty] {
        guard let limit = resources.pids?.limit else { return [] }
        return [UnitProperty("TasksMax", limit < 0 ? .uint64(.max) : .uint64(UInt64(max(limit, 1))))]
    }

    private static func inputOutput(_ resources: Resources) -> [UnitProperty] {
        guard let weight = resources.blockIO?.weight, weight != 0 else { return [] }
        return [UnitProperty("IOWeight", .uint64(UInt64(BlockIO.costWeight(weight))))]
    }

    private static func cpuset(_ resources: Resources, version: Int) throws(ManagerRefusal) -> [UnitProperty] {
        var properties: [UnitProperty] = []
        for (name, list, property) in [
            ("AllowedCPUs", resources.cpu?.cpus, "cpus"), ("AllowedMemoryNodes", resources.cpu?.mems, "mems"),
        ] {
            guard let list, !list.isEmpty else { continue }
            properties += try set(name, list, "linux.resources.cpu." + property, version: version)
        }
        return properties
    }

    /// A list like "0-3,7" as bits, 8 to a byte, the lowest first.
    static func set(
        _ name: String, _ list: String, _ property: String, version: Int
    ) throws(ManagerRefusal) -> [UnitProperty] {
        guard let bits = bits(of: list) else {
            throw ManagerRefusal(property, "\"\(list)\" is no list of numbers, as \"0-3,7\" is one")
        }
        return version >= 244 ? [UnitProperty(name, .bytes(bits))] : []
    }

    private static func bits(of list: String) -> [UInt8]? {
        var bits: [UInt8] = []
        for part in NumberList.parts(of: list) {
            guard let range = part.range, range.upperBound < NumberList.limit else { return nil }
            while bits.count <= range.upperBound / 8 { bits.append(0) }
            for number in range { bits[number / 8] |= 1 << UInt8(number % 8) }
        }
        return bits.isEmpty ? nil : bits
    }
}
