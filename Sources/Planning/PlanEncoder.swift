internal import CPlan

extension Plan {
    /// The plan as the bootstrap reads it.
    ///
    /// - Throws: `ConfigurationError` for a string that holds a NUL, which no path or argument can.
    public func encoded() throws(ConfigurationError) -> [UInt8] {
        var encoder = PlanEncoder(stepCount: steps.count)
        for step in steps { try encoder.append(step) }
        return encoder.bytes()
    }
}

/// Writes the format of skep_plan.h.
private struct PlanEncoder {
    private var steps: [skep_step] = []
    private var vectors: [UInt64] = []
    private var strings: [UInt8] = [0]
    /// The steps that fill in the environment's last entries, in this order.
    private var filledIn: [Int] = []
    private var origin = Origin("")

    init(stepCount: Int) {
        steps.reserveCapacity(stepCount)
        vectors.reserveCapacity(256)
        strings.reserveCapacity(8192)
    }

    mutating func append(_ step: Plan.Step) throws(ConfigurationError) {
        origin = step.origin
        var raw = skep_step()
        raw.origin = UInt32(steps.count)
        try encode(step.action, into: &raw)
        steps.append(raw)
    }

    consuming func bytes() -> [UInt8] {
        let header = MemoryLayout<skep_plan_header>.size
        let stepBytes = steps.count * MemoryLayout<skep_step>.stride
        let size = header + stepBytes + vectors.count * 8 + strings.count
        let head = skep_plan_header(
            magic: SKEP_PLAN_MAGIC, version: SKEP_PLAN_VERSION, size: UInt32(size), step_count: UInt32(steps.count),
            vector_count: UInt32(vectors.count), string_size: UInt32(strings.count))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        withUnsafeBytes(of: head) { bytes.append(contentsOf: $0) }
        steps.withUnsafeBytes { bytes.append(contentsOf: $0) }
        vectors.withUnsafeBytes { bytes.append(contentsOf: $0) }
        bytes += strings
        return bytes
    }

    /// The offset of a string that is now in the table; 0 for an empty one.
    private mutating func string(_ text: String) throws(ConfigurationError) -> UInt32 {
        if text.isEmpty { return 0 }
        let offset = UInt32(strings.count)
        strings.append(contentsOf: text.utf8)
        if strings[Int(offset)...].contains(0) { throw ConfigurationError(origin, "holds a NUL character") }
        strings.append(0)
        return offset
    }

    /// Puts strings into the vectors; the index of the first.
    private mutating func vector(
        _ texts: [String], isTerminated: Bool = false
    ) throws(ConfigurationError) -> UInt32 {
        let first = UInt32(vectors.count)
        for text in texts { vectors.append(UInt64(try string(text))) }
        if isTerminated { vectors.append(0) }
        return first
    }

    /// Puts an argv and an envp into the vectors.
    private mutating func command(
        _ arguments: [String], _ environment: [String], third: UInt64, into raw: inout skep_step
    ) throws(ConfigurationError) {
        raw.vector = try vector(arguments, isTerminated: true)
        raw.vector_count = UInt32(arguments.count)
        raw.number = (UInt64(try vector(environment, isTerminated: true)), UInt64(environment.count), third)
    }

    private mutating func numbers(_ numbers: [UInt64], into raw: inout skep_step) {
        raw.vector = UInt32(vectors.count)
        raw.vector_count = UInt32(numbers.count)
        vectors += numbers
    }

    private mutating func parameters(
        _ parameters: [NewMount.Parameter], into raw: inout skep_step
    ) throws(ConfigurationError) {
        raw.vector = UInt32(vectors.count)
        raw.vector_count = UInt32(parameters.count * 2)
        for parameter in parameters {
            vectors.append(UInt64(try string(parameter.key)))
            vectors.append(UInt64(try string(parameter.value)))
        }
    }

    private mutating func encode(_ action: Action, into raw: inout skep_step) throws(ConfigurationError) {
        raw.op = UInt16(action.operation.rawValue)
        switch action {
        case .runtimeHooks, .setsid, .noNewPrivileges, .done: break
        case .join, .joinProcess, .loopback, .propagation, .root, .pivot, .rootAttributes, .cgroup:
            try encodeNamespace(action, into: &raw)
        case .mount, .bind, .remount, .unmount, .mknod, .device, .label, .symlink: try encodeMount(action, into: &raw)
        case .mask(let path, let label):
            raw.text.0 = try string(path)
            if let label { try parameters([label], into: &raw) }
        case .readonly(let text), .hostname(let text), .domainname(let text),
            .makeWorkingDirectory(let text):
            raw.text.0 = try string(text)
        case .sysctl(let path, let value): raw.text = (try string(path), try string(value), 0)
        default: try encodeProcess(action, into: &raw)
        }
    }

    private mutating func encodeNamespace(
        _ action: Action, into raw: inout skep_step
    ) throws(ConfigurationError) {
        switch action {
        case .join(let descriptor, let kind, let path):
            raw.text.0 = try string(path)
            raw.slot = descriptor
            raw.number.0 = kind
        case .joinProcess(let descriptor, let kinds, let takesRoot):
            raw.flags = takesRoot ? UInt16(SKEP_JOIN_ROOT) : 0
            raw.slot = descriptor
            raw.number.0 = kinds
        case .propagation(let flags): raw.number.0 = flags
        case .root(let path, let isMounted, let privateParent, let descriptor):
            raw.text.0 = try string(path)
            raw.slot = descriptor ?? 0
            raw.flags = UInt16((isMounted ? 0 : SKEP_ROOT_PLAIN) | (privateParent ? SKEP_ROOT_PRIVATE_PARENT : 0))
        case .pivot(let pivot, let oldRootIsSlave):
            let kind =
                switch pivot {
                case .pivotRoot: UInt32(0)
                case .moveMount: SKEP_PIVOT_MOVE
                case .chroot: SKEP_PIVOT_CHROOT
                }
            raw.flags = UInt16(kind | (oldRootIsSlave ? SKEP_PIVOT_SLAVE : 0))
        case .rootAttributes(let set, let propagation): raw.number = (set, 0, propagation)
        case .loopback(let isUnshared): raw.flags = isUnshared ? UInt16(SKEP_LOOPBACK_UNSHARE) : 0
        case .cgroup(let isUnshared): raw.flags = isUnshared ? UInt16(SKEP_CGROUP_UNSHARE) : 0
        default: break
        }
    }

    private mutating func encodeMount(_ action: Action, into raw: inout skep_step) throws(ConfigurationError) {
        switch action {
        case .mount(let mount):
            let substitute = mount.substitute
            raw.text = (
                try string(mount.type), try string(mount.destination), try string(substitute?.source ?? "")
            )
            raw.number = (mount.attributes, substitute?.attributes ?? 0, mount.propagation)
            raw.slot = mount.descriptor ?? 0
            raw.flags = mount.flags
            try parameters(mount.parameters, into: &raw)
        case .bind(let bind):
            raw.text = (try string(bind.source), try string(bind.destination), 0)
            raw.number = (
                bind.attributes | bind.recursiveAttributes << 32,
                bind.clearedAttributes | bind.recursivelyCleared << 32,
                bind.propagation
            )
            raw.slot = bind.descriptor ?? 0
            raw.flags = bind.flags
        case .unmount(let path, let followsLink, let isCheck):
            raw.text.0 = try string(path)
            raw.flags = UInt16((followsLink ? 0 : SKEP_MOUNT_DEST_NOFOLLOW) | (isCheck ? SKEP_UNMOUNT_CHECK : 0))
        case .remount(let remount):
            raw.text.0 = try string(remount.destination)
            raw.number = (
                remount.attributes | remount.recursiveAttributes << 32,
                remount.clearedAttributes | remount.recursivelyCleared << 32, remount.propagation
            )
            guard let changed = remount.parameters else { return }
            raw.flags = UInt16(SKEP_MOUNT_RECONFIGURE)
            try parameters(changed, into: &raw)
        case .mknod(let path, let mode, let device, let uid, let gid):
            raw.text.0 = try string(path)
            raw.number = (UInt64(mode), device, UInt64(uid) << 32 | UInt64(gid))
        case .label(let path, let label): raw.text = (try string(path), try string(label), 0)
        case .device(let path, let mode, let device):
            raw.text.0 = try string(path)
            raw.number = (UInt64(mode), device, 0)
        case .symlink(let target, let path): raw.text = (try string(target), try string(path), 0)
        default: break
        }
    }

    private mutating func encodeProcess(_ action: Action, into raw: inout skep_step) throws(ConfigurationError) {
        switch action {
        case .oomScoreAdj(let score): raw.text.0 = try string(String(score))
        case .rlimit(let resource, let soft, let hard): raw.number = (UInt64(resource), soft, hard)
        case .keyring(let text), .appArmor(let text), .selinux(let text): raw.text.0 = try string(text)
        case .personality(let persona): raw.number.0 = persona
        case .memoryPolicy(let mode, let nodes):
            raw.number.0 = mode
            numbers(nodes.words, into: &raw)
        case .affinity(let cpus): numbers(cpus.words, into: &raw)
        case .scheduler(let attributes): encode(attributes, into: &raw)
        case .ioPriority(let kind, let level): raw.number = (UInt64(kind), UInt64(level), 0)
        case .stdioOwner(let uid): raw.number.0 = UInt64(uid)
        case .listenPID: filledIn.append(steps.count)
        case .home(let uid):
            raw.number.0 = UInt64(uid)
            filledIn.append(steps.count)
        case .boundingSet(let set), .ambientSet(let set): raw.number.0 = set.rawValue
        case .user(let uid, let gid, let umask, let additionalGids, let keepsGroups, let groupsMayBeDenied):
            raw.flags = UInt16(
                (keepsGroups ? SKEP_USER_KEEP_GROUPS : 0) | (groupsMayBeDenied ? SKEP_USER_NO_GROUPS : 0))
            raw.number = (UInt64(uid), UInt64(gid), UInt64(umask))
            numbers(additionalGids.map(UInt64.init), into: &raw)
        case .capabilities(let effective, let permitted, let inheritable):
            raw.number = (effective.rawValue, permitted.rawValue, inheritable.rawValue)
        case .workingDirectory(let path, let isAttempt):
            raw.text.0 = try string(path)
            raw.flags = isAttempt ? UInt16(SKEP_CWD_TRY) : 0
        case .seccomp(let filter, let preserved):
            raw.number = (UInt64(filter.flags), UInt64(preserved), 0)
            numbers(filter.program, into: &raw)
        case .findCommand(let name, let searchPath): raw.text = (try string(name), try string(searchPath), 0)
        case .terminal(let rows, let columns, let isConsole):
            raw.number = (UInt64(rows), UInt64(columns), 0)
            raw.flags = isConsole ? UInt16(SKEP_TERMINAL_IS_CONSOLE) : 0
        case .hook(let hook):
            raw.text = (try string(hook.path), try string(hook.stateHead), try string(hook.stateTail))
            raw.slot = hook.descriptor ?? 0
            let output = hook.outputPath == nil ? 0 : SKEP_HOOK_OUTPUT
            raw.flags = UInt16(output | (hook.errorPath == nil ? 0 : SKEP_HOOK_ERRORS))
            try command(hook.arguments, hook.environment, third: hook.timeout, into: &raw)
        case .wait(let forFifo): raw.flags = forFifo ? UInt16(SKEP_WAIT_FIFO) : 0
        case .exec(let arguments, let environment, let preserved):
            try command(arguments, environment, third: UInt64(preserved), into: &raw)
            placeVariables(end: UInt32(raw.number.0) + UInt32(environment.count))
        default: break
        }
    }

    private mutating func placeVariables(end: UInt32) {
        for (index, step) in filledIn.enumerated() {
            steps[step].vector = end - UInt32(filledIn.count - index)
            steps[step].vector_count = 1
        }
    }

    private mutating func encode(_ attributes: SchedulerAttributes, into raw: inout skep_step) {
        let nice = UInt64(bitPattern: Int64(attributes.nice))
        numbers([UInt64(attributes.policy), attributes.flags, nice, UInt64(attributes.priority)], into: &raw)
        raw.number = (attributes.runtime, attributes.deadline, attributes.period)
    }
}

extension NewMount {
    fileprivate var flags: UInt16 {
        var flags: UInt32 = 0
        if isProc { flags |= SKEP_MOUNT_IS_PROC }
        if needsRealDirectory { flags |= SKEP_MOUNT_REAL_DIR }
        if !followsDestination { flags |= SKEP_MOUNT_DEST_NOFOLLOW }
        if copiesUp { flags |= SKEP_MOUNT_COPY_UP }
        if keepsMode { flags |= SKEP_MOUNT_KEEP_MODE }
        return UInt16(flags)
    }
}

extension BindMount {
    fileprivate var flags: UInt16 {
        var flags: UInt32 = 0
        if isRecursive { flags |= SKEP_MOUNT_RECURSIVE }
        if !followsSource || copiesSymlink { flags |= SKEP_MOUNT_SOURCE_NOFOLLOW }
        if !followsDestination { flags |= SKEP_MOUNT_DEST_NOFOLLOW }
        if copiesSymlink { flags |= SKEP_MOUNT_COPY_SYMLINK }
        return UInt16(flags)
    }
}

extension Action {
    var operation: skep_op {
        switch self {
        case .join: SKEP_OP_JOIN
        case .joinProcess: SKEP_OP_JOIN_PROCESS
        case .loopback: SKEP_OP_LOOPBACK
        case .propagation: SKEP_OP_PROPAGATION
        case .root: SKEP_OP_ROOT
        case .mount: SKEP_OP_MOUNT
        case .bind: SKEP_OP_BIND
        case .remount: SKEP_OP_REMOUNT
        case .unmount: SKEP_OP_UNMOUNT
        case .mknod: SKEP_OP_MKNOD
        case .label: SKEP_OP_LABEL
        case .device: SKEP_OP_DEVICE
        case .symlink: SKEP_OP_SYMLINK
        case .runtimeHooks: SKEP_OP_RUNTIME_HOOKS
        case .hook: SKEP_OP_HOOK
        case .pivot: SKEP_OP_PIVOT
        case .mask: SKEP_OP_MASK
        case .readonly: SKEP_OP_READONLY
        case .rootAttributes: SKEP_OP_ROOT_ATTR
        case .hostname: SKEP_OP_HOSTNAME
        case .domainname: SKEP_OP_DOMAINNAME
        case .sysctl: SKEP_OP_SYSCTL
        case .cgroup: SKEP_OP_CGROUP
        case .setsid: SKEP_OP_SETSID
        case .terminal: SKEP_OP_TERMINAL
        case .oomScoreAdj: SKEP_OP_OOM_SCORE_ADJ
        case .rlimit: SKEP_OP_RLIMIT
        case .keyring: SKEP_OP_KEYRING
        case .personality: SKEP_OP_PERSONALITY
        case .memoryPolicy: SKEP_OP_MEMORY_POLICY
        case .affinity: SKEP_OP_AFFINITY
        case .scheduler: SKEP_OP_SCHEDULER
        case .ioPriority: SKEP_OP_IO_PRIORITY
        case .appArmor: SKEP_OP_APPARMOR
        case .selinux: SKEP_OP_SELINUX
        case .stdioOwner: SKEP_OP_STDIO_OWNER
        case .listenPID: SKEP_OP_LISTEN_PID
        case .home: SKEP_OP_HOME
        case .boundingSet: SKEP_OP_CAP_BOUND
        case .user: SKEP_OP_USER
        case .capabilities: SKEP_OP_CAPS
        case .ambientSet: SKEP_OP_CAP_AMBIENT
        case .noNewPrivileges: SKEP_OP_NO_NEW_PRIVS
        case .seccomp: SKEP_OP_SECCOMP
        case .makeWorkingDirectory: SKEP_OP_MAKE_CWD
        case .workingDirectory: SKEP_OP_CWD
        case .findCommand: SKEP_OP_FIND_COMMAND
        case .wait: SKEP_OP_WAIT
        case .exec: SKEP_OP_EXEC
        case .done: SKEP_OP_DONE
        }
    }

    /// The step's name ("mount", "pivot"), as `skep_op_name` has it.
    public var name: String {
        skep_op_name(operation.rawValue).map { String(cString: $0) } ?? "unknown"
    }
}
