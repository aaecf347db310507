import CPlan
import Glibc
@testable import Planning
import Testing

/// A plan in memory as the bootstrap has it: aligned, writable, and with nothing readable behind it, so that a reader
/// which looks too far crashes.
final class PlanBytes {
    private let region: UnsafeMutableRawPointer
    private let regionSize: Int
    let start: UnsafeMutableRawPointer
    let size: Int

    init(_ bytes: [UInt8]) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        size = bytes.count
        let pages = (size + page - 1) / page * page
        regionSize = pages + page
        region = mmap(nil, regionSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        mprotect(region + pages, page, PROT_NONE)
        // Up to seven bytes are left between the plan and the guard, since it starts at a multiple of eight.
        start = region + (pages - (size + 7) / 8 * 8)
        memset(region, 0xff, pages)
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress { memcpy(start, base, size) }
        }
    }

    deinit {
        munmap(region, regionSize)
    }

    /// What the reader says about it; nil for a plan that it accepts.
    func read(into plan: inout skep_plan) -> String? {
        skep_plan_read(start, size, &plan).map { String(cString: $0) }
    }
}

/// A step as the bootstrap finds it, with its strings.
struct ReadStep: Equatable {
    var name = ""
    var flags: UInt16 = 0
    var origin: UInt32 = 0
    var numbers: [UInt64] = [0, 0, 0]
    var texts = ["", "", ""]
    var slot: Int32 = 0
    /// A vector of strings: pairs of a mount's, arguments.
    var strings: [String] = []
    /// A vector of numbers: groups, CPUs, scheduling attributes; the index of HOME in the vectors.
    var integers: [UInt64] = []
    /// The environment of exec.
    var environment: [String] = []

    init(_ name: String = "") {
        self.name = name
    }
}

/// Follows a plan as the bootstrap does, through every pointer that it would follow.
struct PlanWalk {
    var steps: [ReadStep] = []
    /// What was found that no reader may let pass.
    var problems: [String] = []
    private let plan: skep_plan
    private let bytes: PlanBytes

    init(_ plan: skep_plan, in bytes: PlanBytes) {
        self.plan = plan
        self.bytes = bytes
        for index in 0..<Int(plan.step_count) {
            guard let step = plan.steps?[index] else { break }
            steps.append(walk(step))
        }
    }

    private mutating func walk(_ step: skep_step) -> ReadStep {
        var read = ReadStep(skep_op_name(UInt32(step.op)).map { String(cString: $0) } ?? "")
        read.flags = step.flags
        read.origin = step.origin
        read.numbers = [step.number.0, step.number.1, step.number.2]
        read.texts = [step.text.0, step.text.1, step.text.2].map { text(UInt(bitPattern: plan.strings) + UInt($0)) }
        read.slot = step.slot
        let first = Int(step.vector), count = Int(step.vector_count)
        switch read.name {
        case "mount", "remount", "mask": read.strings = (first..<first + count).map { text(UInt(entry($0))) }
        case "user", "affinity", "memory-policy", "scheduler", "seccomp":
            read.integers = (first..<first + count).map { entry($0) }
        case "home", "listen-pid": read.integers = [UInt64(step.vector)]
        case "exec", "hook":
            read.strings = list(from: UInt64(step.vector))
            read.environment = list(from: step.number.0)
            if read.strings.count != count { problems.append("\(read.strings.count) arguments, not \(count)") }
            if UInt64(read.environment.count) != read.numbers[1] {
                problems.append("\(read.environment.count) variables, not \(read.numbers[1])")
            }
        default: break
        }
        return read
    }

    /// The strings up to a zero entry, as execve takes them.
    private mutating func list(from first: UInt64) -> [String] {
        var strings: [String] = []
        var index = first
        while problems.isEmpty, case let address = entry(Int(clamping: index)), address != 0 {
            strings.append(text(UInt(address)))
            index += 1
        }
        return strings
    }

    private mutating func entry(_ index: Int) -> UInt64 {
        let end = UInt(bitPattern: plan.strings)
        let begin = UInt(bitPattern: plan.vectors)
        guard let vectors = plan.vectors, index >= 0, UInt(index) < (end - begin) / 8 else {
            problems.append("vector entry \(index) lies outside the vectors")
            return 0
        }
        return vectors[index]
    }

    private mutating func text(_ address: UInt) -> String {
        let begin = UInt(bitPattern: plan.strings)
        let end = UInt(bitPattern: bytes.start) + UInt(bytes.size)
        guard let pointer = UnsafePointer<CChar>(bitPattern: address), begin <= address, address < end,
            let stop = memchr(pointer, 0, Int(end - address))
        else {
            problems.append("a string lies outside the strings")
            return ""
        }
        let length = UInt(bitPattern: stop) - address
        return String(decoding: UnsafeRawBufferPointer(start: pointer, count: Int(length)), as: UTF8.self)
    }
}

extension Plan {
    /// The plan as the bootstrap reads it: encoded, copied, read.
    func reread() throws -> [ReadStep] {
        let bytes = PlanBytes(try encoded())
        var plan = skep_plan()
        let refusal = bytes.read(into: &plan)
        try #require(refusal == nil)
        let walk = PlanWalk(plan, in: bytes)
        try #require(walk.problems == [])
        return walk.steps
    }

    /// A plan of these actions, each from a property of its own.
    init(_ actions: [Action]) {
        self.init()
        for (index, action) in actions.enumerated() {
            steps.append(Step(action, from: Origin("test", index)))
        }
    }
}
