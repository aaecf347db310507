#!/usr/bin/env bats
# process.terminal and `exec --tty` in the foreground: the terminal inside, and the one that the command stands in.
load helpers
load helpers/terminal

# The inside.

@test "terminal: the three streams are a pty of the container's devpts, and the controlling terminal" {
    setup_terminal_bundle 'tty; for fd in 0 1 2; do readlink /proc/self/fd/$fd; done; : </dev/tty && echo controlling'
    run_in_terminal --
    assert_status 0
    assert_equal "$output" $'/dev/pts/0\n/dev/pts/0\n/dev/pts/0\n/dev/pts/0\ncontrolling'
}

@test "terminal: /dev/console is the same terminal" {
    setup_terminal_bundle 'stat -c %t:%T /dev/console; stat -c %t:%T /dev/pts/0; echo by the console >/dev/console'
    run_in_terminal --
    assert_equal "$output" $'88:0\n88:0\nby the console'
}

@test "terminal: belongs to the process's user" {
    setup_terminal_bundle 'stat -c %u $(tty); echo again >$(tty)'
    update_config '.process.user = {uid: 1000, gid: 1000}'
    run_in_terminal --
    assert_equal "$output" $'1000\nagain'
}

@test "terminal: job control works" {
    setup_terminal_bundle 'exec sh -i'
    # An interactive shell says so where it has no job control.
    run_in_terminal 'expect # ' 'send sleep 1000\n' 'run sleep 0.3' 'send \x1a' 'expect Stopped' \
        'send fg\n' 'run sleep 0.3' 'send \x03' 'expect # ' 'send exit 5\n' --
    assert_status 5
    assert_excludes "$output" "job control"
}

@test "terminal: a container without namespaces of mounts and pids" {
    setup_terminal_bundle 'tty; : </dev/tty && echo controlling'
    drop_namespace pid
    run_in_terminal --
    assert_matches "$output" $'^/dev/pts/[0-9]+\ncontrolling$'
}

@test "terminal: process.consoleSize, where the command stands in none" {
    skep_only "runc needs a terminal to stand in"
    setup_terminal_bundle 'stty size'
    update_config '.process.consoleSize = {height: 33, width: 111}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "${output//$'\r'/}" "33 111"
}

@test "terminal: a size that no terminal can have is refused" {
    skep_only
    setup_terminal_bundle true
    update_config '.process.consoleSize = {height: 65536, width: 80}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.consoleSize 65536
}

@test "terminal: without a terminal, process.consoleSize means nothing" {
    setup_bundle echo ran
    update_config '.process.consoleSize = {height: 33, width: 111}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ran
}

# exec.

@test "terminal: exec --tty, in a container that has no terminal" {
    exec_container
    exec_in_terminal -- -t "$ID" sh -c 'tty; test -t 0 && test -t 1 && test -t 2 && : </dev/tty && echo all; exit 6'
    assert_status 6
    assert_equal "$output" $'/dev/pts/0\nall'
}

@test "terminal: exec --tty makes no /dev/console" {
    exec_container
    exec_in_terminal -- -t "$ID" sh -c 'ls /dev/console'
    assert_contains "$output" "No such file"
}

@test "terminal: exec --tty as another user" {
    exec_container
    # shellcheck disable=SC2016 # for the shell inside
    exec_in_terminal -- -t -u 1000:1000 "$ID" sh -c 'id -u; stat -c %u $(tty); echo again >$(tty)'
    assert_equal "$output" $'1000\n1000\nagain'
}

@test "terminal: exec --process with a terminal" {
    exec_container
    echo '{"terminal": true, "cwd": "/", "args": ["sh", "-c", "tty; stty size"], "env": ["PATH=/bin"]}' \
        >"$WORK/process.json"
    exec_in_terminal -- -p "$WORK/process.json" "$ID"
    assert_equal "$output" $'/dev/pts/0\n24 80'
}

@test "terminal: of a container with one, exec gets none unasked" {
    setup_terminal_bundle 'sleep 1000'
    hold_console end
    create --console-socket "$CONSOLE"
    skep start "$ID"
    skep exec "$ID" sh -c 'tty; echo $?'
    assert_equal "$output" $'not a tty\n1'
}

@test "terminal: two of them in one container" {
    skep_only "runc needs a terminal to stand in"
    exec_container
    exec_in_terminal 'expect first' "run '$SKEP' --root '$ROOT' exec -t $ID tty >'$WORK/second' </dev/null" \
        'send \n' -- -t "$ID" sh -c 'echo first; read line; tty'
    assert_equal "$(tr -d '\r' <"$WORK/second")" /dev/pts/1
    assert_contains "$output" /dev/pts/0
}

# The size.

@test "terminal: has the size of the outer one, over process.consoleSize" {
    skep_only "runc keeps to process.consoleSize"
    setup_terminal_bundle 'stty size'
    update_config '.process.consoleSize = {height: 33, width: 111}'
    in_terminal 41x123 -- "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "41 123"
}

@test "terminal: follows the outer one's size, and the process is told" {
    setup_terminal_bundle 'trap "stty size" WINCH; trap "exit 3" INT; echo ready; while :; do sleep 0.05; done'
    run_in_terminal 'expect ready' 'resize 50x132' 'expect 50 132' 'resize 20x60' 'expect 20 60' 'send \x03' --
    assert_status 3
}

@test "terminal: exec's follows the outer one's size" {
    exec_container
    exec_in_terminal 'expect ready' 'resize 50x132' 'expect 50 132' 'send \x03' -- \
        -t "$ID" sh -c 'trap "stty size" WINCH; trap "exit 3" INT; echo ready; while :; do sleep 0.05; done'
    assert_status 3
}

@test "terminal: an outer one without a size" {
    setup_terminal_bundle 'stty size; echo ran'
    in_terminal 0x0 -- "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" ran
}

# The outer terminal.

@test "terminal: the outer one is raw meanwhile, and as before in the end" {
    setup_terminal_bundle 'echo ready; read line; exit 4'
    run_in_terminal 'expect ready' raw 'send \n' --
    assert_status 4
    assert_no_leaks
}

@test "terminal: the outer one is as before when the process is killed" {
    setup_terminal_bundle 'echo ready; sleep 1000'
    run_in_terminal 'expect ready' raw "run '$SKEP' --root '$ROOT' kill $ID KILL" --
    assert_status 137
    assert_no_leaks
}

@test "terminal: SIGTERM of the runtime goes to the process" {
    setup_terminal_bundle 'trap "echo got TERM; exit 9" TERM; echo ready; while :; do sleep 0.05; done'
    run_in_terminal 'expect ready' raw 'signal TERM' 'expect got TERM' --
    assert_status 9
    assert_no_leaks
}

@test "terminal: SIGHUP of the runtime goes to the process" {
    setup_terminal_bundle 'trap "echo got HUP; exit 9" HUP; echo ready; while :; do sleep 0.05; done'
    run_in_terminal 'expect ready' raw 'signal HUP' 'expect got HUP' --
    assert_status 9
}

@test "terminal: when the runtime is killed, a guard restores the outer one and goes" {
    skep_only
    setup_terminal_bundle 'echo ready; sleep 1000'
    run_in_terminal 'expect ready' raw 'signal KILL' restored --
    assert_status 137
    wait_for runtimes_are 0
}

@test "terminal: a guard restores it also when exec is killed" {
    skep_only
    exec_container
    exec_in_terminal 'expect ready' raw 'signal KILL' restored -- -t "$ID" sh -c 'echo ready; sleep 1000'
    assert_status 137
    wait_for runtimes_are 0
}

@test "terminal: there is one guard, which holds nothing but the terminal and its pipe" {
    skep_only
    setup_terminal_bundle 'echo ready; read line'
    export guard=$WORK/guard
    # shellcheck disable=SC2016 # for the shell of the step
    export look='for pid in /proc/[0-9]*; do
        tr "\0" " " <$pid/cmdline | grep -q "^$SKEP_PROGRAM.*$ID" || continue
        ls $pid/fd | wc -l
    done 2>/dev/null | sort -n >"$guard"'
    export ID
    run_in_terminal 'expect ready' raw "run eval \"\$look\"" 'send \n' --
    assert_equal "$(head -n 1 "$guard")" 2
    assert_equal "$(wc -l <"$guard")" 2 "runtimes: itself and its guard"
}

@test "terminal: a failed start leaves the outer one as it was" {
    setup_terminal_bundle true
    set_args /no/such/program
    run_in_terminal --
    ((status != 0))
    assert_contains "$output" /no/such/program
    assert_no_leaks
}

@test "terminal: what is typed at the runtime's start is not lost" {
    setup_terminal_bundle 'read line; echo "got <$line>"'
    run_in_terminal 'send early\n' 'expect got <early>' --
    assert_status 0
}

# Images that have something against terminals.

@test "terminal: /dev/console of the image is a symlink: never followed" {
    setup_terminal_bundle 'echo ran'
    update_config '.mounts |= map(select(.destination | . != "/dev" and startswith("/dev/") | not))
        | .mounts |= map(select(.destination != "/dev"))'
    add_mount /dev/pts devpts devpts newinstance ptmxmode=0666
    echo precious >"$WORK/victim"
    ln -s "$WORK/victim" "$BUNDLE/rootfs/dev/console"
    in_terminal 24x80 -- "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    if is_skep; then
        ((status == 1)) || fail "status $status"
        assert_equal "$(grep -c '' <<<"$output")" 1
        assert_contains "$output" process.terminal
        assert_contains "$output" /dev/console
    fi
    assert_equal "$(cat "$WORK/victim")" precious
    assert_no_leaks
}

@test "terminal: /dev/console of the image is a directory" {
    setup_terminal_bundle 'echo ran'
    update_config '.mounts |= map(select(.destination | . != "/dev" and (startswith("/dev/") | not)))'
    add_mount /dev/pts devpts devpts newinstance ptmxmode=0666
    mkdir "$BUNDLE/rootfs/dev/console"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.terminal /dev/console "is a directory"
    assert_no_leaks
}

@test "terminal: no devpts on /dev/pts" {
    skep_only "runc takes a terminal of the host's"
    setup_terminal_bundle 'echo ran'
    update_config '.mounts |= map(select(.destination != "/dev/pts"))'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.terminal /dev/pts
    assert_no_leaks
}

@test "terminal: /dev/pts is another file system" {
    skep_only "runc takes a terminal of the host's"
    setup_terminal_bundle 'echo ran'
    update_config '.mounts |= map(if .destination == "/dev/pts" then . + {type: "tmpfs", options: []} else . end)'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.terminal devpts /dev/pts
    assert_no_leaks
}

@test "terminal: exec --tty where there is no devpts" {
    skep_only
    setup_bundle sleep 1000
    update_config '.mounts |= map(select(.destination != "/dev/pts"))'
    create
    skep start "$ID"
    run_skep exec -t "$ID" true
    assert_status 255
    assert_contains "$stderr" process.terminal
    assert_contains "$stderr" /dev/pts
}
