#!/usr/bin/env bats
# exec: what is wrong with its words, with the container, or with the command; each is told in one line.
load helpers
load helpers/exec

@test "exec: a command that is missing: 255" {
    start_container
    exec_in ID no-such-program
    assert_not_run no-such-program "no such file"
    exec_in ID /no/such/program
    assert_not_run /no/such/program "no such file"
    exec_in ID ""
    assert_not_run process.args
}

@test "exec: a command that can't be executed: 255" {
    start_container
    touch "$BUNDLE/rootfs/root/plain"
    printf 'no program' >"$BUNDLE/rootfs/root/other"
    printf '#!/no/such/interpreter\n' >"$BUNDLE/rootfs/root/script"
    chmod +x "$BUNDLE/rootfs/root/other" "$BUNDLE/rootfs/root/script"
    exec_in ID /root/plain
    assert_not_run /root/plain "permission denied"
    exec_in ID /etc
    assert_not_run /etc
    exec_in --env PATH=/root ID plain
    assert_not_run plain
    skep_only # runc's status for these is 1
    exec_in ID /root/other
    assert_not_run /root/other "exec format error"
    exec_in ID /root/script
    assert_not_run /root/script "no such file"
}

@test "exec: a user who may not execute the command: 255" {
    start_container
    printf '#!/bin/sh\n' >"$BUNDLE/rootfs/root/mine"
    chmod 700 "$BUNDLE/rootfs/root/mine"
    exec_in --user 1000:1000 ID /root/mine
    assert_not_run /root/mine "permission denied"
}

@test "exec: --cwd that is missing, no directory, or not absolute" {
    start_container
    exec_in --cwd /no/such/directory ID true
    assert_not_run /no/such/directory "no such file"
    exec_in --cwd /etc/passwd ID true
    assert_not_run /etc/passwd "not a directory"
    skep_only # runc finds out in the container
    exec_in --cwd relative ID true
    assert_refused --cwd relative
    exec_in --cwd "" ID true
    assert_refused --cwd
}

# leads_out PATH: whether the directory that --cwd PATH leads to is not the one which the container has by that name.
leads_out() {
    exec_in --cwd "$1" ID sh -c '[ "$(stat -c %d:%i .)" != "$(stat -c %d:%i "$(pwd -P)")" ]'
    ((status == 0))
}

@test "exec: --cwd through a descriptor of the runtime's does not lead to the host" {
    start_container
    # The same from a symbolic link of the container's.
    ln -s /proc/self/fd/7 "$BUNDLE/rootfs/root/out"
    run ! leads_out /root/out
    local n
    for ((n = 0; n < 32; n++)); do
        run ! leads_out "/proc/self/fd/$n"
        run ! leads_out "/proc/self/fd/$n/../../.."
    done
    assert_unharmed
}

@test "exec: --user that is no number is refused, and is never another user" {
    start_container
    local user
    for user in root 0x0 -1 :1 1.5 "1 " 4294967295 99999999999999999999 1:group 0:-1 '１'; do
        exec_in "--user=$user" ID id -u
        ((status != 0)) || fail "user '$user' ran as $output"
        ! is_skep || assert_refused --user
    done
    assert_unharmed
    skep_only # runc takes these for 1, or for the container's user
    for user in 4294967296 +1 1: 1:2:3 "" : 1:4294967295; do
        exec_in "--user=$user" ID id -u
        assert_refused --user
    done
}

@test "exec: --additional-gids that is no number" {
    skep_only
    start_container
    local group
    for group in users -1 "" 4294967295 4294967296 1,2 1:2; do
        exec_in "--additional-gids=$group" ID true
        assert_refused --additional-gids
    done
}

@test "exec: --env that is no variable" {
    skep_only # runc hands it on
    start_container
    local variable
    for variable in "" =value; do
        exec_in "--env=$variable" ID true
        assert_refused --env
    done
}

@test "exec: --cap that is no capability" {
    skep_only # runc says so and goes on
    start_container
    local name
    for name in CAP_NOTHING "" 0 all; do
        exec_in "--cap=$name" ID true
        assert_refused --cap
    done
}

@test "exec: too few words, and options that are none" {
    start_container
    exec_in
    assert_refused exec
    exec_in ID
    assert_refused exec command
    exec_in --no-such-option ID true
    assert_refused no-such-option
    exec_in --env
    assert_refused env
    skep_only
    exec_in --preserve-fds=many ID true
    assert_refused --preserve-fds
    exec_in --preserve-fds=-1 ID true
    assert_refused --preserve-fds
}

@test "exec: --preserve-fds of a descriptor that is not open" {
    needs_runc 1.2
    start_container
    exec_in --preserve-fds 3 ID true
    ((status != 0)) || fail "succeeded"
    ! is_skep || assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error ($stderr)"
    assert_contains "$stderr" "reserve"
    assert_unharmed
}

@test "exec: --pid-file that can't be written: nothing runs" {
    start_container '.root.readonly = false'
    exec_in --pid-file "$WORK/no/such/folder/pid" ID touch /tmp/ran
    assert_not_run pid-file "$WORK/no/such/folder"
    ! is_skep || [[ ! -e $BUNDLE/rootfs/tmp/ran ]] || fail "it ran"
}

@test "exec: --pidfd-socket to nobody" {
    needs_runc 1.2
    start_container
    exec_in --pidfd-socket "$WORK/no.socket" ID true
    assert_not_run pidfd-socket "$WORK/no.socket"
    touch "$WORK/file"
    exec_in --pidfd-socket "$WORK/file" ID true
    assert_not_run pidfd-socket "$WORK/file"
}

@test "exec: --apparmor and --process-label on a host without such a module" {
    [[ ! -e /sys/kernel/security/lsm && ! -d /sys/fs/selinux ]] || skip "this host has security modules"
    skep_only # runc ignores the label
    start_container
    exec_in --apparmor some-profile ID true
    assert_not_run process.apparmorProfile apparmor
    exec_in --process-label system_u:system_r:container_t:s0 ID true
    assert_not_run process.selinuxLabel selinux
}

# bats test_tags=cgroup
@test "exec: --cgroup that is missing, or leaves the container's own" {
    needs_runc 1.1
    start_container
    exec_in --cgroup no-such-group ID true
    assert_not_run --cgroup no-such-group "no such file"
    is_cgroup_v2 || {
        exec_in --cgroup memory:no-such-group ID true
        assert_not_run --cgroup no-such-group
        exec_in --cgroup nonsense:/ ID true
        assert_not_run nonsense
    }
    local path
    for path in .. ../.. /.. a/../.. memory:.. memory:/../../; do
        exec_in --cgroup "$path" ID cat /proc/self/cgroup
        ((status != 0)) || fail "--cgroup $path led to: $output"
        ! is_skep || assert_refused --cgroup
    done
    assert_unharmed
    skep_only
    exec_in --cgroup :/ ID true
    assert_refused --cgroup
}

@test "exec: --process that can't be read or understood" {
    start_container
    exec_in --process "$WORK/missing.json" ID
    assert_not_run "$WORK/missing.json" "no such file"
    printf '{"args": [' >"$WORK/p.json"
    exec_in --process "$WORK/p.json" ID
    assert_not_run "$WORK/p.json"
    printf '{"args": ["true"], "cwd": 7}' >"$WORK/p.json"
    exec_in --process "$WORK/p.json" ID
    assert_not_run "$WORK/p.json" cwd
    exec_in --process "$WORK" ID
    assert_not_run "$WORK"
}

@test "exec: --process that says nothing to run, or no directory to run it in" {
    start_container
    local process
    printf '{"args": [], "cwd": "/"}' >"$WORK/p.json"
    exec_in --process "$WORK/p.json" ID
    assert_not_run args
    printf '{"args": ["true"], "cwd": "relative"}' >"$WORK/p.json"
    exec_in --process "$WORK/p.json" ID
    assert_not_run cwd
    printf '{"args": ["true"]}' >"$WORK/p.json"
    exec_in --process "$WORK/p.json" ID
    assert_not_run cwd
}

@test "exec: --process with values that the kernel or the specification does not know" {
    skep_only
    start_container
    local filter
    for filter in '.rlimits = [{type: "RLIMIT_NOTHING", soft: 1, hard: 1}]@rlimits' \
        '.oomScoreAdj = 1001@oomScoreAdj' '.user.uid = -1@uid' \
        '.scheduler = {policy: "SCHED_SOMEHOW"}@scheduler'; do
        gojq ".process | .args = [\"true\"] | ${filter%@*}" "$BUNDLE/config.json" >"$WORK/p.json"
        exec_in --process "$WORK/p.json" ID
        ((status != 0)) || fail "was taken: $filter"
        assert_not_run "${filter#*@}"
    done
}

@test "exec: --process with the number that means no user, which leaves a process its own" {
    start_container
    local filter
    for filter in '.user.uid = 4294967295' '.user.gid = 4294967295' '.user.additionalGids = [4294967295]'; do
        gojq ".process | .args = [\"id\"] | $filter" "$BUNDLE/config.json" >"$WORK/p.json"
        exec_in --process "$WORK/p.json" ID
        ((status != 0)) || fail "$filter: ran as $output"
        ! is_skep || assert_not_run user
    done
}

@test "exec: of no container" {
    exec_in ID true
    ((status != 0)) || fail "succeeded"
    [[ ! -e $ROOT/$ID ]]
    assert_contains "$stderr" "does not exist"
    is_skep || return 0
    assert_status 255
    assert_contains "$stderr" "$ID"
    assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error ($stderr)"
}

@test "exec: in a stopped container" {
    setup_bundle true
    create
    skep start "$ID"
    wait_for status_is stopped
    exec_in ID true
    assert_status 255
    assert_contains "$stderr" stopped
    ! is_skep || assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error ($stderr)"
    assert_equal "$(state .status)" stopped
}

@test "exec: in a container whose process was killed and is not reaped yet" {
    setup_bundle sleep 1000
    spawn_skep run --keep --bundle "$BUNDLE" "$ID"
    wait_for status_is running
    local pid
    pid=$(state .pid)
    kill -STOP "$spawned"
    kill_container
    wait_for grep -q '^State:.*Z' "/proc/$pid/status"
    exec_in ID true
    local got=$status
    kill -CONT "$spawned"
    wait_spawned
    assert_equal "$got" 255
    assert_contains "$stderr" stopped
}

@test "exec: in a paused container" {
    needs_runc 1.1
    start_container
    skep pause "$ID"
    exec_in ID true
    assert_status 255
    assert_contains "$stderr" paused
    ! is_skep || assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error ($stderr)"
    assert_equal "$(state .status)" paused
    skep resume "$ID"
    assert_unharmed
}

@test "exec: that waits in a paused container ends with the container" {
    skep_only
    start_container
    skep pause "$ID"
    spawn_skep exec --ignore-paused "$ID" echo ran
    sleep 0.3
    skep delete --force "$ID"
    wait_spawned
    ((status != 0)) || fail "succeeded"
    assert_excludes "$(cat "$WORK/spawned.out")" ran
    assert_equal "$(grep -c '' "$WORK/spawned.err")" 1 "lines on standard error"
    assert_no_leaks
}

@test "exec: that is killed while it waits in a paused container leaves no process" {
    skep_only
    start_container
    skep pause "$ID"
    spawn_skep exec --ignore-paused "$ID" sleep 1000
    sleep 0.3
    kill -KILL "$spawned"
    wait_spawned
    skep resume "$ID"
    assert_unharmed
}

@test "exec: while the container is being deleted: an error at most, and nothing is left" {
    setup_bundle sleep 1000
    local n turn pids executor
    for turn in 1 2 3 4 5 6; do
        skep run --detach --bundle "$BUNDLE" "$ID"
        pids=()
        for n in 1 2 3 4; do
            "$SKEP" --root "$ROOT" exec "$ID" sleep 1000 </dev/null >/dev/null 2>"$WORK/err.$n" 3>&- &
            pids+=($!)
        done
        sleep "0.0$((turn * 2 - 2))"
        skep delete --force "$ID"
        for executor in "${pids[@]}"; do
            status=0
            wait "$executor" || status=$?
            # Killed with the container, or too late for it.
            assert_matches "$status" '^(137|255)$'
        done
        for n in 1 2 3 4; do
            ! is_skep || (($(grep -c '' "$WORK/err.$n") <= 1)) || fail "more than a line: $(cat "$WORK/err.$n")"
        done
        assert_no_leaks
    done
}

@test "exec: fifty failures leave the container as it was" {
    skep_only
    start_container
    local n
    for ((n = 0; n < 25; n++)); do
        exec_in ID /no/such/program
        assert_status 255
        exec_in --cwd /no/such/place ID true
        assert_status 255
    done
    assert_unharmed
}

@test "exec: in a container without a mount namespace is refused clearly" {
    skep_only
    setup_bundle sleep 1000
    drop_namespace mount
    start_container '.mounts = [] | .linux.maskedPaths = [] | .linux.readonlyPaths = [] | .root.readonly = false'
    exec_in ID true
    ((status == 0)) || assert_not_run "mount namespace"
}
