internal import CPlan
internal import Clibseccomp
public import OCI

/// `linux.seccomp` checked, and in numbers: config-linux.md, Seccomp.
public struct SystemCallRules: Sendable {
    /// What happens to a call that no rule matches: SECCOMP_RET_, with its data.
    public private(set) var defaultAction: UInt32
    /// libseccomp's numbers of the architectures, the native one first.
    public private(set) var architectures: [UInt32]
    /// In the order of the configuration; also those that say no more than the default does.
    public private(set) var rules: [Rule] = []
    /// Names of no system call.
    public private(set) var unknown: [ConfigurationError] = []

    /// What happens to one system call.
    public struct Rule: Sendable, Hashable {
        public var name: String
        /// libseccomp's number of it.
        public var number: Int32
        /// SECCOMP_RET_, with its data.
        public var action: UInt32
        /// All have to hold.
        public var conditions: [Condition]
        /// Which of `syscalls` it comes from.
        public var index: Int

        public init(_ name: String, number: Int32, action: UInt32, conditions: [Condition] = [], index: Int = 0) {
            self.name = name
            self.number = number
            self.action = action
            self.conditions = conditions
            self.index = index
        }
    }

    /// What an argument has to be.
    public struct Condition: Sendable, Hashable {
        public var argument: UInt32
        /// libseccomp's enum scmp_compare.
        public var comparison: UInt32
        public var value: UInt64
        public var secondValue: UInt64
    }

    /// - Parameters:
    ///   - seccomp: the configuration's.
    ///   - refusesUnknown: whether a name of no system call is an error.
    /// - Throws: `ConfigurationError` for the first thing found wrong.
    public init(_ seccomp: Seccomp, refusesUnknown: Bool = false) throws(ConfigurationError) {
        let origin = Origin("linux.seccomp")
        defaultAction = try Self.number(
            of: seccomp.defaultAction, seccomp.defaultErrnoRet, origin.appending("defaultErrnoRet"))
        architectures = [FilterArchitecture.native.token]
        try addArchitectures(seccomp.architectures)
        rules.reserveCapacity(seccomp.syscalls.count * 16)
        for (index, rule) in seccomp.syscalls.enumerated() { try add(rule, index) }
        if refusesUnknown, let first = unknown.first {
            throw ConfigurationError(Origin(first.property), "is the name of no system call that libseccomp knows")
        }
    }

    private mutating func addArchitectures(_ wanted: [Seccomp.Architecture]) throws(ConfigurationError) {
        let native = FilterArchitecture.native
        for (index, name) in wanted.enumerated() {
            let origin = Origin("linux.seccomp.architectures", index)
            guard let architecture = FilterArchitecture(name) else {
                throw ConfigurationError(origin, "libseccomp \(CompilerVersion.text) does not know \(name.rawValue)")
            }
            if architecture.isLittleEndian != native.isLittleEndian {
                throw ConfigurationError(
                    origin, "\(name.rawValue) has the other byte order than this machine: no filter has both")
            }
            if !architectures.contains(architecture.token) { architectures.append(architecture.token) }
        }
    }

    private mutating func add(_ rule: Seccomp.Rule, _ index: Int) throws(ConfigurationError) {
        if rule.names.isEmpty {
            throw ConfigurationError(
                Origin("linux.seccomp.syscalls", index, "names"), "must name at least one system call")
        }
        let action = try Self.number(
            of: rule.action, rule.errnoRet, Origin("linux.seccomp.syscalls", index, "errnoRet"))
        let alternatives = try Self.alternatives(rule.args, index)
        for (position, name) in rule.names.enumerated() {
            guard let number = FilterArchitecture.ruleNumber(of: name) else {
                let origin = Origin("linux.seccomp.syscalls", index, "names[\(position)]")
                if name.isEmpty { throw ConfigurationError(origin, "is empty") }
                unknown.append(ConfigurationError(origin, "unknown system call \"\(name)\" is ignored"))
                continue
            }
            for conditions in alternatives {
                rules.append(Rule(name, number: number, action: action, conditions: conditions, index: index))
            }
        }
    }

    /// The conditions of a rule; each on its own where two are about one argument, which libseccomp can't join, and
    /// which therefore every runtime takes for alternatives.
    private static func alternatives(
        _ arguments: [Seccomp.Argument], _ rule: Int
    ) throws(ConfigurationError) -> [[Condition]] {
        var conditions: [Condition] = []
        var isRepeated = false
        for (index, argument) in arguments.enumerated() {
            if argument.index > 5 {
                throw ConfigurationError(
                    Origin("linux.seccomp.syscalls", rule, "args[\(index)].index"),
                    "must lie between 0 and 5, not \(argument.index)")
            }
            isRepeated = isRepeated || conditions.contains { $0.argument == argument.index }
            conditions.append(
                Condition(
                    argument: argument.index, comparison: number(of: argument.op), value: argument.value,
                    secondValue: argument.valueTwo))
        }
        return isRepeated ? conditions.map { [$0] } : [conditions]
    }

    private static func number(of comparison: Seccomp.Operator) -> UInt32 {
        switch comparison {
        case .notEqual: SCMP_CMP_NE.rawValue
        case .less: SCMP_CMP_LT.rawValue
        case .lessOrEqual: SCMP_CMP_LE.rawValue
        case .equal: SCMP_CMP_EQ.rawValue
        case .greaterOrEqual: SCMP_CMP_GE.rawValue
        case .greater: SCMP_CMP_GT.rawValue
        case .maskedEqual: SCMP_CMP_MASKED_EQ.rawValue
        }
    }

    private static func number(
        of action: Seccomp.Action, _ given: UInt32?, _ origin: Origin
    ) throws(ConfigurationError) -> UInt32 {
        if let given {
            let limit: UInt32? =
                switch action {
                case .errno: 4095  // the kernel's MAX_ERRNO
                case .trace: 65535
                default: nil
                }
            guard let limit else { throw ConfigurationError(origin, "\(action.rawValue) takes no errno") }
            if given > limit {
                throw ConfigurationError(origin, "must lie between 0 and \(limit), not \(given)")
            }
        }
        let data = given ?? 1  // EPERM
        return switch action {
        case .kill, .killThread: UInt32(SECCOMP_RET_KILL_THREAD)
        case .killProcess: SECCOMP_RET_KILL_PROCESS
        case .trap: UInt32(SECCOMP_RET_TRAP)
        case .errno: UInt32(SECCOMP_RET_ERRNO) | data
        case .trace: UInt32(SECCOMP_RET_TRACE) | data
        case .allow: UInt32(SECCOMP_RET_ALLOW)
        case .log: UInt32(SECCOMP_RET_LOG)
        case .notify: UInt32(SECCOMP_RET_USER_NOTIF)
        }
    }
}
