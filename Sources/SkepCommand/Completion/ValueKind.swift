internal import OCI
internal import Skep

/// What can stand for a value or an operand: the name that the table has for it says so.
enum ValueKind: Equatable {
    /// One of these.
    case words([String])
    case directory
    case file
    /// The id of a container that exists.
    case container
    /// Nothing that could be guessed.
    case anything

    init(_ name: String) {
        if name.contains("|") {
            self = .words(name.split(separator: "|").map(String.init))
            return
        }
        switch name {
        case "DIR": self = .directory
        case "FILE", "SOCKET": self = .file
        case "CONTAINER": self = .container
        case "SIGNAL": self = .words(Self.signals)
        case "CAPABILITY": self = .words(Features.current.linux?.capabilities ?? [])
        default: self = .anything
        }
    }

    /// Those that are sent to containers; any other can be typed.
    private static let signals = [
        "ABRT", "ALRM", "CONT", "HUP", "INT", "KILL", "QUIT", "STOP", "TERM", "TSTP", "USR1", "USR2", "WINCH",
    ]
}

/// An operand of a command.
struct Operand {
    let name: String
    let kind: ValueKind
}

extension Command {
    /// The options, with the one that all commands have.
    var allOptions: [Option] { options + [.help] }

    /// The operands, in order. A COMMAND that comes first is one of skep's own.
    var operandList: [Operand] {
        operands.filter { $0 != "[" && $0 != "]" }.split(separator: " ").enumerated().map { index, name in
            let isOwn = index == 0 && name == "COMMAND"
            return Operand(name: String(name), kind: isOwn ? .words(Commands.all.map(\.name)) : ValueKind(String(name)))
        }
    }
}

extension Option {
    /// As it is typed: "-b" and "--bundle".
    var spellings: [String] { (letter.map { ["-\($0)"] } ?? []) + ["--" + name] }
}
