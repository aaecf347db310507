/// The process to run in the container (config.md, Process).
public struct Process: Sendable, Equatable {
    /// Whether the process gets a pseudoterminal as its standard streams.
    public var terminal: Bool
    /// The terminal's size; ignored without a terminal.
    public var consoleSize: ConsoleSize?
    /// The user and groups.
    public var user: User
    /// The program and its arguments, as execvp(3) takes them; required on Linux.
    public var args: [String]
    /// The command line on Windows; ignored on Linux.
    public var commandLine: String?
    /// The environment, `NAME=value`.
    public var env: [String]
    /// The working directory, an absolute path.
    public var cwd: String
    /// The capability sets; nil means that the specification leaves them to the runtime.
    public var capabilities: Capabilities?
    /// Resource limits, one per type.
    public var rlimits: [Rlimit]
    /// Whether PR_SET_NO_NEW_PRIVS is set.
    public var noNewPrivileges: Bool
    /// The AppArmor profile.
    public var apparmorProfile: String?
    /// The value of `/proc/self/oom_score_adj`, -1000 to 1000; nil leaves it alone.
    public var oomScoreAdj: Int?
    /// Scheduling attributes, see sched_setattr(2).
    public var scheduler: Scheduler?
    /// The SELinux label of the process.
    public var selinuxLabel: String?
    /// The I/O priority, see ioprio_set(2).
    public var ioPriority: IOPriority?
    /// The CPUs of processes that `exec` adds to the container.
    public var execCPUAffinity: CPUAffinity?

    /// A process; what is left out is absent.
    public init(
        terminal: Bool = false, consoleSize: ConsoleSize? = nil, user: User = User(), args: [String] = [],
        commandLine: String? = nil, env: [String] = [], cwd: String = "/", capabilities: Capabilities? = nil,
        rlimits: [Rlimit] = [], noNewPrivileges: Bool = false, apparmorProfile: String? = nil,
        oomScoreAdj: Int? = nil, scheduler: Scheduler? = nil, selinuxLabel: String? = nil,
        ioPriority: IOPriority? = nil, execCPUAffinity: CPUAffinity? = nil
    ) {
        self.terminal = terminal
        self.consoleSize = consoleSize
        self.user = user
        self.args = args
        self.commandLine = commandLine
        self.env = env
        self.cwd = cwd
        self.capabilities = capabilities
        self.rlimits = rlimits
        self.noNewPrivileges = noNewPrivileges
        self.apparmorProfile = apparmorProfile
        self.oomScoreAdj = oomScoreAdj
        self.scheduler = scheduler
        self.selinuxLabel = selinuxLabel
        self.ioPriority = ioPriority
        self.execCPUAffinity = execCPUAffinity
    }
}

extension Process: JSONDecodable, JSONObjectEncodable {
    /// Reads `process`, or the document given to `exec --process`.
    public init(json: JSONNode) throws(JSONError) {
        let object = try json.object()
        terminal = try object.flag("terminal")
        consoleSize = try object.optional("consoleSize")
        user = try object.value("user", default: User())
        args = try object.list("args")
        commandLine = try object.text("commandLine")
        env = try object.list("env")
        cwd = try object.required("cwd")
        capabilities = try object.optional("capabilities")
        rlimits = try object.list("rlimits")
        noNewPrivileges = try object.flag("noNewPrivileges")
        apparmorProfile = try object.text("apparmorProfile")
        oomScoreAdj = try object.optional("oomScoreAdj")
        scheduler = try object.optional("scheduler")
        selinuxLabel = try object.text("selinuxLabel")
        ioPriority = try object.optional("ioPriority")
        execCPUAffinity = try object.optional("execCPUAffinity")
    }

    /// Writes `process`.
    public func encode(into object: borrowing JSONObjectBuilder) {
        object.setIfTrue("terminal", terminal)
        object.setIfPresent("consoleSize", consoleSize)
        object.set("user", user)
        object.setIfPresent("args", args)
        object.setIfPresent("commandLine", commandLine)
        object.setIfPresent("env", env)
        object.set("cwd", cwd)
        object.setIfPresent("capabilities", capabilities)
        object.setIfPresent("rlimits", rlimits)
        object.setIfTrue("noNewPrivileges", noNewPrivileges)
        object.setIfPresent("apparmorProfile", apparmorProfile)
        object.setIfPresent("oomScoreAdj", oomScoreAdj)
        object.setIfPresent("scheduler", scheduler)
        object.setIfPresent("selinuxLabel", selinuxLabel)
        object.setIfPresent("ioPriority", ioPriority)
        object.setIfPresent("execCPUAffinity", execCPUAffinity)
    }
}
