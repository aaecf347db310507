# One more process in a container that runs.
# shellcheck shell=bash

# start_container [FILTER]: $ID runs, as the configuration changed by a jq FILTER says; $pid is its process.
start_container() {
    [[ -d $BUNDLE ]] || setup_bundle sleep 1000
    [[ -z ${1-} ]] || update_config "$1"
    skep run --detach --bundle "$BUNDLE" "$ID"
    pid=$(state .pid)
}

# exec_in [OPTION...] COMMAND...: in $ID, which stands between the OPTIONS and the COMMAND where the word ID is.
# Leaves $status, $output and $stderr.
exec_in() {
    local words=() word is_placed=
    for word; do
        if [[ $word == ID && -z $is_placed ]]; then
            word=$ID
            is_placed=1
        fi
        words+=("$word")
    done
    run_skep exec "${words[@]}"
}

# exec_ok: the same, and it has to succeed.
exec_ok() {
    exec_in "$@"
    ((status == 0)) || fail "exec $* ended with $status: $stderr"
}

# exec_script SCRIPT: a shell script in $ID, which has to succeed.
exec_script() {
    exec_ok ID sh -c "$1"
}

# exec_detached [OPTION...]: `sleep 1000` in $ID; $exec_pid is its process.
exec_detached() {
    skep exec --detach --pid-file "$WORK/exec.pid" "$@" "$ID" sleep 1000
    exec_pid=$(cat "$WORK/exec.pid")
    [[ $exec_pid =~ ^[1-9][0-9]*$ ]] || fail "the pid file holds '$exec_pid'"
}

# assert_not_run WORD...: the last exec ended with 255, as it could not run the command, and said why in one line
# that has each WORD; and the container's own process still runs.
assert_not_run() {
    assert_status 255
    [[ -n $stderr ]] || fail "failed without a word on standard error"
    assert_unharmed
    is_skep || return 0
    assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error ($stderr)"
    assert_matches "$stderr" '^skep: '
    local word
    for word; do
        assert_contains "${stderr,,}" "${word,,}"
    done
}

# The container's first process is the one it was, and no other is left beside it.
assert_unharmed() {
    assert_equal "$(state .status)" running
    assert_equal "$(state .pid)" "$pid" "the container's process"
    wait_for is_alone
}

is_alone() {
    [[ $("$SKEP" --root "$ROOT" ps --format json "$ID") == "[$pid]" ]]
}

# listen_for_pidfd: a listener at $WORK/pidfd.socket, which prints the message that comes with a descriptor, and what
# kernel and process say about it, to $WORK/pidfd.out.
listen_for_pidfd() {
    rm -f "$WORK/pidfd.socket"
    spawn python3 -c '
import os, re, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
connection, _ = listener.accept()
message, descriptors, _, _ = socket.recv_fds(connection, 4096, 8)
with open(sys.argv[2], "w") as out:
    print("message", message.decode(), file=out)
    print("descriptors", len(descriptors), file=out)
    print(re.search("^Pid:.*", open(f"/proc/self/fdinfo/{descriptors[0]}").read(), re.M)[0], file=out)
' "$WORK/pidfd.socket" "$WORK/pidfd.out"
    wait_for test -S "$WORK/pidfd.socket"
}
