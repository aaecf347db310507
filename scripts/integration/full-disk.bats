#!/usr/bin/env bats
# The disk of the state root is full at every point of a container's life: an error that says so and nothing left, or
# all went well.
load helpers

# on_disk OPTIONS: a container's life on a file system with these options, in a mount namespace. Says how far it came.
on_disk() {
    in_mount_namespace '
        mount -t tmpfs -o "mode=700,$1" full "$ROOT"
        skep() { "$SKEP" --root "$ROOT" "$@"; }
        check() {
            grep -qi "no space left" "$WORK/err" || { echo "$1: $(cat "$WORK/err")"; exit 99; }
            [ "$(wc -l <"$WORK/err")" = 1 ] || { echo "$1: several lines: $(cat "$WORK/err")"; exit 99; }
        }
        if ! skep create --bundle "$BUNDLE" "$ID" >/dev/null 2>"$WORK/err" </dev/null; then
            check create
            [ ! -e "$ROOT/$ID" ] || { echo "left: $(find "$ROOT")"; exit 99; }
            echo refused
            exit
        fi
        # Full to the last byte from here on.
        cat /dev/zero >"$ROOT/filler" 2>/dev/null || true
        [ "$(skep state "$ID" | gojq -r .status)" = created ] || exit 99
        before=$(cat "$ROOT/$ID/state.json")
        if ! skep update --pids-limit 17 "$ID" 2>"$WORK/err"; then
            check update
            [ "$(cat "$ROOT/$ID/state.json")" = "$before" ] || { echo "state.json has changed"; exit 99; }
            [ ! -e "$ROOT/$ID/state.json.new" ] || { echo "a new state.json is left"; exit 99; }
            echo "update refused"
        fi
        skep start "$ID"
        [ "$(skep state "$ID" | gojq -r .status)" = running ] || exit 99
        skep exec "$ID" true
        skep delete --force "$ID"
        [ ! -e "$ROOT/$ID" ] || { echo "left: $(find "$ROOT")"; exit 99; }
        echo whole' "$1"
    ((status == 0)) || fail "$1: ended with $status: $output $stderr"
    assert_no_leaks
}

full_bundle() {
    skep_only
    mkdir -p "$ROOT"
    setup_bundle sleep 1000
    set_cgroup
    update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
}

@test "full-disk: every number of free pages" {
    full_bundle
    local pages seen=
    for ((pages = 1; pages <= 8; pages++)); do
        on_disk "size=$((pages * 4))k"
        seen+="$output "
    done
    assert_contains "$seen" refused
    assert_contains "$seen" "update refused"
    assert_contains "$seen" whole
}

@test "full-disk: every number of free inodes" {
    full_bundle
    local inodes seen=
    for ((inodes = 1; inodes <= 12; inodes++)); do
        on_disk "size=1m,nr_inodes=$inodes"
        seen+="$output "
    done
    assert_contains "$seen" refused
    assert_contains "$seen" whole
}
