internal import OCI
internal import System
internal import SystemPackage

/// linux.resources as version 1 control files want it: config-linux.md, Control groups.
enum LegacyResources {
    static func memory(_ resources: Resources) -> [Setting] {
        guard let memory = resources.memory else { return [] }
        var settings: [Setting] = []
        // 0 says nothing, as in every runtime.
        if let limit = memory.limit, limit != 0 {
            settings.append(Setting("memory.limit_in_bytes", limit, "memory.limit"))
        }
        // Memory and swap together can't be limited below memory alone, so it comes second; and no limit for one
        // means none for both.
        if let swap = memory.limit == -1 && (memory.swap ?? 0) == 0 ? -1 : memory.swap, swap != 0 {
            settings.append(
                Setting("memory.memsw.limit_in_bytes", swap, "memory.swap", isMootWithoutFile: swap == -1))
        }
        if let reservation = memory.reservation {
            settings.append(Setting("memory.soft_limit_in_bytes", reservation, "memory.reservation"))
        }
        if let tcp = memory.kernelTCP {
            settings.append(Setting("memory.kmem.tcp.limit_in_bytes", tcp, "memory.kernelTCP"))
        }
        if let swappiness = memory.swappiness {
            settings.append(Setting("memory.swappiness", swappiness, "memory.swappiness"))
        }
        if memory.disableOOMKiller == true {
            settings.append(oomKiller(isDisabled: true))
        }
        return settings
    }

    static func oomKiller(isDisabled: Bool) -> Setting {
        Setting(
            "memory.oom_control", isDisabled ? 1 : 0, "memory.disableOOMKiller", .number(key: "oom_kill_disable"))
    }

    static func cpu(_ resources: Resources) -> [Setting] {
        guard let cpu = resources.cpu else { return [] }
        var settings: [Setting] = []
        func set(_ value: (some BinaryInteger & CustomStringConvertible)?, _ file: String, _ property: String) {
            if let value, value != 0 { settings.append(Setting(file, value, property)) }
        }
        // An idle group has no weight.
        if cpu.idle != 1 { set(cpu.shares, "cpu.shares", "cpu.shares") }
        set(cpu.period, "cpu.cfs_period_us", "cpu.period")
        set(cpu.quota, "cpu.cfs_quota_us", "cpu.quota")
        if let burst = cpu.burst { settings.append(Setting("cpu.cfs_burst_us", burst, "cpu.burst")) }
        set(cpu.realtimePeriod, "cpu.rt_period_us", "cpu.realtimePeriod")
        set(cpu.realtimeRuntime, "cpu.rt_runtime_us", "cpu.realtimeRuntime")
        if let idle = cpu.idle { settings.append(Setting("cpu.idle", idle, "cpu.idle", resets: "cpu.shares")) }
        return settings
    }

    static func cpuset(_ resources: Resources) -> [Setting] {
        var settings: [Setting] = []
        if let cpus = resources.cpu?.cpus, !cpus.isEmpty { settings.append(Setting("cpuset.cpus", cpus, "cpu.cpus")) }
        if let mems = resources.cpu?.mems, !mems.isEmpty { settings.append(Setting("cpuset.mems", mems, "cpu.mems")) }
        return settings
    }

    static func pids(_ resources: Resources) -> [Setting] {
        guard let limit = resources.pids?.limit else { return [] }
        return [Setting("pids.max", PidsLimit.text(limit), "pids.limit")]
    }

    /// The verdict on all devices, and the exceptions to it.
    ///
    /// - Throws: ENOTSUP for an exception to an exception, which version 1 takes without a word and forgets.
    static func devices(_ resources: Resources) throws(SystemError) -> [Setting] {
        let policy = DevicePolicy(DeviceRules.effective(resources.devices))
        if let hole = policy.hole {
            throw SystemError(
                "write \(hole.text)", file(allow: hole.allow), .notSupported, property: "linux.resources.devices",
                hint: "a wider rule before it says otherwise, and version 1 of cgroups has no exceptions to exceptions")
        }
        return [Setting(file(allow: policy.isAllowed), "a", "devices")]
            + policy.entries.map { Setting(file(allow: $0.allow), $0.text, "devices") }
    }

    private static func file(allow: Bool) -> String {
        allow ? "devices.allow" : "devices.deny"
    }
}

/// linux.resources.pids.limit, the same in both versions.
enum PidsLimit {
    /// Negative means no limit. 0 would keep even the init from being, so it gets what it needs.
    static func text(_ limit: Int64) -> String {
        limit < 0 ? "max" : String(max(limit, 1))
    }
}
