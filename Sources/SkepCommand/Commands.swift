/// The commands, in the order in which the help lists them.
enum Commands {
    static var all: [Command] {
        [
            CreateCommand.command, StartCommand.command, RunCommand.command, StateCommand.command,
            ExecCommand.command, KillCommand.command, PauseCommand.command, ResumeCommand.command,
            PsCommand.command, EventsCommand.command, UpdateCommand.command, MountsCommand.command,
            DeleteCommand.command, ListCommand.command, SpecCommand.command, CheckCommand.command,
            PlanCommand.command, FeaturesCommand.command, DoctorCommand.command,
            CompletionCommand.command, ManCommand.command, Help.command,
        ]
    }

    /// The command of that name. A switch, so that no command pays for the tables of the others.
    static func find(_ name: String) -> Command? {
        switch name {
        case "create": CreateCommand.command
        case "start": StartCommand.command
        case "run": RunCommand.command
        case "state": StateCommand.command
        case "exec": ExecCommand.command
        case "kill": KillCommand.command
        case "delete": DeleteCommand.command
        case "list": ListCommand.command
        case "spec": SpecCommand.command
        case "check": CheckCommand.command
        case "plan": PlanCommand.command
        case "features": FeaturesCommand.command
        case "doctor": DoctorCommand.command
        case "completion": CompletionCommand.command
        case "man": ManCommand.command
        case "help": Help.command
        case "pause": PauseCommand.command
        case "resume": ResumeCommand.command
        case "ps": PsCommand.command
        case "update": UpdateCommand.command
        case "mounts": MountsCommand.command
        case "events": EventsCommand.command
        default: nil
        }
    }

    /// The same, for a name that has to be one.
    static func required(_ name: String) throws(Failure) -> Command {
        if let command = find(name) { return command }
        throw .usage("there is no command \"\(name)\"", command: nil)
    }
}
