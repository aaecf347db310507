#!/usr/bin/env bats
# What goes through a terminal in the foreground: all of it, in both directions, and to the end.
load helpers
load helpers/terminal

# What is typed.

@test "terminal: ^C is SIGINT inside, and nothing outside" {
    setup_terminal_bundle 'trap "echo got INT; exit 8" INT; echo ready; while :; do sleep 0.05; done'
    run_in_terminal 'expect ready' raw 'send \x03' 'expect got INT' --
    assert_status 8
}

@test "terminal: ^C reaches exec's process" {
    exec_container
    exec_in_terminal 'expect ready' raw 'send \x03' -- -t "$ID" sh -c 'echo ready; sleep 1000; echo on'
    assert_status 130
    assert_excludes "$output" on$'\n'
    assert_equal "$(state .status)" running
}

@test "terminal: ^D is the end of the input" {
    setup_terminal_bundle 'echo ready; cat; echo over'
    run_in_terminal 'expect ready' 'send one\n' 'expect one' 'expect one' 'send \x04' 'expect over' --
    assert_status 0
}

@test "terminal: every byte that is typed arrives" {
    setup_terminal_bundle 'stty raw -echo; echo ready; head -c 256 | md5sum; stty sane'
    python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)))' >"$WORK/bytes"
    run_in_terminal 'expect ready' "paste $WORK/bytes" 'expect -' --
    assert_contains "$output" "$(md5sum <"$WORK/bytes")"
}

@test "terminal: a large paste arrives whole" {
    setup_terminal_bundle 'stty -echo; echo ready; cat >/tmp/got; md5sum </tmp/got'
    add_mount /tmp tmpfs tmpfs
    seq -w 1 14000 >"$WORK/input"
    { cat "$WORK/input" && printf '\004'; } >"$WORK/typed"
    run_in_terminal 'expect ready' "paste $WORK/typed" 'expect -' --
    assert_contains "$output" "$(md5sum <"$WORK/input")"
}

@test "terminal: a large paste that is echoed meanwhile comes to its end" {
    setup_terminal_bundle 'echo ready; cat >/dev/null; echo over'
    seq -w 1 14000 >"$WORK/input"
    { cat "$WORK/input" && printf '\004'; } >"$WORK/typed"
    run_in_terminal 'expect ready' "paste $WORK/typed" 'expect over' --
    # The kernel drops what it has no room to echo, so how much is shown is open.
    assert_status 0
}

# Streams that are no terminal.

@test "terminal: standard input is /dev/null: the process reads its end" {
    skep_only "runc leaves the process waiting"
    setup_terminal_bundle 'cat; echo over'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" over
}

@test "terminal: standard input is a file: it arrives, and then its end" {
    skep_only "runc leaves the process waiting"
    setup_terminal_bundle 'stty -echo; cat; echo over'
    # More than a terminal keeps. What comes before the stty may be echoed, so only the last lines count.
    seq 1 10000 >"$WORK/input"
    STDIN_FILE=$WORK/input
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(tr -d '\r' <<<"$output" | tail -n 5001)" "$(seq 5001 10000)"$'\nover'
}

@test "terminal: standard input ends amid a line: the process reads its end, too" {
    skep_only "runc leaves the process waiting"
    setup_terminal_bundle 'cat >/tmp/got; echo "got <$(cat /tmp/got)>"'
    add_mount /tmp tmpfs tmpfs
    printf 'no line end' >"$WORK/input"
    STDIN_FILE=$WORK/input
    status=0
    timeout -s KILL 20 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        <"$WORK/input" >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 0
    assert_contains "$(cat "$WORK/stdout")" "got <no line end>"
}

@test "terminal: standard input is closed" {
    skep_only "runc needs a terminal to stand in"
    setup_terminal_bundle 'tty; echo ran'
    status=0
    timeout -s KILL 20 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        <&- >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 0
    assert_equal "$(tr -d '\r' <"$WORK/stdout")" $'/dev/pts/0\nran'
}

@test "terminal: standard output is closed" {
    skep_only "runc fails"
    setup_terminal_bundle 'head -c 100000 /dev/zero; exit 3'
    status=0
    timeout -s KILL 20 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        </dev/null >&- 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 3
}

@test "terminal: no terminal anywhere, in a session of its own" {
    skep_only "runc needs a terminal to stand in"
    setup_terminal_bundle 'tty; : </dev/tty && echo controlling; echo err >&2; exit 3'
    status=0
    setsid --wait "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 3
    # A terminal is one stream.
    assert_equal "$(tr -d '\r' <"$WORK/stdout")" $'/dev/pts/0\ncontrolling\nerr'
    assert_equal "$(cat "$WORK/stderr")" ""
}

@test "terminal: only standard output is one" {
    setup_terminal_bundle 'stty size; cat; echo over'
    skep_only "runc leaves the process waiting"
    # shellcheck disable=SC2016 # for the inner shell
    in_terminal 30x90 -- sh -c 'exec "$@" </dev/null' sh "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_contains "$output" "30 90"
    assert_contains "$output" over
}

@test "terminal: only standard input is one" {
    setup_terminal_bundle 'stty size; read line; echo "got <$line>"'
    # shellcheck disable=SC2016 # for the inner shell
    in_terminal 30x90 raw 'send typed\n' -- \
        sh -c 'exec "$@" >"$0" 2>&1' "$WORK/piped" "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_contains "$(cat "$WORK/piped")" "30 90"
    assert_contains "$(cat "$WORK/piped")" "got <typed>"
}

# What is shown.

@test "terminal: output right before the end arrives whole, twenty times" {
    skep_only "runc needs a terminal to stand in"
    setup_terminal_bundle 'stty -opost; exec head -c 1000000 /dev/zero'
    local i
    for ((i = 0; i < 20; i++)); do
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&-
        assert_equal "$(wc -c <"$WORK/stdout")" 1000000 "bytes of round $i"
    done
}

@test "terminal: output right before the end of exec arrives whole, twenty times" {
    skep_only "runc needs a terminal to stand in"
    exec_container
    local i
    for ((i = 0; i < 20; i++)); do
        "$SKEP" --root "$ROOT" exec -t "$ID" sh -c 'stty -opost; exec head -c 1000000 /dev/zero' \
            </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&-
        assert_equal "$(wc -c <"$WORK/stdout")" 1000000 "bytes of round $i"
    done
}

@test "terminal: the same in a terminal" {
    setup_terminal_bundle 'seq 1 100000'
    run_in_terminal --
    assert_equal "$(md5sum <<<"$output")" "$(seq 1 100000 | md5sum)"
}

@test "terminal: output of a process that is killed right after it" {
    skep_only "runc needs a terminal to stand in"
    setup_terminal_bundle 'stty -opost; head -c 3000 /dev/zero; kill -KILL $$'
    drop_namespace pid
    status=0
    "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 137
    assert_equal "$(wc -c <"$WORK/stdout")" 3000
}

@test "terminal: a slow reader gets all output" {
    skep_only "runc needs a terminal to stand in"
    setup_terminal_bundle 'stty -opost; exec head -c 1000000 /dev/zero'
    # shellcheck disable=SC2034 # of wc
    local got
    got=$("$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- | {
        sleep 1
        while got=$(head -c 100000 | wc -c) && ((got > 0)); do
            sleep 0.05
            echo "$got"
        done
    } | awk '{ sum += $1 } END { print sum }')
    assert_equal "$got" 1000000
}

@test "terminal: an outer terminal that goes away does not keep the process from its end" {
    skep_only
    setup_terminal_bundle 'trap : HUP; echo ready; i=0; while [ $i -lt 20000 ]; do echo line; i=$((i + 1)); done'
    in_terminal 24x80 'expect ready' 'hang_up' -- "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_no_leaks
}

@test "terminal: a reader that goes away does not keep the process from its end" {
    skep_only "runc ends by SIGPIPE"
    setup_terminal_bundle 'head -c 1000000 /dev/zero; exit 3'
    status=0
    # shellcheck disable=SC2016 # for the inner shell
    timeout -s KILL 20 bash -c '"$@" </dev/null 2>/dev/null | head -c 10 >/dev/null; exit "${PIPESTATUS[0]}"' \
        bash "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&- || status=$?
    assert_status 3
    assert_no_leaks
}

@test "terminal: neither a reader that sleeps nor much input makes the runtime large" {
    skep_only
    setup_terminal_bundle 'cat >/dev/null'
    # shellcheck disable=SC2016 # for the inner shell
    spawn bash -c 'yes some input | "$@" | sleep 1000' bash "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    wait_for test -s "$ROOT/$ID/state.json"
    sleep 1
    local pid before after
    pid=$(runtime_processes | while read -r pid; do
        [[ $(readlink "/proc/$pid/exe") != "$SKEP_PROGRAM" ]] || echo "$pid"
    done)
    before=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
    sleep 3
    after=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
    skep kill "$ID" KILL
    kill -KILL "$pid"
    ((after - before < 1000)) || fail "the runtime has grown from $before to $after kB in 3 seconds"
}

@test "terminal: SIGTERM ends a process whose output nobody reads" {
    skep_only "runc needs a terminal to stand in"
    setup_terminal_bundle 'exec cat /dev/zero'
    drop_namespace pid
    # shellcheck disable=SC2016 # for the inner shell
    spawn bash -c '"$@" --pid-file "$0/pid" '"$ID"' </dev/null | { sleep 3; wc -c >/dev/null; }' \
        "$WORK" "$SKEP" --root "$ROOT" run --bundle "$BUNDLE"
    wait_for test -s "$WORK/pid"
    sleep 0.3
    kill -TERM "$(cat "$WORK/pid")"
    wait_spawned
    assert_no_leaks
}

# Processes that do the unexpected with their terminal.

@test "terminal: a process that closes it and opens /dev/console again" {
    setup_terminal_bundle 'echo before; exec </dev/null >/dev/null 2>&1; sleep 1
        exec </dev/console >/dev/console 2>&1; echo after; read line; echo "got <$line>"; exit 3'
    run_in_terminal 'expect before' 'expect after' 'send typed\n' 'expect got <typed>' --
    assert_status 3
}

@test "terminal: a process that closes it for good costs no processor time" {
    skep_only
    setup_terminal_bundle 'echo ready; exec </dev/null >/dev/null 2>&1; sleep 3; exit 3'
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for file_has "$WORK/spawned.out" ready
    sleep 0.5
    local before after
    before=$(awk '{ print $14 + $15 }' "/proc/$spawned/stat")
    sleep 1.5
    after=$(awk '{ print $14 + $15 }' "/proc/$spawned/stat")
    wait_spawned
    assert_status 3
    ((after - before < 20)) || fail "$((after - before)) ticks in 1.5 seconds"
}

@test "terminal: a child that holds it does not keep the runtime" {
    setup_terminal_bundle 'sh -c "trap : HUP; sleep 1000" & echo over; exit 3'
    drop_namespace pid
    run_in_terminal 'expect over' --
    assert_status 3
    assert_no_leaks
}

@test "terminal: a child of exec's that writes on and on does not keep the runtime" {
    exec_container
    exec_in_terminal -- -t "$ID" sh -c 'setsid sh -c "trap : HUP; while :; do echo more; done" & sleep 0.2; exit 3'
    assert_status 3
}
