# What each thing may cost, and what it does: for scripts/bench/run --all, whose variables it uses.
# shellcheck shell=bash disable=SC2154

# Of the budget, the lines of which the first table says nothing.
measure_budgets() {
    local name
    # The budget is crun's, and with runc it would take as long again as all the rest.
    crowded=()
    for name in "${runtimes[@]}"; do [[ $name != crun && $name != skep ]] || crowded+=("$name"); done
    measure_waiting >"$work/waiting"
    measure_tight >"$work/tight"
    note "memory of every command"
    measure_every_peak >"$work/every-peak"
    measure_crowds
    measure_long_lists
}

# The kilobytes of the init between create and start: those that are its own, and with its share of what others hold.
measure_waiting() {
    local name pid
    for name in "${runtimes[@]}"; do
        [[ $name != floor ]] || continue
        pid=$("${binary[$name]}" --root "$states/state.$name" state bench-created | jq .pid)
        awk -v runtime="$name" '
            /^Private_/ { own += $2 }
            /^Pss:/     { share = $2 }
            END { printf "{\"runtime\": \"%s\", \"private\": %d, \"pss\": %d}\n", runtime, own, share }
        ' "/proc/$pid/smaps_rollup"
    done
}

# How many of ten containers with 512 KiB of memory are created and started.
measure_tight() {
    local name started bundle=$work/tight-bundle
    mkdir -p "$bundle"
    cp -a "$work/bundle/rootfs" "$bundle/rootfs"
    jq '.linux.resources.memory.limit = 524288' "$work/bundle/config.json" >"$bundle/config.json"
    for name in "${runtimes[@]}"; do
        [[ $name != floor ]] || continue
        local line=("${binary[$name]}" "${manager[@]}" --root "$states/state.$name")
        started=0
        for _ in {1..10}; do
            if "${line[@]}" create --bundle "$bundle" bench-tight && "${line[@]}" start bench-tight; then
                started=$((started + 1))
            fi </dev/null >/dev/null 2>&1
            "${line[@]}" delete --force bench-tight >/dev/null 2>&1 || true
        done
        printf '{"runtime": "%s", "started": %s}\n' "$name" "$started"
    done
}

# The commands of skep's whose memory is measured: a title, what is done before (if it has to be), and the command.
every_command() {
    local plain=$work/bundle sleeper=$work/sleeper filtered=$work/filtered mounts=$work/mounts.json
    [[ -d $filtered ]] || filtered=$plain
    echo '[{"destination": "/etc", "type": "tmpfs", "source": "tmpfs"}]' >"$mounts"
    cat <<EOT
run||run --bundle $plain bench-peak
run, with a seccomp profile||run --bundle $filtered bench-peak
run --detach|delete --force bench-peak|run --detach --bundle $sleeper bench-peak
create|delete --force bench-peak|create --bundle $sleeper bench-peak
start|delete --force bench-peak;create --bundle $sleeper bench-peak|start bench-peak
state||state bench-peak
exec||exec bench-peak /bin/true
kill||kill bench-peak 0
pause|resume bench-peak|pause bench-peak
resume|pause bench-peak|resume bench-peak
ps||ps bench-peak
events --stats||events --stats bench-peak
update||update --memory 64m bench-peak
mounts add|mounts remove bench-peak $mounts|mounts add bench-peak $mounts
mounts remove|mounts add bench-peak $mounts|mounts remove bench-peak $mounts
list||list
delete|run --detach --bundle $sleeper bench-peak|delete --force bench-peak
spec||spec --bundle $work/spec
check||check --bundle $filtered
plan||plan --bundle $filtered
features||features
completion||completion bash
man||man run
help||help
EOT
}

# The peak memory of every command of skep's: the most of three calls, in kilobytes.
measure_every_peak() {
    local title before command step steps kilobytes
    local skep_line="${binary[skep]-} ${manager[*]} --root $states/state.skep"
    [[ -n ${binary[skep]-} ]] || return 0
    mkdir -p "$work/spec"
    # Command lines without spaces in their words.
    # shellcheck disable=SC2086
    while IFS='|' read -r title before command; do
        kilobytes=$(for _ in 1 2 3; do
            rm -f "$work/spec/config.json"
            IFS=';' read -ra steps <<<"$before"
            for step in "${steps[@]}"; do $skep_line $step >/dev/null 2>&1 || true; done
            "$work/peak" $skep_line $command || exit
        done </dev/null | sort -n | tail -n 1)
        printf '{"command": "%s", "peak": %s}\n' "$title" "$kilobytes"
    done < <(every_command)
}

# How many shared libraries the file asks for, the loader among them.
shared_libraries() {
    readelf --program-headers --dynamic "${binary[skep]}" | grep -cE '\<INTERP\>|\(NEEDED\)' || true
}

# The table: what is measured, the figure, the budget, and whether it is kept.
report_budgets() {
    printf '\n## Budgets\n\n'
    [[ -n ${binary[skep]-} ]] || die "there is no skep to hold to its budget"
    jq -nr \
        --slurpfile times "$work/times.json" --slurpfile waiting "$work/waiting" --slurpfile tight "$work/tight" \
        --slurpfile peaks "$work/every-peak" --slurpfile crowds "$work/crowds" --slurpfile lists "$work/lists" \
        --argjson size "$(stat -c %s "${binary[skep]}")" --argjson libraries "$(shared_libraries)" \
        --from-file "$here/budgets.jq"
}
