#!/usr/bin/env bats
# run: the whole life in one command, its exit status, signals and streams.
load helpers

@test "run: exits with the process's status" {
    setup_bundle sh -c 'exit 37'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 37
    assert_equal "$stderr" ""
    set_args true
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 0
}

# bats test_tags=cgroup
@test "run: nothing is left" {
    setup_bundle echo ran
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ran
    assert_no_leaks
}

@test "run: 128 + N when a signal ends the process" {
    # Without a pid namespace, as there the first process takes no signal from itself.
    setup_bundle sh -c 'kill -TERM $$'
    drop_namespace pid
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 143
}

@test "run: 137 when the container is killed from outside" {
    setup_bundle sh -c 'echo ready; sleep 1000'
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for file_has "$WORK/spawned.out" ready
    skep kill "$ID" KILL
    wait_spawned
    assert_status 137
    assert_no_leaks
}

@test "run: standard output and standard error are the container's" {
    setup_bundle sh -c 'echo out; echo err >&2'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" out
    assert_equal "$stderr" err
}

@test "run: standard input is the container's, to its end" {
    setup_bundle sh -c 'md5sum'
    head -c 1000000 /dev/urandom >"$WORK/input"
    STDIN_FILE=$WORK/input
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "$(md5sum <"$WORK/input")"
}

@test "run: standard input through a pipe" {
    setup_bundle cat
    local got
    got=$(printf 'through a pipe' | "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-)
    assert_equal "$got" "through a pipe"
}

@test "run: forwards signals to the process" {
    setup_bundle sh -c '
        trap "echo got TERM; exit 7" TERM
        for signal in INT HUP USR1 USR2; do trap "echo got $signal" $signal; done
        echo ready
        while :; do sleep 0.05; done'
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for file_has "$WORK/spawned.out" ready
    local signal
    for signal in HUP USR1 USR2; do
        kill -s "$signal" "$spawned"
        wait_for file_has "$WORK/spawned.out" "got $signal"
    done
    kill -TERM "$spawned"
    wait_spawned
    assert_status 7
    assert_contains "$(cat "$WORK/spawned.out")" "got TERM"
    assert_no_leaks
}

@test "run: forwards SIGINT" {
    setup_bundle sh -c 'trap "echo got INT; exit 8" INT; echo ready; while :; do sleep 0.05; done'
    # A background command of a shell ignores SIGINT unless env resets it.
    spawn env --default-signal=INT "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    wait_for file_has "$WORK/spawned.out" ready
    kill -INT "$spawned"
    wait_spawned
    assert_status 8
}

# bats test_tags=cgroup
@test "run: processes that the first one leaves behind end with it" {
    setup_bundle sh -c 'setsid sleep 1000 & setsid sleep 1001 & echo ready'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ready
    assert_no_leaks
}

# bats test_tags=cgroup
@test "run: the same without a pid namespace" {
    setup_bundle sh -c 'setsid sleep 1000 & setsid sleep 1001 & echo ready'
    drop_namespace pid
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ready
    assert_no_leaks
}

@test "run: --detach returns while the container runs" {
    setup_bundle sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$(state .status)" running
    assert_equal "$output" ""
    skep delete --force "$ID"
}

@test "run: -d, and the container outlives the command's session" {
    setup_bundle sh -c 'echo ready; sleep 1000'
    setsid "$SKEP" --root "$ROOT" run -d --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/out" 2>&1 3>&-
    wait_for file_has "$WORK/out" ready
    assert_equal "$(state .status)" running
}

@test "run: --keep leaves the stopped container" {
    setup_bundle sh -c 'exit 3'
    needs_runc 1.1.1
    run_skep run --keep --bundle "$BUNDLE" "$ID"
    assert_status 3
    assert_equal "$(state .status)" stopped
    skep delete "$ID"
}

@test "run: --pid-file" {
    setup_bundle sh -c 'echo ready; sleep 1000'
    spawn_skep run --pid-file "$WORK/pid" --bundle "$BUNDLE" "$ID"
    wait_for file_has "$WORK/spawned.out" ready
    assert_equal "$(cat "$WORK/pid")" "$(state .pid)"
}

@test "run: an unwritable --pid-file is refused and nothing runs" {
    setup_bundle sh -c 'echo ran'
    run_skep run --pid-file "$WORK/no/such/folder/pid" --bundle "$BUNDLE" "$ID"
    assert_refused pid-file "$WORK/no/such/folder"
    assert_excludes "$output" ran
    assert_no_leaks
}

@test "run: --preserve-fds passes the fds after the standard three" {
    setup_bundle sh -c 'cat <&3; cat <&4'
    echo three >"$WORK/three"
    echo four >"$WORK/four"
    status=0
    "$SKEP" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID" \
        3<"$WORK/three" 4<"$WORK/four" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    assert_equal "$(cat "$WORK/stdout" "$WORK/stderr")" $'three\nfour'
}

@test "run: no other fd reaches the process" {
    setup_bundle sh -c 'ls /proc/self/fd | tr "\n" " "'
    status=0
    # shellcheck disable=SC2094 # only opened
    "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        3<"$BUNDLE/config.json" 7<"$BUNDLE" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    assert_status 0
    # The fourth is the folder that ls itself reads.
    assert_equal "$(cat "$WORK/stdout")" "0 1 2 3 "
}

@test "run: --no-subreaper and --no-new-keyring are accepted" {
    setup_bundle echo ran
    skep run --no-subreaper --no-new-keyring --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ran
}

@test "run: --no-pivot" {
    setup_bundle sh -c 'ls -d /bin /proc/self && ! ls /usr/lib'
    skep run --no-pivot --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'/bin\n/proc/self'
}

@test "run: --console-socket is refused without a terminal" {
    skep_only
    setup_bundle true
    run_skep run --console-socket "$WORK/socket" --bundle "$BUNDLE" "$ID"
    assert_refused console-socket
}

@test "run: a container run inside another's lifetime does not disturb it" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    set_args echo hello
    skep run --bundle "$BUNDLE" "${ID}_b"
    assert_equal "$output" hello
    assert_equal "$(state .status)" running
}
