# Terminals of the tests, and listeners on Unix sockets: python3 does what a shell can't.
# shellcheck shell=bash

export PYTHONDONTWRITEBYTECODE=1

# in_terminal ROWSxCOLUMNS STEP... -- COMMAND...: runs COMMAND in a terminal, and checks that it leaves the
# terminal as it was. The steps are those of terminal.py. Leaves $status and $output: what was shown.
in_terminal() {
    status=0
    python3 "$helpers/terminal.py" outer "$@" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    output=$(tr -d '\0\r' <"$WORK/stdout")
    stderr=$(cat "$WORK/stderr")
    ((status != 99)) || fail "$stderr"
}

# run_in_terminal STEP... -- [ARG...]: `run` of $ID in a terminal of 24 lines.
run_in_terminal() {
    local steps=()
    while [[ $1 != -- ]]; do
        steps+=("$1")
        shift
    done
    in_terminal 24x80 "${steps[@]}" -- "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "${@:2}" "$ID"
}

# exec_in_terminal STEP... -- ARG...: `exec` with ARGs likewise.
exec_in_terminal() {
    local steps=()
    while [[ $1 != -- ]]; do
        steps+=("$1")
        shift
    done
    in_terminal 24x80 "${steps[@]}" -- "$SKEP" --root "$ROOT" exec "${@:2}"
}

# setup_terminal_bundle SCRIPT: a container with a terminal that runs SCRIPT.
setup_terminal_bundle() {
    setup_bundle
    update_config '.process.terminal = true'
    set_script "$1"
}

# exec_container: a running container for `exec`, without a terminal of its own.
exec_container() {
    setup_bundle sleep 1000
    create
    skep start "$ID"
}

# hold_console STEP...: listens at $CONSOLE for a terminal's master, and then follows the steps; what the
# terminal shows goes to $WORK/console.out in the end.
hold_console() {
    CONSOLE=$WORK/console.sock
    rm -f "$CONSOLE"
    python3 "$helpers/terminal.py" console "$CONSOLE" "$@" \
        </dev/null >"$WORK/console.out" 2>"$WORK/console.err" 3>&- &
    console_holder=$!
    SPAWNED+=("$console_holder")
    wait_for test -S "$CONSOLE"
}

# wait_console: until the steps are through; what the terminal showed in $output.
wait_console() {
    spawned=$console_holder
    wait_spawned
    output=$(tr -d '\0\r' <"$WORK/console.out")
    assert_equal "$status" 0 "the console's holder ($(cat "$WORK/console.err")): its end"
}

# hold_pidfd: listens at $PIDFD_SOCKET; what it learns goes to $WORK/pidfd.out.
hold_pidfd() {
    PIDFD_SOCKET=$WORK/pidfd.sock
    python3 "$helpers/pidfd-listener.py" "$PIDFD_SOCKET" </dev/null >"$WORK/pidfd.out" 2>&1 3>&- &
    SPAWNED+=("$!")
    wait_for test -S "$PIDFD_SOCKET"
}

# listen_for_notifications [SOCKET]: sets NOTIFY_SOCKET; what comes goes to $WORK/notifications.
listen_for_notifications() {
    export NOTIFY_SOCKET=${1:-$WORK/host-notify.sock}
    python3 "$helpers/notify-listener.py" "$NOTIFY_SOCKET" </dev/null >"$WORK/notifications" 2>&1 3>&- &
    SPAWNED+=("$!")
    wait_for file_has "$WORK/notifications" listening
}

# Process ids of this test's runtimes: those that have its id on their command line.
runtime_processes() {
    printf '%s\n' "$ID" >"$WORK/pattern.runtime"
    grep -lsFf "$WORK/pattern.runtime" /proc/[0-9]*/cmdline | cut -d/ -f3 | while IFS= read -r pid; do
        [[ $(readlink "/proc/$pid/exe") == *python* ]] || printf '%s\n' "$pid"
    done
}

runtimes_are() {
    (($(runtime_processes | wc -l) == $1))
}
