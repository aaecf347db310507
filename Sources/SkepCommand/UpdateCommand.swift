internal import Glibc
internal import OCI
internal import Skep
internal import System

/// `skep update`: changes limits of a running container.
enum UpdateCommand {
    static var command: Command {
        Command(
            "update", operands: "CONTAINER", count: 1...1,
            "Changes limits of a running container: all that are given, or none. Sizes take k, m, g, t; -1 is none.",
            options: options, run: run)
    }

    private static let options = [
        Option(
            "resources", "r", value: "FILE",
            help: "linux.resources as JSON, - for standard input; other flags override it"),
        Option("memory", value: "BYTES", help: "the limit of memory"),
        Option("memory-reservation", value: "BYTES", help: "the soft limit of memory"),
        Option("memory-swap", value: "BYTES", help: "the limit of memory and swap together"),
        Option("cpu-share", value: "N", help: "the weight against other cgroups, 2 to 262144"),
        Option("cpu-period", value: "US", help: "the period of the quota in microseconds"),
        Option("cpu-quota", value: "US", help: "processor time per period in microseconds; -1 is no limit"),
        Option("cpu-burst", value: "US", help: "unused time that may be saved up, in microseconds"),
        Option("cpu-rt-period", value: "US", help: "the period of realtime tasks' time in microseconds"),
        Option("cpu-rt-runtime", value: "US", help: "the time of realtime tasks per period in microseconds"),
        Option("cpu-idle", value: "0|1", help: "1 for the least weight (SCHED_IDLE)"),
        Option("cpuset-cpus", value: "LIST", help: "the CPUs to run on (0-3,7)"),
        Option("cpuset-mems", value: "LIST", help: "the memory nodes to use (0-1)"),
        Option("pids-limit", value: "N", help: "the most tasks; -1 is no limit"),
        Option("blkio-weight", value: "N", help: "the weight on block devices, 10 to 1000"),
        Option("kernel-memory", value: "BYTES", help: "ignored: kernels have no such limit any more"),
        Option("kernel-memory-tcp", value: "BYTES", help: "ignored, as --kernel-memory"),
        Option("l3-cache-schema", value: "SCHEMA", help: "resctrl: shares of the L3 cache (L3:0=ff;1=f)"),
        Option("mem-bw-schema", value: "SCHEMA", help: "resctrl: shares of memory bandwidth (MB:0=50)"),
    ]

    @Sendable private static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let arguments = invocation.arguments
        var resources = try arguments["resources"].map(read) ?? Resources()
        try UpdateFlags(arguments).apply(to: &resources)
        for name in ["kernel-memory", "kernel-memory-tcp"] where arguments[name] != nil {
            invocation.globals.log.write("warning", "--\(name) is ignored: kernels have no such limit any more")
        }
        let factory = try invocation.factory()
        try failing { () throws(ContainerError) in
            try factory.load(invocation.id).update(
                l3Cache: arguments["l3-cache-schema"], memoryBandwidth: arguments["mem-bw-schema"], resources)
        }
        return 0
    }

    private static func read(_ file: String) throws(Failure) -> Resources {
        let bytes = try failing("--resources") { () throws(SystemError) in
            if file != "-" { return try Files.read(file, limit: JSONDocument.maximumSize) }
            return try Descriptor(owning: STDIN_FILENO).readToEnd(
                limit: JSONDocument.maximumSize, path: "standard input")
        }
        do {
            return try Resources(parsing: bytes)
        } catch {
            throw .container(ContainerError(error, path: file == "-" ? "standard input" : file))
        }
    }
}

/// The flags of `skep update` that stand for properties of linux.resources.
private struct UpdateFlags {
    let arguments: Arguments

    init(_ arguments: Arguments) {
        self.arguments = arguments
    }

    func apply(to resources: inout Resources) throws(Failure) {
        var memory = resources.memory ?? Resources.Memory()
        try set(&memory.limit, "memory", size)
        try set(&memory.reservation, "memory-reservation", size)
        try set(&memory.swap, "memory-swap", size)
        if memory != Resources.Memory() { resources.memory = memory }
        try applyCPU(to: &resources)
        var limit = resources.pids?.limit
        try set(&limit, "pids-limit") { text in Int64(text).flatMap { $0 >= -1 ? $0 : nil } }
        if let limit { resources.pids = Resources.Pids(limit: limit) }
        var blockIO = resources.blockIO ?? Resources.BlockIO()
        try set(&blockIO.weight, "blkio-weight") { text in
            UInt16(text).flatMap { (10...1000).contains($0) ? $0 : nil }
        }
        if blockIO != Resources.BlockIO() { resources.blockIO = blockIO }
    }

    private func applyCPU(to resources: inout Resources) throws(Failure) {
        var cpu = resources.cpu ?? Resources.CPU()
        try set(&cpu.shares, "cpu-share") { UInt64($0) }
        try set(&cpu.period, "cpu-period") { UInt64($0) }
        try set(&cpu.quota, "cpu-quota") { Int64($0) }
        try set(&cpu.burst, "cpu-burst") { UInt64($0) }
        try set(&cpu.realtimePeriod, "cpu-rt-period") { UInt64($0) }
        try set(&cpu.realtimeRuntime, "cpu-rt-runtime") { Int64($0) }
        try set(&cpu.idle, "cpu-idle") { $0 == "0" ? 0 : $0 == "1" ? 1 : nil }
        try set(&cpu.cpus, "cpuset-cpus") { $0.isEmpty ? nil : $0 }
        try set(&cpu.mems, "cpuset-mems") { $0.isEmpty ? nil : $0 }
        if cpu != Resources.CPU() { resources.cpu = cpu }
    }

    private func set<Value>(
        _ property: inout Value?, _ name: String, _ parse: (String) -> Value?
    ) throws(Failure) {
        guard let text = arguments[name] else { return }
        guard let value = parse(text) else {
            throw .usage("--\(name) does not take \"\(text)\"", command: "update")
        }
        property = value
    }

    private func size(_ text: String) -> Int64? {
        text == "-1" ? -1 : Quantity.bytes(text)
    }
}
