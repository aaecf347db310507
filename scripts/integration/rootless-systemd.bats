#!/usr/bin/env bats
# skep as an ordinary user with a systemd of their own, and the cgroups that were handed over to it.
# bats file_tags=user
load helpers
load helpers/user
load helpers/exec
load helpers/terminal

setup() {
    begin_test
    ((EUID != 0)) || skip "needs to be an ordinary user"
    [[ -n ${XDG_RUNTIME_DIR-} ]] || skip "needs a session"
    become_user
}

# by_systemd: from here on the user's systemd makes the cgroups. $UNIT is the container's, $SCOPE its directory.
by_systemd() {
    printf '#!/bin/sh\nexec %q --systemd-cgroup "$@"\n' "$SKEP" >"$WORK/skep"
    chmod +x "$WORK/skep"
    SKEP=$WORK/skep
    UNIT=skep-$ID.scope
    SCOPE=/sys/fs/cgroup/user.slice/user-$EUID.slice/user@$EUID.service/user.slice/$UNIT
}

# value FILE: of the container's scope.
value() {
    cat "$SCOPE/$1"
}

unit_is_gone() {
    [[ ! -d $SCOPE && $(systemctl --user show --property LoadState --value "$UNIT") == not-found ]]
}

@test "rootless systemd: create, start, exec, kill and delete in a scope of the user's" {
    by_systemd
    setup_user_bundle sleep 1000
    create
    assert_equal "$(systemctl --user is-active "$UNIT")" active
    assert_equal "$(gojq -r .cgroup_manager "$ROOT/$ID/state.json")" systemd-v2
    skep start "$ID"
    pid=$(state .pid)
    assert_equal "$(sed -n 's/^0:://p' "/proc/$pid/cgroup")" "${SCOPE#/sys/fs/cgroup}"
    exec_script 'id -u; cat /proc/self/cgroup'
    assert_matches "$output" "^0.*/$UNIT\$"
    exec_detached
    assert_equal "$(sort "$SCOPE/cgroup.procs")" "$(printf '%s\n' "$pid" "$exec_pid" | sort)"
    skep kill "$ID" KILL
    wait_for status_is stopped
    skep delete "$ID"
    wait_for unit_is_gone
}

@test "rootless systemd: exec in a terminal" {
    by_systemd
    setup_user_bundle sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    exec_in_terminal 'expect # ' 'send tty\n' 'expect /dev/pts/' 'send exit 3\n' -- --tty "$ID" sh
    assert_status 3
}

@test "rootless systemd: limits are set, and updated" {
    by_systemd
    setup_user_bundle sleep 1000
    update_config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}, cpu: {shares: 512, quota: 50000, period: 100000}}'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$stderr" ""
    assert_equal "$(value memory.max) $(value pids.max) $(value cpu.max) $(value cpu.weight)" "67108864 20 50000 100000 59"
    assert_equal "$(systemctl --user show --property MemoryMax --property TasksMax "$UNIT")" $'MemoryMax=67108864\nTasksMax=20'
    skep update --memory 134217728 --pids-limit 30 --cpu-quota 20000 "$ID"
    assert_equal "$(value memory.max) $(value pids.max) $(value cpu.max)" "134217728 30 20000 100000"
    assert_equal "$(systemctl --user show --property MemoryMax --property TasksMax "$UNIT")" $'MemoryMax=134217728\nTasksMax=30'
    systemctl --user daemon-reload
    assert_equal "$(value memory.max) $(value pids.max) $(value cpu.max)" "134217728 30 20000 100000"
    skep delete --force "$ID"
    wait_for unit_is_gone
}

@test "rootless systemd: pause, resume, ps, and events" {
    by_systemd
    setup_user_bundle sh -c 'sleep 1000 & wait'
    skep run --detach --bundle "$BUNDLE" "$ID"
    wait_for eval '[[ $("$SKEP" --root "$ROOT" ps --format json "$ID" | gojq length) == 2 ]]'
    skep pause "$ID"
    assert_equal "$(state .status) $(value cgroup.freeze)" "paused 1"
    skep resume "$ID"
    assert_equal "$(state .status)" running
    skep events --stats "$ID"
    assert_equal "$(gojq '.data.pids.current == 2 and .data.memory.usage.usage > 0' <<<"$output")" true
    skep kill --all "$ID" KILL
    wait_for status_is stopped
    skep delete "$ID"
    wait_for unit_is_gone
}

@test "rootless systemd: a memory limit ends what exceeds it, and events tells" {
    by_systemd
    setup_user_bundle sh -c 'read -r line; exec tail /dev/zero'
    update_config '.linux.resources.memory = {limit: 16777216, swap: 16777216}'
    mkfifo "$WORK/go"
    "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" <>"$WORK/go" >/dev/null 2>&1 3>&- &
    SPAWNED+=($!)
    wait_for status_is running
    spawn_skep events "$ID"
    sleep 0.5
    echo >"$WORK/go"
    wait_for file_has "$WORK/spawned.out" '"oom"'
}

@test "rootless systemd: a limit whose controller the session lacks names who keeps it, and the remedy" {
    by_systemd
    setup_user_bundle
    grep -qw cpuset "/sys/fs/cgroup/user.slice/user-$EUID.slice/user@$EUID.service/cgroup.controllers" &&
        skip "the session has every controller"
    update_config '.linux.resources.cpu.cpus = "0"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.resources.cpu.cpus cpuset.cpus ENOENT \
        "has the cpuset controller and does not hand it down (cgroup.subtree_control)" \
        "/etc/systemd/system/user@.service.d/delegate.conf" "daemon-reload"
    wait_for unit_is_gone
}

@test "rootless: beside the user's own cgroup, where that was handed over" {
    setup_user_bundle sleep 1000
    update_config '.linux.resources.pids.limit = 20'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$stderr" ""
    assert_equal "$(gojq -r .cgroup_manager "$ROOT/$ID/state.json")" cgroupfs-v2
    local own
    own=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
    assert_equal "$(cat "${own%/*}/skep-$ID/pids.max")" 20
    exec_script true
    skep delete --force "$ID"
    [[ ! -e ${own%/*}/skep-$ID ]]
}

@test "rootless: a place that the user may not use is an error, and disabled does without" {
    setup_user_bundle echo hello
    update_config --arg path "/$ID" '.linux.cgroupsPath = $path'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.cgroupsPath "mkdir /sys/fs/cgroup/$ID" EACCES "--cgroup-manager disabled"
    skep --cgroup-manager disabled run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}

@test "rootless systemd: --rootless false asks the host's systemd, which refuses" {
    by_systemd
    setup_user_bundle
    run_skep --rootless false run --bundle "$BUNDLE" "$ID"
    assert_refused systemd "$UNIT"
    skep --rootless true run --bundle "$BUNDLE" "$ID"
    wait_for unit_is_gone
}

@test "rootless systemd: by the root of a user namespace, as engines call it" {
    by_systemd
    within unshare --user --map-root-user --mount
    setup_user_bundle sleep 1000
    drop_namespace user
    update_config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.resources.pids.limit = 20'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$stderr" ""
    assert_equal "$(value pids.max)" 20
    skep update --pids-limit 30 "$ID"
    assert_equal "$(value pids.max)" 30
    skep delete --force "$ID"
    wait_for unit_is_gone
}
