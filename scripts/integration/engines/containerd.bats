#!/usr/bin/env bats
# containerd with the runtime under test, by `ctr`: tasks, their life, limits and statistics.
load helpers
load containerd

setup_file() {
    engine_needs containerd ctr
    room_open
    containerd_start
    containerd_image default "$image" sh
    ctr run --rm --runc-binary "$SKEP" --cgroup "$(task_cgroup first)" "$image" first true
    ENGINE_OWN="^cgroup [^ ]*/$ENGINE\$"
    export ENGINE_OWN
    things_before "${containerd_folders[@]}"
}

setup() {
    engine_test_setup
}

teardown() {
    end_spawned
    local task
    for task in $(ctr tasks list --quiet); do
        ctr tasks kill --signal KILL "$task" >/dev/null 2>&1 || true
        wait_for task_is "$task" STOPPED || true
        ctr tasks delete --force "$task" >/dev/null 2>&1 || true
    done
    for task in $(ctr containers list --quiet); do ctr containers delete "$task" >/dev/null 2>&1 || true; done
    assert_nothing_left
}

teardown_file() {
    [[ -n ${ROOM-} ]] || return 0
    daemon_stop containerd
    room_close
}

# task_cgroup NAME
task_cgroup() {
    if is_systemd_manager; then echo "$ENGINE.slice:it:$1"; else echo "/$ENGINE/$1"; fi
}

# ctr_run ARG... [-- IMAGE_ARG...]
ctr_run() {
    local systemd=()
    ! is_systemd_manager || systemd=(--runc-systemd-cgroup)
    ctr run --runc-binary "$SKEP" "${systemd[@]}" --cgroup "$(task_cgroup "$ID")" "$@"
}

# ctr_detached [ARG...] -- COMMAND...: the task $ID.
ctr_detached() {
    local options=()
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    ctr_run --detach --null-io "${options[@]}" "$image" "$ID" "${@:2}"
}

task_is() {
    [[ $(ctr tasks list | awk -v id="$1" '$1 == id { print $3 }') == "$2" ]]
}

task_pid() {
    ctr tasks list | awk -v id="$ID" '$1 == id { print $2 }'
}

# bats test_tags=round
@test "containerd: run --rm prints from inside a container, and gives its exit status" {
    run ctr_run --rm "$image" "$ID" sh -c 'echo hello from $$; id -u; exit 42'
    assert_status 42
    assert_equal "$output" $'hello from 1\n0'
}

# bats test_tags=round
@test "containerd: a command that is not found is told in the runtime's words" {
    run ctr_run --rm "$image" "$ID" no-such-command
    ((status != 0)) || fail "it ran"
    ! is_skep || assert_contains "$output" "process.args: execve no-such-command"
    ctr containers delete "$ID" >/dev/null 2>&1 || true
}

# bats test_tags=round
@test "containerd: a task is run, exec'd into, killed, and shows its status at every step" {
    ctr_detached --pid-file "$WORK/pid" -- sh -c 'trap "exit 6" TERM; while :; do sleep 0.05; done'
    task_is "$ID" RUNNING
    assert_equal "$(cat "$WORK/pid")" "$(task_pid)"
    run ctr tasks exec --exec-id one "$ID" sh -c 'echo in here; exit 7'
    assert_status 7
    assert_equal "$output" "in here"
    run ctr tasks exec --exec-id two "$ID" no-such-command
    ((status != 0)) || fail "it ran"
    ! is_skep || assert_contains "$output" "no-such-command"
    assert_contains "$(ctr tasks ps "$ID")" "$(task_pid)"
    ctr tasks kill --signal TERM "$ID"
    wait_for task_is "$ID" STOPPED
    assert_contains "$(ctr tasks delete "$ID" 2>&1)" "exit code 6"
}

# bats test_tags=round
@test "containerd: pause and resume" {
    ctr_detached -- sh -c 'while :; do echo . >>/count; sleep 0.02; done'
    ctr tasks pause "$ID"
    task_is "$ID" PAUSED
    local count
    count=$(wc -c <"/proc/$(task_pid)/root/count")
    sleep 0.3
    assert_equal "$(wc -c <"/proc/$(task_pid)/root/count")" "$count"
    ctr tasks resume "$ID"
    task_is "$ID" RUNNING
    sleep 0.3
    (($(wc -c <"/proc/$(task_pid)/root/count") > count)) || fail "it stands still"
}

# bats test_tags=round,cgroup
@test "containerd: metrics, and the limits in the cgroup" {
    ctr_detached --memory-limit 67108864 --cpus 0.5 -- sh -c 'sleep 1000 & sleep 1000'
    assert_equal "$(container_cgroup_value "$(task_pid)" memory memory.limit_in_bytes memory.max)" 67108864
    assert_equal "$(container_cgroup_value "$(task_pid)" cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 50000
    run ctr tasks metrics "$ID"
    assert_status 0
    assert_matches "$output" "(memory.usage_in_bytes|memory.usage) +[1-9]"
    ctr tasks metrics --format json "$ID" >"$WORK/metrics"
    assert_equal "$(gojq -r '.. | .pids? // empty | .current // empty' "$WORK/metrics" | head -n 1)" 2
}

@test "containerd: a terminal" {
    local line=(nsenter --target "$ROOM" --mount --net -- ctr run --rm --tty --runc-binary "$SKEP"
        --cgroup "$(task_cgroup "$ID")" "$image" "$ID" sh)
    in_terminal 24x80 'expect # ' 'send tty\n' 'expect /dev/pts/0' 'send exit 3\n' -- "${line[@]}"
    assert_status 3
}

@test "containerd: mounts, capabilities, seccomp, no new privileges, environment and read-only" {
    mkdir "$WORK/volume"
    echo content >"$WORK/volume/file"
    run ctr_run --rm --mount "type=bind,src=$WORK/volume,dst=/volume,options=rbind:ro" --cap-drop CAP_CHOWN --seccomp \
        --env NAME=value --read-only --cwd /tmp "$image" "$ID" sh -c 'cat /volume/file; echo $NAME; pwd
        grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status; chown 1 /tmp 2>/dev/null || echo no chown; touch /x 2>/dev/null || echo read-only'
    assert_status 0
    assert_equal "$output" $'content\nvalue\n/tmp\nNoNewPrivs:\t1\nSeccomp:\t2\nno chown\nread-only'
}

@test "containerd: a user namespace, and an exec in it" {
    skep_only "runc before 1.2 finds no rootfs below a directory that is root's alone"
    ctr_detached --uidmap 0:100000:65536 --gidmap 0:100000:65536 --remap-labels=false -- sleep 1000
    assert_equal "$(stat -c %u "/proc/$(task_pid)")" 100000
    run ctr tasks exec --exec-id one "$ID" cat /proc/self/uid_map
    assert_matches "$output" '^ +0 +100000 +65536$'
}

# bats test_tags=round
@test "containerd: a task outlives the daemon, which finds it again" {
    ctr_detached -- sh -c 'trap "exit 8" TERM; while :; do sleep 0.05; done'
    local pid
    pid=$(task_pid)
    containerd_restart
    assert_equal "$(task_pid)" "$pid"
    task_is "$ID" RUNNING
    ctr tasks kill --signal TERM "$ID"
    wait_for task_is "$ID" STOPPED
    assert_contains "$(ctr tasks delete "$ID" 2>&1)" "exit code 8"
}

# The same process id as before is not to be had: what there was is noted anew.
containerd_restart() {
    daemon_stop containerd KILL
    containerd_start
    sed -i "s/^process [0-9]* containerd /process $(cat "$PLACE/containerd.pid") containerd /" "$PLACE/before"
}

# bats test_tags=round
@test "containerd: who is killed from outside ends with 137, and a shim that is killed leaves what can be removed" {
    ctr_detached -- sleep 1000
    kill -KILL "$(task_pid)"
    wait_for task_is "$ID" STOPPED
    assert_contains "$(ctr tasks delete "$ID" 2>&1)" "exit code 137"
    ctr containers delete "$ID"
    ctr_detached -- sleep 1000
    kill -KILL "$(shim_of "$ID")"
    wait_for eval '[[ -z $(ctr tasks list --quiet) ]]'
}

shim_of() {
    local pid
    for pid in $(room_processes); do
        [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") != *containerd-shim-runc-v2*"-id $1 "* ]] || echo "$pid"
    done
}

# bats test_tags=round
@test "containerd: what is left of a runtime that is killed in the middle of create is taken away by containerd" {
    skep_only "runc leaves the cgroups of a create that was killed"
    local stage
    "$SKEP" spec --bundle "$WORK"
    for stage in createRuntime createContainer; do
        gojq --arg stage "$stage" --arg root "$ROOTFS_TEMPLATE" --arg cgroup "$(task_cgroup "$ID")" \
            --arg script "$(halting_hook)" \
            '.process.terminal = false | .root.path = $root | .linux.cgroupsPath = $cgroup
                | .hooks = {($stage): [{path: "/bin/sh", args: ["sh", "-c", $script]}]}' \
            "$WORK/config.json" >"$WORK/hooked.json"
        spawn ctr_run --rm --config "$WORK/hooked.json" "$ID"
        kill_in_create
        assert_contains "$(cat "$WORK/spawned.err")" "OCI runtime create failed"
        assert_nothing_left
        assert_equal "$(ctr_run --rm "$image" "$ID" echo hello)" hello
    done
}

# bats test_tags=round
@test "containerd: a mount that can't be, a file system that is none and a missing device are told in one line" {
    run ctr_run --rm --mount "type=bind,src=/nowhere/at/all,dst=/volume,options=rbind" "$image" "$ID" true
    ((status != 0)) || fail "it ran"
    ! is_skep || assert_matches "$output" 'mounts\[[0-9]+\]: open_tree /nowhere/at/all: No such file or directory \(ENOENT\); the source of the mount does not exist'
    run ctr_run --rm --mount "type=nofs,src=none,dst=/volume" "$image" "$ID-2" true
    ((status != 0)) || fail "it ran"
    ! is_skep || assert_matches "$output" 'mounts\[[0-9]+\]: fsopen /volume: nofs: .*this kernel has no such file system'
    run ctr_run --rm --device "/dev/no-such-device" "$image" "$ID-4" true
    ((status != 0)) || fail "it ran"
    assert_contains "$output" no-such-device
}
