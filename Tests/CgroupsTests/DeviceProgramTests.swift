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

    /// Whether rules allow a request, said as plainly as possible: the last one that speaks of it decides.
    static func allows(_ rules: [Rule], _ request: Request) -> Bool {
        var isAllowed = false
        for rule in rules {
            if rule.type == .block && !request.isBlock || rule.type == .character && request.isBlock { continue }
            if let major = rule.major, major != -1, major != Int64(request.major) { continue }
            if let minor = rule.minor, minor != -1, minor != Int64(request.minor) { continue }
            let access = rule.access ?? ""
            var about: UInt32 = 0
            if access.isEmpty || access.contains("m") { about |= 1 }
            if access.isEmpty || access.contains("r") { about |= 2 }
            if access.isEmpty || access.contains("w") { about |= 4 }
            if rule.allow {
                // It has to allow all that is wanted.
                if request.access & ~about == 0 { isAllowed = true }
            } else if request.access & about != 0 {
                isAllowed = false
            }
        }
        return isAllowed
    }

    private func check(_ rules: [Rule], _ requests: [Request] = requests) throws {
        let machine = DeviceMachine(DeviceProgram.assemble(rules))
        try machine.verify()
        for request in requests {
            let answer = try machine.run(request)
            if answer != (Self.allows(rules, request) ? 1 : 0) {
                Issue.record("\(request): \(answer)")
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

    /// The kernel's own verifier comes before its look at the directory, which is no cgroup.
    @Test("The kernel accepts it", .enabled(if: getuid() == 0, "needs root"), arguments: lists)
    func loaded(rules: [Rule]) throws {
        let directory = TemporaryDirectory()
        let descriptor = try Descriptor.open(directory.path, O_RDONLY | O_DIRECTORY)
        do {
            try DeviceProgram.attach(DeviceProgram.assemble(rules), to: descriptor, path: directory.path)
            Issue.record("attached to a directory that is no cgroup")
        } catch {
            #expect(error.property == "linux.resources.devices")
            #expect(error.operation == "bpf" && error.path == directory.path)
            // EPERM: root without CAP_BPF, who can't ask.
            #expect(error.errno == .badFileDescriptor || error.errno == .notPermitted, "\(error)")
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
