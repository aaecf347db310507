internal import CPlan
public import OCI

/// crun's annotations of filters.
public enum FilterAnnotations {
    static let programName = "run.oci.seccomp_bpf_data"
    static let receiverName = "run.oci.seccomp.receiver"
    private static let refusalName = "run.oci.seccomp_fail_unknown_syscall"

    static let names = [receiverName, programName, refusalName]
    /// The environment's variable that names an agent's socket where nothing else does.
    public static let receiverVariable = "RUN_OCI_SECCOMP_RECEIVER"

    static func origin(_ name: String) -> Origin {
        Origin("annotations", nil, name)
    }

    /// Whether `spec` brings a filter of its own.
    public static func haveProgram(_ spec: Spec) -> Bool {
        !spec.annotations.isEmpty && spec.annotations[programName] != nil
    }

    /// Whether names of no system call are an error to `spec`.
    public static func refuseUnknown(_ spec: Spec) -> Bool {
        spec.annotations[refusalName].map { $0 != "0" } ?? false
    }

    /// The filter that `spec` brings: base64 of the kernel's struct sock_filter.
    static func program(_ spec: Spec) throws(ConfigurationError) -> [UInt64]? {
        guard !spec.annotations.isEmpty, let text = spec.annotations[programName] else { return nil }
        let origin = origin(programName)
        guard let bytes = decoded(text) else { throw ConfigurationError(origin, "is not base64") }
        if bytes.isEmpty || bytes.count % 8 != 0 || bytes.count / 8 > Int(SKEP_MAX_FILTER) {
            throw ConfigurationError(
                origin, "has \(bytes.count) bytes: a filter has 1 to \(SKEP_MAX_FILTER) instructions of 8 bytes")
        }
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) }
        }
    }

    /// Nil for what is not RFC 4648's base64, with its padding.
    private static func decoded(_ text: String) -> [UInt8]? {
        var digits = Array(text.utf8)
        if digits.count % 4 != 0 { return nil }
        var padding = 0
        while padding < 2, digits.last == UInt8(ascii: "=") {
            digits.removeLast()
            padding += 1
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3)
        var bits: UInt32 = 0, count = 0
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // What is left over of the last digit means nothing, and so has to be nothing.
        return bits & (1 << UInt32(count) - 1) == 0 ? bytes : nil
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
