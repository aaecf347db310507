import Glibc
internal import OCI

/// linux.resources as version 2 control files want it: config-linux.md, Control groups, whose numbers are those of
/// version 1.
enum UnifiedResources {
    static func settings(_ resources: Resources) -> [Setting] {
        memory(resources) + cpu(resources) + pids(resources)
    }

    static func memory(_ resources: Resources) -> [Setting] {
        guard let memory = resources.memory else { return [] }
        var settings: [Setting] = []
        if let limit = memory.limit, limit != 0 { settings.append(Setting("memory.max", text(limit), "memory.limit")) }
        if let swap = swap(memory) {
            settings.append(
                Setting("memory.swap.max", text(swap), "memory.swap", isMootWithoutFile: swap <= 0))
        }
        if let reservation = memory.reservation {
            settings.append(Setting("memory.low", text(reservation), "memory.reservation"))
        }
        return settings
    }

    /// In version 1 the number is that of memory and swap together; here it is that of swap. Planning has seen to it
    /// that the sum is not the smaller one.
    static func swap(_ memory: Resources.Memory) -> Int64? {
        guard let swap = memory.swap, swap != 0 else { return memory.limit == -1 ? -1 : nil }
        guard swap > 0, let limit = memory.limit, limit > 0 else { return swap }
        return max(swap - limit, 0)
    }

    private static func text(_ bytes: Int64) -> String {
        bytes < 0 ? "max" : String(bytes)
    }

    static func cpu(_ resources: Resources) -> [Setting] {
        guard let cpu = resources.cpu else { return [] }
        var settings: [Setting] = []
        if let idle = cpu.idle { settings.append(Setting("cpu.idle", idle, "cpu.idle", resets: "cpu.weight")) }
        // An idle group has no weight.
        if let shares = cpu.shares, shares != 0, cpu.idle != 1 {
            settings.append(Setting("cpu.weight", weight(shares: shares), "cpu.shares"))
        }
        let quota = cpu.quota ?? 0, period = cpu.period ?? 0
        if quota != 0 || period != 0 {
            let limit = quota > 0 ? String(quota) : "max"
            settings.append(
                Setting("cpu.max", period == 0 ? limit : "\(limit) \(period)", quota != 0 ? "cpu.quota" : "cpu.period"))
        }
        if let burst = cpu.burst { settings.append(Setting("cpu.max.burst", burst, "cpu.burst")) }
        if let cpus = cpu.cpus, !cpus.isEmpty { settings.append(Setting("cpuset.cpus", cpus, "cpu.cpus")) }
        if let mems = cpu.mems, !mems.isEmpty { settings.append(Setting("cpuset.mems", mems, "cpu.mems")) }
        return settings
    }

    /// Shares (2 to 262144, 1024 by default) as a weight (1 to 10000, 100 by default): the curve through the three
    /// points (2, 1), (1024, 100) and (262144, 10000), quadratic in the logarithms, that runc and crun have agreed on.
    static func weight(shares: UInt64) -> UInt64 {
        if shares <= 2 { return 1 }
        if shares >= 262_144 { return 10_000 }
        let log = log2(Double(shares))
        return UInt64(ceil(pow(10, (log * log + 125 * log) / 612 - 7.0 / 34)))
    }

    static func pids(_ resources: Resources) -> [Setting] {
        guard let limit = resources.pids?.limit else { return [] }
        return [Setting("pids.max", PidsLimit.text(limit), "pids.limit")]
    }
}
