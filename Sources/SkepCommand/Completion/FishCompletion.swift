/// The completion script for fish.
enum FishCompletion {
    static func script() -> String {
        var text = logic
        text += "\ncomplete -c skep -f\n"
        for option in Globals.options { text += line(option, of: "") }
        for command in Commands.all {
            text += "complete -c skep -n '__skep_at \"\" 0' -a \(command.name) -d \(quoted(command.summary))\n"
        }
        for command in Commands.all {
            for option in command.allOptions { text += line(option, of: command.name) }
            for (index, operand) in command.operandList.enumerated() {
                guard let words = words(operand.kind) else { continue }
                text += "complete -c skep -n '__skep_at \(command.name) \(index)' \(words)\n"
            }
        }
        return text
    }

    private static func line(_ option: Option, of command: String) -> String {
        let letter = option.letter.map { " -s \($0)" } ?? ""
        let name = command.isEmpty ? "\"\"" : command
        let value = option.value.map { " " + (words(ValueKind($0)) ?? "-x") } ?? ""
        return
            "complete -c skep -n '__skep_at \(name) 0' -l \(option.name)\(letter)\(value) -d \(quoted(option.help))\n"
    }

    /// How a value is completed; nil for one that can't be guessed.
    private static func words(_ kind: ValueKind) -> String? {
        switch kind {
        case .words(let words): "-x -a \(quoted(words.joined(separator: " ")))"
        case .directory: "-x -a '(__fish_complete_directories)'"
        case .file: "-r -F"
        case .container: "-x -a '(__skep_containers)'"
        case .anything: nil
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + ShellText.escaping(["'", "\\"], in: text) + "'"
    }

    /// The options that take a value, as "COMMAND OPTION".
    private static var valueOptions: String {
        func list(_ command: String, _ options: [Option]) -> [String] {
            options.filter { $0.value != nil }.flatMap(\.spellings).map { quoted("\(command) \($0)") }
        }
        let all = list("", Globals.options) + Commands.all.flatMap { list($0.name, $0.options) }
        return all.joined(separator: " ")
    }

    private static var logic: String {
        """
        # fish completion for skep.

        # Reads the line up to the cursor: the command, how many operands it has, and --root.
        function __skep_line
            set -l with_value \(valueOptions)
            set -g __skep_command ""
            set -g __skep_operands 0
            set -g __skep_root
            set -l option ""
            for word in (commandline -opc)[2..]
                if test -n "$option"
                    test "$option" = --root; and set __skep_root --root $word
                    set option ""
                else if string match -q -- '-*' $word; and test $__skep_operands -eq 0
                    contains -- "$__skep_command $word" $with_value; and set option $word
                    string match -q -- '--root=*' $word; and set __skep_root $word
                else if test -z "$__skep_command"
                    set __skep_command $word
                else
                    set __skep_operands (math $__skep_operands + 1)
                end
            end
        end

        # Whether the cursor is at operand number $argv[2] of command $argv[1], or at an option before it.
        function __skep_at
            __skep_line
            test "$__skep_command" = "$argv[1]"; and test $__skep_operands -eq $argv[2]
        end

        function __skep_containers
            __skep_line
            command skep $__skep_root list --quiet 2>/dev/null
        end

        """
    }
}
