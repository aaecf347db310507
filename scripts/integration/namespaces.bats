#!/usr/bin/env bats
# linux.namespaces: new, shared with the host, and joined by path, for each type.
load helpers

# container_namespace TYPE: the one that the container's process is in, in $output.
container_namespace() {
    set_args readlink "/proc/self/ns/$(namespace_file "$1")"
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$output" '^[a-z]+:\[[0-9]+\]$'
}

host_namespace() {
    namespace_of self "$1"
}

@test "linux.namespaces: each type new" {
    setup_bundle
    local type
    for type in pid network ipc uts mount cgroup; do
        new_namespace "$type"
        container_namespace "$type"
        [[ $output != "$(host_namespace "$type")" ]] || fail "$type is the host's"
    done
}

@test "linux.namespaces: each type but mount shared with the host" {
    setup_bundle
    update_config 'del(.hostname)'
    local type
    for type in pid network ipc uts cgroup; do
        drop_namespace "$type"
        container_namespace "$type"
        assert_equal "$output" "$(host_namespace "$type")" "$type"
    done
}

@test "linux.namespaces: none but a new mount namespace" {
    setup_bundle echo hello
    update_config 'del(.hostname) | .linux.namespaces = [{type: "mount"}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}

# join_one TYPE UNSHARE_FLAG...
join_one() {
    local type=$1
    shift
    setup_bundle
    hold_namespaces "$@"
    join_namespace "$type" "/proc/$holder/ns/$(namespace_file "$type")"
    update_config 'del(.hostname)'
    container_namespace "$type"
    assert_equal "$output" "$(namespace_of "$holder" "$type")" "$type"
}

@test "linux.namespaces: pid by path" {
    join_one pid --pid --fork
}

@test "linux.namespaces: network by path" {
    join_one network --net
}

@test "linux.namespaces: ipc by path" {
    join_one ipc --ipc
}

@test "linux.namespaces: uts by path" {
    join_one uts --uts
}

# bats test_tags=cgroup
@test "linux.namespaces: cgroup by path" {
    join_one cgroup --cgroup
}

@test "linux.namespaces: mount by path" {
    join_one mount --mount --propagation private
}

@test "linux.namespaces: all by path but mount" {
    setup_bundle
    hold_namespaces --pid --fork --net --ipc --uts --cgroup
    update_config 'del(.hostname)'
    local type
    for type in pid network ipc uts cgroup; do
        join_namespace "$type" "/proc/$holder/ns/$(namespace_file "$type")"
    done
    for type in pid network ipc uts cgroup; do
        container_namespace "$type"
        assert_equal "$output" "$(namespace_of "$holder" "$type")" "$type"
    done
}

@test "linux.namespaces: of another container, as a pod's" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    local pid type
    pid=$(state .pid)
    update_config 'del(.hostname)'
    for type in pid network ipc uts; do
        join_namespace "$type" "/proc/$pid/ns/$(namespace_file "$type")"
    done
    set_script 'for n in pid net ipc uts; do readlink /proc/self/ns/$n; done; hostname; readlink /proc/self'
    skep run --bundle "$BUNDLE" "${ID}_b"
    local wanted
    wanted=$(for type in pid net ipc uts; do readlink "/proc/$pid/ns/$type"; done)
    assert_equal "$(head -n 4 <<<"$output")" "$wanted"
    [[ $(sed -n 6p <<<"$output") != 1 ]] || fail "the joining process is the first one"
    assert_equal "$(state .status)" running
}

@test "linux.namespaces: a process that joins a pid namespace is ended with its container" {
    setup_bundle sleep 1000
    hold_namespaces --pid --fork
    join_namespace pid "/proc/$holder/ns/pid"
    create
    skep start "$ID"
    assert_equal "$(state .status)" running
    skep delete --force "$ID"
    assert_no_leaks_but_holder
}

# The holder is in no cgroup of the test and on none of its mounts.
assert_no_leaks_but_holder() {
    assert_no_leaks
    kill -0 "$holder"
}

@test "linux.namespaces: the first process of a new pid namespace is 1" {
    setup_bundle sh -c 'echo $$'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1
}

@test "linux.namespaces: loopback is up in a new network namespace, and alone" {
    setup_bundle sh -c 'ls /sys/class/net; cat /sys/class/net/lo/flags; ip -4 addr show lo'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(head -n 2 <<<"$output")" $'lo\n0x9'
    assert_contains "$output" "inet 127.0.0.1/8"
}

@test "linux.namespaces: nobody joins a container before its network and its root are its own" {
    skep_only
    local slow
    setup_bundle sleep 1000
    echo mine >"$BUNDLE/rootfs/whose"
    update_config '.root.readonly = true'
    # The init is slow there; that the root becomes read-only is the last thing.
    for slow in unshare:delay_enter=1000000:when=1 pivot_root:delay_enter=1000000 mount_setattr:delay_enter=50000; do
        spawn_injected "$slow" run --bundle "$BUNDLE" "$ID"
        wait_for test -e "$ROOT/$ID/state.json"
        skep exec "$ID" sh -c 'ls /sys/class/net; cat /whose; touch /file 2>&1 | grep -o "Read-only.*"'
        assert_equal "$output" $'lo\nmine\nRead-only file system' "$slow"
        skep delete --force "$ID"
        wait_spawned
    done
}

@test "linux.namespaces: that there are no more network namespaces to be had is told" {
    skep_only
    ! is_cgroup_v2 && ! is_systemd_manager || skip "clone3 makes it there, along with the others"
    setup_bundle true
    run_injected unshare:error=ENOSPC:when=1 run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.namespaces: unshare CLONE_NEWNET" ENOSPC max_net_namespaces
    assert_no_leaks
}

@test "linux.namespaces: ipc is empty" {
    setup_bundle sh -c 'wc -l </proc/sysvipc/shm'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1
}

# bats test_tags=cgroup
@test "linux.namespaces: a cgroup namespace hides where the container is" {
    setup_bundle cat /proc/self/cgroup
    new_namespace cgroup
    skep run --bundle "$BUNDLE" "$ID"
    assert_excludes "$output" "$ID"
    assert_contains "$output" ":/"
}

@test "linux.namespaces: the caller's stay as they are" {
    setup_bundle echo ran
    local before
    before=$(readlink /proc/self/ns/*)
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ran
    assert_equal "$(readlink /proc/self/ns/*)" "$before"
}
