internal import Cgroups
internal import OCI
internal import Planning
internal import Skep
internal import System
internal import SystemPackage

/// The options of exec.
struct ExecArguments {
    let inherited: InheritedDescriptors
    let isDetached: Bool
    let ignoresPause: Bool
    let subgroups: [Subgroup]
    private let arguments: Arguments

    static let options: [Option] =
        [
            Option("process", "p", value: "FILE", help: "what to run, as config.json's \"process\" says it"),
            Option("cwd", value: "DIR", help: "the working directory in the container (default: the container's)"),
            Option("env", "e", value: "NAME=VALUE", help: "set a variable, over the container's own; repeatable"),
            Option("user", "u", value: "UID[:GID]", help: "the user and group, as numbers (default: the container's)"),
            Option("additional-gids", "g", value: "GID", help: "one more group, as a number; repeatable"),
            Option("cap", "c", value: "CAPABILITY", help: "one more capability (CAP_CHOWN); repeatable"),
            Option("no-new-privs", help: "let the process gain no privileges by what it executes"),
            Option("apparmor", value: "PROFILE", help: "the AppArmor profile (default: the container's)"),
            Option("process-label", value: "LABEL", help: "the SELinux label (default: the container's)"),
            Option("tty", "t", help: "give the process a terminal"),
            Option("detach", "d", help: "leave the process running and return"),
            Option(
                "cgroup", value: "[CONTROLLER:]PATH",
                help: "run in a sub-cgroup of the container's, which has to exist; repeatable"),
            Option("ignore-paused", help: "start the process in a paused container, to wait with the others"),
        ] + ProcessArguments.options

    init(_ invocation: Invocation) throws(Failure) {
        arguments = invocation.arguments
        inherited = try InheritedDescriptors(arguments, passesSockets: false)
        isDetached = arguments.has("detach")
        ignoresPause = arguments.has("ignore-paused")
        if arguments.operands.count < 2 && arguments["process"] == nil {
            throw .usage("exec needs a command, or --process", command: "exec")
        }
        var subgroups: [Subgroup] = []
        for text in arguments.all("cgroup") {
            guard let subgroup = Subgroup(text) else {
                throw .usage(
                    "--cgroup takes [CONTROLLER:]PATH below the container's own cgroup, not \"\(text)\"",
                    command: "exec")
            }
            subgroups.append(subgroup)
        }
        self.subgroups = subgroups
        try check()
    }

    /// Refuses values that could not be meant, before anything is looked at.
    private func check() throws(Failure) {
        if let user = arguments["user"], Self.user(user) == nil {
            throw .usage("--user takes UID or UID:GID, as numbers, not \"\(user)\"", command: "exec")
        }
        for group in arguments.all("additional-gids") where Self.id(group[...]) == nil {
            throw .usage("--additional-gids takes a group's number, not \"\(group)\"", command: "exec")
        }
        for variable in arguments.all("env") where Self.name(variable).isEmpty {
            throw .usage("--env takes NAME=VALUE, not \"\(variable)\"", command: "exec")
        }
        var unknown: String?
        _ = CapabilitySet(names: arguments.all("cap")) { _, name in unknown = name }
        if let unknown { throw .usage("--cap takes a capability like CAP_CHOWN, not \"\(unknown)\"", command: "exec") }
        if let directory = arguments["cwd"], directory.utf8.first != UInt8(ascii: "/") {
            throw .usage("--cwd takes an absolute path, not \"\(directory)\"", command: "exec")
        }
    }

    /// A number that can be a user's or a group's: all digits, and not the one that means "none" (setuid(2)).
    private static func id(_ text: Substring) -> UInt32? {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard isPlain, let id = UInt32(text), id != .max else { return nil }
        return id
    }

    private static func user(_ text: String) -> (uid: UInt32, gid: UInt32?)? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let uid = id(parts[0]) else { return nil }
        if parts.count == 1 { return (uid, nil) }
        guard let gid = id(parts[1]) else { return nil }
        return (uid, gid)
    }

    /// What stands before the variable's "=", with it; empty for what is no variable.
    private static func name(_ variable: String) -> String {
        guard let end = variable.utf8.firstIndex(of: UInt8(ascii: "=")), end > variable.startIndex else { return "" }
        return String(variable[...end])
    }

    /// What is to be run: the container's own process, or what --process has, changed as the options say.
    func process(in container: Container) throws(Failure) -> OCI.Process {
        var process: OCI.Process
        if let file = arguments["process"] {
            process = try Self.read(file)
            if let own = container.config.process { Self.complete(&process, with: own) }
        } else {
            process = container.config.process ?? OCI.Process(cwd: "/")
            process.terminal = false
        }
        if arguments.operands.count > 1 { process.args = Array(arguments.operands.dropFirst()) }
        apply(to: &process)
        let isSized = process.terminal && !isDetached
        if isSized, let size = HostTerminal()?.size { process.consoleSize = size }
        return process
    }

    /// What a process of its own leaves out is as it is for the container's.
    private static func complete(_ process: inout OCI.Process, with own: OCI.Process) {
        if process.capabilities == nil { process.capabilities = own.capabilities }
        if process.rlimits.isEmpty { process.rlimits = own.rlimits }
        process.oomScoreAdj = process.oomScoreAdj ?? own.oomScoreAdj
        process.apparmorProfile = process.apparmorProfile ?? own.apparmorProfile
        process.selinuxLabel = process.selinuxLabel ?? own.selinuxLabel
        process.scheduler = process.scheduler ?? own.scheduler
        process.ioPriority = process.ioPriority ?? own.ioPriority
        process.execCPUAffinity = process.execCPUAffinity ?? own.execCPUAffinity
    }

    private static func read(_ file: String) throws(Failure) -> OCI.Process {
        let bytes = try failing("--process") { () throws(SystemError) in
            try Files.read(file, limit: JSONDocument.maximumSize)
        }
        do {
            return try JSONDocument(parsing: bytes).decode()
        } catch {
            throw .container(ContainerError(error, path: file))
        }
    }

    private func apply(to process: inout OCI.Process) {
        if arguments.has("tty") { process.terminal = true }
        if let directory = arguments["cwd"] { process.cwd = directory }
        if arguments.has("no-new-privs") { process.noNewPrivileges = true }
        if let profile = arguments["apparmor"] { process.apparmorProfile = profile }
        if let label = arguments["process-label"] { process.selinuxLabel = label }
        for variable in arguments.all("env") {
            let name = Self.name(variable)
            process.env.removeAll { $0.utf8.starts(with: name.utf8) }
            process.env.append(variable)
        }
        if let user = arguments["user"].flatMap(Self.user) {
            process.user.uid = user.uid
            if let gid = user.gid { process.user.gid = gid }
        }
        process.user.additionalGids += arguments.all("additional-gids").compactMap { Self.id($0[...]) }
        add(arguments.all("cap"), to: &process)
    }

    /// Never to the inheritable set, which would outlive the process's program (CVE-2022-29162); to the ambient set only
    /// where something is inheritable already.
    private func add(_ names: [String], to process: inout OCI.Process) {
        if names.isEmpty { return }
        var sets = process.capabilities ?? OCI.Process.Capabilities()
        sets.bounding += names
        sets.effective += names
        sets.permitted += names
        if !sets.inheritable.isEmpty { sets.ambient += names }
        process.capabilities = sets
    }
}
