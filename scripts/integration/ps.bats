#!/usr/bin/env bats
# ps.
# bats file_tags=cgroup
load helpers

# Two processes in the container.
start_two() {
    setup_bundle sh -c 'sleep 1000 & echo ready; wait'
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
}

@test "ps: the header and the container's processes, as ps -ef prints them" {
    start_two
    skep ps "$ID"
    assert_equal "$(grep -c '' <<<"$output")" 3
    assert_equal "$(head -n 1 <<<"$output")" "$(ps -ef | head -n 1)"
    assert_matches "$output" "root +$(state .pid) "
    assert_contains "$output" "sleep 1000"
}

@test "ps: with options of ps's own" {
    start_two
    skep ps "$ID" -o pid,comm
    assert_equal "$(grep -c '' <<<"$output")" 3
    assert_matches "$output" "^ +PID COMMAND"
    assert_matches "$output" "$(state .pid) sh"
    skep ps "$ID" axo comm,pid
    assert_matches "$output" "sh +$(state .pid)"
}

@test "ps: --format json is an array of process ids" {
    start_two
    local flag
    for flag in --format=json "--format json" "-f json"; do
        # shellcheck disable=SC2086 # a flag and its value
        skep ps $flag "$ID"
        assert_equal "$(gojq -r length <<<"$output")" 2
        assert_equal "$(gojq -r '.[0]' <<<"$output")" "$(state .pid)"
    done
}

@test "ps: processes in cgroups below count" {
    start_two
    local pid top
    skep ps --format json "$ID"
    pid=$(gojq -r '.[1]' <<<"$output")
    while IFS= read -r top; do
        [[ $(basename -- "$top") == *"$ID" ]] || continue
        mkdir -p "$top/child"
        cat "$top/cpuset.cpus" >"$top/child/cpuset.cpus" 2>/dev/null || true
        cat "$top/cpuset.mems" >"$top/child/cpuset.mems" 2>/dev/null || true
        echo "$pid" >"$top/child/cgroup.procs"
    done < <(cgroups_named "$ID")
    skep ps --format json "$ID"
    assert_equal "$(gojq -c 'sort' <<<"$output")" "$(gojq -nc "[$(state .pid), $pid] | sort")"
}

@test "ps: a paused and a stopped container" {
    start_two
    skep pause "$ID"
    skep ps "$ID"
    assert_contains "$output" "sleep 1000"
    skep kill "$ID" KILL
    wait_for status_is stopped
    skep ps "$ID"
    assert_equal "$(grep -c '' <<<"$output")" 1
    skep ps --format json "$ID"
    assert_matches "$output" '^(\[\]|null)$'
}

@test "ps: formats that are none" {
    skep_only
    setup_bundle sleep 1000
    create
    local format
    for format in yaml "" JSON; do
        run_skep ps --format "$format" "$ID"
        assert_refused "--format takes table or json" "\"$format\""
    done
    run_skep ps --format
    assert_refused "--format needs a value"
    run_skep ps --nonsense "$ID"
    assert_refused "unknown option"
    run_skep ps
    assert_refused "ps takes CONTAINER"
}

@test "ps: no container" {
    run_skep ps "$ID"
    assert_refused "$ID" "does not exist"
}

@test "ps: what ps itself refuses" {
    setup_bundle sleep 1000
    create
    run_skep ps "$ID" --nonsense
    assert_refused "ps --nonsense" "status 1" "unknown gnu long option"
}

@test "ps: output without process ids" {
    setup_bundle sleep 1000
    create
    run_skep ps "$ID" -o comm
    assert_refused "ps -o comm" "no column PID"
}

@test "ps: output in which columns can't be told apart" {
    setup_bundle sleep 1000
    create
    run_skep ps "$ID" -e -o args,pid
    assert_refused "column PID"
}

@test "ps: no ps(1) in PATH" {
    setup_bundle sleep 1000
    create
    PATH=/nonexistent run_skep_here ps "$ID"
    assert_refused "execve ps" ENOENT "PATH"
    PATH=/nonexistent run_skep_here ps --format json "$ID"
    assert_status 0
}

# run_skep without its helpers from PATH.
run_skep_here() {
    status=0
    "$SKEP" --root "$ROOT" "$@" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    output=$(/bin/cat "$WORK/stdout")
    stderr=$(/bin/cat "$WORK/stderr")
}
