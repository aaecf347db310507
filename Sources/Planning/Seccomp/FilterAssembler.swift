internal import CPlan

extension SystemCallTable {
    /// The filter: the table as a tree of comparisons, and behind it what is left to libseccomp.
    ///
    /// - Parameter rest: libseccomp's program of `remaining`, instructions as the kernel's struct sock_filter.
    /// - Returns: the whole program.
    public func program(before rest: [UInt64]) -> [UInt64] {
        var assembler = FilterAssembler(rest)
        var starts: [(architecture: UInt32, label: Int)] = []
        for section in sections.reversed() {
            let tree = assembler.place(section.ranges[...])
            starts.append((section.architecture, assembler.loadNumber(then: tree)))
        }
        assembler.dispatch(starts)
        return assembler.program
    }
}

/// Writes a classic BPF program from its end: jumps only go forward, so that what they lead to is there before them. A
/// label is the number of instructions from where it leads to the end.
private struct FilterAssembler {
    /// The program, last instruction first.
    private var code: [UInt64]
    /// Where the outcomes are that were placed last.
    private var placed: [(outcome: SystemCallTable.Outcome, label: Int)] = []

    /// How far a comparison may jump, with room for what may be put between.
    private static let reach = 250

    init(_ rest: [UInt64]) {
        code = rest.reversed()
        placed.append((.elsewhere, rest.count))
    }

    var program: [UInt64] { code.reversed() }

    /// Places the search for a number among `ranges`; its label.
    mutating func place(_ ranges: ArraySlice<SystemCallTable.Range>) -> Int {
        if ranges.count == 1, let only = ranges.first { return place(only.outcome) }
        let middle = ranges.startIndex + ranges.count / 2
        let right = place(ranges[middle...])
        let left = place(ranges[..<middle])
        // In this order, for what the second puts down moves the first away.
        let nearRight = near(right), nearLeft = near(left)
        return compare(BPF_JGE, ranges[middle].first, ifTrue: nearRight, ifFalse: nearLeft)
    }

    private mutating func place(_ outcome: SystemCallTable.Outcome) -> Int {
        let known = placed.firstIndex { $0.outcome == outcome }
        if let known, code.count - placed[known].label < Self.reach / 2 { return placed[known].label }
        let label: Int
        switch outcome {
        case .action(let action): label = emit(BPF_RET | BPF_K, action)
        case .elsewhere: label = jump(to: placed.first { $0.outcome == .elsewhere }?.label ?? 0)
        }
        if let known { placed[known].label = label } else { placed.append((outcome, label)) }
        return label
    }

    /// Places the loading of the number before what looks at it, which has just been placed.
    mutating func loadNumber(then tree: Int) -> Int {
        if tree != code.count { _ = jump(to: tree) }
        return emit(BPF_LD | BPF_W | BPF_ABS, 0)  // seccomp_data.nr
    }

    /// Places the choice by architecture; another than these lies elsewhere.
    mutating func dispatch(_ starts: [(architecture: UInt32, label: Int)]) {
        var next = place(.elsewhere)
        for start in starts {
            let nearStart = near(start.label), nearNext = near(next)
            next = compare(BPF_JEQ, start.architecture, ifTrue: nearStart, ifFalse: nearNext)
        }
        if next != code.count { _ = jump(to: next) }
        _ = emit(BPF_LD | BPF_W | BPF_ABS, 4)  // seccomp_data.arch
    }

    /// A label that a comparison can jump to.
    private mutating func near(_ label: Int) -> Int {
        code.count - label > Self.reach ? jump(to: label) : label
    }

    private mutating func jump(to label: Int) -> Int {
        emit(BPF_JMP | BPF_JA, UInt32(code.count - label))
    }

    private mutating func compare(_ test: Int32, _ value: UInt32, ifTrue: Int, ifFalse: Int) -> Int {
        emit(
            BPF_JMP | test | BPF_K, value, ifTrue: UInt8(code.count - ifTrue), ifFalse: UInt8(code.count - ifFalse))
    }

    /// A struct sock_filter.
    private mutating func emit(_ operation: Int32, _ value: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) -> Int {
        code.append(UInt64(value) << 32 | UInt64(ifFalse) << 24 | UInt64(ifTrue) << 16 | UInt64(operation))
        return code.count
    }
}
