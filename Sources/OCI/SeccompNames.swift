extension Seccomp {
    /// What happens to a system call (config-linux.md, Seccomp; libseccomp's seccomp_rule_add(3)).
    public enum Action: String, JSONName {
        /// Kill the thread; the old name of `killThread`.
        case kill = "SCMP_ACT_KILL"
        /// Kill the process.
        case killProcess = "SCMP_ACT_KILL_PROCESS"
        /// Kill the thread.
        case killThread = "SCMP_ACT_KILL_THREAD"
        /// Send SIGSYS.
        case trap = "SCMP_ACT_TRAP"
        /// Fail with an errno.
        case errno = "SCMP_ACT_ERRNO"
        /// Ask the tracer.
        case trace = "SCMP_ACT_TRACE"
        /// Run it.
        case allow = "SCMP_ACT_ALLOW"
        /// Run it and write to the audit log.
        case log = "SCMP_ACT_LOG"
        /// Ask the agent at `listenerPath`.
        case notify = "SCMP_ACT_NOTIFY"
    }

    /// How an argument is compared (config-linux.md, Seccomp).
    public enum Operator: String, JSONName {
        /// The argument differs from the value.
        case notEqual = "SCMP_CMP_NE"
        /// The argument is less.
        case less = "SCMP_CMP_LT"
        /// The argument is less or equal.
        case lessOrEqual = "SCMP_CMP_LE"
        /// The argument is equal.
        case equal = "SCMP_CMP_EQ"
        /// The argument is greater or equal.
        case greaterOrEqual = "SCMP_CMP_GE"
        /// The argument is greater.
        case greater = "SCMP_CMP_GT"
        /// The argument, masked with `value`, equals `valueTwo`.
        case maskedEqual = "SCMP_CMP_MASKED_EQ"
    }

    /// A flag of seccomp(2) (config-linux.md, Seccomp).
    public enum Flag: String, JSONName {
        /// All threads get the filter.
        case tsync = "SECCOMP_FILTER_FLAG_TSYNC"
        /// All actions but allowing are logged.
        case log = "SECCOMP_FILTER_FLAG_LOG"
        /// Speculative store bypass stays on.
        case specAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
        /// Waiting for the agent can only be interrupted by fatal signals.
        case waitKillableRecv = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
    }

    /// A processor architecture that the filter covers besides the native one (config-linux.md, Seccomp).
    public enum Architecture: String, JSONName {
        /// x86, 32 bits.
        case x86 = "SCMP_ARCH_X86"
        /// x86-64.
        case x8664 = "SCMP_ARCH_X86_64"
        /// x86-64 with 32-bit pointers.
        case x32 = "SCMP_ARCH_X32"
        /// Arm, 32 bits.
        case arm = "SCMP_ARCH_ARM"
        /// Arm, 64 bits.
        case aarch64 = "SCMP_ARCH_AARCH64"
        /// LoongArch, 64 bits.
        case loongarch64 = "SCMP_ARCH_LOONGARCH64"
        /// Motorola 68000.
        case m68k = "SCMP_ARCH_M68K"
        /// MIPS, 32 bits, big-endian.
        case mips = "SCMP_ARCH_MIPS"
        /// MIPS, 64 bits, big-endian.
        case mips64 = "SCMP_ARCH_MIPS64"
        /// MIPS, 64 bits with 32-bit pointers, big-endian.
        case mips64n32 = "SCMP_ARCH_MIPS64N32"
        /// MIPS, 32 bits, little-endian.
        case mipsel = "SCMP_ARCH_MIPSEL"
        /// MIPS, 64 bits, little-endian.
        case mipsel64 = "SCMP_ARCH_MIPSEL64"
        /// MIPS, 64 bits with 32-bit pointers, little-endian.
        case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
        /// PowerPC, 32 bits.
        case ppc = "SCMP_ARCH_PPC"
        /// PowerPC, 64 bits, big-endian.
        case ppc64 = "SCMP_ARCH_PPC64"
        /// PowerPC, 64 bits, little-endian.
        case ppc64le = "SCMP_ARCH_PPC64LE"
        /// S/390, 31 bits.
        case s390 = "SCMP_ARCH_S390"
        /// S/390, 64 bits.
        case s390x = "SCMP_ARCH_S390X"
        /// SuperH, little-endian.
        case sh = "SCMP_ARCH_SH"
        /// SuperH, big-endian.
        case sheb = "SCMP_ARCH_SHEB"
        /// PA-RISC, 32 bits.
        case parisc = "SCMP_ARCH_PARISC"
        /// PA-RISC, 64 bits.
        case parisc64 = "SCMP_ARCH_PARISC64"
        /// RISC-V, 64 bits.
        case riscv64 = "SCMP_ARCH_RISCV64"

        /// The architecture of that name. The compiler's own initialiser would make a dictionary of all first.
        public init?(rawValue: String) {
            guard let architecture = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
            self = architecture
        }
    }
}
