internal import CPlan
public import OCI

/// A system call filter, ready for the kernel.
public struct SystemCallFilter: Sendable, Hashable {
    /// Its instructions, as struct sock_filter: 1 to 4096.
    public private(set) var program: [UInt64]
    /// SECCOMP_FILTER_FLAG_.
    public private(set) var flags: UInt32
    /// The agent that some calls are left to; nil for none.
    public private(set) var agent: SystemCallAgent?
    /// What asked for it.
    public private(set) var origin: Origin

    /// The filter that a configuration asks for; nil if it asks for none.
    ///
    /// - Parameters:
    ///   - program: compiled from `linux.seccomp`; nil where the configuration brings one itself.
    ///   - spec: the configuration.
    ///   - receiver: the agent's socket that the runtime's environment names.
    /// - Throws: `ConfigurationError` for what the kernel would not take.
    public init?(
        _ program: [UInt64]?, of spec: Spec, receiver: String? = nil
    ) throws(ConfigurationError) {
        origin = Origin("linux.seccomp")
        if let given = try FilterAnnotations.program(spec) {
            self.program = given
            origin = FilterAnnotations.origin(FilterAnnotations.programName)
        } else if let program {
            self.program = program
        } else {
            return nil
        }
        if self.program.count > Int(SKEP_MAX_FILTER) {
            throw ConfigurationError(
                origin, "makes a filter of \(self.program.count) instructions; the kernel takes \(SKEP_MAX_FILTER)")
        }
        let notifies = self.program.contains(where: Self.mayNotify)
        agent = try SystemCallAgent(spec, isNeeded: notifies, receiver: receiver)
        flags = try Self.flags(spec.linux?.seccomp?.flags, hasListener: agent != nil)
    }

    /// A filter as it is.
    init(program: [UInt64], flags: UInt32, agent: SystemCallAgent? = nil, origin: Origin = Origin("linux.seccomp")) {
        self.program = program
        self.flags = flags
        self.agent = agent
        self.origin = origin
    }

    /// Whether an instruction ends with asking the agent.
    private static func mayNotify(_ instruction: UInt64) -> Bool {
        let operation = Int32(truncatingIfNeeded: instruction & 0xffff)
        let action = UInt32(truncatingIfNeeded: instruction >> 32) & UInt32(SECCOMP_RET_ACTION_FULL)
        return operation == BPF_RET | BPF_K && action == UInt32(SECCOMP_RET_USER_NOTIF)
    }

    private static func flags(_ names: [Seccomp.Flag]?, hasListener: Bool) throws(ConfigurationError) -> UInt32 {
        guard let names else { return number(of: .specAllow) | (hasListener ? newListener : 0) }
        var flags = hasListener ? newListener : 0
        for (index, name) in names.enumerated() {
            if name == .waitKillableRecv && !hasListener {
                throw ConfigurationError(
                    Origin("linux.seccomp.flags", index), "\(name.rawValue) needs a rule with SCMP_ACT_NOTIFY")
            }
            flags |= number(of: name)
        }
        // One number can't tell a listener from the thread that is in the way: so no thread is told.
        if hasListener && flags & number(of: .tsync) != 0 { flags |= UInt32(SECCOMP_FILTER_FLAG_TSYNC_ESRCH) }
        return flags
    }

    private static let newListener = UInt32(SECCOMP_FILTER_FLAG_NEW_LISTENER)

    private static func number(of flag: Seccomp.Flag) -> UInt32 {
        switch flag {
        case .tsync: UInt32(SECCOMP_FILTER_FLAG_TSYNC)
        case .log: UInt32(SECCOMP_FILTER_FLAG_LOG)
        case .specAllow: UInt32(SECCOMP_FILTER_FLAG_SPEC_ALLOW)
        case .waitKillableRecv: UInt32(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
        }
    }

    /// The flags that a configuration may ask for, and their numbers, each with what it needs besides.
    public static var knownFlags: [(name: String, number: UInt32)] {
        [Seccomp.Flag.tsync, .specAllow, .log].map { ($0.rawValue, number(of: $0)) }
            + [(Seccomp.Flag.waitKillableRecv.rawValue, number(of: .waitKillableRecv) | newListener)]
    }

    /// The architectures that this libseccomp knows.
    public static var knownArchitectures: [String] {
        Seccomp.Architecture.allCases.filter { FilterArchitecture($0) != nil }.map(\.rawValue).sorted()
    }
}

/// Whoever decides about the system calls that a filter leaves to it.
public struct SystemCallAgent: Sendable, Hashable {
    /// Its Unix stream socket; an absolute path.
    public var socket: String
    /// What it is told besides.
    public var metadata: String?
    /// What names the socket.
    public var origin: Origin

    public init(socket: String, metadata: String? = nil, origin: Origin) {
        self.socket = socket
        self.metadata = metadata
        self.origin = origin
    }

    /// Nil where none is needed: then nobody is asked to.
    init?(_ spec: Spec, isNeeded: Bool, receiver: String?) throws(ConfigurationError) {
        let seccomp = spec.linux?.seccomp
        let path = Origin("linux.seccomp.listenerPath")
        if let metadata = seccomp?.listenerMetadata, !metadata.isEmpty, (seccomp?.listenerPath ?? "").isEmpty {
            throw ConfigurationError(Origin("linux.seccomp.listenerMetadata"), "needs \(path)")
        }
        if !isNeeded { return nil }
        let choices = [
            (seccomp?.listenerPath, path),
            (
                spec.annotations[FilterAnnotations.receiverName],
                FilterAnnotations.origin(FilterAnnotations.receiverName)
            ),
            (receiver, Origin(FilterAnnotations.receiverVariable)),
        ]
        for case (let socket?, let origin) in choices where !socket.isEmpty {
            guard socket.utf8.first == UInt8(ascii: "/") else {
                throw ConfigurationError(origin, "must be absolute, not \"\(socket)\"")
            }
            self.init(socket: socket, metadata: seccomp?.listenerMetadata, origin: origin)
            return
        }
        throw ConfigurationError(path, "is missing, and SCMP_ACT_NOTIFY needs an agent to ask")
    }
}
