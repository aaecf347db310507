/// Runs a BPF program of the cgroup's device type, and holds it to what the kernel's verifier demands: every
/// instruction known and reachable, every jump forward and inside, every register written before it is read.
struct DeviceMachine {
    enum Fault: Error, Equatable {
        case unknownInstruction(UInt64)
        case outside(Int)
        case unreachable(Int)
        case uninitialized(register: Int)
        case badLoad(offset: Int)
    }

    /// struct bpf_cgroup_dev_ctx.
    struct Request: Sendable, Hashable {
        var isBlock: Bool
        /// 1 mknod, 2 read, 4 write.
        var access: UInt32
        var major: UInt32
        var minor: UInt32

        /// The word at an offset of the context.
        func word(at offset: Int) -> UInt32? {
            switch offset {
            case 0: access << 16 | (isBlock ? 1 : 2)
            case 4: major
            case 8: minor
            default: nil
            }
        }
    }

    private struct Instruction {
        var code: UInt8
        var destination: Int
        var source: Int
        var offset: Int
        var immediate: Int32

        init(_ word: UInt64) {
            code = UInt8(truncatingIfNeeded: word)
            destination = Int(word >> 8 & 0xf)
            source = Int(word >> 12 & 0xf)
            offset = Int(Int16(truncatingIfNeeded: word >> 16))
            immediate = Int32(truncatingIfNeeded: word >> 32)
        }
    }

    private let program: [Instruction]

    init(_ words: [UInt64]) {
        program = words.map(Instruction.init)
    }

    /// The program's answer.
    func run(_ request: Request) throws(Fault) -> UInt64 {
        var registers: [UInt64?] = Array(repeating: nil, count: 11)
        registers[1] = 0  // the context; its address is nobody's business
        var index = 0
        while true {
            guard program.indices.contains(index) else { throw .outside(index) }
            let instruction = program[index]
            index += 1
            if instruction.code == 0x95 { return try Self.value(registers, 0) }
            try Self.execute(instruction, &registers, &index, request)
        }
    }

    private static func value(_ registers: [UInt64?], _ register: Int) throws(Fault) -> UInt64 {
        guard let value = registers[register] else { throw .uninitialized(register: register) }
        return value
    }

    private static func execute(
        _ instruction: Instruction, _ registers: inout [UInt64?], _ index: inout Int, _ request: Request
    ) throws(Fault) {
        let destination = instruction.destination
        let immediate = UInt64(bitPattern: Int64(instruction.immediate))
        switch instruction.code {
        case 0x61:  // BPF_LDX | BPF_MEM | BPF_W
            guard instruction.source == 1, let word = request.word(at: instruction.offset) else {
                throw .badLoad(offset: instruction.offset)
            }
            registers[destination] = UInt64(word)
        case 0xb7: registers[destination] = immediate  // BPF_ALU64 | BPF_MOV | BPF_K
        case 0x55:  // BPF_JMP | BPF_JNE | BPF_K
            if try value(registers, destination) != immediate { index += instruction.offset }
        case 0x05: index += instruction.offset  // BPF_JMP | BPF_JA
        case 0x45:  // BPF_JMP | BPF_JSET | BPF_K
            if try value(registers, destination) & immediate != 0 { index += instruction.offset }
        case 0x15:  // BPF_JMP | BPF_JEQ | BPF_K
            if try value(registers, destination) == immediate { index += instruction.offset }
        default: throw .unknownInstruction(UInt64(instruction.code))
        }
    }

    /// Checks what does not depend on a request.
    func verify() throws(Fault) {
        var reachable = Set([0])
        for (index, instruction) in program.enumerated() where reachable.contains(index) {
            var next: [Int]
            switch instruction.code {
            case 0x95: next = []
            case 0x05: next = [index + 1 + instruction.offset]
            case 0x55, 0x15, 0x45: next = [index + 1, index + 1 + instruction.offset]
            default: next = [index + 1]
            }
            for target in next {
                guard target > index, target < program.count else { throw .outside(target) }
                reachable.insert(target)
            }
        }
        if let dead = program.indices.first(where: { !reachable.contains($0) }) { throw .unreachable(dead) }
    }
}
