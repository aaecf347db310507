#!/usr/bin/env bats
# pause and resume.
# bats file_tags=cgroup,legacy
load helpers

# A container that counts in a file of its rootfs; $counter.
start_counting() {
    setup_bundle sh -c 'i=0; while :; do i=$((i + 1)); echo $i >/tmp/count; sleep 0.01; done'
    update_config '.root.readonly = false'
    create
    skep start "$ID"
    counter=$BUNDLE/rootfs/tmp/count
    wait_for test -s "$counter"
}

# Whether the counter moves within a fifth of a second.
counts() {
    local before
    before=$(cat "$counter")
    sleep 0.2
    [[ $(cat "$counter") != "$before" ]]
}

@test "pause: nothing runs any more, and resume lets it go on" {
    start_counting
    counts
    skep pause "$ID"
    assert_equal "$output$stderr" ""
    assert_equal "$(state .status)" paused
    run ! counts
    skep resume "$ID"
    assert_equal "$output$stderr" ""
    assert_equal "$(state .status)" running
    wait_for counts
}

@test "pause: many times over, while processes fork" {
    setup_bundle sh -c 'while :; do /bin/true; /bin/true & wait; done'
    create
    skep start "$ID"
    local turn
    for ((turn = 0; turn < 20; turn++)); do
        skep pause "$ID"
        assert_equal "$(state .status)" paused
        skep resume "$ID"
    done
}

@test "pause: a created container, which is created again afterwards" {
    setup_bundle sleep 1000
    create
    skep pause "$ID"
    assert_equal "$(state .status)" paused
    run_skep start "$ID"
    assert_refused "$ID" paused
    skep resume "$ID"
    assert_equal "$(state .status)" created
    skep start "$ID"
    assert_equal "$(state .status)" running
}

@test "pause: a paused container is refused, and stays paused" {
    setup_bundle sleep 1000
    create
    skep pause "$ID"
    run_skep pause "$ID"
    assert_refused "$ID" "paused already"
    assert_equal "$(state .status)" paused
}

@test "resume: a container that is not paused is refused" {
    setup_bundle sleep 1000
    create
    run_skep resume "$ID"
    assert_refused "$ID" "not paused"
    skep start "$ID"
    run_skep resume "$ID"
    assert_refused "$ID" "not paused"
    assert_equal "$(state .status)" running
}

@test "pause, resume: a stopped container is refused" {
    setup_bundle true
    create
    skep start "$ID"
    wait_for status_is stopped
    run_skep pause "$ID"
    assert_refused "$ID" "not running"
    run_skep resume "$ID"
    assert_refused "$ID"
}

@test "pause, resume: of no container, and without or with too many operands" {
    local command
    for command in pause resume; do
        run_skep "$command" "$ID"
        assert_refused "$ID" "does not exist"
        run_skep "$command"
        assert_refused "$command takes"
        run_skep "$command" "$ID" more
        assert_refused "$command takes"
        run_skep "$command" --force "$ID"
        assert_refused "unknown option"
    done
}

@test "kill: KILL ends a paused container" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    skep pause "$ID"
    skep kill "$ID" KILL
    wait_for status_is stopped
}

@test "kill: TERM reaches a paused container when it is resumed" {
    setup_bundle sh -c 'trap "echo got TERM; exit" TERM; echo ready; while :; do sleep 0.05; done'
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep pause "$ID"
    skep kill "$ID" TERM
    ! is_skep || skep kill --all "$ID" 0 # after which old runcs resume it
    assert_equal "$(state .status)" paused
    assert_excludes "$(cat "$WORK/container.out")" TERM
    skep resume "$ID"
    wait_for file_has "$WORK/container.out" "got TERM"
}

@test "delete: --force ends a paused container" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    skep pause "$ID"
    run_skep delete "$ID"
    assert_refused "$ID" paused
    skep delete --force "$ID"
    assert_no_leaks
}

@test "pause: waits for whoever changes the container at the moment" {
    skep_only
    setup_bundle sleep 1000
    create
    spawn flock "$ROOT/$ID" sleep 0.5
    wait_for locked
    local start=$EPOCHREALTIME
    skep pause "$ID"
    (($(elapsed "$start") >= 200)) || fail "pause did not wait for the lock"
    assert_equal "$(state .status)" paused
}

locked() {
    ! flock --nonblock "$ROOT/$ID" true
}

# elapsed START: milliseconds since then.
elapsed() {
    local now=$EPOCHREALTIME
    echo $(((${now/./} - ${1/./}) / 1000))
}

@test "pause: two at once, and one says that it was too late" {
    skep_only
    setup_bundle sleep 1000
    create
    spawn_skep pause "$ID"
    run_skep pause "$ID"
    local here=$status
    wait_spawned
    assert_equal "$((here + status))" 1 "the sum of both exit statuses"
    assert_equal "$(state .status)" paused
}
