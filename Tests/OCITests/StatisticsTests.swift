import OCI
import Testing

@Suite("Statistics as JSON") struct StatisticsTests {
    private func json(_ statistics: Statistics) -> String {
        String(decoding: statistics.serialized(.compact), as: UTF8.self)
    }

    @Test("Nothing: what runc prints for zeros") func nothing() {
        let use = #"{"limit":0,"failcnt":0}"#
        let expected =
            #"{"cpu":{"usage":{"kernel":0,"user":0},"throttling":{}},"#
            + #""cpuset":{"cpu_exclusive":0,"mem_hardwall":0,"mem_exclusive":0,"memory_migrate":0,"#
            + #""memory_spread_page":0,"memory_spread_slab":0,"memory_pressure":0,"sched_load_balance":0,"#
            + #""sched_relax_domain_level":0},"memory":{"usage":\#(use),"swap":\#(use),"kernel":\#(use),"#
            + #""kernelTCP":\#(use)},"pids":{},"blkio":{},"hugetlb":{},"intel_rdt":{},"network_interfaces":[]}"#
        #expect(json(Statistics()) == expected)
    }

    @Test("Everything") func everything() {
        var statistics = Statistics()
        statistics.cpu.total = .max
        statistics.cpu.perCPU = [1, 2]
        statistics.cpu.perCPUKernel = [3]
        statistics.cpu.perCPUUser = [4]
        statistics.cpu.periods = 5
        statistics.cpu.throttledPeriods = 6
        statistics.cpu.throttledTime = 7
        statistics.cpu.burstPeriods = 18
        statistics.cpu.burstTime = 19
        var rdma = Statistics.Rdma()
        rdma.hcaHandles = 20
        rdma.objectLimit = 21
        statistics.rdma = ["mlx5_0": rdma]
        var pressure = Statistics.Pressure()
        pressure.some.average10 = 0.17
        pressure.full.average300 = 100
        pressure.full.total = 8
        statistics.cpu.pressure = pressure
        statistics.memory.raw = ["b": 1, "a": 2]
        statistics.memory.cache = 9
        statistics.memory.usage.usage = 10
        statistics.memory.usage.max = 11
        statistics.pids.current = 12
        statistics.pids.limit = 13
        statistics.blockIO.serviceBytes = [.init(major: 8, minor: 0, operation: "Read", value: 14)]
        statistics.blockIO.serviced = [.init(major: 8, minor: 1, operation: "Write", value: 0)]
        var pages = Statistics.Hugepages()
        pages.usage = 15
        statistics.hugepages = ["2MB": pages]
        statistics.resourceControl.l3CacheSchema = "L3:0=f"
        var interface = Statistics.NetworkInterface(name: "lo")
        interface.received.bytes = 16
        interface.sent.dropped = 17
        statistics.networkInterfaces = [interface]
        let text = json(statistics)
        for part in [
            #""usage":{"total":18446744073709551615,"percpu":[1,2],"percpu_kernel":[3],"percpu_user":[4],"kernel":0,"user":0}"#,
            #""throttling":{"periods":5,"throttledPeriods":6,"throttledTime":7}"#,
            #""burst":{"periods":18,"time":19}"#,
            #""rdma":{"mlx5_0":{"hcaHandles":20,"hcaObjects":0,"hcaObjectsLimit":21}}"#,
            #""psi":{"some":{"avg10":0.17,"avg60":0.0,"avg300":0.0,"total":0},"#,
            #""full":{"avg10":0.0,"avg60":0.0,"avg300":100.0,"total":8}}"#,
            #""memory":{"cache":9,"usage":{"limit":0,"usage":10,"max":11,"failcnt":0}"#, #""raw":{"a":2,"b":1}"#,
            #""pids":{"current":12,"limit":13}"#,
            #""blkio":{"ioServiceBytesRecursive":[{"major":8,"op":"Read","value":14}]"#,
            #""ioServicedRecursive":[{"major":8,"minor":1,"op":"Write"}]"#,
            #""hugetlb":{"2MB":{"usage":15,"failcnt":0}}"#, #""intel_rdt":{"l3_cache_schema":"L3:0=f"}"#,
            #""network_interfaces":[{"Name":"lo","RxBytes":16,"RxPackets":0,"RxErrors":0,"RxDropped":0,"#,
            #""TxBytes":0,"TxPackets":0,"TxErrors":0,"TxDropped":17}]"#,
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
    }
}
