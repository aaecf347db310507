internal import Skep

/// Manual pages as roff (man(7)), made from the table of commands and options.
enum ManPage {
    /// skep-COMMAND.1
    static func of(_ command: Command) -> String {
        var page = Roff()
        page.title("skep-" + command.name)
        page.name("skep-" + command.name, command.summary)
        page.section("SYNOPSIS")
        page.line("\\fBskep\\fR [\\fIOPTION\\fR...] \\fB\(command.name)\\fR [\\fIOPTION\\fR...]" + operands(command))
        page.section("DESCRIPTION")
        page.text(command.summary)
        page.options("OPTIONS", command.allOptions)
        page.section("SEE ALSO")
        page.line("\\fBskep\\fR(1)")
        return page.content
    }

    /// skep.1
    static func ofProgram() -> String {
        var page = Roff()
        page.title("skep")
        page.name("skep", Help.summary)
        page.section("SYNOPSIS")
        page.line("\\fBskep\\fR [\\fIOPTION\\fR...] \\fICOMMAND\\fR [\\fIOPTION\\fR...]")
        page.section("DESCRIPTION")
        page.text(Help.summary)
        page.text(
            "A container is made from a bundle: a directory with a config.json and a root file system. Options of "
                + "skep come before the command, options of a command come before its operands.")
        page.section("COMMANDS")
        for command in Commands.all {
            page.item("\\fB\(Roff.escaped(command.name))\\fR" + operands(command), command.summary)
        }
        page.options("OPTIONS", Globals.options)
        page.section("EXIT STATUS")
        page.item("0", "The command has done what it says.")
        page.item("1", "It has not: one line on standard error says why.")
        page.item("any other", "That of the process which run has waited for: its own, or 128 and its signal.")
        page.section("FILES")
        page.item("/run/skep/\\fICONTAINER\\fR", "What later commands have to know of a container.")
        page.item(
            "$XDG_RUNTIME_DIR/skep/\\fICONTAINER\\fR", "The same of a container that an ordinary user has made.")
        page.section("SEE ALSO")
        page.line(Commands.all.map { "\\fBskep\\-\(Roff.escaped($0.name))\\fR(1)" }.joined(separator: ",\n"))
        return page.content
    }

    private static func operands(_ command: Command) -> String {
        command.operands.isEmpty ? "" : " \\fI\(Roff.escaped(command.operands))\\fR"
    }
}

/// A manual page under construction.
private struct Roff {
    private(set) var content = ""

    /// Text that roff takes as it is.
    static func escaped(_ text: String) -> String {
        let escaped = text.map { $0 == "\\" ? "\\e" : $0 == "-" ? "\\-" : String($0) }.joined()
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }

    mutating func line(_ roff: String) {
        content += roff + "\n"
    }

    mutating func title(_ name: String) {
        line(".TH \(Self.escaped(name.uppercased())) 1 \"\" \"Skep \(Release.version)\" \"Skep\"")
    }

    /// The one line that apropos(1) shows: a sentence without its capital and its full stop.
    mutating func name(_ name: String, _ summary: String) {
        let sentence = summary.prefix { $0 != ":" && $0 != ";" && $0 != "(" }
        let words = sentence.split(separator: " ").joined(separator: " ")
        let line = words.prefix(1).lowercased() + words.dropFirst()
        section("NAME")
        self.line("\(Self.escaped(name)) \\- \(Self.escaped(line.hasSuffix(".") ? String(line.dropLast()) : line))")
    }

    mutating func section(_ name: String) {
        line(".SH \(name.contains(" ") ? "\"\(name)\"" : name)")
    }

    /// A paragraph.
    mutating func text(_ text: String) {
        line(".PP")
        line(Self.escaped(text))
    }

    /// A term, as roff, and what it means.
    mutating func item(_ term: String, _ text: String) {
        line(".TP")
        line(term)
        line(Self.escaped(text))
    }

    mutating func options(_ title: String, _ options: [Option]) {
        section(title)
        for option in options {
            let spellings = option.spellings.map { "\\fB\(Self.escaped($0))\\fR" }.joined(separator: ", ")
            item(spellings + (option.value.map { " \\fI\(Self.escaped($0))\\fR" } ?? ""), option.help)
        }
    }
}
