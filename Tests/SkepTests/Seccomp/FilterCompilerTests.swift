import OCI
import Planning
@testable import Skep
import System
import TestSupport
import Testing

/// The filter with the table against the one that libseccomp makes alone: for every number that means anything, and
/// arguments around the values that the rules speak of, both have to come to the same.
@Suite("The filter compiler") struct FilterCompilerTests {
    static let architectures: [UInt32] = [0xc000_003e, 0x4000_0003, 0xc000_00b7, 0x4000_0028, 0]

    /// Where the two differ. Where the default is to refuse, the table's says ENOSYS to what is newer than the profile.
    private func differences(
        _ seccomp: Seccomp, arguments: [[UInt64]] = [[]], isRestrictive: Bool
    ) throws -> [String] {
        let rules = try SystemCallRules(seccomp)
        let compiled = Result { try FilterCompiler.compile(rules) }
        let alone = Result {
            try FilterCompiler.compile(rules.rules.filter { $0.action != rules.defaultAction }, of: rules)
        }
        guard case .success(let program) = compiled, case .success(let reference) = alone else {
            // Rules that contradict each other do so for both.
            if case .failure = compiled, case .failure = alone { return [] }
            return ["only one of them is refused"]
        }
        return differences(FilterMachine(program), FilterMachine(reference), arguments, isRestrictive)
    }

    /// Numbers of each of x86-64's kinds: all that there are, and a few beyond.
    static let numbers: [UInt32] =
        Array(0..<560) + Array(0x4000_0000..<0x4000_0230)
        + [0x3fff_ffff, 0x7fff_ffff, 0x8000_0000, 0xbfff_ffff, 0xc000_0000, 0xffff_fffe, .max]

    private func differences(
        _ tried: FilterMachine, _ reference: FilterMachine, _ arguments: [[UInt64]], _ isRestrictive: Bool
    ) -> [String] {
        var differences: [String] = []
        var answers = Set<UInt32>()
        for architecture in Self.architectures {
            for number in Self.numbers {
                for arguments in arguments {
                    let call = FilterMachine.Call(number, architecture: architecture, arguments: arguments)
                    let got = tried.run(call), wanted = reference.run(call)
                    if let wanted { answers.insert(wanted) }
                    if got == wanted || (isRestrictive && got == 0x5_0026) { continue }
                    differences.append("\(call): \(String(describing: got)), not \(String(describing: wanted))")
                }
            }
        }
        #expect(answers.count > 1, "the detector works")
        return differences
    }

    private func podmanProfile() throws -> Seccomp {
        let file = try #require(#filePath.split(separator: "SkepTests").first) + "OCITests/Fixtures/podman.json"
        let spec = try Spec(parsing: try Files.read(String(file)))
        return try #require(spec.linux?.seccomp)
    }

    @Test("Podman's profile") func podman() throws {
        let arguments: [[UInt64]] = [
            [], [8], [9], [0x20000], [0x20008], [0xffff_ffff], [1 << 32], [16, 0, 9], [16, 0, 8], [2, 0, 9],
            [1, 0x1000],
        ]
        let profile = try podmanProfile()
        #expect(try differences(profile, arguments: arguments, isRestrictive: true) == [])
        let program = try FilterCompiler.compile(try SystemCallRules(profile))
        #expect(program.count < 800)
    }

    @Test("Podman's profile turned round", arguments: [Seccomp.Action.allow, .log, .trace])
    func inverse(action: Seccomp.Action) throws {
        var profile = try podmanProfile()
        profile.defaultAction = action
        profile.defaultErrnoRet = nil
        for index in profile.syscalls.indices {
            profile.syscalls[index].action = index % 2 == 0 ? .errno : .killProcess
            profile.syscalls[index].errnoRet = index % 2 == 0 ? UInt32(index) : nil
        }
        #expect(try differences(profile, arguments: [[], [8], [16, 0, 9]], isRestrictive: false) == [])
    }

    @Test("Every operator", arguments: Seccomp.Operator.allCases) func comparison(comparison: Seccomp.Operator) throws {
        let argument = Seccomp.Argument(index: 1, value: 0x1_0000_0007, valueTwo: 5, op: comparison)
        let seccomp = Seccomp(
            defaultAction: .allow, architectures: [.x86],
            syscalls: [Seccomp.Rule(names: ["read", "socket"], action: .errno, errnoRet: 7, args: [argument])])
        let arguments: [[UInt64]] = [5, 7, 0x1_0000_0006, 0x1_0000_0007, 0x1_0000_0008, 0x2_0000_0000, .max].map {
            [0, $0]
        }
        #expect(try differences(seccomp, arguments: arguments, isRestrictive: false) == [])
        // And read(2) itself, worked out by hand.
        let machine = FilterMachine(try FilterCompiler.compile(try SystemCallRules(seccomp)))
        for argument in arguments {
            let value = argument[1], wanted: UInt64 = 0x1_0000_0007
            let matches =
                switch comparison {
                case .notEqual: value != wanted
                case .less: value < wanted
                case .lessOrEqual: value <= wanted
                case .equal: value == wanted
                case .greaterOrEqual: value >= wanted
                case .greater: value > wanted
                case .maskedEqual: value & wanted == 5
                }
            let call = FilterMachine.Call(0, arguments: argument)
            #expect(machine.run(call) == (matches ? 0x5_0007 : 0x7fff_0000))
        }
    }

    /// A generator that is the same in every run.
    private struct Lottery: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test("Profiles drawn by lot", arguments: 1...12) func drawn(seed: UInt64) throws {
        var lottery = Lottery(state: seed)
        let names = try podmanProfile().syscalls.flatMap(\.names)
        let actions: [Seccomp.Action] = [.allow, .errno, .killProcess, .log, .trap, .notify, .trace, .kill]
        let operators: [Seccomp.Operator] = Seccomp.Operator.allCases
        var seccomp = Seccomp(defaultAction: actions[Int(seed) % actions.count])
        seccomp.architectures = [[], [.x86], [.x32], [.x86, .x32, .aarch64]][Int(seed) % 4]
        for _ in 0..<Int.random(in: 1...30, using: &lottery) {
            let count = Int.random(in: 1...20, using: &lottery)
            // No two rules have the same condition on a call: those would be contradictions.
            let value = lottery.next() % 4 == 0 ? lottery.next() : UInt64(seccomp.syscalls.count)
            let argument = Seccomp.Argument(
                index: UInt32.random(in: 0...5, using: &lottery), value: value, valueTwo: lottery.next() & 7,
                op: operators.randomElement(using: &lottery) ?? .equal)
            let hasCondition = Bool.random(using: &lottery)
            seccomp.syscalls.append(
                Seccomp.Rule(
                    names: (0..<count).map { _ in names.randomElement(using: &lottery) ?? "read" },
                    action: actions.randomElement(using: &lottery) ?? .allow, args: hasCondition ? [argument] : []))
        }
        let arguments = (0..<4).map { value in [UInt64](repeating: value, count: 6) }
        let isRestrictive = [.errno, .killProcess, .trap, .kill].contains(seccomp.defaultAction)
        #expect(try differences(seccomp, arguments: arguments, isRestrictive: isRestrictive) == [])
    }

    @Test("Rules that contradict each other are refused") func contradiction() throws {
        let argument = Seccomp.Argument(index: 0, value: 1, op: .equal)
        let seccomp = Seccomp(
            defaultAction: .allow,
            syscalls: [
                Seccomp.Rule(names: ["read"], action: .log, args: [argument]),
                Seccomp.Rule(names: ["write", "read"], action: .errno, args: [argument]),
            ])
        let rules = try SystemCallRules(seccomp)
        let error = #expect(throws: ContainerError.self) { try FilterCompiler.compile(rules) }
        #expect(error?.code == .configInvalid)
        #expect(
            error?.description
                == "linux.seccomp.syscalls[1]: contradicts an earlier rule for read with the same args")
    }

    @Test("Of unconditional rules the first counts, and it counts for more than any condition") func precedence() throws
    {
        let argument = Seccomp.Argument(index: 0, value: 1, op: .equal)
        let seccomp = Seccomp(
            defaultAction: .trap,
            syscalls: [
                Seccomp.Rule(names: ["read", "write"], action: .log),
                Seccomp.Rule(names: ["read"], action: .allow),
                Seccomp.Rule(names: ["write"], action: .allow, args: [argument]),
            ])
        let machine = FilterMachine(try FilterCompiler.compile(try SystemCallRules(seccomp)))
        for number: UInt32 in [0, 1] {
            #expect(machine.run(FilterMachine.Call(number, arguments: [1])) == 0x7ffc_0000)
        }
    }

    @Test("No rule at all leaves the default") func noRules() throws {
        let machine = FilterMachine(try FilterCompiler.compile(try SystemCallRules(Seccomp(defaultAction: .log))))
        #expect(machine.run(FilterMachine.Call(0)) == 0x7ffc_0000)
        #expect(machine.run(FilterMachine.Call(0, architecture: 0x4000_0003)) == 0)
    }
}
