internal import Clibseccomp
public import OCI

/// What a compiled filter depends on, as bytes: two configurations with the same key have the same filter.
///
/// Made at every start of a container with a filter, before it is known whether there is a compiled one: so it is a
/// plain walk over the configuration that resolves and checks nothing.
public enum FilterKey {
    /// Of what is made of a configuration. To be raised with every change to it.
    private static let version = "skep filter 1"

    /// The key of a configuration's filter.
    public static func bytes(of seccomp: Seccomp) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(12 << 10)
        add(version, to: &key)
        for part in CompilerVersion.parts { add(number: UInt64(part), to: &key) }
        add(number: UInt64(seccomp_arch_native()), to: &key)
        add(seccomp.defaultAction.rawValue, to: &key)
        add(errno: seccomp.defaultErrnoRet, to: &key)
        add(number: UInt64(seccomp.architectures.count), to: &key)
        for architecture in seccomp.architectures { add(architecture.rawValue, to: &key) }
        for rule in seccomp.syscalls {
            add(rule.action.rawValue, to: &key)
            add(errno: rule.errnoRet, to: &key)
            add(number: UInt64(rule.args.count), to: &key)
            for argument in rule.args {
                add(number: UInt64(argument.index), to: &key)
                add(argument.op.rawValue, to: &key)
                add(number: argument.value, to: &key)
                add(number: argument.valueTwo, to: &key)
            }
            add(number: UInt64(rule.names.count), to: &key)
            for name in rule.names { add(name, to: &key) }
        }
        return key
    }

    private static func add(_ text: String, to key: inout [UInt8]) {
        add(number: UInt64(text.utf8.count), to: &key)
        key.append(contentsOf: text.utf8)
    }

    private static func add(number: UInt64, to key: inout [UInt8]) {
        // Byte by byte, since nearly all that is added are lengths of names: seven bits at a time.
        var rest = number
        while rest > 0x7f {
            key.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        key.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func add(errno: UInt32?, to key: inout [UInt8]) {
        add(number: errno.map { UInt64($0) + 1 } ?? 0, to: &key)
    }
}
