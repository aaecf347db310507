@testable import Cgroups
import Glibc
import OCI
import System
import TestSupport
import Testing

/// Files as kernel 6.18 wrote them, some lines left out.
@Suite("Statistics") struct StatisticsTests {
    private let directory = TemporaryDirectory()

    private func legacyManager(_ controllers: [String]) -> LegacyManager {
        LegacyManager(
            members: controllers.map {
                LegacyManager.Member(controllers: [$0], path: directory.path + "/" + $0, mountPoint: "")
            }, unified: directory.path + "/unified")
    }

    @Test("Version 1") func legacy() throws {
        try directory.add(
            "cpu", ["cpu.stat": "nr_periods 11\nnr_throttled 9\nthrottled_time 411000000\nnr_bursts 4\nburst_time 5\n"])
        try directory.add(
            "cpuacct",
            [
                "cpuacct.usage_percpu": "10626286 2083826 \n",
                "cpuacct.usage_all": "cpu user system\n0 5 12000000\n1 6 0\n",
                "cpuacct.stat": "user 2\nsystem 1\n",
            ])
        try directory.add(
            "memory",
            [
                "memory.stat": "cache 4096\nrss 57344\ntotal_cache 4096\n", "memory.limit_in_bytes": "99999744\n",
                "memory.usage_in_bytes": "745472\n", "memory.max_usage_in_bytes": "2510848\n", "memory.failcnt": "3\n",
                "memory.memsw.limit_in_bytes": "9223372036854771712\n", "memory.kmem.usage_in_bytes": "479232\n",
                "memory.kmem.tcp.failcnt": "7\n",
            ])
        try directory.add("pids", ["pids.current": "2\n", "pids.max": "20\n"])
        try directory.add(
            "blkio",
            [
                "blkio.bfq.io_service_bytes_recursive": "Total 0\n",
                "blkio.throttle.io_service_bytes_recursive":
                    "254:0 Write 4194304\n254:0 Total 4194304\nTotal 4194304\n",
                "blkio.throttle.io_serviced_recursive": "254:0 Write 4\nTotal 4\n",
            ])
        try directory.add(
            "hugetlb",
            [
                "hugetlb.2MB.usage_in_bytes": "2097152\n", "hugetlb.2MB.max_usage_in_bytes": "4194304\n",
                "hugetlb.2MB.failcnt": "1\n", "hugetlb.1GB.usage_in_bytes": "7\n",
                "hugetlb.1GB.rsvd.usage_in_bytes": "9\n", "hugetlb.1GB.rsvd.max_usage_in_bytes": "11\n",
                "hugetlb.1GB.rsvd.failcnt": "13\n",
            ])
        try directory.add(
            "rdma",
            [
                "rdma.current": "mlx5_0 hca_handle=2 hca_object=20\nmlx5_1 hca_handle=0 hca_object=0\n",
                "rdma.max": "mlx5_0 hca_handle=max hca_object=100\nmlx5_1 hca_handle=max hca_object=max\n",
            ])
        let all = ["cpu", "cpuacct", "memory", "pids", "blkio", "hugetlb", "rdma"]
        let statistics = try legacyManager(all).statistics()
        #expect(statistics.cpu.total == 12_710_112 && statistics.cpu.perCPU == [10_626_286, 2_083_826])
        #expect(statistics.cpu.perCPUKernel == [12_000_000, 0] && statistics.cpu.perCPUUser == [5, 6])
        #expect(statistics.cpu.kernel == 10_000_000 && statistics.cpu.user == 20_000_000)
        #expect(statistics.cpu.periods == 11 && statistics.cpu.throttledPeriods == 9)
        #expect(statistics.cpu.throttledTime == 411_000_000 && statistics.cpu.pressure == nil)
        #expect(statistics.memory.cache == 4096 && statistics.memory.raw["rss"] == 57344)
        let usage = statistics.memory.usage
        #expect(usage.limit == 99_999_744 && usage.usage == 745_472 && usage.max == 2_510_848 && usage.failcnt == 3)
        #expect(statistics.memory.swap.limit == 9_223_372_036_854_771_712)
        #expect(statistics.memory.kernel.usage == 479_232 && statistics.memory.kernelTCP.failcnt == 7)
        #expect(statistics.pids.current == 2 && statistics.pids.limit == 20)
        #expect(statistics.blockIO.serviceBytes.map(\.operation) == ["Write", "Total"])
        #expect(statistics.blockIO.serviced.map(\.value) == [4])
        #expect(statistics.cpu.burstPeriods == 4 && statistics.cpu.burstTime == 5)
        #expect(statistics.rdma.keys.sorted() == ["mlx5_0", "mlx5_1"])
        #expect(statistics.rdma["mlx5_0"]?.hcaHandles == 2 && statistics.rdma["mlx5_0"]?.hcaObjects == 20)
        #expect(statistics.rdma["mlx5_0"]?.handleLimit == nil && statistics.rdma["mlx5_0"]?.objectLimit == 100)
        #expect(statistics.hugepages.keys.sorted() == ["1GB", "2MB"])
        // What is reserved, where that is counted.
        let reserved = statistics.hugepages["1GB"]
        #expect(reserved?.usage == 9 && reserved?.max == 11 && reserved?.failcnt == 13)
        #expect(statistics.hugepages["2MB"]?.usage == 2_097_152 && statistics.hugepages["2MB"]?.max == 4_194_304)
    }

    @Test("Version 1: the cpuset") func cpuset() throws {
        try directory.add(
            "cpuset",
            [
                "cpuset.cpus": "0-1\n", "cpuset.mems": "0\n", "cpuset.cpu_exclusive": "1\n",
                "cpuset.mem_hardwall": "2\n",
                "cpuset.mem_exclusive": "3\n", "cpuset.memory_migrate": "4\n", "cpuset.memory_spread_page": "5\n",
                "cpuset.memory_spread_slab": "6\n", "cpuset.memory_pressure": "7\n", "cpuset.sched_load_balance": "8\n",
                "cpuset.sched_relax_domain_level": "-1\n",
            ])
        let cpuset = try legacyManager(["cpuset"]).statistics().cpuset
        #expect(cpuset.cpus == [0, 1] && cpuset.mems == [0] && cpuset.schedRelaxDomainLevel == -1)
        #expect(cpuset.cpuExclusive == 1 && cpuset.memHardwall == 2 && cpuset.memExclusive == 3)
        #expect(cpuset.memoryMigrate == 4 && cpuset.memorySpreadPage == 5 && cpuset.memorySpreadSlab == 6)
        #expect(cpuset.memoryPressure == 7 && cpuset.schedLoadBalance == 8)
    }

    @Test("Version 1: where BFQ schedules, it counts") func bfq() throws {
        try directory.add(
            "blkio",
            [
                "blkio.bfq.io_service_bytes_recursive": "8:0 Read 7\nTotal 7\n",
                "blkio.bfq.io_serviced_recursive": "8:0 Read 1\nTotal 1\n",
                "blkio.throttle.io_service_bytes_recursive": "8:0 Read 9\n",
                "blkio.throttle.io_serviced_recursive": "8:0 Read 9\n",
            ])
        let io = try legacyManager(["blkio"]).statistics().blockIO
        #expect(io.serviceBytes.map(\.value) == [7] && io.serviced.map(\.value) == [1])
    }

    @Test("Version 1: pressure is the version 2 tree's beside it") func hybridPressure() throws {
        try directory.add("unified", ["cpu.pressure": "some avg10=0.50 avg60=0.00 avg300=0.00 total=9\n"])
        let statistics = try legacyManager([]).statistics()
        #expect(statistics.cpu.pressure?.some.total == 9 && statistics.memory.pressure == nil)
    }

    @Test("Version 2") func unified() throws {
        func pressure(_ some: Int, _ full: Int) -> String {
            ["some": some, "full": full].map { "\($0) avg10=0.00 avg60=0.00 avg300=0.00 total=\($1)\n" }.joined()
        }
        try directory.add(
            "cg/c",
            [
                "cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
                "cpu.stat":
                    "usage_usec 12710\nuser_usec 700\nsystem_usec 12010\nnr_periods 3\nnr_throttled 2\n"
                    + "throttled_usec 1\nnr_bursts 6\nburst_usec 7\n",
                "cpu.pressure": pressure(6, 5), "memory.pressure": pressure(4, 3), "io.pressure": pressure(2, 1),
                "cpuset.cpus.effective": "0-1\n", "cpuset.mems.effective": "0\n",
                "memory.stat": "anon 57344\nfile 8192\nkernel 4096\n", "memory.current": "745472\n",
                "memory.max": "1000000\n",
                "memory.peak": "800000\n", "memory.swap.current": "4096\n", "memory.swap.max": "500000\n",
                "pids.current": "1\n", "pids.max": "max\n", "io.stat": "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n",
                "hugetlb.1GB.current": "0\n", "hugetlb.1GB.rsvd.current": "3\n",
                "hugetlb.1GB.events": "max 6\n", "hugetlb.2MB.current": "8\n", "hugetlb.2MB.events": "max 9\n",
                "rdma.current": "mlx5_0 hca_handle=1 hca_object=0\n",
                "rdma.max": "mlx5_0 hca_handle=3 hca_object=max\n",
                "memory.swap.peak": "9\n",
            ])
        let manager = UnifiedManager(path: directory.path + "/cg/c", mountPoint: directory.path + "/cg")
        let statistics = try manager.statistics()
        #expect(statistics.cpu.total == 12_710_000 && statistics.cpu.user == 700_000)
        #expect(statistics.cpu.kernel == 12_010_000 && statistics.cpu.throttledTime == 1000)
        #expect(statistics.cpu.periods == 3 && statistics.cpu.throttledPeriods == 2 && statistics.cpu.perCPU.isEmpty)
        #expect(statistics.cpuset.cpus == [0, 1] && statistics.cpuset.mems == [0])
        #expect(
            statistics.memory.cache == 8192 && statistics.memory.raw == ["anon": 57344, "file": 8192, "kernel": 4096])
        #expect(statistics.memory.kernel.usage == 4096 && statistics.memory.kernel.limit == 0)
        #expect(statistics.cpu.burstPeriods == 6 && statistics.cpu.burstTime == 7000)
        #expect(statistics.rdma["mlx5_0"]?.hcaHandles == 1 && statistics.rdma["mlx5_0"]?.handleLimit == 3)
        #expect(statistics.memory.usage.limit == 1_000_000 && statistics.memory.usage.usage == 745_472)
        #expect(statistics.memory.usage.max == 800_000)
        // Memory and swap together.
        #expect(statistics.memory.swap.usage == 749_568 && statistics.memory.swap.limit == 1_500_000)
        #expect(statistics.pids.current == 1 && statistics.pids.limit == 0)
        #expect(statistics.blockIO.serviceBytes.count == 2 && statistics.blockIO.serviced.count == 2)
        #expect(statistics.memory.swap.max == 0)
        #expect(statistics.hugepages["1GB"]?.usage == 3 && statistics.hugepages["1GB"]?.failcnt == 6)
        #expect(statistics.hugepages["2MB"]?.usage == 8 && statistics.hugepages["2MB"]?.failcnt == 9)
        #expect(statistics.cpu.pressure?.some.total == 6 && statistics.cpu.pressure?.full.total == 5)
        #expect(statistics.memory.pressure?.some.total == 4 && statistics.memory.pressure?.full.total == 3)
        #expect(statistics.blockIO.pressure?.some.total == 2 && statistics.blockIO.pressure?.full.total == 1)
    }

    @Test("Version 2: no limit stays none, with swap added or not") func noLimit() throws {
        try directory.add(
            "cg/c",
            [
                "cgroup.controllers": "memory\n", "memory.max": "max\n", "memory.swap.max": "5\n",
                "memory.current": "1\n", "pids.current": "9\n",
            ])
        let manager = UnifiedManager(path: directory.path + "/cg/c", mountPoint: directory.path + "/cg")
        #expect(try manager.statistics().memory.swap.limit == .max)
        // There is no such controller.
        #expect(try manager.statistics().pids.current == 0)
    }

    @Test("A cgroup without files uses nothing") func nothing() throws {
        #expect(
            try legacyManager(["cpu", "cpuacct", "memory", "pids", "blkio", "cpuset"]).statistics() == Statistics())
        let manager = UnifiedManager(path: directory.path + "/none", mountPoint: directory.path)
        #expect(try manager.statistics() == Statistics())
    }

    // MARK: Out of memory

    @Test("Version 2 counts in memory.events from when it is watched") func strikes() throws {
        try directory.add("cg/c", ["memory.events": "oom 1\noom_kill 2\n"])
        var watch = try OutOfMemoryWatch.unified(directory.path + "/cg/c")
        #expect(watch.events == Int16(POLLPRI))
        #expect(watch.strikes() == 0)
        try Files.write("oom 1\noom_kill 4\n", to: directory.path + "/cg/c/memory.events")
        #expect(watch.strikes() == 2)
        #expect(watch.strikes() == 0)
        try Files.write("oom 1\noom_kill 3\n", to: directory.path + "/cg/c/memory.events")
        #expect(watch.strikes() == 0)
    }

    @Test("Version 1 registers an eventfd, and its count is one event") func counter() throws {
        let path = try directory.add("m", ["memory.oom_control": "oom_kill 0\n", "cgroup.event_control": ""])
        var watch = try OutOfMemoryWatch.legacy(path)
        #expect(watch.events == Int16(POLLIN))
        #expect(try directory.content("m/cgroup.event_control").hasPrefix("\(watch.number) "))
        #expect(watch.strikes() == 0)
        var count: UInt64 = 3
        #expect(write(watch.number, &count, 8) == 8)
        #expect(watch.strikes() == 1)
        #expect(watch.strikes() == 0)
        rename(path, path + ".gone")
        #expect(write(watch.number, &count, 8) == 8)
        #expect(watch.strikes() == 1)
        // The end itself.
        count = 1
        #expect(write(watch.number, &count, 8) == 8)
        #expect(watch.strikes() == 0)
    }

    @Test("Where no memory is accounted nothing is watched") func unwatched() throws {
        func isWatched(_ manager: some Manager) throws -> Bool { try manager.watchMemory() != nil }
        #expect(try !isWatched(legacyManager(["cpu"])))
        try directory.add("cg/c")
        #expect(try !isWatched(UnifiedManager(path: directory.path + "/cg/c", mountPoint: directory.path + "/cg")))
    }
}
