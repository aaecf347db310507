/// The completion script for zsh, by its _arguments: to be sourced, or put into a folder of $fpath as "_skep".
enum ZshCompletion {
    static func script() -> String {
        var text = """
            #compdef skep

            _skep_containers() {
                local -a containers
                containers=(${(f)"$(_call_program containers skep ${(q)skep_root} list --quiet 2>/dev/null)"})
                local expl
                _wanted containers expl container compadd -a containers
            }

            _skep_commands() {
                local -a commands=(

            """
        for command in Commands.all {
            let name = command.name, summary = ShellText.escaping([":", "\\"], in: command.summary)
            text += "        \(ShellText.quoted("\(name):\(summary)"))\n"
        }
        text += """
                )
                _describe -t commands command commands
            }

            _skep() {
                local curcontext=$curcontext state line
                local -a skep_root
                local -A opt_args
                _arguments -C -S -A '-*' \\

            """ + specs(Globals.options) + """
                        '1:command:_skep_commands' \\
                        '*::argument:->arguments' && return
                    [[ $state == arguments ]] || return 1
                    (( ${+opt_args[--root]} )) && skep_root=(--root "${(Q)opt_args[--root]}")
                    case $words[1] in

                """
        for command in Commands.all { text += branch(command) }
        return text + """
                *) return 1 ;;
                esac
            }

            if [[ $funcstack[1] == _skep ]]; then
                _skep "$@"
            else
                compdef _skep skep
            fi

            """
    }

    private static func branch(_ command: Command) -> String {
        let operands = command.operandList.enumerated().map { index, operand in
            "        " + ShellText.quoted("\(index + 1):" + value(operand.name, operand.kind))
        }
        let options = specs(command.allOptions) + operands.map { $0 + " \\\n" }.joined()
        return "    \(command.name))\n        _arguments -S -A '-*' \\\n" + options.dropLast(3) + "\n        ;;\n"
    }

    /// Each spelling of each option, on lines that go on.
    private static func specs(_ options: [Option]) -> String {
        options.flatMap { option in
            option.spellings.map { spelling in
                let help = ShellText.escaping(["[", "]", "\\"], in: option.help)
                guard let name = option.value else { return "*\(spelling)[\(help)]" }
                let sign = spelling.hasPrefix("--") ? "=" : "+"
                return "*\(spelling)\(sign)[\(help)]:" + value(name, ValueKind(name))
            }
        }.map { "        \(ShellText.quoted($0)) \\\n" }.joined()
    }

    /// What an option or operand takes: its name, and how to complete it.
    private static func value(_ name: String, _ kind: ValueKind) -> String {
        let action =
            switch kind {
            case .words(let words): "(\(words.joined(separator: " ")))"
            case .directory: "_files -/"
            case .file: "_files"
            case .container: "_skep_containers"
            case .anything: " "
            }
        return ShellText.escaping([":", "\\"], in: name) + ":" + action
    }
}
