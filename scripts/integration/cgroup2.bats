#!/usr/bin/env bats
# cgroup v2: on a host that has nothing else, and on one that is hybrid, where the version 2 tree is put in the place that
# it has on a pure host. A hybrid one's has no controllers; making, joining, device rules, killing and removing are the same.
# bats file_tags=cgroup,cgroupfs
load helpers
load helpers/userns

# Every command from here on sees /sys/fs/cgroup as version 2. $V2 is where the test itself sees it.
use_version_2() {
    skep_only "needs a pure cgroup v2 view, which only skep is tested in"
    V2=$(cgroup2_root)
    [[ -n $V2 ]] || skip "this host has no version 2"
    [[ $V2 == "$cgroup_root" ]] || use_version_2_of_hybrid
    setup_bundle
    new_namespace cgroup
}

use_version_2_of_hybrid() {
    local real=$SKEP
    mkdir "$WORK/version2"
    printf '#!/bin/sh\nexec unshare --mount --propagation private sh -c "%s" sh "$@"\n' \
        "mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup && exec '$real' \\\"\\\$@\\\"" >"$WORK/version2/skep"
    chmod +x "$WORK/version2/skep"
    SKEP=$WORK/version2/skep
}

needs_no_controllers() {
    [[ $V2 != "$cgroup_root" ]] || skip "this host's version 2 has controllers"
}

@test "cgroup v2: the container is born in its cgroup, sees it as the root, and it is removed" {
    use_version_2
    set_script "grep ^0:: /proc/self/cgroup; grep ' /sys/fs/cgroup ' /proc/mounts | cut -d' ' -f3"
    update_config --arg path "/it/$ID" '.linux.cgroupsPath = $path'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'0::/\ncgroup2'
    [[ ! -e $V2/it/$ID ]]
    rmdir "$V2/it"
}

@test "cgroup v2: below a threaded cgroup the error says so" {
    use_version_2
    mkdir -p "$V2/$ID/inner"
    # What is beside a threaded cgroup can hold no process.
    echo threaded >"$V2/$ID/inner/cgroup.type"
    update_config --arg path "/$ID/x" '.linux.cgroupsPath = $path'
    run_skep run --bundle "$BUNDLE" "$ID"
    rmdir "$V2/$ID/inner" "$V2/$ID"
    assert_refused linux.cgroupsPath clone3 "domain invalid" EOPNOTSUPP
    assert_no_leaks
}

@test "cgroup v2: devices are denied but for the default ones and those allowed" {
    use_version_2
    update_config '.root.readonly = false | .process.capabilities[] += ["CAP_MKNOD"]
        | .linux.resources.devices = [{allow: false, access: "rwm"},
            {allow: true, type: "c", major: 1, minor: 11, access: "w"}]'
    set_script "head -c 1 /dev/zero | wc -c
        mknod /memory c 1 1 && echo made
        cat /memory >/dev/null 2>&1 || echo memory denied
        mknod /kmsg c 1 11
        (: >/kmsg) && echo kmsg written
        (: </kmsg) 2>/dev/null || echo kmsg not read"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'1\nmade\nmemory denied\nkmsg written\nkmsg not read'
}

# programs ARGUMENT...: of device-programs.
programs() {
    [[ -e $WORK/programs ]] ||
        gcc -D_GNU_SOURCE -Wall -Werror -o "$WORK/programs" "$BATS_TEST_DIRNAME/helpers/device-programs.c"
    "$WORK/programs" "$@"
}

# kmsg WORD: what a process of the container sees when it opens the device; it takes no capability to write to.
kmsg() {
    run_skep exec "$ID" sh -c ': >/dev/null && : >/dev/kmsg && echo opened'
    assert_contains "$output$stderr" "$1"
}

@test "cgroup v2: a device program of ours takes the other's place, and one of others stays" {
    use_version_2
    set_args sleep 1000
    update_config '.linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11, fileMode: 438}]'
    create
    skep start "$ID"
    kmsg "not permitted"
    # An update has no say in it.
    echo '{"devices": [{"allow": true, "access": "rwm"}], "unified": {"cgroup.max.depth": "5"}}' >"$WORK/new.json"
    skep update --resources "$WORK/new.json" "$ID"
    kmsg "not permitted"
    assert_equal "$(programs count "$V2/skep-$ID")" 1
    # A cgroup that is left, by who can't have removed it, is taken over with its program.
    kill_container
    wait_for status_is stopped
    rm -r "${ROOT:?}/$ID"
    update_config '.linux.resources.devices += [{allow: true, type: "c", major: 1, minor: 11, access: "rw"}]'
    create
    skep start "$ID"
    assert_equal "$(programs count "$V2/skep-$ID")" 1
    kmsg opened
    skep delete --force "$ID"
    # One that another has attached has its say as well.
    mkdir "$V2/skep-$ID"
    programs deny "$V2/skep-$ID" other
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused linux.devices mknod EPERM
    assert_equal "$(cgroups_named "$ID")" ""
}

@test "cgroup v2: delete --force ends every process and removes the cgroup" {
    use_version_2
    drop_namespace pid
    set_script "sleep 1000 & sleep 1000 & sleep 1000"
    skep run --detach --bundle "$BUNDLE" "$ID"
    local tries
    for ((tries = 0; tries < 50; tries++)); do
        (($(wc -l <"$V2/skep-$ID/cgroup.procs") == 3)) && break
        sleep 0.1
    done
    skep delete --force "$ID"
    [[ ! -e $V2/skep-$ID ]]
}

@test "cgroup v2: a limit whose controller is missing is refused by name, and nothing is left" {
    use_version_2
    needs_no_controllers
    update_config '.linux.resources.memory.limit = 33554432'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.resources.memory.limit memory.max \
        "the memory controller is not in /sys/fs/cgroup/cgroup.controllers" "version 1"
    [[ ! -e $V2/skep-$ID ]]
}

needs_controllers() {
    [[ $V2 == "$cgroup_root" ]] || skip "this host's version 2 has no controllers"
}

@test "cgroup v2: the cgroup that does not hand a controller down is named, with the reason" {
    use_version_2
    needs_controllers
    mkdir "$V2/$ID"
    spawn sleep 1000
    echo "$spawned" >"$V2/$ID/cgroup.procs"
    update_config --arg path "/$ID/c" '.linux.resources.memory.limit = 33554432 | .linux.cgroupsPath = $path'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(cat "$V2/$ID/cgroup.type")" domain "what is handed down changes nothing for who is there"
    kill "$spawned"
    wait "$spawned" || true
    rmdir "$V2/$ID"
    assert_refused linux.resources.memory.limit ENOENT \
        "$V2/$ID has the memory controller and does not hand it down (cgroup.subtree_control); it can't while it has processes itself"
}

needs_nsdelegate() {
    [[ $(findmnt --noheadings --output OPTIONS "$V2") == *nsdelegate* ]] || skip "no boundary of delegation here"
}

@test "cgroup v2: beyond the boundary of delegation no container is made, and the error says so" {
    use_version_2
    needs_nsdelegate
    mkdir "$V2/$ID"
    # Its cgroup namespace begins at a cgroup that it is taken out of afterwards.
    # shellcheck disable=SC2016 # for the shell
    spawn env "V2=$V2/$ID" "ROOT=$ROOT" "BUNDLE=$BUNDLE" "ID=$ID" "WORK=$WORK" sh -c '
        echo $$ >"$V2/cgroup.procs"
        exec unshare --cgroup sh -c "touch \"$WORK/ready\"; until [ -e \"$WORK/go\" ]; do sleep 0.1; done
            exec \"$SKEP\" --root \"$ROOT\" run --bundle \"$BUNDLE\" \"$ID\""'
    wait_for test -e "$WORK/ready"
    echo "$spawned" >"$V2/cgroup.procs"
    touch "$WORK/go"
    wait_spawned
    rmdir "$V2/$ID"
    assert_status 1
    assert_contains "$(cat "$WORK/spawned.err")" "linux.cgroupsPath: clone3 the init: No such file or directory (ENOENT)"
    assert_contains "$(cat "$WORK/spawned.err")" nsdelegate
}

@test "cgroup v2: the limits at the boundary of delegation stay whose they are, and the error says so" {
    use_version_2
    needs_nsdelegate
    grep -qw pids "$V2/cgroup.controllers" || skip "no pids controller in the version 2 tree"
    set_args sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    status=0
    # shellcheck disable=SC2016 # for the shell
    stderr=$(sh -c 'echo $$ >"$0/cgroup.procs"; exec unshare --cgroup "$@"' "$V2/skep-$ID" \
        "$SKEP" --root "$ROOT" update --pids-limit 5 "$ID" 2>&1) || status=$?
    assert_status 1
    assert_contains "$stderr" "linux.resources.pids.limit: write 5 $V2/skep-$ID/pids.max: Operation not permitted (EPERM)"
    assert_contains "$stderr" nsdelegate
}

@test "cgroup v2: pause and resume, and KILL ends a paused container" {
    use_version_2
    set_args sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    skep pause "$ID"
    assert_equal "$(state .status)" paused
    assert_equal "$(cat "$V2/skep-$ID/cgroup.freeze")" 1
    run_skep pause "$ID"
    assert_refused "$ID" "paused already"
    skep resume "$ID"
    assert_equal "$(state .status)" running
    skep pause "$ID"
    skep kill "$ID" KILL
    wait_for status_is stopped
}

@test "cgroup v2: a container below a frozen cgroup is not resumed, and says why" {
    use_version_2
    set_args sleep 1000
    update_config --arg path "/it/$ID" '.linux.cgroupsPath = $path'
    skep run --detach --bundle "$BUNDLE" "$ID"
    echo 1 >"$V2/it/cgroup.freeze"
    wait_for status_is paused
    run_skep resume "$ID"
    echo 0 >"$V2/it/cgroup.freeze"
    assert_refused cgroup.freeze ETIMEDOUT "above it is frozen"
    skep delete --force "$ID"
    rmdir "$V2/it"
}

@test "cgroup v2: kill --all reaches every process" {
    use_version_2
    drop_namespace pid
    set_script "sleep 1000 & sleep 1000 & wait"
    skep run --detach --bundle "$BUNDLE" "$ID"
    skep kill --all "$ID" TERM
    wait_for eval "[[ -z \$(container_processes) ]]"
}

@test "cgroup v2: events" {
    use_version_2
    set_script "i=0; while [ \$i -lt 30000 ]; do i=\$((i + 1)); done; echo ready; exec sleep 1000"
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep events --stats "$ID"
    assert_equal "$(gojq -c '.data.cpu.usage | (.total > 0 and .user > 0 and (has("percpu") | not))' <<<"$output")" true
    assert_equal "$(gojq -c '.data.network_interfaces | map(.Name) | index("lo")' <<<"$output")" 0
    spawn_skep events --interval 50ms "$ID"
    wait_for file_has "$WORK/spawned.out" stats
    skep kill "$ID" KILL
    wait_spawned
    assert_status 0
}

@test "cgroup v2: an update of what has no controller changes nothing" {
    use_version_2
    needs_no_controllers
    set_args sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    run_skep update --pids-limit 5 "$ID"
    assert_refused linux.resources.pids.limit pids.max ENOENT
    assert_equal "$(gojq 'has("resources")' "$ROOT/$ID/state.json")" false
}

# owners: of the cgroup's directory and its files, uid:gid, as NAME=OWNER.
owners() {
    local file
    for file in . cgroup.procs cgroup.threads cgroup.subtree_control cgroup.max.depth cgroup.freeze; do
        printf '%s=%s ' "$file" "$(stat -c %u:%g "$V2/skep-$ID/$file")"
    done
}

@test "cgroup v2: a writable cgroup of a namespace of its own belongs to the container's user" {
    use_version_2
    set_args sleep 1000
    update_config '(.mounts[] | select(.type == "cgroup")).options |= map(select(. != "ro")) | .process.user.uid = 7'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$(owners)" ".=7:0 cgroup.procs=7:0 cgroup.threads=7:0 cgroup.subtree_control=7:0 cgroup.max.depth=0:0 cgroup.freeze=0:0 "
    skep delete --force "$ID"
}

@test "cgroup v2: in a user namespace it belongs to whom its user is on the host, who can use it" {
    use_version_2
    map_ids
    set_script 'mkdir /sys/fs/cgroup/inner && echo $$ >/sys/fs/cgroup/inner/cgroup.procs && cat /proc/self/cgroup
        echo 5 2>/dev/null >/sys/fs/cgroup/cgroup.max.depth || echo refused; sleep 1000'
    update_config '(.mounts[] | select(.type == "cgroup")).options |= map(select(. != "ro"))'
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for file_has "$WORK/spawned.out" refused
    assert_contains "$(cat "$WORK/spawned.out")" "0::/inner"
    assert_equal "$(owners)" ".=100000:0 cgroup.procs=100000:0 cgroup.threads=100000:0 cgroup.subtree_control=100000:0 cgroup.max.depth=0:0 cgroup.freeze=0:0 "
    skep delete --force "$ID"
    [[ ! -e $V2/skep-$ID ]]
}

@test "cgroup v2: it stays the host's where it is read-only, or seen from outside" {
    use_version_2
    map_ids
    set_args sleep 1000
    local root=".=0:0 cgroup.procs=0:0 cgroup.threads=0:0 cgroup.subtree_control=0:0 cgroup.max.depth=0:0 cgroup.freeze=0:0 "
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$(owners)" "$root" read-only
    skep delete --force "$ID"
    update_config '(.mounts[] | select(.type == "cgroup")).options |= map(select(. != "ro"))'
    drop_namespace cgroup
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$(owners)" "$root" "without a namespace"
    skep exec "$ID" sh -c 'ls /sys/fs/cgroup/cgroup.procs && ls -d /sys/fs/cgroup/skep-* 2>/dev/null || echo alone'
    assert_equal "$(tail -n 1 <<<"$output")" alone
    skep delete --force "$ID"
}
