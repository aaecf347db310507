@testable import Cgroups
import SystemPackage
import TestSupport
import Testing

@Suite("What a refused value is told with") struct SettingHintTests {
    static let cases: [(file: String, errno: Errno, part: String?)] = [
        ("pids.max", .noSuchFileOrDirectory, "no pids.max"),
        ("memory.swap.max", .noSuchFileOrDirectory, "swapaccount"),
        ("memory.memsw.limit_in_bytes", .noSuchFileOrDirectory, "swapaccount"),
        ("cpu.rt_runtime_us", .noSuchFileOrDirectory, "RT_GROUP_SCHED"),
        ("memory.limit_in_bytes", .resourceBusy, "in use already"), ("cpu.shares", .resourceBusy, nil),
        ("memory.memsw.limit_in_bytes", .invalidArgument, "memory.swap counts memory as well"),
        ("cpu.max", .invalidArgument, "1000000"), ("cpu.cfs_quota_us", .invalidArgument, "1000000"),
        ("cpu.cfs_burst_us", .invalidArgument, "quota"), ("cpu.max.burst", .invalidArgument, "quota"),
        ("cpu.rt_runtime_us", .invalidArgument, "the cgroup above"), ("cpu.weight", .invalidArgument, "idle"),
        ("pids.max", .invalidArgument, "4194304"), ("rdma.max", .operationNotSupportedByDevice, "RDMA device"),
        ("misc.max", .invalidArgument, "misc.capacity"), ("io.max", .operationNotSupportedByDevice, "block device"),
        ("blkio.throttle.read_bps_device", .operationNotSupportedByDevice, "block device"),
        ("io.bfq.weight", .notSupported, "bfq"),
        ("net_prio.ifpriomap", .operationNotSupportedByDevice, "interface"), ("cpuset.cpus", .noSpace, "emptied"),
        ("cpuset.cpus", .permissionDenied, "the cgroup above has 0-1"),
        ("cpuset.cpus", .outOfRange, "the cgroup above has 0-1"),
        ("cpuset.mems", .invalidArgument, "the cgroup above has 0"), ("memory.high", .invalidArgument, nil),
    ]

    @Test("Each has its own", arguments: cases.indices) func hint(index: Int) throws {
        let (file, errno, part) = Self.cases[index]
        let directory = TemporaryDirectory()
        try directory.add("above", ["cpuset.cpus": "0-1\n", "cpuset.mems": "7\n", "cpuset.mems.effective": "0\n"])
        let hint = Setting(file, 1, "x").hint(errno, in: directory.path + "/above/c")
        if let part { #expect(hint?.contains(part) == true, "\(hint ?? "none")") } else { #expect(hint == nil) }
    }
}
