# Containers whose cgroup systemd makes, and a stand-in for its socket.
# shellcheck shell=bash

# A bundle whose container sleeps in the scope $UNIT; $DIRECTORY is its cgroup.
setup_sleeper() {
    setup_bundle sleep 1000
    set_cgroup
    UNIT=it-$ID.scope
    DIRECTORY=$(cgroup_dir memory "$CGROUP")
}

# property NAME: of the unit, as systemd tells it.
property() {
    systemctl show --value --property "$1" "$UNIT"
}

# assert_no_unit: systemd knows none of this test's, not even a failed one.
assert_no_unit() {
    assert_equal "$(systemctl list-units --all --plain --no-legend "*$ID*")" ""
}

# at_private PROGRAM COMMAND...: with a server at systemd's own socket that the Python PROGRAM makes of `listener`.
at_private() {
    local program=$1
    shift
    rm -f "$WORK/private"
    python3 -c "import signal, socket, sys
listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1])
$program" "$WORK/private" 3>&- &
    SPAWNED+=("$!")
    until [[ -S $WORK/private ]]; do sleep 0.05; done
    status=0
    unshare --mount --propagation private bash -c 'mount --bind "$1" /run/systemd/private && shift && exec "$@"' \
        bash "$WORK/private" "$SKEP" --root "$ROOT" "$@" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    output=$(cat "$WORK/stdout") stderr=$(cat "$WORK/stderr")
}
