/// Runs a classic BPF program over a system call, as the kernel does: linux/filter.h.
public struct FilterMachine {
    private let program: [UInt64]

    public init(_ program: [UInt64]) {
        self.program = program
    }

    /// What a program looks at: struct seccomp_data.
    public struct Call: Sendable, CustomStringConvertible {
        public var number: UInt32
        public var architecture: UInt32
        public var arguments: [UInt64]

        public init(_ number: UInt32, architecture: UInt32 = 0xc000_003e, arguments: [UInt64] = []) {
            self.number = number
            self.architecture = architecture
            self.arguments = arguments + [UInt64](repeating: 0, count: 6 - arguments.count)
        }

        public var description: String { "\(number) of \(String(architecture, radix: 16)) with \(arguments)" }

        fileprivate func word(at offset: UInt32) -> UInt32? {
            switch offset {
            case 0: return number
            case 4: return architecture
            case 8, 12: return 0
            case 16..<64 where offset % 4 == 0:
                let argument = arguments[Int(offset - 16) / 8]
                return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
            default: return nil
            }
        }
    }

    /// What the program returns; nil if the kernel would not have loaded it.
    public func run(_ call: Call) -> UInt32? {
        var accumulator: UInt32 = 0
        var index = 0
        while program.indices.contains(index) {
            let word = program[index]
            let code = UInt16(truncatingIfNeeded: word), value = UInt32(truncatingIfNeeded: word >> 32)
            let ifTrue = Int(UInt8(truncatingIfNeeded: word >> 16)),
                ifFalse = Int(UInt8(truncatingIfNeeded: word >> 24))
            index += 1
            switch code {
            case 0x20:  // LD | W | ABS
                guard let loaded = call.word(at: value) else { return nil }
                accumulator = loaded
            case 0x54: accumulator &= value  // ALU | AND | K
            case 0x05: index += Int(value)  // JMP | JA
            case 0x15: index += accumulator == value ? ifTrue : ifFalse  // JMP | JEQ | K
            case 0x25: index += accumulator > value ? ifTrue : ifFalse  // JMP | JGT | K
            case 0x35: index += accumulator >= value ? ifTrue : ifFalse  // JMP | JGE | K
            case 0x45: index += accumulator & value != 0 ? ifTrue : ifFalse  // JMP | JSET | K
            case 0x06: return value  // RET | K
            default: return nil
            }
        }
        return nil
    }
}
