#!/usr/bin/env bats
# Podman of an ordinary user, with the runtime under test: of the user who runs the tests, or where that is root of user
# 1000. With a systemd of theirs and version 2 containers have cgroups, and limits.
# bats file_tags=rootless,user,round
load ../helpers
load ../helpers/user

setup_file() {
    local command
    for command in podman newuidmap; do
        command -v "$command" >/dev/null || fail "$command is not installed (scripts/setup installs it)"
    done
    PLACE=$BATS_FILE_TMPDIR/engine
    mkdir -p "$PLACE"
    if ((EUID == 0)); then room_of_user; else printf '#!/bin/sh\nexec "$@"\n' >"$PLACE/as_user"; fi
    # Podman's own clean-up knows no other state root than the default one.
    if ((EUID == 0)); then STATE=$PLACE/run/skep; else STATE=$XDG_RUNTIME_DIR/skep; fi
    chmod 755 "$PLACE/as_user"
    export PLACE STATE
    tar -C "$ROOTFS_TEMPLATE" -c . >"$PLACE/image.tar"
    podman_here import "$PLACE/image.tar" busybox:test >/dev/null
}

# A user of root's making, with subordinate ids and a home.
room_of_user() {
    chmod 711 "$BATS_RUN_TMPDIR"
    install -d -o 1000 -g 1000 "$PLACE/home" "$PLACE/run"
    chown -R 1000:1000 "$PLACE"
    echo "someone:$first_subid:65536" >"$PLACE/subid"
    { grep -v ':1000:' /etc/passwd; echo "someone:x:1000:1000::$PLACE/home:/bin/sh"; } >"$PLACE/passwd"
    cat >"$PLACE/as_user" <<END
#!/bin/sh
cd /
exec unshare --mount --propagation slave sh -c '
    mount --bind "$PLACE/subid" /etc/subuid
    mount --bind "$PLACE/subid" /etc/subgid
    mount --bind "$PLACE/passwd" /etc/passwd
    exec setpriv --reuid 1000 --regid 1000 --clear-groups \\
        env -i PATH="$PATH" USER=someone HOME="$PLACE/home" XDG_RUNTIME_DIR="$PLACE/run" "\$@"' sh "\$@"
END
}

teardown_file() {
    [[ -e ${PLACE-}/as_user ]] || return 0
    podman_here rm --all --force --time 0 >/dev/null 2>&1 || true
    # Ends the process that holds the user's namespaces.
    podman_here system migrate >/dev/null 2>&1 || true
    # What belongs to subordinate ids only they can remove.
    podman_here unshare rm -rf "$PLACE/storage" 2>/dev/null || true
    podman_here system migrate >/dev/null 2>&1 || true
}

setup() {
    WORK=$BATS_TEST_TMPDIR
    ID=it_$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
    SPAWNED=()
}

teardown() {
    podman_here rm --all --force --time 0 >/dev/null 2>&1 || true
    wait_for nothing_is_left || fail "left behind: $(things_left)"
}

things_left() {
    printf '%s\n' "$PLACE" >"$WORK/pattern.place"
    # conmon names the folder of its container, and a container's root lies there.
    grep -lsFf "$WORK/pattern.place" /proc/[0-9]*/cmdline | while read -r file; do
        tr '\0' ' ' 2>/dev/null <"$file" | grep -v '^podman \|catatonit' || true
    done
    [[ ! -d $STATE ]] || find "$STATE" -mindepth 1 -not -path "*/.cache*"
    has_cgroups && find "/sys/fs/cgroup/user.slice/user-$EUID.slice" -name "libpod-[0-9a-f]*"
    return 0
}

nothing_is_left() {
    [[ -z $(things_left) ]]
}

podman_here() {
    "$PLACE/as_user" podman --root "$PLACE/storage" --runroot "$PLACE/runroot" --tmpdir "$PLACE/tmp" \
        --events-backend file --runtime "$SKEP" "$@" <"${STDIN_FILE:-/dev/null}" 3>&-
}

podman_run() {
    podman_here run --network none "$@"
}

podman_detached() {
    podman_run --detach --name "$ID" "$@" >/dev/null
}

inspect() {
    podman_here inspect --format "{{$1}}" "$ID"
}

has_cgroups() {
    ((EUID != 0)) && is_cgroup_v2
}

needs_cgroups() {
    has_cgroups || skip "no cgroups are handed over to users here"
}

@test "podman rootless: run --rm, as root of a user namespace" {
    run podman_run --rm busybox:test sh -c 'echo hello from $$; id -u; cat /proc/self/uid_map'
    assert_status 0
    assert_matches "$output" $'^hello from 1\n0\n +0 +'"$(user_id)"$' +1\n +1 +'"$first_subid"' +65536$'
}

@test "podman rootless: the exit status is the process's, and 127 and 126 are Podman's" {
    run -42 podman_run --rm busybox:test sh -c 'exit 42'
    run -127 podman_run --rm busybox:test no-such-command
    run -126 podman_run --rm busybox:test /etc/passwd
}

@test "podman rootless: detach, exec, exec -t, logs, top, stop, rm" {
    podman_detached busybox:test sh -c 'echo ready; trap "exit 5" TERM; while :; do sleep 0.05; done'
    assert_equal "$(inspect .State.Status)" running
    run podman_here exec --env A=b --workdir /tmp "$ID" sh -c 'echo $A; id -u; pwd; exit 7'
    assert_status 7
    assert_equal "$output" $'b\n0\n/tmp'
    run podman_here exec --user 5:6 "$ID" sh -c 'id -u; id -g'
    assert_equal "$output" $'5\n6'
    run podman_here exec --tty "$ID" tty
    assert_status 0
    assert_contains "$output" /dev/pts/
    run -127 podman_here exec "$ID" no-such-command
    assert_contains "$(podman_here top "$ID" args)" "sh -c echo ready"
    assert_equal "$(podman_here logs "$ID")" ready
    podman_here stop --time 10 "$ID" >/dev/null
    assert_equal "$(inspect '.State.Status}} {{.State.ExitCode')" "exited 5"
    podman_here rm "$ID" >/dev/null
}

@test "podman rootless: kill, restart, and rm --force of one that runs" {
    podman_detached busybox:test sleep 1000
    podman_here kill --signal KILL "$ID" >/dev/null
    podman_here wait "$ID"
    assert_equal "$(inspect .State.ExitCode)" 137
    podman_here start "$ID" >/dev/null
    assert_equal "$(inspect .State.Status)" running
    podman_here rm --force --time 0 "$ID" >/dev/null
}

@test "podman rootless: volumes, keep-id, read-only and tmpfs" {
    mkdir "$WORK/volume"
    echo content >"$WORK/volume/file"
    chmod 755 "$WORK"
    run podman_run --rm --volume "$WORK/volume:/volume:ro" --read-only --tmpfs /scratch busybox:test \
        sh -c 'cat /volume/file; touch /scratch/x && echo written; touch /x 2>/dev/null || echo refused'
    assert_equal "$output" $'content\nwritten\nrefused'
    run podman_run --rm --userns keep-id busybox:test id -u
    assert_equal "$output" "$(user_id)"
}

@test "podman rootless: limits, stats, update, pause" {
    needs_cgroups
    podman_detached --memory 64m --pids-limit 50 busybox:test sleep 1000
    local scope
    scope=/sys/fs/cgroup$(inspect .State.CgroupPath)
    assert_equal "$(cat "$scope/memory.max" "$scope/pids.max")" $'67108864\n50'
    assert_matches "$(podman_here stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' "$ID")" '^1 [0-9.]+.?B / 67'
    podman_here pause "$ID" >/dev/null
    assert_equal "$(inspect .State.Status)" paused
    podman_here unpause "$ID" >/dev/null
    run podman_here exec "$ID" cat /sys/fs/cgroup/pids.max
    assert_equal "$output" 50
}

@test "podman rootless: with cgroupfs where nothing is handed over to it, as with systemd" {
    run podman_here --cgroup-manager cgroupfs run --rm --network none busybox:test echo hello
    assert_status 0
    assert_equal "$output" hello
}
