#!/usr/bin/env bats
# skep as an ordinary user: what `spec --rootless` writes, in all the ways of running it, with subordinate ids and with
# one's own id alone. What needs the user's systemd is in rootless-systemd.bats.
# bats file_tags=rootless,user,cgroupfs
load helpers
load helpers/user
load helpers/exec
load helpers/terminal

setup() {
    begin_test
    become_user
}

@test "rootless: what spec --rootless writes runs as it comes, in a terminal" {
    mkdir -p "$BUNDLE"
    cp -a "$ROOTFS_TEMPLATE" "$BUNDLE/rootfs"
    own_bundle
    (cd "$BUNDLE" && "$SKEP" spec --rootless)
    run_in_terminal 'expect # ' 'send tty; id -u; cat /proc/self/uid_map\n' 'expect /dev/pts/0' 'send exit 7\n' --
    assert_status 7
    assert_matches "$output" "0 +$(user_id) +1"
}

@test "rootless: the state is kept in \$XDG_RUNTIME_DIR, and not cleared away from there" {
    [[ -n $USER_RUNTIME ]]
    setup_user_bundle sleep 1000
    "$SKEP" run --detach --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&-
    [[ -e $USER_RUNTIME/skep/$ID/state.json ]]
    assert_equal "$(stat -c %a "$USER_RUNTIME/skep")" 1700
    ROOT=$USER_RUNTIME/skep
    assert_equal "$(state .status)" running
    "$SKEP" delete --force "$ID"
    [[ ! -e $USER_RUNTIME/skep/$ID ]]
    rm -rf "$USER_RUNTIME/skep/.cache"
    ROOT=$WORK/state
}

@test "rootless: create, start, state, exec, kill and delete" {
    setup_user_bundle sleep 1000
    create
    assert_equal "$(state .status)" created
    skep start "$ID"
    assert_equal "$(state .status)" running
    exec_script 'id -u; echo $PPID; hostname; exit 0'
    assert_equal "$output" $'0\n0\nskep'
    exec_in ID sh -c 'exit 7'
    assert_status 7
    run_skep exec "$ID" no-such-program
    assert_status 255
    assert_contains "$stderr" no-such-program
    exec_detached
    assert_equal "$(grep -c . <<<"$("$SKEP" --root "$ROOT" ps --format json "$ID" | gojq -r '.[]')")" 2
    skep kill "$ID" KILL
    wait_for status_is stopped
    wait_for eval "[[ ! -d /proc/$exec_pid ]]"
    skep delete "$ID"
}

@test "rootless: exec in a terminal" {
    setup_user_bundle sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    exec_in_terminal 'expect # ' 'send tty\n' 'expect /dev/pts/' 'send exit 3\n' -- --tty "$ID" sh
    assert_status 3
}

@test "rootless: the pid that exec tells is the process's own, in the container's pid namespace" {
    setup_user_bundle sleep 1000
    start_container
    exec_detached
    assert_equal "$(tr '\0' ' ' <"/proc/$exec_pid/cmdline")" "sleep 1000 "
    [[ $(namespace_of "$exec_pid" pid) == "$(namespace_of "$pid" pid)" ]]
    [[ $(namespace_of "$exec_pid" user) == "$(namespace_of "$pid" user)" ]]
    kill_quietly "$exec_pid"
}

kill_quietly() { "$SKEP" --root "$ROOT" kill --all "$ID" KILL; }

@test "rootless: an exec that fails on its way leaves no process" {
    setup_user_bundle sleep 1000
    start_container
    run_skep exec --cwd /no/such/directory "$ID" true
    assert_not_run process.cwd /no/such/directory
}

@test "rootless: who is root in the container can't look into a process that joins it" {
    setup_user_bundle sleep 1000
    map_subids
    start_container
    local as=() count
    ((EUID != 0)) || as=(setpriv --reuid 1000 --regid 1000 --clear-groups)
    spawn "${as[@]}" nsenter --user="/proc/$pid/ns/user" --preserve-credentials \
        python3 "$helpers/watch-processes.py" "$WORK/ready" "$WORK/stop"
    wait_for test -e "$WORK/ready"
    for ((count = 0; count < 30; count++)); do exec_ok ID sleep 0.05; done
    touch "$WORK/stop"
    wait_spawned
    assert_status 0
    local seen
    mapfile -t seen <"$WORK/spawned.out"
    ((seen[0] > 0)) || fail "no process was caught on its way"
    assert_matches "${seen[1]-}" '/busybox$'
    assert_equal "${#seen[@]}" 2 "programs that could be looked into (${seen[*]})"
}

@test "rootless: subordinate ids, by newuidmap and newgidmap" {
    setup_user_bundle sleep 1000
    map_subids
    update_config '.root.readonly = false | .process.user.additionalGids = [5]
        | .process.capabilities[] += ["CAP_CHOWN"]'
    skep run --detach --bundle "$BUNDLE" "$ID"
    exec_script 'id -G; touch /tmp/file && chown 5:7 /tmp/file'
    assert_equal "$output" "0 5"
    assert_equal "$(stat -c %u:%g "$BUNDLE/rootfs/tmp/file")" "$((first_subid + 4)):$((first_subid + 6))"
    exec_ok --user 1000:1000 ID id -u
    assert_equal "$output" 1000
    # As in runc, who runs in the container owns what it writes to.
    rm -f "$WORK/stdout" "$WORK/stderr"
    exec_ok ID chown 0:0 /tmp/file
}

@test "rootless: one's own id alone, and what is refused because of it" {
    setup_user_bundle sh -c 'id -u; id -g; cat /proc/self/setgroups'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'0\n0\ndeny'
    update_config '.process.user.uid = 1'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.user.uid "not mapped"
    update_config '.process.user = {uid: 0, gid: 0, additionalGids: [5]}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.user.additionalGids "not mapped"
}

@test "rootless: devices are the host's own, and work" {
    # shellcheck disable=SC2016 # for the container's shell
    setup_user_bundle sh -c 'for name in null zero full random urandom tty; do
            stat -c "%n %t:%T" /dev/$name
            grep -q " /dev/$name " /proc/self/mountinfo || echo "$name is not mounted"
        done
        echo hello >/dev/null && head -c 5 /dev/zero | wc -c'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'/dev/null 1:3\n/dev/zero 1:5\n/dev/full 1:7\n/dev/random 1:8\n/dev/urandom 1:9\n/dev/tty 5:0\n5'
    update_config '.linux.devices = [{type: "c", path: "/dev/none", major: 1, minor: 3}]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.devices" "/dev/none" "host's own device"
}

@test "rootless: without a network namespace /sys is the host's, read-only" {
    setup_user_bundle sh -c 'ls /sys/kernel >/dev/null && echo seen; mkdir /sys/fs/x 2>/dev/null || echo refused
        grep " /sys " /proc/self/mountinfo'
    update_config '(.mounts[] | select(.destination == "/sys"))
        = {destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev"]}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$output" $'^seen\nrefused\n[^\n]* /sys ro,nosuid,nodev,noexec'
    new_namespace network
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" seen
}

@test "rootless: a container that runs can be given new file systems, and none of the host's" {
    setup_user_bundle sleep 1000
    update_config '.root.readonly = false'
    start_container
    echo '[{"destination": "/scratch", "type": "tmpfs", "source": "tmpfs"}]' >"$WORK/mounts.json"
    skep mounts add "$ID" "$WORK/mounts.json"
    exec_script 'touch /scratch/x && grep -c " /scratch " /proc/self/mountinfo'
    assert_equal "$output" 1
    skep mounts remove "$ID" "$WORK/mounts.json"
    exec_script 'grep -c " /scratch " /proc/self/mountinfo || true'
    assert_equal "$output" 0
    gojq -n --arg source "$WORK" '[{destination: "/data", $source, options: ["bind"]}]' >"$WORK/mounts.json"
    run_skep mounts add "$ID" "$WORK/mounts.json"
    assert_refused "mounts[0]" open_tree EPERM "rights over the host's mounts"
}

@test "rootless: no mount of cgroups is writable" {
    # shellcheck disable=SC2016 # for the container's shell
    setup_user_bundle sh -c 'find /sys/fs/cgroup -type d | while read -r place; do
            mkdir "$place/x" 2>/dev/null && echo "made in $place"
            (: >>"$place/cgroup.procs") 2>/dev/null && echo "writable: $place/cgroup.procs"
        done
        ls /sys/fs/cgroup >/dev/null && echo looked'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" looked
    new_namespace cgroup
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" looked
    drop_namespace cgroup
    update_config '.mounts |= map(select(.destination | startswith("/sys") | not))
        | .mounts += [{destination: "/sys", type: "sysfs", source: "sysfs"}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" looked
    # Whoever asks for it has what was handed over to the user, and the container's own cgroup of it.
    has_handed_over_cgroups || return 0
    update_config '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(head -n 2 <<<"$output")" $'made in /sys/fs/cgroup\nwritable: /sys/fs/cgroup/cgroup.procs'
}

# Only a user with a systemd of their own has any.
has_handed_over_cgroups() {
    ((EUID != 0)) && is_cgroup_v2
}

@test "rootless: in a user namespace that is there already" {
    within unshare --user --map-root-user
    setup_user_bundle sleep 1000
    assert_equal "$(gojq .linux.uidMappings[0].hostID "$BUNDLE/config.json")" 0
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$(state .status)" running
    skep kill "$ID" KILL
    wait_for status_is stopped
    skep delete "$ID"
}

@test "rootless: in the caller's own user namespace, as engines run it" {
    within unshare --user --map-root-user --mount
    setup_user_bundle sh -c 'id -u; readlink /proc/self/ns/user'
    drop_namespace user
    update_config 'del(.linux.uidMappings, .linux.gidMappings)'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(head -n 1 <<<"$output")" 0
    assert_equal "$stderr" ""
}

@test "rootless: limits that can't be had in somebody's user namespace are named once" {
    within unshare --user --map-root-user
    setup_user_bundle echo hello
    update_config '.linux.resources = {pids: {limit: 20}, memory: {limit: 67108864}}'
    run_skep --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" hello
    if ((EUID == 0)); then
        assert_equal "$(grep -c "not applied" <<<"$stderr")" 1
        assert_contains "$stderr" "not applied: linux.resources.memory.limit, linux.resources.pids.limit: the container has no cgroup of its own, since the root of a user namespace may not write to /sys/fs/cgroup"
    fi
}

@test "rootless: nested, a container in a container" {
    setup_user_bundle sh -c '/skep --root /tmp/inner run --bundle /inner inner'
    # Whoever maps its own root needs CAP_SETFCAP for that (user_namespaces(7)).
    update_config '.linux.maskedPaths = [] | .linux.readonlyPaths = [] | .process.capabilities[] += ["CAP_SETFCAP"]'
    add_mount /skep bind "${REAL_SKEP:-$SKEP}" bind ro
    add_mount /tmp tmpfs tmpfs
    mkdir "$WORK/inner"
    cp -a "$ROOTFS_TEMPLATE" "$WORK/inner/rootfs"
    gojq '.process.args = ["sh", "-c", "echo from $$; id -u"] | .linux.uidMappings[0].hostID = 0
        | .linux.gidMappings[0].hostID = 0 | del(.mounts[] | select(.destination == ("/skep", "/tmp")))' \
        "$BUNDLE/config.json" >"$WORK/inner/config.json"
    add_mount /inner bind "$WORK/inner" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'from 1\n0'
}
