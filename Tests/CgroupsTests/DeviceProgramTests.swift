@testable import Cgroups
import Glibc
import OCI
import System
import SystemPackage
import TestSupport
import Testing

@Suite("The device program") struct DeviceProgramTests {
    typealias Request = DeviceMachine.Request

    /// All kinds of requests for some devices.
    static let requests = requests(
        majors: [0, 1, 5, 8, 10, 136, 4095, 0x7fff_ffff], minors: [0, 1, 3, 5, 16, 200, 0xf_ffff])

    private static func requests(majors: [UInt32], minors: [UInt32]) -> [Request] {
        [true, false].flatMap { isBlock in
            majors.flatMap { major in
                minors.flatMap { minor in
                    (1...7).map { Request(isBlock: isBlock, access: UInt32($0), major: major, minor: minor) }
                }
            }
        }
    }

    /// What the last rule that speaks of one kind of access says of it; for more than one kind at once, what each says.
    /// It says less than the program does: access that no one rule gives is not given at once.
    static func allowsEach(_ rules: [Rule], _ request: Request) -> Bool {
        request.accessLetters.allSatisfy { letter in
            let last = rules.last { rule in
                if rule.type == .block && !request.isBlock || rule.type == .character && request.isBlock {
                    return false
                }
                if let major = rule.major, major != -1, major != Int64(request.major) { return false }
                if let minor = rule.minor, minor != -1, minor != Int64(request.minor) { return false }
                return rule.access.map { $0.isEmpty || $0.contains(letter) } ?? true
            }
            return last?.allow ?? false
        }
    }

    private func check(_ rules: [Rule], _ requests: [Request] = requests) throws {
        let machine = DeviceMachine(try DeviceProgram.assemble(rules))
        try machine.verify()
        // Version 1 has no word for some rules; where it has, they mean the same.
        var cgroup: LegacyDeviceCgroup?
        let policy = DevicePolicy(rules)
        if policy.hole == nil {
            var written = LegacyDeviceCgroup()
            try written.write("a", allow: policy.isAllowed)
            for entry in policy.entries { try written.write(entry.text, allow: entry.allow) }
            cgroup = written
        }
        for request in requests {
            let answer = try machine.run(request)
            let each = Self.allowsEach(rules, request)
            if answer > 1 || (request.accessLetters.count == 1 ? (answer == 1) != each : answer == 1 && !each) {
                Issue.record("\(request): \(answer), and by the rules \(each)")
                return
            }
            if let cgroup, cgroup.allows(request) != (answer == 1) {
                Issue.record("\(request): \(answer), and version 1 \(cgroup.allows(request))")
                return
            }
        }
    }

    static let types: [Rule.Kind?] = [nil, .all, .block, .character]
    static let numbers: [Int64?] = [nil, -1, 0, 5, 4095]
    static let accesses: [String?] = [nil, "", "r", "w", "m", "rw", "rm", "wm", "rwm", "mwr"]

    @Test("One rule of each kind", arguments: types, accesses) func single(type: Rule.Kind?, access: String?) throws {
        let requests = Self.requests(majors: [0, 5, 8, 4095], minors: [0, 5, 4095])
        for allow in [true, false] {
            for major in Self.numbers {
                for minor in Self.numbers {
                    let rule = Rule(allow: allow, type: type, major: major, minor: minor, access: access)
                    // After "allow all", so that a denial can be told from silence.
                    for rules in [[rule], [Rule(allow: true), rule]] {
                        try check(rules, requests)
                    }
                }
            }
        }
    }

    static let lists: [[Rule]] = [
        [], DeviceRules.effective([]), DeviceRules.effective([Rule(allow: true)]),
        DeviceRules.effective([Rule(allow: false, access: "rwm")]),
        DeviceRules.effective([Rule(allow: true, type: .block, major: 8, access: "r")]),
        DeviceRules.effective([Rule(allow: true), Rule(allow: false, type: .character, major: 1, access: "w")]),
        DeviceRules.effective([Rule(allow: true, access: "r"), Rule(allow: false, type: .block, major: 8, minor: 16)]),
        [Rule(allow: true, type: .character, major: 1), Rule(allow: false, type: .character, major: 1, minor: 5)],
        [Rule(allow: false, type: .character, major: 1, minor: 5), Rule(allow: true, type: .character, major: 1)],
        [Rule(allow: true), Rule(allow: false, access: "w"), Rule(allow: true, type: .block, major: 8, access: "rw")],
        [Rule(allow: true, minor: 3), Rule(allow: false, major: 1, minor: 3, access: "m")],
    ]

    @Test("Lists of rules", arguments: lists) func list(rules: [Rule]) throws {
        try check(rules)
    }

    @Test("Lists of rules at random", arguments: 0..<200) func random(seed: Int) throws {
        var generator = Generator(state: UInt64(seed) + 1)
        let count = Int.random(in: 1...12, using: &generator)
        let rules = (0..<count).map { _ in
            Rule(
                allow: .random(using: &generator), type: Self.types.randomElement(using: &generator) ?? nil,
                major: [nil, -1, 1, 8].randomElement(using: &generator) ?? nil,
                minor: [nil, -1, 3, 16].randomElement(using: &generator) ?? nil,
                access: Self.accesses.randomElement(using: &generator) ?? nil)
        }
        let requests = Self.requests(majors: [1, 8, 10], minors: [0, 3, 16])
        try check(rules, requests)
        try check(DeviceRules.effective(rules), requests)
    }

    /// Rules of which none speaks of a part of what another speaks of, so that version 1 takes them as they come.
    @Test("Lists that version 1 takes as they are", arguments: 0..<200) func asWritten(seed: Int) throws {
        var generator = Generator(state: UInt64(seed) + 1000)
        var cgroup = LegacyDeviceCgroup()
        try cgroup.write("a", allow: false)
        var rules: [Rule] = []
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
            let allow = Bool.random(using: &generator)
            if Int.random(in: 0..<20, using: &generator) == 0 {
                rules.append(Rule(allow: allow))
                try cgroup.write("a", allow: allow)
                continue
            }
            let isBlock = Bool.random(using: &generator)
            // Each major number has its minor numbers, or is for all of them.
            let major = Int64.random(in: 1...4, using: &generator)
            let minor: Int64? = major < 3 ? Int64.random(in: 0...2, using: &generator) : nil
            let access = ["r", "w", "m", "rw", "rm", "wm", "rwm"].randomElement(using: &generator) ?? "r"
            rules.append(
                Rule(allow: allow, type: isBlock ? .block : .character, major: major, minor: minor, access: access))
            let text = "\(isBlock ? "b" : "c") \(major):\(minor.map { String($0) } ?? "*") \(access)"
            try cgroup.write(text, allow: allow)
        }
        #expect(DevicePolicy(rules).hole == nil)
        let machine = DeviceMachine(try DeviceProgram.assemble(rules))
        for request in Self.requests(majors: [0, 1, 2, 3, 4], minors: [0, 1, 2, 3]) {
            if cgroup.allows(request) != (try machine.run(request) == 1) {
                Issue.record("\(request): \(cgroup.allows(request)) in version 1")
                return
            }
        }
    }

    @Test("Access from separate rules adds up") func addedUp() throws {
        let rules = [
            Rule(allow: true, type: .block, major: 8, minor: 1, access: "r"),
            Rule(allow: true, type: .block, major: 8, minor: 1, access: "w"),
        ]
        let machine = DeviceMachine(try DeviceProgram.assemble(rules))
        #expect(try machine.run(Request(isBlock: true, access: 6, major: 8, minor: 1)) == 1)
        #expect(try machine.run(Request(isBlock: true, access: 7, major: 8, minor: 1)) == 0)
    }

    /// Docker's and Podman's default lists: "deny all", and what every container gets.
    static let engineRules = [
        Rule(allow: false, access: "rwm"), Rule(allow: true, type: .character, access: "m"),
        Rule(allow: true, type: .block, access: "m"),
        Rule(allow: true, type: .character, major: 1, minor: 3, access: "rwm"),
        Rule(allow: true, type: .character, major: 1, minor: 5, access: "rwm"),
        Rule(allow: true, type: .character, major: 1, minor: 7, access: "rwm"),
        Rule(allow: true, type: .character, major: 1, minor: 8, access: "rwm"),
        Rule(allow: true, type: .character, major: 1, minor: 9, access: "rwm"),
        Rule(allow: true, type: .character, major: 5, minor: 0, access: "rwm"),
        Rule(allow: true, type: .character, major: 5, minor: 1, access: "rwm"),
        Rule(allow: true, type: .character, major: 5, minor: 2, access: "rwm"),
        Rule(allow: true, type: .character, major: 10, minor: 200, access: "rwm"),
        Rule(allow: true, type: .character, major: 136, access: "rwm"),
    ]

    static let sizes: [(rules: [Rule], count: Int)] = [
        ([], 2), ([Rule(allow: true)], 2), (DeviceRules.effective([]), 21),
        (engineRules, 22), (DeviceRules.effective(engineRules), 22),
        // Three loads, two tests, four words of verdicts; and the kind of device.
        ([Rule(allow: true, type: .character, major: 1, minor: 3)], 10),
        ([Rule(allow: true, type: .character, major: 1, minor: 3, access: "r")], 11),
        ([Rule(allow: true, major: 1, minor: 3)], 8),
        ([Rule(allow: true), Rule(allow: false, type: .block, access: "w")], 7),
        ([Rule(allow: true, access: "r")], 6), ([Rule(allow: true, type: .block)], 6),
        ([Rule(allow: true, type: .block), Rule(allow: true, type: .character)], 2),
    ]

    @Test("No instruction is one too many", arguments: sizes.indices) func size(index: Int) throws {
        let (rules, count) = Self.sizes[index]
        #expect(try DeviceProgram.assemble(rules).count == count)
        try check(rules)
    }

    @Test(
        "A rule for a number that no device has matches none",
        arguments: [0x8000_0000, 0xffff_ffff, 1 << 32 | 5, 1 << 40, .max] as [Int64])
    func impossibleNumber(number: Int64) throws {
        let numbers: [UInt32] = [0, 5, 0x7fff_ffff]
        let requests = Self.requests(majors: numbers, minors: numbers)
        try check([Rule(allow: true, type: .character, major: number)], requests)
        try check([Rule(allow: true, type: .character, minor: number)], requests)
        try check([Rule(allow: true), Rule(allow: false, major: number, minor: number)], requests)
    }

    @Test("The jumps of a thousand rules are short ones") func long() throws {
        let rules = (0..<1000).map { Rule(allow: true, type: .block, major: $0, minor: $0, access: "r") }
        try check(rules, Self.requests(majors: [0, 5, 1000], minors: [5]))
    }

    @Test("More than they can pass over are refused") func tooLong() {
        func assemble(_ count: UInt32) throws(SystemError) -> Int {
            var assembler = DeviceAssembler(verdict: false)
            for number in 0..<count { assembler.decide(true, if: .major(number)) }
            return try assembler.finish().count
        }
        #expect(throws: Never.self) { try assemble(32_000) }
        let error = #expect(throws: SystemError.self) { try assemble(33_000) }
        #expect(error?.errno == .argListTooLong && error?.property == "linux.resources.devices")
    }

    /// The kernel's own verifier comes before its look at the directory, which is no cgroup.
    @Test("The kernel accepts it", .enabled(if: getuid() == 0, "needs root"), arguments: lists)
    func loaded(rules: [Rule]) throws {
        let directory = TemporaryDirectory()
        let descriptor = try Descriptor.open(directory.path, O_RDONLY | O_DIRECTORY)
        do {
            let program = try DeviceProgram.load(DeviceProgram.assemble(rules), for: directory.path)
            try DeviceProgram.attach(program, to: descriptor, path: directory.path)
            Issue.record("attached to a directory that is no cgroup")
        } catch {
            #expect(error.property == "linux.resources.devices")
            #expect(error.operation.hasPrefix("bpf") && error.path == directory.path)
            // EPERM: root without CAP_BPF, who can't ask.
            #expect(
                error.operation == "bpf attach" && error.errno == .badFileDescriptor
                    || error.operation == "bpf load" && error.errno == .notPermitted, "\(error)")
        }
    }

    /// Numbers that look random and are the same every time.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state &* 0x2545_f491_4f6c_dd1d
        }
    }
}
