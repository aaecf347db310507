internal import CPlan
internal import OCI

/// Plans what becomes of the init itself: config.md, Process.
struct ProcessPlanner {
    let process: Process
    let affinity: AffinityPlanner
    let environment: EnvironmentPlanner
    /// Whether the process's groups are the caller's.
    let keepsGroups: Bool
    /// Whether nobody may set groups in the runtime's own user namespace.
    let mayNotSetGroups: Bool
    /// The security modules that the host has.
    let host: SecurityModules

    init(
        _ process: Process, on host: SecurityModules, keepsGroups: Bool = false, mayNotSetGroups: Bool = false,
        notes: inout [ConfigurationError]
    ) throws(ConfigurationError) {
        self.process = process
        self.keepsGroups = keepsGroups
        self.mayNotSetGroups = mayNotSetGroups
        if keepsGroups && !process.user.additionalGids.isEmpty {
            notes.append(
                ConfigurationError(
                    Origin("process.user.additionalGids"), "are ignored: run.oci.keep_original_groups keeps others"))
        }
        self.host = host
        affinity = try AffinityPlanner(process.execCPUAffinity)
        if process.args.isEmpty || process.args[0].isEmpty {
            throw ConfigurationError(Origin("process.args"), "must name a program to run")
        }
        if process.cwd.utf8.first != UInt8(ascii: "/") {
            throw ConfigurationError(Origin("process.cwd"), "must be absolute, not \"\(process.cwd)\"")
        }
        try Self.check(process.user)
        environment = try EnvironmentPlanner(process.env)
    }

    /// To the system calls the highest number is no id, but "leave it as it is" (setresuid(2)).
    private static func check(_ user: Process.User) throws(ConfigurationError) {
        let origin = Origin("process.user")
        if user.uid == .max { throw ConfigurationError(origin.appending("uid"), "\(user.uid) is nobody's number") }
        if user.gid == .max { throw ConfigurationError(origin.appending("gid"), "\(user.gid) is no group's number") }
        for (index, group) in user.additionalGids.enumerated() where group == .max {
            throw ConfigurationError(
                Origin("process.user.additionalGids", index), "\(group) is no group's number")
        }
        if let umask = user.umask, umask > 0o777 {
            throw ConfigurationError(origin.appending("umask"), "must lie between 0 and 511 (0777), not \(umask)")
        }
    }

    /// What comes between the last preparation and the user's program.
    struct End {
        var waitsForFifo: Bool
        var preservedDescriptors: Int
        var listenDescriptors: ListenDescriptors?
        var hooks: HookPlanner?
        var filter: SystemCallFilter?
    }

    /// Plans the process's terminal, where it wants one. With `isConsole` it is the container's /dev/console, too.
    func planTerminal(isConsole: Bool, into plan: inout Plan) throws(ConfigurationError) {
        guard process.terminal else { return }
        let size = process.consoleSize ?? Process.ConsoleSize(height: 0, width: 0)
        guard let rows = UInt16(exactly: size.height), let columns = UInt16(exactly: size.width) else {
            throw ConfigurationError(
                Origin("process.consoleSize"), "\(size.width)x\(size.height) is more than a terminal can be")
        }
        plan.append(
            .terminal(rows: rows, columns: columns, isConsole: isConsole), from: Origin("process.terminal"))
    }

    func plan(_ end: End, into plan: inout Plan) throws(ConfigurationError) {
        // Where the process is not the host's root, its parent is.
        let isInside = plan.userNamespace != nil
        if let score = process.oomScoreAdj {
            if score < -1000 || score > 1000 {
                throw ConfigurationError(Origin("process.oomScoreAdj"), "must lie between -1000 and 1000, not \(score)")
            }
            if isInside {
                plan.outside.oomScoreAdj = score
            } else {
                plan.append(.oomScoreAdj(score), from: Origin("process.oomScoreAdj"))
            }
        }
        try planRlimits(into: &plan)
        try planScheduling(into: &plan)
        try planLabels(into: &plan)
        let user = process.user
        if isInside && !process.terminal { plan.outside.standardStreamsOwner = user.uid }
        plan.append(.stdioOwner(uid: user.uid), from: Origin("process.user"))
        let environment = environment.plan(end.listenDescriptors, uid: user.uid, into: &plan)
        if process.noNewPrivileges { plan.append(.noNewPrivileges, from: Origin("process.noNewPrivileges")) }
        let (bounding, effective, permitted, inheritable, ambient) = capabilities(&plan)
        plan.append(.boundingSet(bounding), from: Origin("process.capabilities.bounding"))
        plan.append(.workingDirectory(process.cwd, isAttempt: true), from: Origin("process.cwd"))
        plan.append(
            .user(
                uid: user.uid, gid: user.gid, umask: user.umask ?? 0o022,
                additionalGids: keepsGroups ? [] : user.additionalGids, keepsGroups: keepsGroups,
                groupsMayBeDenied: isInside || mayNotSetGroups),
            from: Origin("process.user"))
        plan.append(.workingDirectory(process.cwd, isAttempt: false), from: Origin("process.cwd"))
        let loading = FilterLoading(end, process)
        let capabilities = Action.capabilities(effective: effective, permitted: permitted, inheritable: inheritable)
        plan.append(loading.withRights(capabilities), from: Origin("process.capabilities"))
        plan.append(.ambientSet(ambient), from: Origin("process.capabilities.ambient"))
        plan.append(
            .findCommand(process.args[0], searchPath: self.environment.searchPath), from: Origin("process.args"))
        loading.planEarly(then: capabilities, into: &plan)
        plan.append(.wait(forFifo: end.waitsForFifo), from: Origin("process"))
        loading.planLate(into: &plan)
        try end.hooks?.planLate(environment: self.environment.variables, into: &plan)
        plan.append(
            .exec(arguments: process.args, environment: environment, preserved: end.preservedDescriptors),
            from: Origin("process.args"))
    }

    private func planRlimits(into plan: inout Plan) throws(ConfigurationError) {
        for (index, limit) in process.rlimits.enumerated() {
            let origin = Origin("process.rlimits", index)
            guard let resource = Rlimits.number(of: limit.type) else {
                throw ConfigurationError(
                    origin.appending("type"), "\"\(limit.type)\" is no resource limit",
                    hint: Likeness.best(for: limit.type, of: Rlimits.names).map { "did you mean \"\($0)\"?" })
            }
            if process.rlimits[..<index].contains(where: { $0.type == limit.type }) {
                throw ConfigurationError(origin.appending("type"), "a second limit of type \"\(limit.type)\"")
            }
            if limit.soft > limit.hard {
                throw ConfigurationError(
                    origin.appending("soft"), "\(limit.soft) is above the hard limit, \(limit.hard)")
            }
            if plan.userNamespace == nil {
                plan.append(.rlimit(resource: resource, soft: limit.soft, hard: limit.hard), from: origin)
            } else {
                plan.outside.limits.append(
                    .init(resource: resource, soft: limit.soft, hard: limit.hard, origin: origin))
            }
        }
    }

    private typealias Sets = (
        bounding: CapabilitySet, effective: CapabilitySet, permitted: CapabilitySet, inheritable: CapabilitySet,
        ambient: CapabilitySet
    )

    private func capabilities(_ plan: inout Plan) -> Sets {
        guard let wanted = process.capabilities else { return ([], [], [], [], []) }
        func set(_ names: [String], _ property: String) -> CapabilitySet {
            CapabilitySet(names: names) { index, name in
                plan.warnings.append(
                    ConfigurationError(
                        Origin("process.capabilities." + property, index), "unknown capability \"\(name)\" is ignored"))
            }
        }
        let permitted = set(wanted.permitted, "permitted")
        let inheritable = set(wanted.inheritable, "inheritable")
        var ambient = set(wanted.ambient, "ambient")
        // capabilities(7): what is not both permitted and inheritable can't be ambient.
        let possible = permitted.intersection(inheritable)
        if !possible.isSuperset(of: ambient) {
            plan.notes.append(
                ConfigurationError(
                    Origin("process.capabilities.ambient"),
                    "capabilities that are not both permitted and inheritable are ignored"))
            ambient.formIntersection(possible)
        }
        return (set(wanted.bounding, "bounding"), set(wanted.effective, "effective"), permitted, inheritable, ambient)
    }
}
