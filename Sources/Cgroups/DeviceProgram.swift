internal import CLinux
internal import OCI
internal import System
internal import SystemPackage

/// Device rules as a BPF program, which is how version 2 takes them: given the kind of device, its numbers and the
/// access wanted, it answers 1 (yes) or 0. The last rule that applies decides, so the program asks them from the last
/// to the first.
enum DeviceProgram {
    // struct bpf_cgroup_dev_ctx: access_type (access << 16 | type), major, minor; uapi/linux/bpf.h
    private static let typeBlock: Int32 = 1
    private static let typeCharacter: Int32 = 2
    private static let accessMknod: Int32 = 1
    private static let accessRead: Int32 = 2
    private static let accessWrite: Int32 = 4

    /// Registers: r1 the context, r2 the type, r3 the access, r4 the major and r5 the minor number, r6 scratch.
    static func assemble(_ rules: [Resources.DeviceRule]) -> [UInt64] {
        var code: [UInt64] = [
            load(2, offset: 0), move(3, from: 2), immediate(.and, 2, 0xffff), immediate(.shiftRight, 3, 16),
            load(4, offset: 4), load(5, offset: 8),
        ]
        for rule in rules.reversed() {
            append(rule, to: &code)
            if DeviceRules.coversAll(rule) { return code }
        }
        append(verdict: false, to: &code)
        return code
    }

    private static func append(_ rule: Resources.DeviceRule, to code: inout [UInt64]) {
        // No device has a number that an instruction's operand can't hold.
        if (rule.major ?? 0) > Int32.max || (rule.minor ?? 0) > Int32.max { return }
        var body: [UInt64] = []
        append(verdict: rule.allow, to: &body)
        var tests: [(Int16) -> UInt64] = []
        let access = access(rule)
        if access != accessMknod | accessRead | accessWrite { tests += accessTests(access, allow: rule.allow, &body) }
        if let type = rule.type, type != .all {
            tests.append { jumpIfNot(2, type == .block ? typeBlock : typeCharacter, skip: $0) }
        }
        if let major = rule.major, major >= 0 {
            tests.append { jumpIfNot(4, Int32(truncatingIfNeeded: major), skip: $0) }
        }
        if let minor = rule.minor, minor >= 0 {
            tests.append { jumpIfNot(5, Int32(truncatingIfNeeded: minor), skip: $0) }
        }
        for (index, test) in tests.enumerated() {
            code.append(test(Int16(tests.count - index - 1 + body.count)))
        }
        code += body
    }

    /// "Allow" speaks for a request that wants nothing more; "deny" for one that wants any of it.
    private static func accessTests(
        _ access: Int32, allow: Bool, _ body: inout [UInt64]
    ) -> [(Int16) -> UInt64] {
        [
            { _ in move(6, from: 3) },
            { _ in immediate(.and, 6, allow ? ~access & 7 : access) },
            { allow ? jumpIfNot(6, 0, skip: $0) : jumpIf(6, 0, skip: $0) },
        ]
    }

    private static func access(_ rule: Resources.DeviceRule) -> Int32 {
        guard let text = rule.access, !text.isEmpty else { return accessMknod | accessRead | accessWrite }
        return (text.contains("r") ? accessRead : 0) | (text.contains("w") ? accessWrite : 0)
            | (text.contains("m") ? accessMknod : 0)
    }

    private static func append(verdict: Bool, to code: inout [UInt64]) {
        code += [instruction(0xb7, destination: 0, immediate: verdict ? 1 : 0), instruction(0x95)]
    }

    // MARK: Instructions (struct bpf_insn, linux/bpf.h)

    private enum Arithmetic: UInt8 {
        case and = 0x54
        case shiftRight = 0x74
    }

    private static func instruction(
        _ code: UInt8, destination: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0
    ) -> UInt64 {
        UInt64(code) | UInt64(destination | source << 4) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(UInt32(bitPattern: immediate)) << 32
    }

    private static func load(_ register: UInt8, offset: Int16) -> UInt64 {
        instruction(0x61, destination: register, source: 1, offset: offset)
    }

    private static func move(_ register: UInt8, from source: UInt8) -> UInt64 {
        instruction(0xbc, destination: register, source: source)
    }

    private static func immediate(_ operation: Arithmetic, _ register: UInt8, _ value: Int32) -> UInt64 {
        instruction(operation.rawValue, destination: register, immediate: value)
    }

    private static func jumpIfNot(_ register: UInt8, _ value: Int32, skip: Int16) -> UInt64 {
        instruction(0x55, destination: register, offset: skip, immediate: value)
    }

    private static func jumpIf(_ register: UInt8, _ value: Int32, skip: Int16) -> UInt64 {
        instruction(0x15, destination: register, offset: skip, immediate: value)
    }

    /// Loads the program and attaches it to the cgroup at `path`.
    static func attach(
        _ program: [UInt64], to directory: borrowing Descriptor, path: String
    ) throws(SystemError) {
        let number = directory.number
        do {
            _ = try systemCall { skep_linux_attach_device_program(number, program, program.count) }
        } catch {
            throw SystemError("bpf", path, error, property: "linux.resources.devices")
        }
    }
}
