/// The commands, in the order in which the help lists them.
enum Commands {
    static var all: [Command] {
        [
            CreateCommand.command, StartCommand.command, RunCommand.command, StateCommand.command,
            KillCommand.command, DeleteCommand.command, ListCommand.command, SpecCommand.command,
            PlanCommand.command, FeaturesCommand.command,
            PauseCommand.command, ResumeCommand.command, PsCommand.command, UpdateCommand.command,
            EventsCommand.command,
        ]
    }

    /// The command of that name. A switch, so that no command pays for the tables of the others.
    static func find(_ name: String) -> Command? {
        switch name {
        case "create": CreateCommand.command
        case "start": StartCommand.command
        case "run": RunCommand.command
        case "state": StateCommand.command
        case "kill": KillCommand.command
        case "delete": DeleteCommand.command
        case "list": ListCommand.command
        case "spec": SpecCommand.command
        case "plan": PlanCommand.command
        case "features": FeaturesCommand.command
        case "pause": PauseCommand.command
        case "resume": ResumeCommand.command
        case "ps": PsCommand.command
        case "update": UpdateCommand.command
        case "events": EventsCommand.command
        default: nil
        }
    }
}
