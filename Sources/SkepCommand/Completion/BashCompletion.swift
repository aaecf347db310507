/// The completion script for bash. It needs nothing but bash itself.
enum BashCompletion {
    static func script() -> String {
        """
        # bash completion for skep.

        # What option $2 of command $1 takes; fails where it takes nothing. Command "" is skep itself.
        _skep_value() {
            case "$1 $2" in

        """ + values() + """
                *) return 1 ;;
                esac
            }

            # What operand number $2 of command $1 is.
            _skep_operand() {
                case "$1 $2" in

            """ + operands() + """
                    esac
                }

                # The options of command $1.
                _skep_options() {
                    case $1 in

                """ + options() + """
                    esac
                }

                """ + logic
    }

    private static func values() -> String {
        branches { command, options, _ in
            options.compactMap { option in
                guard let value = option.value, let text = text(ValueKind(value)) else { return nil }
                return (option.spellings.map { "\"\(command) \($0)\"" }.joined(separator: " | "), text)
            }
        }
    }

    private static func operands() -> String {
        branches { command, _, operands in
            operands.enumerated().compactMap { index, operand in
                text(operand.kind).map { ("\"\(command) \(index)\"", $0) }
            }
        }
    }

    private static func options() -> String {
        branches { command, options, _ in
            let words = options.flatMap { Array($0.spellings.reversed()) }.joined(separator: " ")
            return [(command.isEmpty ? "\"\"" : command, "echo " + words)]
        }
    }

    /// Branches of a case statement, for skep itself and each command.
    private static func branches(
        _ make: (_ command: String, _ options: [Option], _ operands: [Operand]) -> [(pattern: String, body: String)]
    ) -> String {
        let names = Operand(name: "COMMAND", kind: .words(Commands.all.map(\.name)))
        var all = make("", Globals.options, [names])
        for command in Commands.all { all += make(command.name, command.allOptions, command.operandList) }
        return all.map { "    \($0.pattern)) \($0.body) ;;\n" }.joined()
    }

    private static func text(_ kind: ValueKind) -> String? {
        switch kind {
        case .words(let words): "echo words " + words.joined(separator: " ")
        case .directory: "echo directory"
        case .file: "echo file"
        case .container: "echo container"
        case .anything: "echo anything"
        }
    }

    /// bash splits --option=value into three words.
    private static let logic = """
        _skep() {
            local command="" operands=0 kind="" current=${COMP_WORDS[COMP_CWORD]} index word
            local -a root=()
            for ((index = 1; index < COMP_CWORD; index++)); do
                word=${COMP_WORDS[index]}
                if ((operands == 0)) && [[ $word == -* ]]; then
                    kind=$(_skep_value "$command" "$word") || continue
                    index=$((index + 1))
                    if [[ ${COMP_WORDS[index]} == "=" ]]; then
                        [[ $index == "$COMP_CWORD" ]] && current=""
                        index=$((index + 1))
                    fi
                    ((index >= COMP_CWORD)) && break
                    [[ $word == --root ]] && root=(--root "${COMP_WORDS[index]}")
                    kind=""
                elif [[ -z $command ]]; then
                    command=$word
                else
                    operands=$((operands + 1))
                fi
            done
            if [[ -z $kind && $current == -* ]] && ((operands == 0)); then
                kind="words $(_skep_options "$command")"
            fi
            _skep_reply "${kind:-$(_skep_operand "$command" "$operands")}"
        }

        _skep_reply() {
            case $1 in
            words\\ *) mapfile -t COMPREPLY < <(compgen -W "${1#words }" -- "$current") ;;
            container)
                mapfile -t COMPREPLY < <(
                    compgen -W "$("${COMP_WORDS[0]}" "${root[@]}" list --quiet 2>/dev/null)" -- "$current"
                )
                ;;
            directory)
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -d -- "$current")
                ;;
            file)
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                ;;
            *) COMPREPLY=() ;;
            esac
        }

        complete -F _skep skep

        """
}
