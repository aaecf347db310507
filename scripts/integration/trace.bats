#!/usr/bin/env bats
# --trace: where the time of a command goes, in Chrome's trace-event format.
load helpers
load helpers/exec

setup_file() {
    skep_only "Skep's own option"
}

# traced ARG...: skep with --trace $WORK/trace.json, which has to be valid and to nest.
traced() {
    run_skep --trace "$WORK/trace.json" "$@"
    # All that Perfetto asks for: names, phases, and of what takes time when it began and how long it took.
    gojq -e '.traceEvents | length > 0 and all(.[]; (.name | type) == "string" and (.pid | type) == "number"
        and (.tid | type) == "number"
        and (if .ph == "X" then .ts >= 0 and .dur >= 0 elif .ph == "i" then .ts >= 0 and .s == "p" else .ph == "M" end))' \
        "$WORK/trace.json" >/dev/null || fail "not a trace: $(cat "$WORK/trace.json")"
    assert_nested
}

# Of one process's events, two lie apart or one in the other. Rounding may cost a nanosecond.
assert_nested() {
    local crossing
    crossing=$(gojq -c '[.traceEvents[] | select(.ph == "X") | {name, pid, begin: .ts, end: (.ts + .dur)}] | . as $all |
        [range(length) as $i | range($i) as $j | $all[$i] as $a | $all[$j] as $b | select($a.pid == $b.pid) |
            select(([$a.begin, $b.begin] | max) + 0.002 < ([$a.end, $b.end] | min)) |
            select((($a.begin >= $b.begin - 0.002 and $a.end <= $b.end + 0.002)
                or ($b.begin >= $a.begin - 0.002 and $b.end <= $a.end + 0.002)) | not) | [$a.name, $b.name]]' \
        "$WORK/trace.json")
    assert_equal "$crossing" "[]" "events that cross"
}

# The names of the command's own phases; and the steps of the inits, each with its detail and its property.
phases() {
    gojq -r '[.traceEvents[] | select(.ph == "M" and .args.name == "skep") | .pid][0] as $pid |
        .traceEvents[] | select(.ph == "X" and .pid == $pid) | .name' "$WORK/trace.json"
}
steps() {
    gojq -r '.traceEvents[] | select(.args.step) | [.name, .args.detail, .args.property] | map(. // "") | join("\t")' \
        "$WORK/trace.json"
}

# assert_phases NAME...: each occurs.
assert_phases() {
    local name
    phases >"$WORK/phases"
    for name; do grep -qxF -- "$name" "$WORK/phases" || fail "no \"$name\" in: $(cat "$WORK/phases")"; done
}

# The steps of `skep plan`, as it and the trace have them, with the container's id.
planned() {
    "$SKEP" plan --bundle "$BUNDLE" --json |
        gojq -r '.[] | [.step, .detail, .property] | join("\t")' | sed "s/_ses\\.ID/_ses.$ID/; s/skep-ID/skep-$ID/g"
}

@test "trace: run has its phases, and every step of the plan in its order" {
    setup_bundle sh -c :
    traced run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_phases run config.json plan "state directory" clone cgroups "cgroup membership" state.json \
        "commit of state.json" "wait for exec" "wait for the process" delete "removal of cgroups"
    steps >"$WORK/steps"
    [[ $(wc -l <"$WORK/steps") -gt 30 ]] # the detector works
    # What `plan` shows is a container that waits.
    assert_equal "$(diff <(planned | sed 's/\tfor exec\.fifo\t/\t\t/') <(sed 's/^wait\t[^\t]*\t/wait\t\t/' "$WORK/steps"))" ""
    # In their order, and taking time.
    assert_equal "$(gojq '[.traceEvents[] | select(.args.step) | .ts] | . == sort' "$WORK/trace.json")" true
    assert_equal "$(gojq '[.traceEvents[] | select(.args.step == null and .ph == "X")] | .[0] | .name' "$WORK/trace.json")" '"run"'
    assert_contains "$(gojq -r '.traceEvents[] | select(.ph == "M") | .args.name' "$WORK/trace.json")" "init of $ID"
}

@test "trace: create, start, exec and delete" {
    setup_bundle sleep 1000
    traced create --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_phases create clone cgroups "wait until the init is ready" announce
    assert_equal "$(steps | tail -n 1 | cut -f1)" wait
    traced start "$ID"
    assert_status 0
    assert_phases start load "wait for exec"
    traced exec "$ID" /bin/true
    assert_status 0
    assert_phases exec load plan clone "wait for exec" "wait for the process"
    assert_equal "$(steps | sed -n '1s/\t.*//p; $s/\t.*//p')" $'join-process\nexec'
    assert_contains "$(gojq -r '.traceEvents[] | select(.ph == "M") | .args.name' "$WORK/trace.json")" "exec in $ID"
    traced state "$ID"
    assert_phases state load
    traced delete --force "$ID"
    assert_phases delete "end of the processes" "removal of cgroups"
}

@test "trace: a plan of a thousand steps" {
    setup_bundle sh -c :
    update_config '.linux.maskedPaths = [range(1000) | "/tmp/none-\(.)"]'
    traced run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$(gojq '[.traceEvents[] | select(.ph == "X" and .name == "mask")] | length' "$WORK/trace.json")" 1000
}

@test "trace: behind a seccomp filter nothing reads a clock" {
    setup_bundle sh -c :
    # Whoever reads the clock is killed.
    update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{names: ["clock_gettime"], action: "SCMP_ACT_KILL_PROCESS"}]}'
    traced run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_phases "seccomp filter"
    assert_equal "$(steps | wc -l)" "$(planned | wc -l)"
    assert_contains "$(gojq -r '.traceEvents[] | select(.ph == "i") | .args.untimed' "$WORK/trace.json")" filter
}

@test "trace: times are the host's, also from a time namespace" {
    setup_bundle sh -c :
    update_config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: 86400, nanosecs: 0}}'
    traced run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$(gojq '[.traceEvents[] | select(.ts)] | (map(.ts) | max) < 60e6' "$WORK/trace.json")" true
}

@test "trace: a failure is in it, after the steps that led there" {
    setup_bundle sh -c :
    update_config '.mounts += [{destination: "/x", type: "tmpfs", source: "tmpfs", options: ["size=nonsense"]}]'
    traced run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "mounts["
    assert_equal "$(gojq -r '.traceEvents[] | select(.name == "error") | .args.error' "$WORK/trace.json")" "${stderr#skep: }"
    assert_equal "$(gojq -r '.traceEvents[] | select(.name == "run") | .args.error' "$WORK/trace.json")" "${stderr#skep: }"
    assert_matches "$(steps | tail -n 1)" "^mount.tmpfs on /x"
    # Of a command that fails before any container.
    traced start no-such
    assert_status 1
    assert_contains "$(gojq -r '.traceEvents[] | select(.name == "error") | .args.error' "$WORK/trace.json")" no-such
}

@test "trace: a file that can't be opened is told before anything is done" {
    setup_bundle sh -c :
    run_skep --trace "$WORK/none/trace.json" create --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_equal "$stderr" "skep: --trace: open $WORK/none/trace.json: No such file or directory (ENOENT)"
    [[ ! -e $ROOT/$ID ]]
}

@test "trace: nothing of it reaches the container" {
    setup_bundle sh -c 'ls -l /proc/self/fd; grep -c "trace\|board" /proc/self/maps; env'
    traced run --bundle "$BUNDLE" "$ID"
    assert_status 0
    [[ $output == *PATH=* ]]
    assert_equal "$(grep -cE 'trace|board|memfd' <<<"$output" || true)" 0
    local with=$output
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(grep -c -- '->' <<<"$with")" "$(grep -c -- '->' <<<"$output")" "descriptors"
}

@test "trace: it is named in help, manual and completion" {
    skep --help
    assert_contains "$output" "--trace FILE"
    skep man
    assert_contains "$output" 'trace'
    skep completion bash
    assert_contains "$output" "--trace"
}
