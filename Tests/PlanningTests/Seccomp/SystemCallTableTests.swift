import OCI
@testable import Planning
import TestSupport
import Testing

/// The table alone, with a program behind it that says `elsewhere`.
@Suite("System calls by their numbers") struct SystemCallTableTests {
    static let elsewhere: UInt32 = 0x7ff0_1234
    static let rest: [UInt64] = [UInt64(elsewhere) << 32 | 6]
    static let x86: UInt32 = 0x4000_0003
    static let noSuchCall: UInt32 = 0x5_0026
    static let allow: UInt32 = 0x7fff_0000

    private func table(
        _ rules: [Seccomp.Rule], action: Seccomp.Action = .errno,
        architectures: [Seccomp.Architecture] = [.x8664, .x86, .x32]
    ) throws -> SystemCallTable {
        SystemCallTable(
            try SystemCallRules(
                Seccomp(defaultAction: action, architectures: architectures, syscalls: rules)))
    }

    private func outcome(_ table: SystemCallTable, _ number: UInt32, _ architecture: UInt32 = 0xc000_003e) -> UInt32? {
        FilterMachine(table.program(before: Self.rest)).run(
            FilterMachine.Call(number, architecture: architecture))
    }

    private func argument(_ value: UInt64) -> Seccomp.Argument { Seccomp.Argument(index: 0, value: value, op: .equal) }

    @Test("A call with one outcome is found by its number, on each architecture by its own") func direct() throws {
        let table = try table([Seccomp.Rule(names: ["read", "openat2"], action: .allow)])
        #expect(table.remaining.isEmpty)
        #expect(outcome(table, 0) == Self.allow)
        #expect(outcome(table, 437) == Self.allow)
        #expect(outcome(table, 0x4000_0000) == Self.allow)
        #expect(outcome(table, 3, Self.x86) == Self.allow)
        #expect(outcome(table, 1) == Self.elsewhere)
        #expect(outcome(table, 0, Self.x86) == Self.elsewhere)
        #expect(outcome(table, 0, 0xc000_00b7) == Self.elsewhere)
    }

    @Test("A rule that says what the default does is none") func redundant() throws {
        let table = try table([
            Seccomp.Rule(names: ["read"], action: .errno), Seccomp.Rule(names: ["read"], action: .allow),
        ])
        #expect(outcome(table, 0) == Self.allow)
    }

    @Test("Conditions, contradictions, and calls within calls are libseccomp's") func remaining() throws {
        let table = try table([
            Seccomp.Rule(names: ["read", "write", "accept", "semop", "ipc", "close"], action: .allow),
            Seccomp.Rule(names: ["write"], action: .log),
            Seccomp.Rule(names: ["close"], action: .allow, args: [argument(1)]),
        ])
        #expect(table.remaining.map(\.name) == ["write", "accept", "semop", "ipc", "close", "write", "close"])
        #expect(outcome(table, 0) == Self.allow)
        #expect(outcome(table, 1) == Self.elsewhere)
        #expect(outcome(table, 3) == Self.elsewhere)
        // Nothing else leads there on x86-64.
        #expect(outcome(table, 43) == Self.allow)
        #expect(outcome(table, 117, Self.x86) == Self.elsewhere)
    }

    static let restrictive: [Seccomp.Action] = [.errno, .kill, .killProcess, .trap]
    static let permissive: [Seccomp.Action] = [.allow, .log, .trace, .notify]

    @Test("What is newer than the profile does not exist", arguments: restrictive) func newer(action: Seccomp.Action)
        throws
    {
        let table = try table([Seccomp.Rule(names: ["read", "close_range"], action: .log)], action: action)
        #expect(outcome(table, 436) == 0x7ffc_0000)
        for number: UInt32 in [437, 9999, 0x3fff_ffff, 0x8000_0000, 0xbfff_ffff, 0x4000_0000 + 437, .max] {
            #expect(outcome(table, number) == Self.noSuchCall)
        }
        #expect(outcome(table, 435) == Self.elsewhere)
        #expect(outcome(table, 437, Self.x86) == Self.noSuchCall)
        #expect(outcome(table, .max, Self.x86) == Self.noSuchCall)
        #expect(outcome(table, 437, 0xc000_00b7) == Self.elsewhere)
    }

    @Test("Without x32 its numbers are none of x86-64's") func noX32() throws {
        let table = try table([Seccomp.Rule(names: ["read"], action: .allow)], architectures: [])
        #expect(outcome(table, 1) == Self.noSuchCall)
        for number: UInt32 in [0x4000_0000, 0x4000_0001, 0x7fff_ffff, 0xc000_0000, .max] {
            #expect(outcome(table, number) == Self.elsewhere)
        }
    }

    @Test("A default that lets calls through lets the newer through too", arguments: permissive)
    func passing(action: Seccomp.Action) throws {
        let table = try table([Seccomp.Rule(names: ["read"], action: .killThread)], action: action)
        #expect(outcome(table, 0) == 0)
        #expect(outcome(table, 9999) == Self.elsewhere)
    }

    @Test("No rule, no newest call") func empty() throws {
        let table = try table([])
        for number: UInt32 in [0, 1, 9999, .max] { #expect(outcome(table, number) == Self.elsewhere) }
    }

    @Test("Every range of a long table is found, and what lies between") func many() throws {
        // More instructions than one comparison can jump over.
        var ranges = [SystemCallTable.Range(first: 0, outcome: .elsewhere)]
        for number in 1..<1500 as Range<UInt32> {
            ranges.append(SystemCallTable.Range(first: number * 10, outcome: .action(number % 7)))
        }
        var table = try SystemCallTable.empty
        table.sections = [
            SystemCallTable.Section(architecture: 1, ranges: ranges),
            SystemCallTable.Section(architecture: 2, ranges: [SystemCallTable.Range(first: 0, outcome: .action(99))]),
            SystemCallTable.Section(architecture: 3, ranges: ranges.reversed().suffix(1)),
        ]
        let machine = FilterMachine(table.program(before: Self.rest + Self.rest))
        for number in 0..<1500 as Range<UInt32> {
            let wanted = number == 0 ? Self.elsewhere : number % 7
            #expect(machine.run(FilterMachine.Call(number * 10, architecture: 1)) == wanted)
            #expect(machine.run(FilterMachine.Call(number * 10 + 9, architecture: 1)) == wanted)
        }
        let last: UInt32 = 1499 % 7
        #expect(machine.run(FilterMachine.Call(.max, architecture: 1)) == last)
        #expect(machine.run(FilterMachine.Call(5, architecture: 2)) == 99)
        #expect(machine.run(FilterMachine.Call(5, architecture: 3)) == Self.elsewhere)
        #expect(machine.run(FilterMachine.Call(5, architecture: 4)) == Self.elsewhere)
    }
}

extension SystemCallTable {
    fileprivate static var empty: SystemCallTable {
        get throws { SystemCallTable(try SystemCallRules(Seccomp(defaultAction: .allow))) }
    }
}
