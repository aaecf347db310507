#!/usr/bin/env bats
# Podman with the runtime under test.
load helpers
load podman

# bats test_tags=round
@test "podman: run --rm prints from inside a container" {
    run podman_run --rm busybox:test sh -c 'echo hello from $$; id -u'
    assert_status 0
    assert_equal "$output" $'hello from 1\n0'
}

# bats test_tags=round
@test "podman: the exit status is the process's" {
    run podman_run --rm busybox:test sh -c 'exit 42'
    assert_status 42
}

# bats test_tags=round
@test "podman: its default profile is in force, and what it allows works" {
    run podman_run --rm busybox:test sh -c 'grep ^Seccomp: /proc/self/status; unshare -m true; mkdir /a && rmdir /a'
    assert_status 0
    assert_contains "$output" $'Seccomp:\t2'
    run podman_run --rm --security-opt seccomp=unconfined busybox:test grep ^Seccomp: /proc/self/status
    assert_equal "$output" $'Seccomp:\t0'
}

# bats test_tags=round
@test "podman: a command that is not found is 127" {
    run -127 podman_run --rm busybox:test no-such-command
}

# bats test_tags=round
@test "podman: a command that is not executable is 126" {
    run -126 podman_run --rm busybox:test /etc/passwd
    assert_contains "${output,,}" "permission denied"
}

# bats test_tags=round
@test "podman: detach, inspect, stop, remove" {
    local id
    id=$(podman_run --detach busybox:test sh -c 'trap "exit 5" TERM; while :; do sleep 0.05; done')
    assert_equal "$(podman_here inspect --format '{{.State.Status}}' "$id")" running
    podman_here stop --time 5 "$id" >/dev/null
    assert_equal "$(podman_here inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$id")" "exited 5"
    podman_here rm "$id" >/dev/null
}

@test "podman: volumes, environment, working folder, user and hostname" {
    mkdir "$WORK/volume"
    echo content >"$WORK/volume/file"
    run podman_run --rm --volume "$WORK/volume:/volume:ro" --env NAME=value --workdir /tmp --user 1000:1000 \
        --hostname box busybox:test sh -c 'cat /volume/file; echo $NAME; pwd; id -u; hostname'
    assert_status 0
    assert_equal "$output" $'content\nvalue\n/tmp\n1000\nbox'
}

# bats test_tags=cgroup,round
@test "podman: limits reach the cgroup" {
    run podman_run --rm --memory 64m --pids-limit 50 busybox:test sh -c \
        'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null
         cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; true'
    assert_status 0
    assert_equal "$output" $'50\n67108864'
}

# bats test_tags=round
@test "podman: exec, with and without a terminal, and its exit status" {
    podman_run --detach --name "$ID" busybox:test sleep 1000 >/dev/null
    run podman_here exec --env A=b --user 5:6 --workdir /tmp "$ID" sh -c 'echo $A; id -u; id -g; pwd; exit 7'
    assert_status 7
    assert_equal "$output" $'b\n5\n6\n/tmp'
    run podman_here exec --tty "$ID" tty
    assert_status 0
    assert_contains "$output" /dev/pts/
    run -127 podman_here exec "$ID" no-such-command
    run -126 podman_here exec "$ID" /etc/passwd
}

@test "podman: a terminal, pause and unpause, top, update, stop" {
    podman_run --detach --tty --name "$ID" busybox:test sh -c 'tty; trap "exit 9" TERM; while :; do sleep 0.1; done' \
        >/dev/null
    podman_here pause "$ID" >/dev/null
    assert_equal "$(podman_here inspect --format '{{.State.Status}}' "$ID")" paused
    podman_here unpause "$ID" >/dev/null
    assert_contains "$(podman_here top "$ID" args)" "sleep 0.1"
    run podman_here stop --time 20 "$ID"
    assert_status 0
    assert_equal "$(podman_here wait "$ID")" 9
    assert_contains "$(podman_here logs "$ID")" /dev/pts/0
}

@test "podman: --uidmap, exec, and containers that share the namespaces of one" {
    skep_only "runc before 1.2 finds no rootfs below a directory that is root's alone"
    local map=(--uidmap 0:100000:65536 --gidmap 0:100000:65536) all=() name
    podman_run --detach --name "$ID" "${map[@]}" busybox:test sleep 1000 >/dev/null
    run podman_here exec "$ID" sh -c 'id -u; cat /proc/self/uid_map; touch /x && stat -c %u /x'
    assert_status 0
    assert_matches "$output" $'^0\n +0 +100000 +65536\n0$'
    run podman_run --rm --userns="container:$ID" busybox:test cat /proc/self/uid_map
    assert_status 0
    assert_matches "$output" '^ +0 +100000 +65536$'
    for name in userns ipc pid uts network; do all+=("--$name=container:$ID"); done
    run podman_here run --cgroup-parent "$(engine_parent)" --rm "${all[@]}" busybox:test \
        sh -c 'for n in user ipc pid uts net; do [ "$(readlink /proc/self/ns/$n)" = "$(readlink /proc/1/ns/$n)" ] || echo $n; done; ps'
    assert_status 0
    assert_contains "$output" "sleep 1000"
    assert_excludes "$(head -n 1 <<<"$output")" net
}
