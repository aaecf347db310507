#!/usr/bin/env bats
# process.terminal and `exec --tty` in the foreground: the terminal inside, and the one that the command stands in.
load helpers
load helpers/terminal

# exec_container: a running container for `exec`, without a terminal of its own.
exec_container() {
    setup_bundle sleep 1000
    create
    skep start "$ID"
}

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

@test "terminal: in a user namespace it belongs to the process's user, too" {
    setup_terminal_bundle 'stat -c %u $(tty); echo again >$(tty)'
    new_namespace user
    update_config '.process.user = {uid: 1000, gid: 1000}
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = .linux.uidMappings'
    chown -R 100000:100000 "$BUNDLE/rootfs"
    chmod 711 "$WORK" "$BUNDLE"
    run_in_terminal --
    assert_equal "$output" $'1000\nagain'
}

@test "terminal: job control works" {
    setup_terminal_bundle 'exec sh -i'
    # An interactive shell says so where it has no job control.
    run_in_terminal 'expect # ' 'send sleep 1000\n' 'run sleep 0.3' 'send \x1a' 'expect Stopped' \
        'send kill %1; echo gone\n' 'expect gone' 'send exit 5\n' --
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
    exec_container
    exec_in_terminal 'expect first' "run '$SKEP' --root '$ROOT' exec -t $ID tty >'$WORK/second' </dev/null" \
        'send \n' -- -t "$ID" sh -c 'echo first; read line; tty'
    assert_equal "$(tr -d '\r' <"$WORK/second")" /dev/pts/1
    assert_contains "$output" /dev/pts/0
}

# The size.

@test "terminal: has the size of the outer one, over process.consoleSize" {
    setup_terminal_bundle 'stty size'
    update_config '.process.consoleSize = {height: 33, width: 111}'
    in_terminal 41x123 -- "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "41 123"
}

@test "terminal: follows the outer one's size, and the process is told" {
    setup_terminal_bundle 'trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done'
    run_in_terminal 'expect ready' 'resize 50x132' 'expect 50 132' 'resize 20x60' 'expect 20 60' 'signal KILL' --
    assert_status 137
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
    assert_equal "$output" $'0 0\nran'
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

@test "terminal: the guard is there for a raw terminal only, and holds nothing but it" {
    skep_only
    setup_terminal_bundle 'echo ready; read line'
    export guard="$WORK/guard"
    # shellcheck disable=SC2016 # for the shell of the step
    export look='for pid in /proc/[0-9]*; do
        tr "\0" " " <$pid/cmdline | grep -q "^$SKEP.*$ID" || continue
        ls $pid/fd | wc -l
    done 2>/dev/null | sort -n >"$guard"'
    export ID SKEP
    run_in_terminal 'expect ready' raw "run eval \"\$look\"" 'send \n' --
    assert_equal "$(head -n 1 "$guard")" 2
    assert_equal "$(wc -l <"$guard")" 2
    skep run --bundle "$BUNDLE" "$ID"
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

@test "terminal: a large paste is echoed whole" {
    setup_terminal_bundle 'echo ready; cat >/dev/null; echo over'
    seq -w 1 14000 >"$WORK/input"
    { cat "$WORK/input" && printf '\004'; } >"$WORK/typed"
    run_in_terminal 'expect ready' "paste $WORK/typed" 'expect over' --
    assert_equal "$(sed '1d;$d' <<<"$output" | md5sum)" "$(md5sum <"$WORK/input")"
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
    timeout 10 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        <"$WORK/input" >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 0
    assert_contains "$(cat "$WORK/stdout")" "got <no line end>"
}

@test "terminal: standard input is closed" {
    setup_terminal_bundle 'tty; echo ran'
    status=0
    timeout 10 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        <&- >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 0
    assert_equal "$(tr -d '\r' <"$WORK/stdout")" $'/dev/pts/0\nran'
}

@test "terminal: standard output is closed" {
    setup_terminal_bundle 'head -c 100000 /dev/zero; exit 3'
    status=0
    timeout 10 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        </dev/null >&- 2>"$WORK/stderr" 3>&- || status=$?
    skep_only
    assert_status 3
}

@test "terminal: no terminal anywhere, in a session of its own" {
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
    setup_terminal_bundle 'stty -opost; exec head -c 1000000 /dev/zero'
    local i
    for ((i = 0; i < 20; i++)); do
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&-
        assert_equal "$(wc -c <"$WORK/stdout")" 1000000 "bytes of round $i"
    done
}

@test "terminal: output right before the end of exec arrives whole, twenty times" {
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
    setup_terminal_bundle 'stty -opost; head -c 3000 /dev/zero; kill -KILL $$'
    drop_namespace pid
    status=0
    "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 137
    assert_equal "$(wc -c <"$WORK/stdout")" 3000
}

@test "terminal: a slow reader gets all output" {
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

@test "terminal: a reader that goes away does not keep the process from its end" {
    skep_only "runc ends by SIGPIPE"
    setup_terminal_bundle 'head -c 1000000 /dev/zero; exit 3'
    status=0
    # shellcheck disable=SC2016 # for the inner shell
    timeout 20 bash -c '"$@" </dev/null 2>/dev/null | head -c 10 >/dev/null; exit "${PIPESTATUS[0]}"' \
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
    sleep 3
    local pid size
    pid=$(runtime_processes | while read -r pid; do
        [[ $(readlink "/proc/$pid/exe") != "$SKEP" ]] || echo "$pid"
    done)
    size=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
    skep kill "$ID" KILL
    kill -KILL "$pid"
    ((size < 30000)) || fail "the runtime uses $size kB"
}

@test "terminal: SIGTERM ends a process whose output nobody reads" {
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
    assert_refused process.terminal /dev/console "not a directory"
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
