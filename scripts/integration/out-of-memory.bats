#!/usr/bin/env bats
# linux.resources.memory.limit where it is nearly or quite too low to start anything.
# bats file_tags=cgroup,legacy
load helpers

# limited BYTES [ARG...]: a bundle whose container has so much memory, and no swap.
limited() {
    local limit=$1
    shift
    setup_bundle "$@"
    update_config --argjson limit "$limit" '.linux.resources.memory = {limit: $limit}'
}

@test "out of memory: 512 KiB start a static program" {
    skep_only # which others need more for themselves
    limited 524288 true
    skep run --bundle "$BUNDLE" "$ID"
    set_args sleep 1000
    create
    skep start "$ID"
    assert_equal "$(state .status)" running
    skep delete --force "$ID"
}

# In version 1 nothing is left to tell once systemd has removed the cgroup along with its last process.
keeps_count() {
    is_cgroup_v2 || ! is_systemd_manager || skip "systemd's cgroups of version 1 take the count with them"
}

@test "out of memory: a limit that is too low to start is named" {
    skep_only
    keeps_count
    # So little that it does not even do where the init's own memory is not counted, which it had before it got there.
    limited 4096 true
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "the memory limit (linux.resources.memory.limit = 4 KiB) was too low to start" "OOM killer"
    assert_no_leaks
    update_config '.linux.resources.memory = {limit: 4096, swap: 4096}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "the memory limit (linux.resources.memory.limit = 4 KiB) was too low to start" "OOM killer"
    assert_no_leaks
}

@test "out of memory: create and start say the same, whichever of them it is" {
    skep_only
    keeps_count
    limited 4096 true
    run_skep create --bundle "$BUNDLE" "$ID" 3>&-
    if ((status == 0)); then
        run_skep start "$ID"
        assert_refused "the memory limit (linux.resources.memory.limit = 4 KiB) was too low to start"
        # Asked again, it has ended.
        run_skep start "$ID"
        assert_refused
        skep delete --force "$ID"
    else
        assert_refused "the memory limit (linux.resources.memory.limit = 4 KiB) was too low to start"
    fi
    assert_no_leaks
}

@test "out of memory: an update that ends a created container's init is told by start" {
    skep_only
    keeps_count
    limited 33554432 true
    create
    # A kernel may refuse what is in use; then nothing has happened.
    run_skep update --memory 4k "$ID"
    if ((status == 0)) && status_is stopped; then
        run_skep start "$ID"
        assert_refused "the memory limit (linux.resources.memory.limit = 4 KiB) was too low to start"
    else
        run_skep start "$ID"
        ((status == 0)) || assert_refused "memory.limit = 4 KiB) was too low to start"
    fi
    skep delete --force "$ID"
}

@test "out of memory: a program that takes too much has started" {
    skep_only
    limited 16777216 tail -c 100000000 /dev/zero
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 137
    assert_excludes "$stderr" "too low to start"
}

@test "out of memory: one more process of a container that has no more" {
    skep_only
    limited 1048576 sleep 1000
    create
    skep start "$ID"
    # What takes it all is killed itself, and first: the kernel may strike twice.
    run_skep exec "$ID" sh -c 'echo 1000 >/proc/self/oom_score_adj; exec tail -c 100000000 /dev/zero'
    assert_status 137
    assert_equal "$(state .status)" running
    skep exec "$ID" true
    skep delete --force "$ID"
}

@test "out of memory: an init that is killed while start lets it go is told of" {
    skep_only
    keeps_count
    limited 16777216 true
    set_cgroup
    # It is killed first.
    update_config '.process.oomScoreAdj = 1000'
    create
    # Between its look for the init and its word to it, start waits for long enough.
    spawn_injected write:delay_enter=3000000:when=1 start "$ID"
    wait_for test ! -e "$ROOT/$ID/exec.report"
    # Memory of a file counts as nobody's own, so that it is not who writes that is taken for the largest.
    sh -c 'echo $$ >"$1"; exec head -c 100000000 /dev/zero >"$2"' sh \
        "$(cgroup_dir memory "$CGROUP")/cgroup.procs" "/dev/shm/$ID" || true
    rm "/dev/shm/$ID"
    wait_spawned
    ((status == 1)) || fail "status $status: $(cat "$WORK/spawned.err")"
    assert_contains "$(cat "$WORK/spawned.err")" "memory.limit = 16 MiB) was too low to start"
    skep delete --force "$ID"
}
