internal import CPlan

/// What happens to system calls by their numbers alone, and the rules that need more than that.
///
/// Of the 440 names of an engine's profile all but a few are allowed or refused whatever their arguments are. Those
/// are looked up in a tree of ranges, which takes a tenth of the time to make, and to load, of what libseccomp makes of
/// them. The rest is libseccomp's: rules with conditions, rules that contradict each other, calls that on some
/// architectures also come through socketcall(2) and ipc(2), and all that no rule speaks of.
public struct SystemCallTable: Sendable {
    /// For each of the kernel's architectures its ranges, the native first.
    var sections: [Section] = []
    /// The rules that libseccomp compiles, in their order.
    public private(set) var remaining: [SystemCallRules.Rule] = []

    struct Section: Sendable, Equatable {
        /// AUDIT_ARCH_.
        var architecture: UInt32
        /// Ascending, the first from 0 on.
        var ranges: [Range]
    }

    /// The numbers from `first` to the next range's.
    struct Range: Sendable, Equatable {
        var first: UInt32
        var outcome: Outcome
    }

    enum Outcome: Sendable, Equatable {
        case action(UInt32)
        /// What libseccomp's part says.
        case elsewhere
    }

    public init(_ rules: SystemCallRules) {
        let wanted = rules.rules.filter { $0.action != rules.defaultAction }
        var elsewhere = Set<String>()
        for token in rules.architectures {
            let architecture = FilterArchitecture(token: token)
            let isRestrictive = Self.isRestrictive(rules.defaultAction)
            var line = NumberLine()
            // What is newer than all calls comes as this one there.
            if isRestrictive && architecture.hasMultiplexedNumbers { line.add(0...0, Self.unknown) }
            Self.addDirect(wanted, architecture, to: &line, elsewhere: &elsewhere)
            if isRestrictive { Self.addUnknown(rules.rules, architecture, to: &line) }
            if let known = sections.firstIndex(where: { $0.architecture == architecture.auditNumber }) {
                // x86-64 and x32 are one to the kernel, and share no number.
                sections[known].ranges = line.merged(with: sections[known].ranges)
            } else {
                sections.append(Section(architecture: architecture.auditNumber, ranges: line.ranges))
            }
        }
        remaining = wanted.filter { elsewhere.contains($0.name) }
    }

    /// Adds the calls that have one outcome whatever their arguments are; the names of the others to `elsewhere`.
    private static func addDirect(
        _ rules: [SystemCallRules.Rule], _ architecture: FilterArchitecture, to line: inout NumberLine,
        elsewhere: inout Set<String>
    ) {
        var numbered: [(number: Int32, rule: Int)] = []
        numbered.reserveCapacity(rules.count)
        for (index, rule) in rules.enumerated() {
            let number = architecture.number(of: rule.name)
            if FilterArchitecture.isMultiplexed(number) || FilterArchitecture.isMultiplexer(rule.name) {
                elsewhere.insert(rule.name)
            } else if number >= 0 {
                numbered.append((number, index))
            }
        }
        numbered.sort { $0.number < $1.number }
        var start = 0
        while start < numbered.count {
            var end = start + 1
            while end < numbered.count && numbered[end].number == numbered[start].number { end += 1 }
            let same = numbered[start..<end].map { rules[$0.rule] }
            if same.allSatisfy({ $0.conditions.isEmpty && $0.action == same[0].action }) {
                let number = UInt32(numbered[start].number)
                line.add(number...number, .action(same[0].action))
            } else {
                elsewhere.formUnion(same.map(\.name))
            }
            start = end
        }
    }

    /// Whether the default is to refuse. A tracer and an agent can answer for calls that they do not know themselves.
    private static func isRestrictive(_ action: UInt32) -> Bool {
        switch action & UInt32(SECCOMP_RET_ACTION_FULL) {
        case UInt32(SECCOMP_RET_ALLOW), UInt32(SECCOMP_RET_LOG), UInt32(SECCOMP_RET_TRACE),
            UInt32(SECCOMP_RET_USER_NOTIF):
            false
        default: true
        }
    }

    private static let unknown = Outcome.action(UInt32(SECCOMP_RET_ERRNO) | 38)  // ENOSYS

    /// ENOSYS for calls that are newer than all that the profile speaks of, as the kernel before them would have said:
    /// programs then try an older call, which they don't after the EPERM of a profile that knows no better.
    private static func addUnknown(
        _ rules: [SystemCallRules.Rule], _ architecture: FilterArchitecture, to line: inout NumberLine
    ) {
        let newest = rules.reduce(-1) { max($0, architecture.number(of: $1.name)) }
        if newest < 0 { return }
        let next = UInt32(newest) + 1
        let bit = FilterArchitecture.x32Bit
        switch architecture.token {
        case FilterArchitecture.x8664:
            line.add(next...(bit - 1), unknown)
            line.add((bit << 1)...(bit << 1 | (bit - 1)), unknown)
        case FilterArchitecture.x32:
            line.add(next...(bit << 1 - 1), unknown)
            line.add((bit << 1 | bit)...(.max), unknown)
        default:
            line.add(next...(.max), unknown)
        }
    }
}

/// Ranges of numbers under construction: those that nothing was said of lie elsewhere.
private struct NumberLine {
    private(set) var ranges = [SystemCallTable.Range(first: 0, outcome: .elsewhere)]

    /// Adds numbers above all that were added before.
    mutating func add(_ numbers: ClosedRange<UInt32>, _ outcome: SystemCallTable.Outcome) {
        append(numbers.lowerBound, outcome)
        if numbers.upperBound < .max { append(numbers.upperBound + 1, .elsewhere) }
    }

    private mutating func append(_ first: UInt32, _ outcome: SystemCallTable.Outcome) {
        if ranges[ranges.count - 1].first == first { ranges.removeLast() }
        if ranges.last?.outcome != outcome { ranges.append(SystemCallTable.Range(first: first, outcome: outcome)) }
    }

    /// Both lines' numbers, of which no two are the same.
    func merged(with other: [SystemCallTable.Range]) -> [SystemCallTable.Range] {
        var merged = NumberLine()
        let starts = Set((ranges + other).map(\.first)).sorted()
        for (index, first) in starts.enumerated() {
            let last = index + 1 < starts.count ? starts[index + 1] - 1 : UInt32.max
            let own = Self.outcome(of: first, in: ranges)
            let outcome = own == .elsewhere ? Self.outcome(of: first, in: other) : own
            if outcome != .elsewhere { merged.add(first...last, outcome) }
        }
        return merged.ranges
    }

    private static func outcome(
        of number: UInt32, in ranges: [SystemCallTable.Range]
    ) -> SystemCallTable.Outcome {
        ranges.last { $0.first <= number }?.outcome ?? .elsewhere
    }
}
