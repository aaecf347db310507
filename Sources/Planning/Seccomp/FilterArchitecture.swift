internal import Clibseccomp
internal import OCI

/// A processor architecture, by libseccomp's number for it: the kernel's AUDIT_ARCH_, but for x32, which the kernel
/// tells from x86-64 by a bit of the system call's number.
struct FilterArchitecture: Hashable {
    let token: UInt32

    static var native: FilterArchitecture { FilterArchitecture(token: seccomp_arch_native()) }
    static let x8664: UInt32 = 0xc000_003e
    static let x32: UInt32 = 0x4000_003e
    /// The bit that makes a number of x86-64's one of x32's.
    static let x32Bit: UInt32 = 0x4000_0000

    init(token: UInt32) {
        self.token = token
    }

    /// Nil if this libseccomp does not know it.
    init?(_ architecture: Seccomp.Architecture) {
        let name = architecture.rawValue.utf8.dropFirst("SCMP_ARCH_".utf8.count).map { byte in
            byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
        }
        token = seccomp_arch_resolve_name(String(decoding: name, as: UTF8.self))
        if token == 0 { return nil }
    }

    /// What a filter finds in `seccomp_data.arch`.
    var auditNumber: UInt32 { token == Self.x32 ? Self.x8664 : token }

    /// __AUDIT_ARCH_LE.
    var isLittleEndian: Bool { token & 0x4000_0000 != 0 }

    /// Whether its system call 0 stands for a number that was too large for the instruction (setup(2)).
    var hasMultiplexedNumbers: Bool { token & 0xffff == 22 }  // EM_S390

    /// The number of a system call; negative for one that the architecture does not have, and for one of those that
    /// may also come through socketcall(2) or ipc(2).
    func number(of name: String) -> Int32 {
        seccomp_syscall_resolve_name_arch(token, name)
    }

    /// Whether a negative number is that of a call which also comes through another (libseccomp's __PNR_ numbers).
    static func isMultiplexed(_ number: Int32) -> Bool { number < -1 && number > -1000 }

    /// The calls that others come through.
    static func isMultiplexer(_ name: String) -> Bool { name == "socketcall" || name == "ipc" }

    /// The number that libseccomp's rules are given: the native one, or one that stands for the name; nil for a name
    /// that no architecture has.
    static func ruleNumber(of name: String) -> Int32? {
        let number = seccomp_syscall_resolve_name(name)
        return number == -1 ? nil : number
    }
}

/// The libseccomp that does the compiling.
public enum CompilerVersion {
    /// "2.5.4"; "unknown" if it does not say.
    public static var text: String {
        parts.isEmpty ? "unknown" : parts.map { String($0) }.joined(separator: ".")
    }

    /// The same as numbers; none if it does not say.
    static var parts: [UInt32] {
        guard let version = seccomp_version()?.pointee else { return [] }
        return [version.major, version.minor, version.micro]
    }
}
