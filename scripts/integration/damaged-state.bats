#!/usr/bin/env bats
# Files of a container's directory that are damaged, replaced or gone: a clear error, nothing of anybody else's touched,
# and delete --force clears. With SKEP_EVERY_OFFSET set every byte is tried, not one in sixty.
load helpers

# Two containers whose names, and whose cgroups' names, differ in one bit.
two_containers() {
    skep_only
    setup_bundle sleep 1000
    OTHER=${ID}c
    ID+=a
    for id in "$ID" "$OTHER"; do
        set_cgroup "$id"
        skep run --detach --bundle "$BUNDLE" "$id"
    done
    other_pid=$("$SKEP" --root "$ROOT" state "$OTHER" | gojq .pid)
}

# The test's own check of what is left looks for one id.
teardown() {
    ID=${ID%[ac]}
    remove_containers
    assert_no_leaks
}

assert_other_unharmed() {
    assert_equal "$("$SKEP" --root "$ROOT" state "$OTHER" | gojq -r '"\(.status) \(.pid)"')" "running $other_pid"
    [[ -d /proc/$other_pid ]] || fail "the other container's process is gone"
    [[ -n $(cgroups_named "$OTHER") ]] || fail "the other container's cgroup is gone"
}

# damage FILE live|stopped
damage() {
    local step=61
    [[ -z ${SKEP_EVERY_OFFSET-} ]] || step=1
    run python3 "$helpers/damage.py" "$SKEP" "$ROOT" "$ID" "$OTHER" "$1" "$step" "$2"
    assert_equal "$status" 0 "the end of damage.py ($output)"
    ((output > 20)) || fail "only $output were tried"
}

# is_over PID: it has ended, reaped or not.
is_over() {
    [[ ! -e /proc/$1/stat || $(cut -d ' ' -f 3 "/proc/$1/stat") == Z ]]
}

stop_container() {
    kill_container
    wait_for status_is stopped
}

@test "damaged: state.json of a container that runs" {
    two_containers
    damage state.json live
    assert_equal "$(state .status)" running
}

@test "damaged: config.json of a container that runs" {
    two_containers
    damage config.json live
    assert_equal "$(state .status)" running
}

@test "damaged: state.json of a container that has stopped" {
    two_containers
    stop_container
    damage state.json stopped
}

@test "damaged: config.json of a container that has stopped" {
    two_containers
    stop_container
    damage config.json stopped
}

@test "damaged: delete --force ends the processes of a container whose state.json is damaged" {
    two_containers
    local change pid
    for change in ': >FILE' 'truncate -s 200 FILE' 'sed -i "s/init_process_pid\":[0-9]*/init_process_pid\":OTHER_PID/" FILE' \
        'sed -i "s/ID/OTHER/g" FILE' 'cp ROOT/OTHER/state.json FILE' 'rm FILE; ln -s ../OTHER/state.json FILE' \
        'rm FILE; ln -s nowhere FILE' 'rm FILE; mkfifo FILE' 'rm FILE; mkdir -p FILE/a/b; touch FILE/a/c' \
        'rm FILE; mknod FILE c 1 5' 'chmod 0 FILE; truncate -s 5G FILE'; do
        pid=$(state .pid)
        change=${change//FILE/$ROOT/$ID/state.json}
        change=${change//OTHER_PID/$other_pid}
        change=${change//ROOT/$ROOT}
        change=${change//OTHER/$OTHER}
        eval "${change//ID/$ID}"
        local command
        for command in state "kill" "kill --all" start delete pause "exec -d"; do
            status=0
            # shellcheck disable=SC2086 # a command and its options
            timeout 20 "$SKEP" --root "$ROOT" $command "$ID" true </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- ||
                status=$?
            ((status == 1 || status == 255)) || fail "$change: $command ended with $status: $(cat "$WORK/stderr")"
            assert_equal "$(wc -l <"$WORK/stderr")" 1 "$change: lines of $command's error ($(cat "$WORK/stderr"))"
        done
        skep delete --force "$ID"
        [[ ! -e $ROOT/$ID ]] || fail "$change: the directory is still there"
        wait_for is_over "$pid"
        [[ -z $(cgroups_named "$ID") ]] || fail "$change: $(cgroups_named "$ID")"
        assert_other_unharmed
        set_cgroup
        skep run --detach --bundle "$BUNDLE" "$ID"
    done
}

@test "damaged: something else in the place of a file of a created container" {
    two_containers
    skep delete --force "$ID"
    set_cgroup
    echo "as it was" >"$WORK/file"
    local name kind command
    for name in exec.fifo exec.report config.json notify netns network.json; do
        for kind in 'mkfifo FILE' 'mkdir -p FILE/a' 'ln -s nowhere FILE' 'ln -s ../../file FILE' 'ln ../file FILE' ': >FILE'; do
            create
            rm -f "$ROOT/$ID/$name"
            (cd "$ROOT/$ID" && eval "${kind//FILE/$name}") 2>/dev/null || (cd "$ROOT/$ID" && ln "$WORK/file" "$name")
            for command in state "kill --all" start delete "delete --force"; do
                local words=("$ID")
                [[ $command != kill* ]] || words+=(0)
                status=0
                # shellcheck disable=SC2086 # a command and its options
                timeout 20 "$SKEP" --root "$ROOT" $command "${words[@]}" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- ||
                    status=$?
                ((status <= 1)) || fail "$name, $kind: $command ended with $status: $(cat "$WORK/stderr")"
            done
            assert_equal "$status" 0 "$name, $kind: the end of delete --force ($(cat "$WORK/stderr"))"
            [[ ! -e $ROOT/$ID ]] || fail "$name, $kind: the directory is still there"
            assert_equal "$(cat "$WORK/file")" "as it was"
        done
    done
    assert_other_unharmed
}

@test "damaged: what is mounted in the directory keeps what it holds" {
    two_containers
    mkdir "$WORK/precious"
    touch "$WORK/precious/file"
    in_mount_namespace '
        mkdir "$ROOT/$ID/mount"
        mount --bind "$WORK/precious" "$ROOT/$ID/mount"
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 1
    assert_contains "$stderr" "$ROOT/$ID/mount"
    [[ -e $WORK/precious/file ]] || fail "what was mounted is gone"
    skep delete --force "$ID"
    [[ ! -e $ROOT/$ID ]]
    assert_other_unharmed
}

@test "damaged: a link to another container's directory is no container" {
    two_containers
    ln -s "$OTHER" "$ROOT/${ID}z"
    local command
    for command in state kill delete "delete --force" pause; do
        # shellcheck disable=SC2086 # a command and its option
        run_skep $command "${ID}z"
        ((status <= 1)) || fail "$command ended with $status"
        assert_other_unharmed
    done
    rm -f "$ROOT/${ID}z"
}

@test "damaged: the directory goes while the container runs" {
    two_containers
    local pid
    pid=$(state .pid)
    mv "$ROOT/$ID" "$WORK/gone"
    local command
    for command in state "kill" start delete pause; do
        run_skep $command "$ID"
        assert_refused "$ID" "does not exist"
    done
    skep delete --force "$ID"
    [[ -d /proc/$pid ]] || fail "the process is gone"
    mv "$WORK/gone" "$ROOT/$ID"
    assert_equal "$(state '"\(.status) \(.pid)"')" "running $pid"
}

@test "damaged: the directory goes while run waits" {
    two_containers
    skep delete --force "$ID"
    set_cgroup
    set_script 'until [ -e /go ]; do sleep 0.1; done; exit 42'
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for status_is running
    rm -r "${ROOT:?}/$ID"
    touch "$BUNDLE/rootfs/go"
    wait_spawned
    assert_equal "$status" 42 "the end of run ($(cat "$WORK/spawned.err"))"
    assert_other_unharmed
    [[ -z $(cgroups_named "$ID") ]] || fail "left: $(cgroups_named "$ID")"
}

@test "damaged: a read-only state root" {
    two_containers
    skep delete --force "$ID"
    set_cgroup
    create
    in_mount_namespace '
        mount --bind "$ROOT" "$ROOT"; mount -o remount,bind,ro "$ROOT"
        "$SKEP" --root "$ROOT" state "$ID" >"$WORK/state.out"
        "$SKEP" --root "$ROOT" kill "$ID" 0
        "$SKEP" --root "$ROOT" list --quiet >"$WORK/list.out"
        ! "$SKEP" --root "$ROOT" update --pids-limit 7 "$ID" 2>"$WORK/update.err"
        "$SKEP" --root "$ROOT" start "$ID"'
    assert_refused "read-only file system"
    assert_equal "$(gojq -r .status "$WORK/state.out")" created
    assert_contains "$(cat "$WORK/list.out")" "$ID"
    assert_contains "$(cat "$WORK/update.err")" "Read-only file system"
    assert_equal "$(state .status)" created
    skep start "$ID"
    assert_equal "$(state .status)" running
    in_mount_namespace '
        mount --bind "$ROOT" "$ROOT"; mount -o remount,bind,ro "$ROOT"
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_refused "read-only file system"
    assert_other_unharmed
    skep delete --force "$ID"
    [[ ! -e $ROOT/$ID ]]
}

# Filters are compiled again, whatever the file has become.
@test "damaged: a compiled filter" {
    skep_only
    setup_bundle mkdir /tmp/x
    update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
        {names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
    run_skep run --bundle "$BUNDLE" "$ID"
    local file size step=29 offset
    file=$(find "$ROOT/.cache/seccomp" -type f)
    size=$(stat -c %s "$file")
    [[ -z ${SKEP_EVERY_OFFSET-} ]] || step=1
    cp "$file" "$WORK/whole"
    for ((offset = 0; offset < size; offset += step)); do
        python3 -c '
import sys
whole, path, offset = open(sys.argv[1], "rb").read(), sys.argv[2], int(sys.argv[3])
changed = bytearray(whole)
changed[offset] ^= 1 << offset % 8
open(path, "wb").write(changed if offset % 3 else whole[:offset])' "$WORK/whole" "$file" "$offset"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_status 1
        assert_contains "$stderr" "No space left on device"
        cmp "$file" "$WORK/whole" || fail "offset $offset: the file is not what it was"
    done
}
