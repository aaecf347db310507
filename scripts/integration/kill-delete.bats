#!/usr/bin/env bats
# kill and delete.
load helpers

# A container that writes the signals it gets; "ready" comes first.
start_trapping() {
    setup_bundle sh -c '
        for signal in TERM INT HUP USR1; do trap "echo got $signal" $signal; done
        echo ready
        while :; do sleep 0.05; done'
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
}

@test "kill: TERM by default; a signal by name, with SIG, in small letters, by number" {
    start_trapping
    skep kill "$ID"
    wait_for file_has "$WORK/container.out" "got TERM"
    skep kill "$ID" INT
    wait_for file_has "$WORK/container.out" "got INT"
    skep kill "$ID" SIGHUP
    wait_for file_has "$WORK/container.out" "got HUP"
    skep kill "$ID" 10
    wait_for file_has "$WORK/container.out" "got USR1"
}

@test "kill: small letters" {
    start_trapping
    skep kill "$ID" sigusr1
    wait_for file_has "$WORK/container.out" "got USR1"
}

@test "kill: an unknown signal is refused by name" {
    setup_bundle sleep 1000
    create
    local signal
    for signal in NONSENSE SIGNONSENSE 1000 1x; do
        run_skep kill "$ID" "$signal"
        assert_refused "$signal"
    done
    assert_equal "$(state .status)" created
}

@test "kill: a created container ends" {
    setup_bundle sleep 1000
    create
    skep kill "$ID" KILL
    wait_for status_is stopped
}

@test "kill: signal 0 only asks" {
    setup_bundle sleep 1000
    create
    skep kill "$ID" 0
    assert_equal "$(state .status)" created
}

@test "kill: a stopped container is refused" {
    setup_bundle true
    create
    skep start "$ID"
    wait_for status_is stopped
    run_skep kill "$ID" KILL
    assert_refused "$ID" "not running"
}

# bats test_tags=cgroup
@test "kill: --all reaches every process of a container that shares the host's pid namespace" {
    setup_bundle sh -c 'sleep 1000 & sleep 1001 & echo ready; wait'
    drop_namespace pid
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep kill --all "$ID" KILL
    wait_for status_is stopped
    wait_for no_processes
}

@test "kill: KILL reaches every process of a container that shares the host's pid namespace, without --all" {
    needs_runc 1.2
    setup_bundle sh -c 'setsid sleep 1000 & sleep 1001 & echo ready; wait'
    drop_namespace pid
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep kill "$ID" KILL
    wait_for status_is stopped
    wait_for no_processes
    run_skep kill "$ID" KILL
    ! is_skep || assert_refused "$ID" "not running"
}

# bats test_tags=cgroup
@test "kill: the same in a pid namespace that was joined" {
    needs_runc 1.2
    hold_namespaces --pid --fork
    setup_bundle sh -c 'sleep 1000 & sleep 1001 & echo ready; wait'
    join_namespace pid "/proc/$holder/ns/pid"
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep kill "$ID" KILL
    wait_for status_is stopped
    wait_for no_processes # but zombies, which the holder never reaps
    kill -0 "$holder"
}

@test "kill: TERM goes to the init alone, unless --all is given" {
    setup_bundle sh -c '
        trap "echo init TERM" TERM
        sh -c "trap \"echo child TERM; exit\" TERM; echo ready; while :; do sleep 0.05; done" &
        while :; do sleep 0.05; done'
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep kill "$ID" TERM
    wait_for file_has "$WORK/container.out" "init TERM"
    assert_excludes "$(cat "$WORK/container.out")" "child TERM"
    skep kill --all "$ID" TERM
    wait_for file_has "$WORK/container.out" "child TERM"
    assert_equal "$(state .status)" running
}

# bats test_tags=cgroup
@test "kill: --all on a stopped container whose processes remain" {
    local signal
    for signal in KILL TERM; do
        rm -rf "$BUNDLE"
        setup_bundle sh -c 'setsid sleep 1000 & echo ready'
        drop_namespace pid
        create
        skep start "$ID"
        wait_for file_has "$WORK/container.out" ready
        wait_for status_is stopped
        [[ -n $(container_processes) ]]
        skep kill --all "$ID" "$signal"
        wait_for no_processes
        skep kill --all "$ID" "$signal"
        skep delete "$ID"
    done
}

# bats test_tags=cgroup
@test "kill: KILL on a stopped container whose processes remain" {
    needs_runc 1.2
    setup_bundle sh -c 'setsid sleep 1000 & echo ready'
    drop_namespace pid
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    wait_for status_is stopped
    run_skep kill "$ID" TERM
    assert_refused "$ID" "not running"
    skep kill "$ID" KILL
    wait_for no_processes
}

@test "kill: --all ends every process of a paused container" {
    setup_bundle sh -c 'sleep 1000 & sleep 1001 & echo ready; wait'
    drop_namespace pid
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep pause "$ID"
    skep kill --all "$ID" KILL
    wait_for status_is stopped
    wait_for no_processes
}

@test "kill: what is remembered of a shared pid namespace" {
    skep_only
    setup_bundle sleep 1000
    create
    assert_equal "$(gojq 'has("shares_pid_namespace")' "$ROOT/$ID/state.json")" false
    skep delete --force "$ID"
    drop_namespace pid
    create
    assert_equal "$(gojq .shares_pid_namespace "$ROOT/$ID/state.json")" true
}

no_processes() {
    [[ -z $(owned_processes) ]]
}

@test "delete: a running container is refused without --force" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    run_skep delete "$ID"
    assert_refused "$ID" running
    assert_equal "$(state .status)" running
}

@test "delete: --force ends a running container" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    assert_equal "$(state .status)" running
    skep delete --force "$ID"
    assert_no_leaks
}

@test "delete: -f ends a created container" {
    setup_bundle sleep 1000
    create
    assert_equal "$(state .status)" created
    skep delete -f "$ID"
    assert_no_leaks
}

@test "delete: a created container may be deleted without --force" {
    setup_bundle sleep 1000
    create
    assert_equal "$(state .status)" created
    skep delete "$ID"
    assert_no_leaks
}

@test "delete: --force of no container succeeds" {
    skep delete --force "$ID"
    assert_equal "$output" ""
}

# bats test_tags=cgroup
@test "delete: --force ends every process of a container that shares the host's pid namespace" {
    setup_bundle sh -c 'for i in 1 2 3; do setsid sleep 1000 & done; echo ready; wait'
    drop_namespace pid
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep delete --force "$ID"
    assert_no_leaks
}

# bats test_tags=cgroup
@test "delete: children that outlive the process go with the container" {
    setup_bundle sh -c 'setsid sleep 1000 & echo ready'
    drop_namespace pid
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    wait_for status_is stopped
    skep delete --force "$ID"
    assert_no_leaks
}

@test "delete: the id is free again" {
    setup_bundle true
    local turn
    for turn in 1 2 3; do
        create
        skep start "$ID"
        wait_for status_is stopped
        skep delete "$ID"
    done
}

@test "delete: a container whose bundle has gone" {
    setup_bundle sleep 1000
    create
    rm -r "$BUNDLE"
    assert_equal "$(state .status)" created
    skep delete --force "$ID"
    assert_no_leaks
}
