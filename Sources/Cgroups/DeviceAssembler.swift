internal import System
internal import SystemPackage

/// Puts a device program together: tests that jump to one of two verdicts or past what does not apply.
///
/// Registers: r2 the access wanted (shifted by 16) and the type, r4 the major and r5 the minor number; r1 is the
/// context, struct bpf_cgroup_dev_ctx (uapi/linux/bpf.h). Only those that are asked for are loaded.
struct DeviceAssembler {
    /// A number of a device.
    enum Number {
        case major(UInt32)
        case minor(UInt32)
    }

    private enum Register: UInt8, CaseIterable {
        case accessAndType = 2
        case major = 4
        case minor = 5

        /// Where it is in the context.
        var offset: Int16 {
            switch self {
            case .accessAndType: 0
            case .major: 4
            case .minor: 8
            }
        }
    }

    /// The kinds of jumps, by their opcodes (linux/bpf.h).
    private enum Condition: UInt8 {
        case always = 0x05
        case equal = 0x15
        case notEqual = 0x55
        /// Any of the bits is set.
        case anyOf = 0x45
    }

    private enum Target: Equatable {
        case verdict(Bool)
        case label(Int)
    }

    private struct Jump {
        var condition: Condition
        var register: Register?
        var operand: Int32 = 0
        var target: Target
    }

    /// The verdict of a program that comes to its end.
    private let verdict: Bool
    private var jumps: [Jump] = []
    /// Where each label is; nil before it is placed.
    private var places: [Int?] = []

    private static let typeBlock: Int32 = 1
    private static let typeCharacter: Int32 = 2

    init(verdict: Bool) {
        self.verdict = verdict
    }

    mutating func label() -> Int {
        places.append(nil)
        return places.count - 1
    }

    mutating func place(_ label: Int) {
        places[label] = jumps.count
    }

    mutating func skipUnless(isBlock: Bool, to label: Int) {
        let other = isBlock ? Self.typeCharacter : Self.typeBlock
        jumps.append(Jump(condition: .anyOf, register: .accessAndType, operand: other, target: .label(label)))
    }

    /// Goes on with requests for nothing but this access, or, without `isAll`, with those for any of it.
    mutating func skipUnless(_ access: DevicePolicy.Access, isAll: Bool, to label: Int) {
        if isAll { return jump(ifAnyOf: .all.subtracting(access), to: .label(label)) }
        let next = self.label()
        jump(ifAnyOf: access, to: .label(next))
        jumps.append(Jump(condition: .always, target: .label(label)))
        place(next)
    }

    mutating func deny(ifAnyOf access: DevicePolicy.Access) {
        jump(ifAnyOf: access, to: .verdict(false))
    }

    private mutating func jump(ifAnyOf access: DevicePolicy.Access, to target: Target) {
        jumps.append(
            Jump(
                condition: .anyOf, register: .accessAndType, operand: Int32(access.rawValue) << 16, target: target))
    }

    mutating func skipUnless(_ number: Number, to label: Int) {
        jumps.append(jump(.notEqual, number, .label(label)))
    }

    /// Decides on devices of this number, or on all.
    mutating func decide(_ verdict: Bool, if number: Number?) {
        guard let number else { return jumps.append(Jump(condition: .always, target: .verdict(verdict))) }
        jumps.append(jump(.equal, number, .verdict(verdict)))
    }

    private func jump(_ condition: Condition, _ number: Number, _ target: Target) -> Jump {
        switch number {
        case .major(let value):
            Jump(condition: condition, register: .major, operand: Int32(bitPattern: value), target: target)
        case .minor(let value):
            Jump(condition: condition, register: .minor, operand: Int32(bitPattern: value), target: target)
        }
    }

    /// The program: loads, jumps, and at its end the verdicts that are asked for.
    consuming func finish() throws(SystemError) -> [UInt64] {
        let end = jumps.count
        // Whoever comes to the end falls into the first verdict.
        var order = [verdict, !verdict]
        if jumps.last?.condition == .always, jumps.last?.target == .verdict(!verdict) {
            jumps.removeLast()
            order = [!verdict, verdict]
        }
        let targets = jumps.map { jump in
            if case .label(let label) = jump.target, let place = places[label], place < end {
                return Target.label(place)
            }
            return if case .verdict = jump.target { jump.target } else { Target.verdict(verdict) }
        }
        order = order.filter { $0 == order[0] || targets.contains(.verdict($0)) }
        var code: [UInt64] = []
        for register in Register.allCases where jumps.contains(where: { $0.register == register }) {
            code.append(Self.instruction(0x61, register.rawValue | 1 << 4, offset: register.offset))
        }
        for (index, jump) in jumps.enumerated() {
            let place =
                switch targets[index] {
                case .label(let place): place
                case .verdict(let verdict): jumps.count + 2 * (order.firstIndex(of: verdict) ?? 0)
                }
            guard let offset = Int16(exactly: place - index - 1) else {
                throw SystemError(
                    "bpf", "", .argListTooLong, property: "linux.resources.devices",
                    hint: "these are more rules than a program can have")
            }
            code.append(
                Self.instruction(
                    jump.condition.rawValue, jump.register?.rawValue ?? 0, offset: offset, immediate: jump.operand))
        }
        for verdict in order {
            code += [Self.instruction(0xb7, 0, immediate: verdict ? 1 : 0), Self.instruction(0x95, 0)]
        }
        return code
    }

    /// struct bpf_insn (linux/bpf.h).
    private static func instruction(
        _ code: UInt8, _ registers: UInt8, offset: Int16 = 0, immediate: Int32 = 0
    ) -> UInt64 {
        UInt64(code) | UInt64(registers) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(UInt32(bitPattern: immediate)) << 32
    }
}
