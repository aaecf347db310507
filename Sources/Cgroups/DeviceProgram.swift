internal import OCI
internal import System
internal import SystemPackage

/// Device rules as a BPF program, which is how version 2 takes them: given the kind of device, its numbers and the
/// access wanted, it answers 1 (yes) or 0.
enum DeviceProgram {
    /// Assembles the rules, in the order in which they count.
    ///
    /// - Throws: E2BIG for more rules than a jump can pass over: some 6,000.
    static func assemble(_ rules: [Resources.DeviceRule]) throws(SystemError) -> [UInt64] {
        let policy = DevicePolicy(rules)
        var assembler = DeviceAssembler(verdict: policy.isAllowed)
        // Between entries of the same verdict the order says nothing; of others, the later ones come first.
        for run in runs(policy.entries).reversed() { append(run, to: &assembler) }
        return try assembler.finish()
    }

    private static func runs(_ entries: [DevicePolicy.Entry]) -> [[DevicePolicy.Entry]] {
        var runs: [[DevicePolicy.Entry]] = []
        for entry in entries {
            if runs.last?.first?.allow == entry.allow {
                runs[runs.count - 1].append(entry)
            } else {
                runs.append([entry])
            }
        }
        return runs
    }

    /// One kind of device after the other; what holds for both is asked once, and last.
    private static func append(_ run: [DevicePolicy.Entry], to assembler: inout DeviceAssembler) {
        func twin(_ entry: DevicePolicy.Entry) -> DevicePolicy.Entry {
            var twin = entry
            twin.pattern.isBlock.toggle()
            return twin
        }
        let common = run.filter { !$0.pattern.isBlock && run.contains(twin($0)) }
        for isBlock in [false, true] {
            let own = run.filter { $0.pattern.isBlock == isBlock && !common.contains($0) && !common.contains(twin($0)) }
            if own.isEmpty { continue }
            let end = assembler.label()
            assembler.skipUnless(isBlock: isBlock, to: end)
            append(numbers: own, to: &assembler)
            assembler.place(end)
        }
        append(numbers: common, to: &assembler)
    }

    /// By access and major number, so that each is asked for once.
    private static func append(numbers entries: [DevicePolicy.Entry], to assembler: inout DeviceAssembler) {
        guard let allow = entries.first?.allow else { return }
        if entries.contains(where: { $0.pattern.isForAll && $0.access == .all }) {
            return assembler.decide(allow, if: nil)
        }
        for (access, sharing) in grouped(entries, by: \.access) {
            let end = assembler.label()
            if !allow, access != .all, sharing.count == 1 {
                append(denial: sharing[0], to: &assembler)
                continue
            }
            if access != .all { assembler.skipUnless(access, isAll: allow, to: end) }
            if sharing.contains(where: \.pattern.isForAll) {
                assembler.decide(allow, if: nil)
            } else {
                for (major, group) in grouped(sharing, by: \.pattern.major) {
                    append(minors: group.map(\.pattern.minor), of: major, allow, to: &assembler)
                }
            }
            assembler.place(end)
        }
    }

    /// A single denial of some access, which is asked for last.
    private static func append(denial entry: DevicePolicy.Entry, to assembler: inout DeviceAssembler) {
        let end = assembler.label()
        if let major = entry.pattern.major { assembler.skipUnless(.major(major), to: end) }
        if let minor = entry.pattern.minor { assembler.skipUnless(.minor(minor), to: end) }
        assembler.deny(ifAnyOf: entry.access)
        assembler.place(end)
    }

    private static func append(
        minors: [UInt32?], of major: UInt32?, _ allow: Bool, to assembler: inout DeviceAssembler
    ) {
        guard let major else {
            for minor in minors { assembler.decide(allow, if: minor.map { .minor($0) }) }
            return
        }
        if minors.contains(nil) { return assembler.decide(allow, if: .major(major)) }
        let end = assembler.label()
        assembler.skipUnless(.major(major), to: end)
        for minor in minors { assembler.decide(allow, if: minor.map { .minor($0) }) }
        assembler.place(end)
    }

    /// Groups in the order of their first members.
    private static func grouped<Key: Hashable>(
        _ entries: [DevicePolicy.Entry], by key: (DevicePolicy.Entry) -> Key
    ) -> [(key: Key, entries: [DevicePolicy.Entry])] {
        var groups: [(key: Key, entries: [DevicePolicy.Entry])] = []
        var places: [Key: Int] = [:]
        for entry in entries {
            let key = key(entry)
            if let place = places[key] {
                groups[place].entries.append(entry)
            } else {
                places[key] = groups.count
                groups.append((key, [entry]))
            }
        }
        return groups
    }
}
