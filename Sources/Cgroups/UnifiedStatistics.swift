internal import OCI
internal import System

/// What the version 2 tree tells of a container.
enum UnifiedStatistics {
    /// Nothing is asked for that the cgroup has no controller for.
    static func read(_ files: ControlFiles) throws(SystemError) -> Statistics {
        let controllers = StatisticsText.names(try files.read("cgroup.controllers"))
        var result = Statistics()
        result.cpu = try cpu(files)
        if controllers.contains("cpuset") {
            result.cpuset.cpus = StatisticsText.list(try files.read("cpuset.cpus.effective"))
            result.cpuset.mems = StatisticsText.list(try files.read("cpuset.mems.effective"))
        }
        if controllers.contains("memory") { result.memory = try memory(files) }
        if controllers.contains("pids") { result.pids = try PidsStatistics.read(files) }
        if controllers.contains("io") { result.blockIO = StatisticsText.ioStat(try files.read("io.stat")) }
        if controllers.contains("hugetlb") { result.hugepages = try hugepages(files) }
        if controllers.contains("rdma") { result.rdma = try RdmaStatistics.read(files) }
        try addPressure(to: &result, files)
        return result
    }

    /// Pressure, which the kernel tells without any controller.
    static func addPressure(to result: inout Statistics, _ files: ControlFiles) throws(SystemError) {
        result.cpu.pressure = try files.pressure("cpu")
        result.memory.pressure = try files.pressure("memory")
        result.blockIO.pressure = try files.pressure("io")
    }

    private static func cpu(_ files: ControlFiles) throws(SystemError) -> Statistics.CPU {
        let counters = try files.table("cpu.stat")
        func nanoseconds(_ key: String) -> UInt64 { (counters[key] ?? 0) &* 1000 }
        var result = Statistics.CPU()
        result.total = nanoseconds("usage_usec")
        result.kernel = nanoseconds("system_usec")
        result.user = nanoseconds("user_usec")
        result.periods = counters["nr_periods"] ?? 0
        result.throttledPeriods = counters["nr_throttled"] ?? 0
        result.throttledTime = nanoseconds("throttled_usec")
        result.burstPeriods = counters["nr_bursts"] ?? 0
        result.burstTime = nanoseconds("burst_usec")
        return result
    }

    private static func memory(_ files: ControlFiles) throws(SystemError) -> Statistics.Memory {
        var result = Statistics.Memory()
        result.raw = try files.table("memory.stat")
        result.cache = result.raw["file"] ?? 0
        result.kernel.usage = result.raw["kernel"] ?? 0
        result.usage.limit = try files.number("memory.max")
        result.usage.usage = try files.number("memory.current")
        result.usage.max = try files.number("memory.peak")
        // Memory and swap together, as in version 1; the peak of the one says nothing of both.
        result.swap.usage = try files.number("memory.swap.current") &+ result.usage.usage
        let (sum, isTooLarge) = try files.number("memory.swap.max").addingReportingOverflow(result.usage.limit)
        result.swap.limit = isTooLarge ? .max : sum
        return result
    }

    private static func hugepages(_ files: ControlFiles) throws(SystemError) -> [String: Statistics.Hugepages] {
        var result: [String: Statistics.Hugepages] = [:]
        for (size, prefix) in files.hugepages(suffix: ".current") {
            var pages = Statistics.Hugepages()
            pages.usage = try files.number(prefix + ".current")
            // Of reservations there is no such file.
            pages.failcnt = try files.table("hugetlb." + size + ".events")["max"] ?? 0
            result[size] = pages
        }
        return result
    }
}
