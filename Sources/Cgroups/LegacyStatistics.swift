internal import OCI
internal import System

/// What version 1 hierarchies tell of a container; nil stands for a hierarchy that is not mounted.
enum LegacyStatistics {
    static func cpu(_ cpu: ControlFiles?, accounting: ControlFiles?) throws(SystemError) -> Statistics.CPU {
        var result = Statistics.CPU()
        if let files = accounting {
            result.perCPU = StatisticsText.row(try files.read("cpuacct.usage_percpu"))
            result.total = result.perCPU.reduce(0, &+)
            let columns = StatisticsText.columns(try files.read("cpuacct.usage_all"))
            result.perCPUKernel = columns["system"] ?? []
            result.perCPUUser = columns["user"] ?? []
            let ticks = try files.table("cpuacct.stat")
            result.kernel = (ticks["system"] ?? 0) &* nanosecondsPerTick
            result.user = (ticks["user"] ?? 0) &* nanosecondsPerTick
        }
        if let files = cpu {
            let counters = try files.table("cpu.stat")
            result.periods = counters["nr_periods"] ?? 0
            result.throttledPeriods = counters["nr_throttled"] ?? 0
            result.throttledTime = counters["throttled_time"] ?? 0
            result.burstPeriods = counters["nr_bursts"] ?? 0
            result.burstTime = counters["burst_time"] ?? 0
        }
        return result
    }

    /// USER_HZ, in which cpuacct.stat counts, is 100 on every architecture of today.
    private static let nanosecondsPerTick: UInt64 = 10_000_000

    static func cpuset(_ files: ControlFiles) throws(SystemError) -> Statistics.CPUSet {
        var result = Statistics.CPUSet()
        result.cpus = StatisticsText.list(try files.read("cpuset.cpus"))
        result.cpuExclusive = try files.number("cpuset.cpu_exclusive")
        result.mems = StatisticsText.list(try files.read("cpuset.mems"))
        result.memHardwall = try files.number("cpuset.mem_hardwall")
        result.memExclusive = try files.number("cpuset.mem_exclusive")
        result.memoryMigrate = try files.number("cpuset.memory_migrate")
        result.memorySpreadPage = try files.number("cpuset.memory_spread_page")
        result.memorySpreadSlab = try files.number("cpuset.memory_spread_slab")
        result.memoryPressure = try files.number("cpuset.memory_pressure")
        result.schedLoadBalance = try files.number("cpuset.sched_load_balance")
        result.schedRelaxDomainLevel = StatisticsText.signedNumber(
            try files.read("cpuset.sched_relax_domain_level"))
        return result
    }

    static func memory(_ files: ControlFiles) throws(SystemError) -> Statistics.Memory {
        var result = Statistics.Memory()
        result.raw = try files.table("memory.stat")
        result.cache = result.raw["cache"] ?? 0
        result.usage = try use("memory", files)
        result.swap = try use("memory.memsw", files)
        result.kernel = try use("memory.kmem", files)
        result.kernelTCP = try use("memory.kmem.tcp", files)
        return result
    }

    private static func use(_ name: String, _ files: ControlFiles) throws(SystemError) -> Statistics.Memory.Use {
        var result = Statistics.Memory.Use()
        result.limit = try files.number(name + ".limit_in_bytes")
        result.usage = try files.number(name + ".usage_in_bytes")
        result.max = try files.number(name + ".max_usage_in_bytes")
        result.failcnt = try files.number(name + ".failcnt")
        return result
    }

    /// BFQ counts where it is the scheduler; else what the throttling layer counts is all that there is.
    static func blockIO(_ files: ControlFiles) throws(SystemError) -> Statistics.BlockIO {
        var result = Statistics.BlockIO()
        result.serviceBytes = StatisticsText.deviceTable(try files.read("blkio.bfq.io_service_bytes_recursive"))
        let layer = result.serviceBytes.isEmpty ? "blkio.throttle" : "blkio.bfq"
        if result.serviceBytes.isEmpty {
            result.serviceBytes = StatisticsText.deviceTable(
                try files.read("blkio.throttle.io_service_bytes_recursive"))
        }
        result.serviced = StatisticsText.deviceTable(try files.read(layer + ".io_serviced_recursive"))
        return result
    }

    static func hugepages(_ files: ControlFiles) throws(SystemError) -> [String: Statistics.Hugepages] {
        var result: [String: Statistics.Hugepages] = [:]
        for (size, prefix) in files.hugepages(suffix: ".usage_in_bytes") {
            var pages = Statistics.Hugepages()
            pages.usage = try files.number(prefix + ".usage_in_bytes")
            pages.max = try files.number(prefix + ".max_usage_in_bytes")
            pages.failcnt = try files.number(prefix + ".failcnt")
            result[size] = pages
        }
        return result
    }
}

/// rdma.current and rdma.max, the same in both versions.
enum RdmaStatistics {
    static func read(_ files: ControlFiles) throws(SystemError) -> [String: Statistics.Rdma] {
        var result: [String: Statistics.Rdma] = [:]
        for (device, used) in StatisticsText.deviceFields(try files.read("rdma.current")) {
            var rdma = Statistics.Rdma()
            rdma.hcaHandles = used["hca_handle"] ?? 0
            rdma.hcaObjects = used["hca_object"] ?? 0
            result[device] = rdma
        }
        if result.isEmpty { return result }
        for (device, most) in StatisticsText.deviceFields(try files.read("rdma.max")) {
            result[device]?.handleLimit = most["hca_handle"].flatMap { $0 == .max ? nil : $0 }
            result[device]?.objectLimit = most["hca_object"].flatMap { $0 == .max ? nil : $0 }
        }
        return result
    }
}

/// pids.current and pids.max, the same in both versions.
enum PidsStatistics {
    static func read(_ files: ControlFiles) throws(SystemError) -> Statistics.Pids {
        var result = Statistics.Pids()
        result.current = try files.number("pids.current")
        let limit = try files.number("pids.max")
        result.limit = limit == .max ? 0 : limit
        return result
    }
}
