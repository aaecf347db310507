# Many containers at once. Uses the variables of scripts/bench/run.
# shellcheck shell=bash disable=SC2154

# Takes away what is left of a runtime's many containers.
clear_crowd() {
    local name=$1 root=$states/crowd.$1
    [[ -d $root ]] || return 0
    "${binary[$name]}" "${manager[@]}" --root "$root" list --quiet |
        xargs -r -P 8 -I{} "${binary[$name]}" "${manager[@]}" --root "$root" delete --force {} >/dev/null 2>&1 || true
    rm -rf "$root"
}

# crowd RUNTIME FIRST LAST COMMAND...: the command for the containers bench-FIRST to bench-LAST, whose name takes the
# place of {}; eight at a time.
crowd() {
    local name=$1 first=$2 last=$3
    shift 3
    seq "$first" "$last" | xargs -P 8 -I{} "${binary[$name]}" "${manager[@]}" --root "$states/crowd.$name" "$@" \
        >"$work/crowd.log" 2>&1 || die "$name: $(tail -n 1 "$work/crowd.log")"
}

# The seconds that a hundred containers take to be created, started and deleted.
crowd_seconds() {
    local name=$1 begin=$EPOCHREALTIME
    crowd "$name" 1 100 create --bundle "$work/bundle" bench-{}
    crowd "$name" 1 100 start bench-{}
    crowd "$name" 1 100 delete --force bench-{}
    awk -v begin="$begin" -v end="$EPOCHREALTIME" 'BEGIN { print end - begin }'
}

# Writes the times of the hundred, the runtimes taking turns.
measure_crowds() {
    local round name
    note "a hundred containers, eight at a time"
    for name in "${crowded[@]}"; do crowd_seconds "$name" >/dev/null; done
    for ((round = 0; round < rounds; round++)); do
        for name in "${crowded[@]}"; do
            printf '{"command": "crowd", "runtime": "%s", "seconds": %s}\n' "$name" "$(crowd_seconds "$name")"
        done
    done >"$work/crowds"
}

# Writes the times of `list` with 10, 100 and 1,000 created containers.
measure_long_lists() {
    local name last=0 count arguments
    note "list, with up to 1,000 containers"
    for count in 10 100 1000; do
        arguments=()
        for name in "${crowded[@]}"; do
            crowd "$name" $((last + 1)) "$count" create --bundle "$work/bundle" bench-{}
            arguments+=(--command-name "$name" "${binary[$name]} ${manager[*]} --root $states/crowd.$name list")
        done
        last=$count
        hyperfine -N --style none --warmup "$warmup" --runs "$runs" --export-json "$work/list-$count.json" \
            "${arguments[@]}" >"$work/hyperfine.log" 2>&1 || die "$(cat "$work/hyperfine.log")"
        jq -c --argjson count "$count" '.results[] |
            {command: "list", count: $count, runtime: .command, milliseconds: (.median * 1000)}' "$work/list-$count.json"
    done >"$work/lists"
    for name in "${crowded[@]}"; do clear_crowd "$name"; done
}
