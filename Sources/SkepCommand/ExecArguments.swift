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
    private let overrides: ProcessOverrides

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
        do {
            overrides = try ProcessOverrides(arguments.all)
        } catch {
            throw .usage(error.description, command: "exec")
        }
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
        if arguments.has("tty") { process.terminal = true }
        if arguments.has("no-new-privs") { process.noNewPrivileges = true }
        overrides.apply(to: &process)
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
}
