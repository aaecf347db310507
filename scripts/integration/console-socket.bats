#!/usr/bin/env bats
# --console-socket: the master end of a process's terminal, sent to whoever listens.
load helpers
load helpers/terminal

@test "console-socket: create sends the master; its holder types and reads" {
    setup_terminal_bundle 'tty; read line; echo "got <$line>"; exit 3'
    hold_console 'expect /dev/pts/0' 'send typed\n' 'expect got <typed>' end
    create --console-socket "$CONSOLE"
    assert_equal "$(cat "$WORK/container.out")" ""
    skep start "$ID"
    wait_console
    wait_for status_is stopped
}

@test "console-socket: run --detach" {
    setup_terminal_bundle 'read line; echo "got <$line>"'
    hold_console 'send typed\n' 'expect got <typed>' end
    skep run --detach --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ""
    wait_console
}

@test "console-socket: run in the foreground leaves the terminal to its holder" {
    skep_only "runc refuses it"
    setup_terminal_bundle 'read line; echo "got <$line>"; exit 3'
    hold_console 'send typed\n' 'expect got <typed>' end
    run_skep run --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
    assert_status 3
    assert_equal "$output" ""
    wait_console
}

@test "console-socket: exec --tty --detach" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    hold_console 'expect ready' 'send typed\n' 'expect got <typed>' end
    # shellcheck disable=SC2016 # for the shell inside
    skep exec -t -d --console-socket "$CONSOLE" --pid-file "$WORK/pid" "$ID" \
        sh -c 'tty; echo ready; read line; echo "got <$line>"'
    assert_equal "$output" ""
    assert_matches "$(cat "$WORK/pid")" '^[0-9]+$'
    wait_console
    assert_contains "$output" /dev/pts/0
}

@test "console-socket: the message names the terminal, as runc's does" {
    setup_terminal_bundle true
    hold_console end
    create --console-socket "$CONSOLE"
    skep start "$ID"
    wait_console
    assert_matches "$(cat "$WORK/console.err")" '^message: /dev/(pts/)?ptmx descriptor: /dev/(pts/)?ptmx$'
}

@test "console-socket: process.consoleSize, and its holder changes it" {
    setup_terminal_bundle 'trap "stty size; exit 0" WINCH; stty size; echo ready; while :; do sleep 0.05; done'
    update_config '.process.consoleSize = {height: 33, width: 111}'
    hold_console 'expect 33 111' 'expect ready' 'resize 50x132' 'expect 50 132' end
    skep run --detach --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
    wait_console
}

@test "console-socket: ^C of its holder is SIGINT" {
    setup_terminal_bundle 'trap "echo got INT; exit 8" INT; echo ready; while :; do sleep 0.05; done'
    hold_console 'expect ready' 'send \x03' 'expect got INT' end
    skep run --detach --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
    wait_console
}

@test "console-socket: when its holder goes, the process is told by SIGHUP" {
    setup_terminal_bundle 'trap "echo hung up >/tmp/log; exit 4" HUP; echo ready; while :; do sleep 0.05; done'
    update_config '.root.readonly = false'
    hold_console 'expect ready'
    skep run --detach --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
    wait_console
    wait_for status_is stopped
    assert_equal "$(cat "$BUNDLE/rootfs/tmp/log")" "hung up"
}

@test "console-socket: no descriptor of it stays with the process or the runtime" {
    setup_terminal_bundle 'ls /proc/self/fd | tr "\n" " "; echo'
    hold_console end
    skep run --detach --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
    wait_console
    # The fourth is the folder that ls itself reads.
    assert_equal "$output" "0 1 2 3 "
}

@test "console-socket: a process that closes its terminal and opens /dev/console again" {
    setup_terminal_bundle 'exec </dev/null >/dev/null 2>&1; sleep 0.3; echo after >/dev/console; sleep 0.5'
    hold_console 'run sleep 1' 'expect after'
    skep run --detach --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
    # Until it opens the terminal again, reading it fails.
    spawned=$console_holder
    wait_spawned
    assert_equal "$status" 0
}

# What is refused. nothing_done: no container, process, cgroup or state of one.
nothing_done() {
    [[ ! -e $ROOT/$ID ]] || fail "left: $(find "$ROOT/$ID")"
    assert_no_leaks
}

@test "console-socket: a detached terminal without one is refused" {
    setup_terminal_bundle 'echo ran'
    local command
    for command in "create" "run --detach"; do
        # shellcheck disable=SC2086 # words
        run_skep $command --bundle "$BUNDLE" "$ID"
        assert_refused process.terminal console-socket
        assert_equal "$output" ""
        nothing_done
    done
}

@test "console-socket: exec --tty --detach without one is refused" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    run_skep exec -t -d "$ID" true
    ((status != 0))
    assert_contains "$stderr" "console"
    if is_skep; then
        assert_status 255
        assert_equal "$(grep -c '' "$WORK/stderr")" 1
        assert_contains "$stderr" process.terminal
    fi
}

@test "console-socket: one without a terminal is refused, in other words" {
    setup_bundle echo ran
    local command
    for command in "create" "run --detach" "run"; do
        hold_console
        # shellcheck disable=SC2086 # words
        run_skep $command --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
        assert_refused process.terminal "is false" "console socket"
        assert_equal "$output" ""
        nothing_done
        kill -KILL "$console_holder" 2>/dev/null || true
    done
}

@test "console-socket: exec without a terminal refuses one" {
    skep_only
    setup_bundle sleep 1000
    create
    skep start "$ID"
    hold_console
    run_skep exec --console-socket "$CONSOLE" "$ID" true
    assert_status 255
    assert_contains "$stderr" "console socket"
}

# refused_socket PATH WORD...: each command that takes a console socket refuses PATH, and does nothing.
refused_socket() {
    local path=$1 command
    shift
    for command in "create" "run --detach" "run"; do
        # shellcheck disable=SC2086 # words
        run_skep $command --console-socket "$path" --bundle "$BUNDLE" "$ID"
        assert_refused "$@"
        assert_equal "$output" ""
        nothing_done
    done
}

@test "console-socket: one that is not there" {
    setup_terminal_bundle 'echo ran'
    refused_socket "$WORK/no/such.sock" console-socket "$WORK/no/such.sock" "no such file"
}

@test "console-socket: a plain file" {
    setup_terminal_bundle 'echo ran'
    touch "$WORK/file"
    refused_socket "$WORK/file" console-socket "$WORK/file" "connection refused"
    [[ -f $WORK/file ]]
}

@test "console-socket: a socket that nobody listens on any more" {
    setup_terminal_bundle 'echo ran'
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORK/dead.sock"
    refused_socket "$WORK/dead.sock" console-socket "$WORK/dead.sock" "connection refused"
}

@test "console-socket: a datagram socket" {
    setup_terminal_bundle 'echo ran'
    listen_for_notifications
    local socket=$NOTIFY_SOCKET
    unset NOTIFY_SOCKET
    refused_socket "$socket" console-socket "$socket" "wrong type"
}

@test "console-socket: a path that is too long for a socket" {
    setup_terminal_bundle 'echo ran'
    local path
    path=$WORK/$(printf 'x%.0s' {1..200})
    refused_socket "$path" console-socket "file name too long"
}

@test "console-socket: an empty path" {
    skep_only
    setup_terminal_bundle 'echo ran'
    refused_socket "" console-socket
}

@test "console-socket: exec refuses one that is not there" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    run_skep exec -t --console-socket "$WORK/no.sock" "$ID" true
    ((status != 0))
    if is_skep; then
        assert_status 255
        assert_contains "$stderr" "$WORK/no.sock"
    fi
}

@test "console-socket: a listener that hangs up at once" {
    setup_terminal_bundle 'sleep 1000'
    CONSOLE=$WORK/rude.sock
    spawn python3 -c 'import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
listener.accept()[0].close()
listener.close()' "$CONSOLE"
    wait_for test -S "$CONSOLE"
    sleep 0.2
    # Whether it is noticed is a race; that there is no hang, and nothing left of a failure, is not.
    run_skep run --detach --console-socket "$CONSOLE" --bundle "$BUNDLE" "$ID"
    ((status == 0)) || {
        assert_refused "console socket" "broken pipe"
        nothing_done
    }
}
