import OCI
@testable import Planning
import Testing

@Suite("linux.seccomp in numbers") struct SystemCallRulesTests {
    private func rules(_ rules: Seccomp.Rule..., action: Seccomp.Action = .errno) throws -> SystemCallRules {
        try SystemCallRules(Seccomp(defaultAction: action, syscalls: rules))
    }

    static let actions: [(action: Seccomp.Action, number: UInt32)] = [
        (.kill, 0), (.killThread, 0), (.killProcess, 0x8000_0000), (.trap, 0x3_0000), (.errno, 0x5_0001),
        (.trace, 0x7ff0_0001), (.allow, 0x7fff_0000), (.log, 0x7ffc_0000), (.notify, 0x7fc0_0000),
    ]

    @Test("Actions, by default and of rules", arguments: actions) func action(action: Seccomp.Action, number: UInt32)
        throws
    {
        #expect(try rules(action: action).defaultAction == number)
        #expect(try rules(Seccomp.Rule(names: ["read"], action: action)).rules.map(\.action) == [number])
    }

    @Test("An errno of its own") func errno() throws {
        let seccomp = Seccomp(
            defaultAction: .errno, defaultErrnoRet: 4095,
            syscalls: [
                Seccomp.Rule(names: ["read"], action: .trace, errnoRet: 65535),
                Seccomp.Rule(names: ["write"], action: .errno, errnoRet: 0),
            ])
        let rules = try SystemCallRules(seccomp)
        #expect(rules.defaultAction == 0x5_0fff)
        #expect(rules.rules.map(\.action) == [0x7ff0_ffff, 0x5_0000])
    }

    @Test("Each name is a rule, of that number, in order") func names() throws {
        let both = try rules(
            Seccomp.Rule(names: ["write", "read"], action: .allow), Seccomp.Rule(names: ["close"], action: .log))
        #expect(both.rules.map(\.name) == ["write", "read", "close"])
        #expect(both.rules.map(\.index) == [0, 0, 1])
        #expect(both.unknown.isEmpty)
    }

    @Test("A name of no system call is left out, and told of") func unknown() throws {
        let seccomp = Seccomp(
            defaultAction: .errno, syscalls: [Seccomp.Rule(names: ["read", "no_such_call"], action: .allow)])
        let rules = try SystemCallRules(seccomp)
        #expect(rules.rules.map(\.name) == ["read"])
        #expect(
            rules.unknown.map(\.description) == [
                "linux.seccomp.syscalls[0].names[1]: unknown system call \"no_such_call\" is ignored"
            ])
        let error = #expect(throws: ConfigurationError.self) { try SystemCallRules(seccomp, refusesUnknown: true) }
        #expect(
            error?.description
                == "linux.seccomp.syscalls[0].names[1] is the name of no system call that libseccomp knows")
    }

    static let operators: [(comparison: Seccomp.Operator, number: UInt32)] = [
        (.notEqual, 1), (.less, 2), (.lessOrEqual, 3), (.equal, 4), (.greaterOrEqual, 5), (.greater, 6),
        (.maskedEqual, 7),
    ]

    @Test("Conditions", arguments: operators) func condition(comparison: Seccomp.Operator, number: UInt32) throws {
        let argument = Seccomp.Argument(index: 5, value: .max, valueTwo: 7, op: comparison)
        let rules = try rules(Seccomp.Rule(names: ["read"], action: .allow, args: [argument]))
        let condition = SystemCallRules.Condition(argument: 5, comparison: number, value: .max, secondValue: 7)
        #expect(rules.rules.map(\.conditions) == [[condition]])
    }

    @Test("Conditions on several arguments go together, two on one are alternatives") func alternatives() throws {
        func argument(_ index: UInt32, _ value: UInt64) -> Seccomp.Argument {
            Seccomp.Argument(index: index, value: value, op: .equal)
        }
        let together = try rules(
            Seccomp.Rule(names: ["read"], action: .allow, args: [argument(0, 1), argument(1, 2)]))
        #expect(together.rules.map { $0.conditions.map(\.value) } == [[1, 2]])
        let apart = try rules(
            Seccomp.Rule(names: ["read"], action: .allow, args: [argument(0, 1), argument(1, 2), argument(0, 3)]))
        #expect(apart.rules.map { $0.conditions.map(\.value) } == [[1], [2], [3]])
    }

    @Test("The native architecture comes first, and none twice") func architectures() throws {
        let native = FilterArchitecture.native.token
        #expect(try rules().architectures == [native])
        let listed = try SystemCallRules(
            Seccomp(defaultAction: .errno, architectures: [.x86, .x8664, .x32, .aarch64, .arm, .x86, .riscv64]))
        #expect(listed.architectures.first == native)
        #expect(Set(listed.architectures).count == listed.architectures.count)
        #expect(listed.architectures.count == 6)
    }

    static let wrong: [(seccomp: Seccomp, error: String)] = [
        (
            Seccomp(defaultAction: .errno, defaultErrnoRet: 4096),
            "linux.seccomp.defaultErrnoRet: must lie between 0 and 4095, not 4096"
        ),
        (
            Seccomp(defaultAction: .allow, defaultErrnoRet: 1),
            "linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW takes no errno"
        ),
        (
            Seccomp(
                defaultAction: .allow,
                syscalls: [Seccomp.Rule(names: ["read"], action: .killProcess, errnoRet: 0)]),
            "linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_KILL_PROCESS takes no errno"
        ),
        (
            Seccomp(
                defaultAction: .allow, syscalls: [Seccomp.Rule(names: ["read"], action: .trace, errnoRet: 65536)]),
            "linux.seccomp.syscalls[0].errnoRet: must lie between 0 and 65535, not 65536"
        ),
        (
            Seccomp(defaultAction: .allow, syscalls: [Seccomp.Rule(names: [], action: .errno)]),
            "linux.seccomp.syscalls[0].names: must name at least one system call"
        ),
        (
            Seccomp(defaultAction: .allow, syscalls: [Seccomp.Rule(names: ["read", ""], action: .errno)]),
            "linux.seccomp.syscalls[0].names[1] is empty"
        ),
        (
            Seccomp(
                defaultAction: .allow,
                syscalls: [
                    Seccomp.Rule(
                        names: ["read"], action: .errno, args: [Seccomp.Argument(index: 6, value: 0, op: .equal)])
                ]), "linux.seccomp.syscalls[0].args[0].index: must lie between 0 and 5, not 6"
        ),
    ]

    @Test("What is wrong is refused, and its property named", arguments: wrong)
    func refusal(seccomp: Seccomp, error: String) {
        let thrown = #expect(throws: ConfigurationError.self) { try SystemCallRules(seccomp) }
        #expect(thrown?.description == error)
    }

    @Test("An architecture of the other byte order, and one that libseccomp does not know") func architecture() {
        let other: Seccomp.Architecture = FilterArchitecture.native.isLittleEndian ? .s390x : .x8664
        let thrown = #expect(throws: ConfigurationError.self) {
            try SystemCallRules(Seccomp(defaultAction: .allow, architectures: [.aarch64, other]))
        }
        #expect(
            thrown?.description
                == "linux.seccomp.architectures[1]: \(other.rawValue) has the other byte order than this machine: "
                + "no filter has both")
        for architecture in Seccomp.Architecture.allCases where FilterArchitecture(architecture) == nil {
            let thrown = #expect(throws: ConfigurationError.self) {
                try SystemCallRules(Seccomp(defaultAction: .allow, architectures: [architecture]))
            }
            #expect(thrown?.description.hasSuffix("does not know \(architecture.rawValue)") == true)
        }
    }
}
