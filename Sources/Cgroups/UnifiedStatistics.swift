internal import OCI
internal import System

/// What the version 2 tree tells of a container.
enum UnifiedStatistics {
    static func read(_ files: ControlFiles) throws(SystemError) -> Statistics {
        var result = Statistics()
        result.cpu = try cpu(files)
        result.cpuset.cpus = StatisticsText.list(try files.read("cpuset.cpus.effective"))
        result.cpuset.mems = StatisticsText.list(try files.read("cpuset.mems.effective"))
        result.memory = try memory(files)
        result.pids = try PidsStatistics.read(files)
        result.blockIO = StatisticsText.ioStat(try files.read("io.stat"))
        result.hugepages = try hugepages(files)
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
        return result
    }

    private static func memory(_ files: ControlFiles) throws(SystemError) -> Statistics.Memory {
        var result = Statistics.Memory()
        result.raw = try files.table("memory.stat")
        result.cache = result.raw["file"] ?? 0
        result.usage = try use("memory", files)
        // Memory and swap together, as in version 1.
        result.swap = try use("memory.swap", files)
        result.swap.usage &+= result.usage.usage
        let (sum, isTooLarge) = result.swap.limit.addingReportingOverflow(result.usage.limit)
        result.swap.limit = isTooLarge ? .max : sum
        return result
    }

    private static func use(_ name: String, _ files: ControlFiles) throws(SystemError) -> Statistics.Memory.Use {
        var result = Statistics.Memory.Use()
        result.limit = try files.number(name + ".max")
        result.usage = try files.number(name + ".current")
        result.max = try files.number(name + ".peak")
        return result
    }

    private static func hugepages(_ files: ControlFiles) throws(SystemError) -> [String: Statistics.Hugepages] {
        var result: [String: Statistics.Hugepages] = [:]
        for size in files.hugepageSizes(suffix: ".current") {
            var pages = Statistics.Hugepages()
            pages.usage = try files.number("hugetlb.\(size).current")
            pages.failcnt = try files.table("hugetlb.\(size).events")["max"] ?? 0
            result[size] = pages
        }
        return result
    }
}
