#!/usr/bin/env bats
# Who makes the container's cgroup: the flags, a container without one, and users who may not make any.
# bats file_tags=cgroup,cgroupfs
load helpers
load helpers/userns

setup_file() {
    skep_only "crun has the flag, and runc none of it"
}

# by MANAGER ARGUMENT...: skep with that --cgroup-manager.
by() {
    local manager=$1
    shift
    run_skep --cgroup-manager "$manager" "$@"
}

@test "--cgroup-manager: one that is none is refused by name" {
    by something list
    assert_refused cgroup-manager something
}

@test "--cgroup-manager: not against --systemd-cgroup, but for disabled, which Podman gives as well" {
    run_skep --systemd-cgroup --cgroup-manager cgroupfs list
    assert_refused systemd-cgroup cgroupfs
    run_skep --systemd-cgroup --cgroup-manager systemd list
    assert_status 0
    run_skep --systemd-cgroup --cgroup-manager disabled list
    assert_status 0
}

@test "--debug: says which manager was chosen, and why, at create and at state" {
    setup_bundle sleep 1000
    run_skep --debug --cgroup-manager cgroupfs create --bundle "$BUNDLE" "$ID" <>/dev/null >"$WORK/out"
    local kind
    kind=$(gojq -r .cgroup_manager "$ROOT/$ID/state.json")
    assert_contains "$stderr" "using $kind as cgroup manager, as asked for"
    run_skep --debug state "$ID"
    assert_contains "$stderr" "using $kind as cgroup manager, as the state says"
    skep delete --force "$ID"
    run_skep --debug run --detach --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "using $kind as cgroup manager, by the host's layout"
}

@test "linux.cgroupsPath: a name for systemd needs systemd, and says so" {
    setup_bundle
    update_config '.linux.cgroupsPath = "system.slice:skep:a"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.cgroupsPath system.slice:skep:a --systemd-cgroup
    run_skep check --bundle "$BUNDLE"
    assert_status 1
    assert_contains "$output" "linux.cgroupsPath: \"system.slice:skep:a\" names a unit of systemd's"
    run_skep plan --bundle "$BUNDLE"
    assert_refused linux.cgroupsPath
    by disabled check --bundle "$BUNDLE"
    assert_status 0
}

# --- disabled

@test "disabled: the container runs in the cgroups of its maker, and no cgroup is made" {
    setup_bundle cat /proc/self/cgroup
    drop_namespace cgroup
    update_config --arg path "/$ID" '.linux.cgroupsPath = $path | .linux.resources.devices = [{allow: true}]'
    by disabled run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" "$(cat /proc/self/cgroup)"
    assert_equal "$stderr" ""
    assert_equal "$(cgroups_named "$ID")" ""
}

@test "disabled: limits that are not applied are named in one warning" {
    setup_bundle echo hello
    update_config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 5}, cpu: {shares: 512}}'
    by disabled run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" hello
    assert_equal "$(grep -c "not applied" <<<"$stderr")" 1
    assert_contains "$stderr" "not applied: linux.resources.memory.limit, linux.resources.cpu.shares, linux.resources.pids.limit: the container has no cgroup of its own, as asked for"
}

@test "disabled: a mount of cgroups shows those of its maker" {
    setup_bundle sh -c 'ls /sys/fs/cgroup | head -n 1 >/dev/null && echo mounted'
    by disabled run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" mounted
    drop_namespace cgroup
    by disabled run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" mounted
}

# One container with two processes of its own and one that was sent in.
start_disabled() {
    setup_bundle sh -c 'sleep 1001 & exec sleep 1000'
    by disabled run --detach --bundle "$BUNDLE" "$ID"
    assert_status 0
    wait_for processes_are 2
    run_skep exec --detach "$ID" sh -c 'sleep 1002 & exec sleep 1003'
    assert_status 0
    wait_for processes_are 4
}

processes_are() {
    run_skep ps --format json "$ID"
    [[ $(gojq length <<<"$output") == "$1" ]]
}

@test "disabled: state, exec, ps, kill and delete do without a cgroup" {
    start_disabled
    assert_equal "$(state .status)" running
    skep kill "$ID" KILL
    wait_for status_is stopped
    skep delete "$ID"
}

@test "disabled: kill --all reaches every process" {
    start_disabled
    skep kill --all "$ID" KILL
    wait_for status_is stopped
    [[ -z $(owned_processes) ]]
    skep delete "$ID"
}

@test "disabled: delete --force ends the processes of a shared pid namespace as well" {
    setup_bundle sh -c 'sleep 1001 & sh -c "sleep 1002 & wait" & wait'
    drop_namespace pid
    by disabled run --detach --bundle "$BUNDLE" "$ID"
    assert_status 0
    wait_for processes_are 4
    local before
    before=$(container_processes)
    skep delete --force "$ID"
    local pid
    for pid in $before; do
        [[ ! -e /proc/$pid || $(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$pid/status") == Z ]] || fail "$pid lives"
    done
}

@test "disabled: what needs a cgroup says why it can't be done" {
    start_disabled
    local command
    for command in "pause $ID" "update --pids-limit 5 $ID" "events --stats $ID"; do
        # shellcheck disable=SC2086 # words
        run_skep $command
        assert_refused "the container was made without a cgroup of its own"
    done
    run_skep exec --cgroup a "$ID" true
    assert_equal "$status" 255
    assert_contains "$stderr" "--cgroup: open a sub-cgroup: Operation not supported"
    run_skep update --pids-limit 5 "$ID"
    assert_refused linux.resources.pids.limit EOPNOTSUPP
    assert_equal "$(gojq 'has("resources")' "$ROOT/$ID/state.json")" false
}

# --- An ordinary user

# run_as_user ARGUMENT...: skep as user 1000, who may write to no cgroup. Leaves $status, $output and $stderr.
run_as_user() {
    update_config '.linux.uidMappings = [{containerID: 0, hostID: 1000, size: 1}]
        | .linux.gidMappings = .linux.uidMappings
        | .mounts |= map(if .options then .options -= ["gid=5"] else . end)'
    new_namespace user
    chown -R 1000:1000 "$BUNDLE"
    install -d -o 1000 -g 1000 "$ROOT"
    chmod 711 "$BATS_RUN_TMPDIR" "$WORK"
    status=0
    output=$(setpriv --reuid 1000 --regid 1000 --clear-groups "$SKEP" --root "$ROOT" "$@" 2>"$WORK/stderr") ||
        status=$?
    stderr=$(cat "$WORK/stderr")
}

@test "rootless: without limits a user who may make no cgroup runs, and is told nothing" {
    setup_bundle echo hello
    run_as_user run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output$stderr" hello
}

@test "rootless: limits that can't be applied are named, with the reason" {
    setup_bundle echo hello
    update_config '.linux.resources.pids.limit = 5'
    run_as_user run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" hello
    assert_matches "$stderr" "not applied: linux.resources.pids.limit: the container has no cgroup of its own, since an ordinary user may not write to /sys/fs/cgroup"
}

@test "rootless: who asks for cgroups by name gets an error with a hint" {
    setup_bundle
    run_as_user --cgroup-manager cgroupfs run --bundle "$BUNDLE" "$ID"
    assert_refused linux.cgroupsPath EACCES /sys/fs/cgroup "--cgroup-manager disabled"
}
