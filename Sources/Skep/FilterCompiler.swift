internal import Clibseccomp
internal import Planning
internal import System
internal import SystemPackage

/// Has libseccomp compile what a filter needs it for.
enum FilterCompiler {
    /// From how many rules on a tree is shorter to walk than a list.
    private static let manyRules = 32

    /// - Returns: the program, instructions as the kernel's struct sock_filter.
    /// - Throws: `configInvalid` for rules that contradict each other, or that libseccomp can't express.
    static func compile(_ rules: SystemCallRules) throws(ContainerError) -> [UInt64] {
        let table = SystemCallTable(rules)
        return table.program(before: try compile(table.remaining, of: rules))
    }

    /// Compiles `some` of the rules, whatever becomes of the rest.
    static func compile(
        _ some: [SystemCallRules.Rule], of rules: SystemCallRules
    ) throws(ContainerError) -> [UInt64] {
        guard let context = seccomp_init(rules.defaultAction) else {
            throw ContainerError(
                .configInvalid, "linux.seccomp.defaultAction", "this kernel does not know the action",
                operation: "seccomp_init")
        }
        defer { seccomp_release(context) }
        for architecture in rules.architectures {
            let result = seccomp_arch_add(context, architecture)
            if result < 0 && Errno(rawValue: -result) != .fileExists {
                throw failure("linux.seccomp.architectures", "seccomp_arch_add", "", result)
            }
        }
        if some.count > manyRules { seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2) }
        for rule in some { try add(rule, to: context) }
        return try export(context)
    }

    private static func add(_ rule: SystemCallRules.Rule, to context: scmp_filter_ctx) throws(ContainerError) {
        let conditions = rule.conditions.map { condition in
            scmp_arg_cmp(
                arg: condition.argument, op: scmp_compare(rawValue: condition.comparison), datum_a: condition.value,
                datum_b: condition.secondValue)
        }
        let result = seccomp_rule_add_array(
            context, rule.action, rule.number, UInt32(conditions.count), conditions)
        if result == 0 { return }
        let property = "linux.seccomp.syscalls[\(rule.index)]"
        if Errno(rawValue: -result) == .fileExists {
            throw ContainerError(
                .configInvalid, property, "contradicts an earlier rule for \(rule.name) with the same args")
        }
        throw failure(property, "seccomp_rule_add", rule.name, result)
    }

    private static func failure(
        _ property: String, _ operation: String, _ path: String, _ result: Int32
    ) -> ContainerError {
        ContainerError(
            .configInvalid, property, operation: operation, path: path.isEmpty ? nil : path,
            errno: Errno(rawValue: -result))
    }

    private static func export(_ context: scmp_filter_ctx) throws(ContainerError) -> [UInt64] {
        let bytes = try converting(origin: "linux.seccomp") { () throws(SystemError) in
            let file = try Descriptor.memoryFile("skep-filter")
            let result = seccomp_export_bpf(context, file.number)
            if result < 0 { throw SystemError("seccomp_export_bpf", "", Errno(rawValue: -result)) }
            return try file.readFromStart(path: "skep-filter")
        }
        return bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        }
    }
}
