#!/usr/bin/env bats
# What create and run pass on to the container or hand to others: LISTEN_FDS, --preserve-fds, --pidfd-socket, --pid-file.
load helpers
load helpers/terminal

# What a process sees of what it was given.
readonly show='echo "fds $LISTEN_FDS pid $LISTEN_PID names $LISTEN_FDNAMES"; ls /proc/self/fd | tr "\n" " "; echo'

setup_descriptors() {
    setup_bundle
    set_script "$1"
    echo three >"$WORK/three"
    echo four >"$WORK/four"
    echo five >"$WORK/five"
}

# activated PID VARIABLE=VALUE... -- ARG...: the runtime with files as descriptors 3, 4 and 5, and LISTEN_PID=PID
# ("own" for its own), as a service manager starts it.
activated() {
    local pid=$1 variables=()
    shift
    while [[ $1 != -- ]]; do
        variables+=("$1")
        shift
    done
    status=0
    # shellcheck disable=SC2016 # for the inner shell
    env "${variables[@]}" sh -c '
        [ "$0" = own ] && LISTEN_PID=$$ || LISTEN_PID=$0
        export LISTEN_PID
        exec "$@"' "$pid" "$SKEP" --root "$ROOT" "${@:2}" \
        3<"$WORK/three" 4<"$WORK/four" 5<"$WORK/five" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    output=$(cat "$WORK/stdout")
    stderr=$(cat "$WORK/stderr")
}

# LISTEN_FDS.

@test "LISTEN_FDS: the sockets arrive from 3 on, and LISTEN_PID is the process's own" {
    setup_descriptors "$show"'; cat <&3; cat <&4'
    activated own LISTEN_FDS=2 -- run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_matches "$output" '^fds 2 pid 1 names'
    # The one after them is the folder that ls itself reads.
    assert_matches "$output" $'\n0 1 2 3 4 5 \nthree\nfour$'
}

@test "LISTEN_FDS: their names are passed" {
    skep_only "runc drops them"
    setup_descriptors "$show"
    activated own LISTEN_FDS=2 LISTEN_FDNAMES=web:admin -- run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "fds 2 pid 1 names web:admin"
}

@test "LISTEN_FDS: in a shared pid namespace LISTEN_PID is the host's number" {
    skep_only "runc tells 1 there, too"
    setup_descriptors 'echo "$LISTEN_PID $$"; cut -d" " -f1 /proc/self/stat >/dev/null; cat <&3'
    drop_namespace pid
    activated own LISTEN_FDS=1 -- run --bundle "$BUNDLE" --pid-file "$WORK/pid" "$ID"
    assert_status 0
    local pid
    pid=$(cat "$WORK/pid")
    assert_equal "$output" "$pid $pid"$'\nthree'
}

@test "LISTEN_FDS: through create and start" {
    setup_descriptors "$show; cat <&3"
    activated own LISTEN_FDS=1 -- create --bundle "$BUNDLE" "$ID"
    assert_status 0
    # Not `skep start`, which would empty the file that the container writes to.
    "$SKEP" --root "$ROOT" start "$ID"
    wait_for status_is stopped
    output=$(cat "$WORK/stdout")
    assert_contains "$output" "fds 1 pid 1"
    assert_contains "$output" three
}

@test "LISTEN_FDS: the configuration's own variables give way" {
    skep_only "runc adds to them"
    setup_descriptors 'env | grep ^LISTEN_ | sort'
    update_config '.process.env += ["LISTEN_FDS=7", "LISTEN_PID=99", "LISTEN_FDNAMES=a:b"]'
    activated own LISTEN_FDS=1 LISTEN_FDNAMES=web -- run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'LISTEN_FDNAMES=web\nLISTEN_FDS=1\nLISTEN_PID=1'
}

@test "LISTEN_FDS: meant for another process, nothing is passed" {
    setup_descriptors "$show"
    activated 1 LISTEN_FDS=2 LISTEN_FDNAMES=web:admin -- run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" $'fds  pid  names \n0 1 2 3 '
}

@test "LISTEN_FDS: no number, zero, or a negative one: nothing is passed" {
    skep_only "runc panics"
    setup_descriptors "$show"
    local count
    for count in "" 0 -1 two 2x 99999999999999999999; do
        activated own "LISTEN_FDS=$count" -- run --bundle "$BUNDLE" "$ID"
        assert_status 0
        assert_equal "$output" $'fds  pid  names \n0 1 2 3 '
    done
}

@test "LISTEN_FDS: a LISTEN_PID that is no number: nothing is passed" {
    setup_descriptors "$show"
    activated me LISTEN_FDS=2 -- run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" $'fds  pid  names \n0 1 2 3 '
}

@test "LISTEN_FDS: more than are open gives none of the runtime's own away" {
    setup_descriptors 'ls -l /proc/self/fd'
    activated own LISTEN_FDS=40 -- run --bundle "$BUNDLE" "$ID"
    ((status == 0)) || {
        assert_refused LISTEN_FDS
        return 0
    }
    # What is known by name is the test's; the link of the folder that ls reads is gone when it looks.
    local others
    others=$(grep -- '->' <<<"$output" | grep -vE -- "-> (/dev/null|$WORK/(three|four|five|stdout|stderr))$" || true)
    assert_equal "$others" "" "other descriptors"
}

@test "LISTEN_FDS: --preserve-fds come after them" {
    setup_descriptors "$show"'; cat <&3; cat <&4; cat <&5'
    activated own LISTEN_FDS=1 -- run --preserve-fds 2 --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_matches "$output" '^fds 1 pid 1 names'
    assert_matches "$output" $'\n0 1 2 3 4 5 6 \nthree\nfour\nfive$'
}

@test "LISTEN_FDS: --preserve-fds is counted from after them" {
    skep_only "runc passes descriptors of its own"
    setup_descriptors "$show"
    activated own LISTEN_FDS=2 -- run --preserve-fds 2 --bundle "$BUNDLE" "$ID"
    assert_refused preserve-fds "descriptor 6"
    assert_no_leaks
}

@test "LISTEN_FDS: exec does not pass them" {
    setup_descriptors 'sleep 1000'
    create
    skep start "$ID"
    activated own LISTEN_FDS=2 -- exec "$ID" sh -c "$show"
    assert_status 0
    assert_equal "$output" $'fds  pid  names \n0 1 2 3 '
}

# --preserve-fds.

@test "--preserve-fds: create passes them on to the process" {
    setup_descriptors 'cat <&3; cat <&4; ls /proc/self/fd | tr "\n" " "'
    "$SKEP" --root "$ROOT" create --preserve-fds 2 --bundle "$BUNDLE" "$ID" \
        3<"$WORK/three" 4<"$WORK/four" </dev/null >"$WORK/container.out" 2>&1
    skep start "$ID"
    wait_for status_is stopped
    assert_equal "$(cat "$WORK/container.out")" $'three\nfour\n0 1 2 3 4 5 '
}

@test "--preserve-fds: exec passes them on" {
    setup_descriptors 'sleep 1000'
    create
    skep start "$ID"
    status=0
    "$SKEP" --root "$ROOT" exec --preserve-fds 1 "$ID" sh -c 'cat <&3; ls /proc/self/fd | tr "\n" " "' \
        3<"$WORK/three" 4<"$WORK/four" </dev/null >"$WORK/stdout" 2>&1 || status=$?
    assert_equal "$(cat "$WORK/stdout")" $'three\n0 1 2 3 4 '
}

@test "--preserve-fds: the runtime's own descriptors take none of their numbers" {
    setup_descriptors 'cat <&3; cat <&9'
    status=0
    "$SKEP" --root "$ROOT" run --preserve-fds 7 --bundle "$BUNDLE" "$ID" 3<"$WORK/three" 4</dev/null 5</dev/null \
        6</dev/null 7</dev/null 8</dev/null 9<"$WORK/four" </dev/null >"$WORK/stdout" 2>&1 || status=$?
    assert_equal "$(cat "$WORK/stdout")" $'three\nfour'
}

@test "--preserve-fds: with a terminal" {
    setup_descriptors 'cat <&3; tty'
    update_config '.process.terminal = true'
    in_terminal 24x80 -- bash -c '"$@" 3<"$0"' "$WORK/three" \
        "$SKEP" --root "$ROOT" run --preserve-fds 1 --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'three\n/dev/pts/0'
}

@test "--preserve-fds: one that is not open is refused by its number" {
    skep_only "runc passes descriptors of its own"
    setup_descriptors 'echo ran'
    status=0
    "$SKEP" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID" \
        3<"$WORK/three" 4<&- </dev/null >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    stderr=$(cat "$WORK/stderr") output=$(cat "$WORK/stdout")
    assert_refused preserve-fds "descriptor 4"
    assert_equal "$output" ""
    assert_no_leaks
}

@test "--preserve-fds: what is no number of descriptors" {
    skep_only "runc takes -1"
    setup_descriptors 'echo ran'
    local value
    for value in -1 two 1x "" 1.5 99999999999999999999 4294967295; do
        run_skep run "--preserve-fds=$value" --bundle "$BUNDLE" "$ID"
        ((status != 0)) || fail "'$value' was accepted"
        assert_equal "$output" ""
        assert_contains "$stderr" preserve-fds
        assert_no_leaks
    done
}

# --pidfd-socket.

pidfd_says() {
    [[ $(tail -n 1 "$WORK/pidfd.out") == "$1" ]]
}

@test "--pidfd-socket: run sends a pidfd of the process, which tells its end" {
    needs_runc 1.2.0
    setup_bundle sleep 1000
    hold_pidfd
    skep run --detach --pidfd-socket "$PIDFD_SOCKET" --bundle "$BUNDLE" "$ID"
    wait_for pidfd_says alive
    assert_equal "$(cat "$WORK/pidfd.out")" "message: standard
pid: $(state .pid)
alive"
    skep kill "$ID" KILL
    wait_for pidfd_says ended
}

@test "--pidfd-socket: create" {
    needs_runc 1.2.0
    setup_bundle true
    hold_pidfd
    create --pidfd-socket "$PIDFD_SOCKET"
    wait_for pidfd_says alive
    assert_contains "$(cat "$WORK/pidfd.out")" "pid: $(state .pid)"
    skep start "$ID"
    wait_for pidfd_says ended
}

@test "--pidfd-socket: run in the foreground" {
    needs_runc 1.2.0
    setup_bundle sh -c 'sleep 0.3; exit 3'
    hold_pidfd
    run_skep run --pidfd-socket "$PIDFD_SOCKET" --bundle "$BUNDLE" "$ID"
    assert_status 3
    wait_for pidfd_says ended
}

@test "--pidfd-socket: exec sends one of its own process" {
    needs_runc 1.2.0
    setup_bundle sleep 1000
    create
    skep start "$ID"
    hold_pidfd
    skep exec -d --pid-file "$WORK/pid" --pidfd-socket "$PIDFD_SOCKET" "$ID" sleep 1
    wait_for pidfd_says alive
    assert_equal "$(cat "$WORK/pidfd.out")" "message: setns
pid: $(cat "$WORK/pid")
alive"
    wait_for pidfd_says ended
}

@test "--pidfd-socket: one that is not there, or no socket, is refused" {
    needs_runc 1.2.0
    setup_bundle echo ran
    touch "$WORK/file"
    local command path
    for command in create run "run --detach"; do
        for path in "$WORK/no.sock" "$WORK/file" "$WORK/$(printf 'x%.0s' {1..200})"; do
            # shellcheck disable=SC2086 # words
            run_skep $command --pidfd-socket "$path" --bundle "$BUNDLE" "$ID"
            assert_refused pidfd-socket "$path"
            assert_equal "$output" ""
            [[ ! -e $ROOT/$ID ]]
            assert_no_leaks
        done
    done
}

# --pid-file, --keep, --no-subreaper.

@test "--pid-file: in a folder that is missing: refused, and nothing is left" {
    setup_bundle echo ran
    local command
    for command in create run "run --detach"; do
        # shellcheck disable=SC2086 # words
        run_skep $command --pid-file "$WORK/no/pid" --bundle "$BUNDLE" "$ID"
        assert_refused pid-file "$WORK/no/"
        assert_equal "$output" ""
        [[ ! -e $ROOT/$ID ]]
        assert_no_leaks
    done
}

@test "--pid-file: a relative one, of the caller's working directory" {
    setup_bundle sleep 1000
    cd "$WORK"
    skep run --detach --pid-file pid --bundle "$BUNDLE" "$ID"
    assert_equal "$(cat "$WORK/pid")" "$(state .pid)"
    assert_equal "$(stat -c %a "$WORK/pid")" 644
}

@test "--pid-file: what was there is replaced, also a symlink" {
    setup_bundle true
    echo precious >"$WORK/victim"
    ln -s "$WORK/victim" "$WORK/pid"
    skep create --pid-file "$WORK/pid" --bundle "$BUNDLE" "$ID" >/dev/null
    assert_equal "$(cat "$WORK/pid")" "$(state .pid)"
    if is_skep; then assert_equal "$(cat "$WORK/victim")" precious; fi
}

@test "--pid-file: exec's, in a folder that is missing: no process is left" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    run_skep exec --pid-file "$WORK/no/pid" "$ID" sleep 1001
    ((status != 0))
    assert_contains "$stderr" "$WORK/no/"
    assert_equal "$("$SKEP" --root "$ROOT" ps --format json "$ID" | gojq length)" 1
}

@test "--keep: with a terminal, the container stays, stopped, and the outer terminal is as before" {
    setup_terminal_bundle 'echo ready; read line; exit 3'
    run_in_terminal 'expect ready' raw 'send \n' -- --keep
    assert_status 3
    assert_equal "$(state .status)" stopped
    skep delete "$ID"
}

@test "--no-subreaper: an orphan outside a pid namespace is not the runtime's" {
    skep_only
    setup_bundle
    drop_namespace pid
    local option
    for option in "" --no-subreaper; do
        update_config '.root.readonly = false'
        set_script '(sleep 1000 & echo $! >/tmp/orphan); sleep 1000'
        rm -f "$BUNDLE/rootfs/tmp/orphan"
        # shellcheck disable=SC2086 # maybe none
        spawn_skep run $option --bundle "$BUNDLE" "$ID"
        wait_for test -s "$BUNDLE/rootfs/tmp/orphan"
        local parent
        sleep 0.2
        parent=$(awk '/^PPid/ { print $2 }' "/proc/$(cat "$BUNDLE/rootfs/tmp/orphan")/status")
        if [[ -z $option ]]; then
            assert_equal "$parent" "$spawned"
        else
            ((parent != spawned)) || fail "it is the runtime's"
        fi
        skep kill "$ID" KILL
        wait_spawned
        assert_no_leaks
    done
}
