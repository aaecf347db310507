import Glibc
import OCI
import Planning

// planning-bench CONFIG.JSON [ROUNDS]: how long a configuration takes to become a plan, in microseconds.
//
// Prints "PHASE FIRST MEDIAN" for decoding, planning, encoding and all three: the first round is the only one that a
// command of skep's has.

func fail(_ reason: String) -> Never {
    let line = Array("planning-bench: \(reason)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(1)
}

func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { fail("can't open \(path)") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
}

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

struct Round {
    var decode = 0.0
    var plan = 0.0
    var encode = 0.0

    init(_ bytes: [UInt8], _ situation: Planner.Situation) {
        do {
            let start = now()
            var spec = try Spec(parsing: bytes)
            let decoded = now()
            // The filter is compiled once and then kept: what counts is the rest.
            spec.linux?.seccomp = nil
            let plan = try Planner.plan(spec, in: situation)
            let planned = now()
            let encoded = try plan.encoded()
            let end = now()
            if encoded.isEmpty { fail("an empty plan") }
            (decode, self.plan, encode) = (decoded - start, planned - decoded, end - planned)
        } catch {
            fail("\(error)")
        }
    }
}

func tenths(_ value: Double) -> String {
    let scaled = Int((value * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
}

func run(_ arguments: [String]) {
    guard (2...3).contains(arguments.count), let count = Int(arguments.count > 2 ? arguments[2] : "1000"), count > 0
    else { fail("usage: planning-bench CONFIG.JSON [ROUNDS]") }
    let bytes = read(arguments[1])
    let controllers = ["cpuset", "cpu", "memory", "devices", "freezer", "blkio", "pids", "hugetlb"]
    let hierarchies = controllers.map {
        CgroupView.Hierarchy(directory: $0, controllers: [$0], path: "/sys/fs/cgroup/\($0)/container")
    }
    let situation = Planner.Situation(rootfs: "/rootfs", bundle: "/bundle", cgroups: .v1(hierarchies))
    let rounds = (0..<count).map { _ in Round(bytes, situation) }
    func row(_ phase: String, _ value: (Round) -> Double) {
        let sorted = rounds.map(value).sorted()
        print(phase, tenths(value(rounds[0])), tenths(sorted[sorted.count / 2]))
    }
    row("decode") { $0.decode }
    row("plan") { $0.plan }
    row("encode") { $0.encode }
    row("all") { $0.decode + $0.plan + $0.encode }
}

run(CommandLine.arguments)
