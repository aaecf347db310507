/// The system call filter (config-linux.md, Seccomp).
public struct Seccomp: Sendable, Equatable {
    /// What happens to system calls that no rule matches.
    public var defaultAction: Action
    /// The errno of `defaultAction`, if that takes one; nil means EPERM.
    public var defaultErrnoRet: UInt32?
    /// The architectures besides the native one.
    public var architectures: [Architecture]
    /// Flags of seccomp(2); nil leaves them to the runtime, which an empty list does not.
    public var flags: [Flag]?
    /// The UNIX stream socket of the agent that answers `Action.notify`.
    public var listenerPath: String?
    /// What the agent is told besides; only with `listenerPath`.
    public var listenerMetadata: String?
    /// The rules.
    public var syscalls: [Rule]

    /// A filter.
    public init(
        defaultAction: Action, defaultErrnoRet: UInt32? = nil, architectures: [Architecture] = [],
        flags: [Flag]? = nil, listenerPath: String? = nil, listenerMetadata: String? = nil, syscalls: [Rule] = []
    ) {
        self.defaultAction = defaultAction
        self.defaultErrnoRet = defaultErrnoRet
        self.architectures = architectures
        self.flags = flags
        self.listenerPath = listenerPath
        self.listenerMetadata = listenerMetadata
        self.syscalls = syscalls
    }

    /// What happens to some system calls (config-linux.md, Seccomp, syscalls).
    public struct Rule: Sendable, Equatable {
        /// The system calls' names; at least one.
        public var names: [String]
        /// What happens.
        public var action: Action
        /// The errno of `action`, if that takes one; nil means EPERM.
        public var errnoRet: UInt32?
        /// Conditions, all of which have to hold.
        public var args: [Argument]

        /// A rule.
        public init(names: [String], action: Action, errnoRet: UInt32? = nil, args: [Argument] = []) {
            self.names = names
            self.action = action
            self.errnoRet = errnoRet
            self.args = args
        }
    }

    /// A condition on an argument of a system call (config-linux.md, Seccomp, args).
    public struct Argument: Sendable, Equatable {
        /// Which argument, 0 to 5.
        public var index: UInt32
        /// What it is compared with; the mask of `Operator.maskedEqual`.
        public var value: UInt64
        /// The second value, of `Operator.maskedEqual`.
        public var valueTwo: UInt64
        /// How it is compared.
        public var op: Operator

        /// A condition.
        public init(index: UInt32, value: UInt64, valueTwo: UInt64 = 0, op: Operator) {
            self.index = index
            self.value = value
            self.valueTwo = valueTwo
            self.op = op
        }
    }
}

extension Seccomp: JSONDecodable, JSONObjectEncodable {
    /// Reads `linux.seccomp`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        defaultAction = try object.required("defaultAction")
        defaultErrnoRet = try object.optional("defaultErrnoRet")
        architectures = try object.list("architectures")
        flags = try object.optional("flags")
        listenerPath = try object.text("listenerPath")
        listenerMetadata = try object.text("listenerMetadata")
        syscalls = try object.list("syscalls")
    }

    /// Writes `linux.seccomp`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("defaultAction", defaultAction)
        object.setIfPresent("defaultErrnoRet", defaultErrnoRet)
        object.setIfPresent("architectures", architectures)
        if let flags { object.set("flags", flags) }
        object.setIfPresent("listenerPath", listenerPath)
        object.setIfPresent("listenerMetadata", listenerMetadata)
        object.setIfPresent("syscalls", syscalls)
    }
}

extension Seccomp.Rule: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of `linux.seccomp.syscalls`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        names = try object.required("names")
        action = try object.required("action")
        errnoRet = try object.optional("errnoRet")
        args = try object.list("args")
    }

    /// Writes an element of `linux.seccomp.syscalls`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("names", names)
        object.set("action", action)
        object.setIfPresent("errnoRet", errnoRet)
        object.setIfPresent("args", args)
    }
}

extension Seccomp.Argument: JSONDecodable, JSONObjectEncodable {
    /// Reads an element of a rule's `args`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        index = try object.required("index")
        value = try object.required("value")
        valueTwo = try object.value("valueTwo", default: 0)
        op = try object.required("op")
    }

    /// Writes an element of a rule's `args`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.set("index", index)
        object.set("value", value)
        object.setIfNonzero("valueTwo", valueTwo)
        object.set("op", op)
    }
}
