#!/usr/bin/env bats
# create, start, state, kill, delete and list: a container's life step by step.
load helpers

# bats test_tags=cgroup
@test "lifecycle: create, start, stop, delete" {
    setup_bundle sleep 1000
    create
    assert_equal "$(state .status)" created
    skep start "$ID"
    assert_equal "$(state .status)" running
    skep kill "$ID" KILL
    wait_for status_is stopped
    skep delete "$ID"
    run_skep state "$ID"
    assert_refused "$ID" "does not exist"
}

@test "lifecycle: the process runs at start, not at create" {
    setup_bundle sh -c 'echo started'
    create
    assert_equal "$(cat "$WORK/container.out")" ""
    skep start "$ID"
    wait_for file_has "$WORK/container.out" started
    wait_for status_is stopped
}

@test "lifecycle: the bundle is the current folder by default" {
    setup_bundle sleep 1000
    cd "$BUNDLE"
    skep create "$ID"
    assert_equal "$(state .bundle)" "$BUNDLE"
}

@test "lifecycle: -b is --bundle" {
    setup_bundle sleep 1000
    skep create -b "$BUNDLE" "$ID"
    assert_equal "$(state .bundle)" "$BUNDLE"
}

@test "lifecycle: an id may have every character of the OCI command line's grammar" {
    setup_bundle sleep 1000
    skep create --bundle "$BUNDLE" "$ID+a.b-C_9"
    skep state "$ID+a.b-C_9"
    assert_equal "$(gojq -r .id <<<"$output")" "$ID+a.b-C_9"
    skep delete --force "$ID+a.b-C_9"
}

@test "lifecycle: ids outside the grammar are refused" {
    setup_bundle
    local id
    for id in "" . .. a/b ../x "a b" 'a$b' 'ä'; do
        run_skep create --bundle "$BUNDLE" -- "$id"
        assert_refused id
    done
    assert_no_leaks
}

@test "lifecycle: the configuration and the root are as they were at create" {
    setup_bundle sh -c 'echo first; sleep 1000'
    create
    set_script 'echo second; sleep 1000'
    skep start "$ID"
    wait_for file_has "$WORK/container.out" first
}

@test "lifecycle: the state folder is private" {
    setup_bundle sleep 1000
    create
    assert_equal "$(stat -c %a "$ROOT")" 700
    skep_only
    assert_equal "$(stat -c %a "$ROOT/$ID")" 700
}

@test "lifecycle: config.json is kept as given to create, tab-indented" {
    skep_only
    setup_bundle sleep 1000
    create
    diff <(gojq . "$ROOT/$ID/config.json") <(gojq . "$BUNDLE/config.json")
    grep -q $'^\t"process"' "$ROOT/$ID/config.json"
}

@test "create: --pid-file holds the process's id and nothing else" {
    setup_bundle sleep 1000
    create --pid-file "$WORK/pid"
    assert_equal "$(od -c <"$WORK/pid")" "$(printf '%s' "$(state .pid)" | od -c)"
}

@test "start: a second start is refused" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    run_skep start "$ID"
    assert_refused "$ID" running
}

@test "start: an init that waits for it does only that, also after a start that failed" {
    skep_only "runc's init lies blocked in an open"
    setup_bundle sleep 1000
    create
    local pid before
    pid=$(state .pid)
    # As a start that is ended before it lets the init go.
    : >"$ROOT/$ID/exec.fifo"
    before=$(ticks "$pid")
    sleep 0.5
    assert_equal "$(ticks "$pid")" "$before" "hundredths of a second of the processor's"
    skep start "$ID"
    status_is running
}

# ticks PID: the processor time that it has used.
ticks() {
    awk '{ print $14 + $15 }' "/proc/$1/stat"
}

@test "start: a stopped container is refused" {
    setup_bundle true
    create
    skep start "$ID"
    wait_for status_is stopped
    run_skep start "$ID"
    assert_refused "$ID" stopped
}

# bats test_tags=cgroup
@test "every command: an unknown container is refused by name" {
    local command
    for command in start state kill delete; do
        run_skep "$command" "$ID"
        assert_refused "$ID" "does not exist"
    done
}

@test "every command: a missing id is refused" {
    setup_bundle
    local command
    for command in "create --bundle $BUNDLE" "run --bundle $BUNDLE" start state kill delete; do
        # shellcheck disable=SC2086 # a command and its options
        run_skep $command
        ((status != 0)) || fail "$command without an id succeeded"
        assert_refused container
    done
}
