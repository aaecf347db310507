#!/usr/bin/env bats
# A machine in trouble: each command fails with one clear line and leaves nothing behind.
load helpers

@test "trouble: two containers with one id" {
    setup_bundle sleep 1000
    create
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused "$ID" exists
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "$ID" exists
    assert_equal "$(state .status)" created
    skep start "$ID"
    assert_equal "$(state .status)" running
}

@test "trouble: the state root is below a file" {
    setup_bundle
    touch "$WORK/file"
    ROOT=$WORK/file/state
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "$WORK/file" "not a directory"
    assert_no_leaks
}

# in_trouble SCRIPT: `run` and `create` in a mount namespace that SCRIPT has put in trouble; its standard
# error is that of the last command. Fails if anything of the container is left then.
in_trouble() {
    mkdir -p "$ROOT"
    in_mount_namespace "$1"'
        status=0
        "$SKEP" --root "$ROOT" create --bundle "$BUNDLE" "$ID" >/dev/null 2>/dev/null || status=$?
        [ "$status" != 0 ] || { "$SKEP" --root "$ROOT" delete --force "$ID"; exit 0; }
        [ ! -e "$ROOT/$ID" ] || { echo "left: $(find "$ROOT/$ID")"; exit 99; }
        status=0
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" || status=$?
        [ ! -e "$ROOT/$ID" ] || { echo "left: $(find "$ROOT/$ID")"; exit 99; }
        exit "$status"'
    ((status != 99)) || fail "$output"
    assert_excludes "$output" ran
    assert_no_leaks
}

@test "trouble: the state root is on a read-only file system" {
    setup_bundle echo ran
    in_trouble 'mount --bind "$ROOT" "$ROOT"; mount -o remount,bind,ro "$ROOT"'
    assert_refused "$ROOT" "read-only file system"
}

@test "trouble: the disk of the state root is full" {
    setup_bundle echo ran
    in_trouble '
        mount -t tmpfs -o size=64k,mode=700 full "$ROOT"
        cat /dev/zero >"$ROOT/filler" 2>/dev/null || true'
    assert_refused "$ROOT" "no space left"
}

@test "trouble: the disk of the state root has no inode left" {
    setup_bundle echo ran
    in_trouble 'mount -t tmpfs -o nr_inodes=2,mode=700 full "$ROOT"'
    assert_refused "$ROOT" "no space left"
}

# bats test_tags=cgroup,cgroupfs
@test "trouble: /sys/fs/cgroup is read-only" {
    setup_bundle echo ran
    in_trouble '
        while read -r _ _ _ _ point _; do
            case $point in /sys/fs/cgroup*) mount -o remount,bind,ro "$point" ;; esac
        done </proc/self/mountinfo'
    assert_refused cgroup "read-only file system"
}

# bats test_tags=cgroup,cgroupfs
@test "trouble: no cgroup is mounted" {
    setup_bundle echo ran
    in_trouble 'umount -R /sys/fs/cgroup'
    assert_refused cgroup
}

# bats test_tags=cgroup,cgroupfs
@test "trouble: the pids limit is reached at once" {
    setup_bundle sh -c 'sleep 1 & wait'
    update_config --arg path "/$ID" '.linux.cgroupsPath = $path | .linux.resources.pids = {limit: 1}'
    run_skep run --bundle "$BUNDLE" "$ID"
    # The shell can't fork, or the runtime itself could not: either way it is said.
    ((status != 0)) || fail "a fork beyond the limit succeeded"
    assert_matches "${stderr,,}" 'resource temporarily unavailable|pids'
    assert_no_leaks
}

@test "trouble: a broken state.json is named, and delete --force still clears" {
    setup_bundle sleep 1000
    create
    printf '{\n  "pid": nonsense' >"$ROOT/$ID/state.json"
    run_skep state "$ID"
    assert_refused state.json
    run_skep delete --force "$ID"
    if is_skep; then
        assert_no_leaks
    else
        rm -rf "${ROOT:?}/$ID"
        sweep
    fi
}

@test "trouble: a broken stored config.json keeps nobody from delete --force" {
    skep_only
    setup_bundle sleep 1000
    create
    printf '{"ociVersion": ' >"$ROOT/$ID/config.json"
    run_skep start "$ID"
    ((status == 0)) || assert_refused config.json
    skep delete --force "$ID"
    assert_no_leaks
}

@test "trouble: a state folder without any file is refused by name, and cleared by force" {
    skep_only
    mkdir -p "$ROOT/$ID"
    run_skep state "$ID"
    assert_refused "$ID"
    skep delete --force "$ID"
    assert_no_leaks
}

@test "trouble: the process dies between create and start" {
    setup_bundle sleep 1000
    create
    kill_container
    wait_for status_is stopped
    run_skep start "$ID"
    assert_refused "$ID" stopped
}
