# Which runtimes there are, and the measuring itself. Uses the variables of scripts/bench/run.
# shellcheck shell=bash disable=SC2154,SC2004

# Fills `binary` and `runtimes` with what works in this layout; says what doesn't, and why.
find_runtimes() {
    runtimes=(floor)
    binary[floor]=$work/floor
    left_out=()
    local name path reason
    for name in crun runc skep; do
        if [[ $name == skep ]]; then path=$skep; else path=$(command -v "$name"); fi
        if [[ ! -x $path ]]; then
            left_out+=("$name: no binary at ${path#"$project"/}")
        elif reason=$("$path" "${manager[@]}" --root "$states/state.$name" run --bundle "$work/bundle" bench 2>&1); then
            runtimes+=("$name")
            binary[$name]=$(realpath "$path")
        else
            left_out+=("$name: $(tail -n 1 <<<"$reason")")
        fi
    done
}

# Has the programs read from the disk again, as after a boot. A page fault maps as much of a file as the page cache has in
# one piece there: of one that was just written whole, that may be twice as much memory for the same commands.
read_programs_again() {
    local name
    for name in "${runtimes[@]}"; do
        sync "${binary[$name]}"
        dd if="${binary[$name]}" iflag=nocache count=0 status=none
    done
}

# command_of RUNTIME COMMAND: the command line, or nothing where the runtime has no such command.
command_of() {
    local runtime=$1 command=$2
    local line="${binary[$runtime]} ${manager[*]} --root $states/state.$runtime"
    case $runtime/$command in
    floor/run) echo "${binary[floor]} $work/bundle /bin/true" ;;
    floor/*) ;;
    */filtered | skep/first) [[ ! -d $work/filtered ]] || echo "$line run --bundle $work/filtered bench" ;;
    */first) ;;
    */run) echo "$line run --bundle $work/bundle bench" ;;
    */list) echo "$line list" ;;
    */state) echo "$line state bench-created" ;;
    */kill) echo "$line kill bench-created 0" ;;
    */exec) echo "$line exec bench-running /bin/true" ;;
    esac
}

# A created container of each runtime, for state, kill and list, and a running one for exec.
create_containers() {
    local name
    for name in "${runtimes[@]}"; do
        [[ $name == floor ]] && continue
        "${binary[$name]}" "${manager[@]}" --root "$states/state.$name" create --bundle "$work/bundle" bench-created \
            </dev/null >/dev/null 2>&1
        "${binary[$name]}" "${manager[@]}" --root "$states/state.$name" run --detach --bundle "$work/sleeper" bench-running \
            </dev/null >/dev/null 2>&1
    done
}

# One hyperfine for each round and command; the runtime that goes first changes from round to round.
measure_command() {
    local command=$1 round n name line share prepare=()
    # What Skep has compiled and kept is not there the first time.
    [[ $command != first ]] || prepare=(--prepare "rm -rf $states/state.skep/.cache")
    for ((round = 0; round < rounds; round++)); do
        local arguments=()
        for ((n = 0; n < ${#runtimes[@]}; n++)); do
            name=${runtimes[(n + round) % ${#runtimes[@]}]}
            line=$(command_of "$name" "$command")
            [[ -z $line ]] || arguments+=(--command-name "$name" "$line")
        done
        ((${#arguments[@]} > 0)) || return 0
        share=$((runs / rounds + (round < runs % rounds ? 1 : 0)))
        # hyperfine itself asks for two runs. Its remarks on outliers are not errors.
        hyperfine -N --style none --warmup "$warmup" --runs "$((share < 2 ? 2 : share))" "${prepare[@]}" \
            --export-json "$work/$command.$round.json" "${arguments[@]}" >"$work/hyperfine.log" 2>&1 ||
            die "$(cat "$work/hyperfine.log")"
    done
}

measure_peaks() {
    local command=$1 name line kilobytes
    for name in "${runtimes[@]}"; do
        line=$(command_of "$name" "$command")
        [[ -n $line ]] || continue
        # shellcheck disable=SC2086 # a command line without spaces in its words
        kilobytes=$(for _ in 1 2 3 4 5; do "$work/peak" $line; done | sort -n | tail -n 1)
        printf '{"command": "%s", "runtime": "%s", "peak": %s}\n' "$command" "$name" "$kilobytes"
    done
}

measure_all() {
    local command
    note "measuring ${runtimes[*]}: $runs runs each in $rounds rounds"
    create_containers
    : >"$work/peaks"
    for command in run filtered first exec state kill list; do
        measure_command "$command"
        measure_peaks "$command" >>"$work/peaks"
    done
    # All rounds of a command and runtime in one record; times in milliseconds.
    jq -n '
        [inputs | (input_filename | split("/")[-1] | split(".")[0]) as $command | .results[] |
            {command: $command, runtime: .command, times: (.times | map(. * 1000)), cpu: ((.user + .system) * 1000)}] |
        group_by([.command, .runtime]) |
        map({command: .[0].command, runtime: .[0].runtime, times: (map(.times) | add), cpu: (map(.cpu) | add / length)})
        ' "$work"/{run,filtered,first,exec,state,kill,list}.[0-9]*.json >"$work/times.json"
}
