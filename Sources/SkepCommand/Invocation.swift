internal import Cgroups
internal import Skep
internal import System

/// A command with its options, and what holds for all commands.
struct Invocation: Sendable {
    let globals: Globals
    let arguments: Arguments

    /// The operand at `index`.
    func operand(_ index: Int) -> String? {
        arguments.operands.indices.contains(index) ? arguments.operands[index] : nil
    }

    /// The container that the command is about: its first operand.
    var id: String { operand(0) ?? "" }

    /// The factory in --root.
    func factory() throws(Failure) -> Factory {
        let root: String
        if let given = globals.root { root = given } else { root = try StateRoot.find() }
        return try failing { () throws(ContainerError) in
            try Factory(
                root: root, grammar: .commandLine, cgroups: globals.cgroups, isRootless: globals.isRootless,
                log: globals.log.messages.tracing(globals.trace?.trace))
        }
    }
}

/// The options before the command.
struct Globals: Sendable {
    /// --root, where it is given.
    let root: String?
    /// --cgroup-manager and --systemd-cgroup.
    let cgroups: ManagerPreference
    /// --rootless; nil for auto.
    let isRootless: Bool?
    let log: Log
    /// --trace; nil where it is not given.
    let trace: TraceFile?

    static let options: [Option] = [
        Option(
            "root", value: "DIR",
            help:
                "where the state of containers is kept (default: /run/skep, or $XDG_RUNTIME_DIR/skep for an ordinary user)"
        ),
        Option("log", value: "FILE", help: "append messages to FILE as well as to standard error"),
        Option("log-format", value: "text|json", help: "how messages are written (default: text)"),
        Option("debug", help: "say what is chosen and done"),
        Option("trace", value: "FILE", help: "write where the time went, for Perfetto or chrome://tracing"),
        Option(
            "rootless", value: "true|false|auto",
            help: "whether to do without the rights to make cgroups (default: auto, for who is not the host's root)"),
        Option(
            "cgroup-manager", value: "cgroupfs|systemd|disabled",
            help: "who makes the container's cgroup (default: cgroupfs, but for users who may not)"),
        Option("systemd-cgroup", help: "the same as --cgroup-manager systemd"),
        Option("version", "v", help: "print the version"),
        .help,
    ]

    init(_ arguments: Arguments) throws(Failure) {
        let format = arguments["log-format"] ?? "text"
        guard let format = Log.Format(rawValue: format) else {
            throw .usage("--log-format takes text or json, not \"\(format)\"", command: nil)
        }
        isRootless = try Self.isRootless(arguments)
        log = Log(path: arguments["log"], format: format, isDebugging: arguments.has("debug"))
        root = arguments["root"]
        try log.checkPath()
        cgroups = try Self.cgroups(arguments)
        trace = if let path = arguments["trace"] { try TraceFile(path) } else { nil }
    }

    private static func isRootless(_ arguments: Arguments) throws(Failure) -> Bool? {
        switch arguments["rootless"] {
        case nil, "auto": return nil
        // As many words as runc knows.
        case "true", "True", "TRUE", "t", "T", "1": return true
        case "false", "False", "FALSE", "f", "F", "0": return false
        case .some(let other):
            throw .usage("--rootless takes true, false or auto, not \"\(other)\"", command: nil)
        }
    }

    private static func cgroups(_ arguments: Arguments) throws(Failure) -> ManagerPreference {
        let isSystemd = arguments.has("systemd-cgroup")
        switch arguments["cgroup-manager"] {
        case nil: return isSystemd ? .systemd : .automatic
        case "systemd": return .systemd
        // Podman gives --systemd-cgroup to all its containers, those of `--cgroups disabled` too.
        case "disabled": return .disabled
        case .some(let name) where isSystemd:
            throw .usage("--systemd-cgroup and --cgroup-manager \(name) exclude each other", command: nil)
        case "cgroupfs": return .cgroupfs
        case .some(let name):
            throw .usage(
                "--cgroup-manager takes cgroupfs, systemd or disabled, not \"\(name)\"", command: nil)
        }
    }
}
