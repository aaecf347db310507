#!/usr/bin/env bats
# Propagation: of each mount, and of the root file system.
load helpers

# propagation_of POINT: of the mount table in $output: "shared", "master", "shared master", "unbindable" or nothing.
propagation_of() {
    mount_line "$1" <<<"$output" |
        awk '{ for (i = 7; i <= NF && $i != "-"; i++) { sub(":.*", "", $i); printf "%s%s", (i > 7 ? " " : ""), $i } }'
}

# run_shared [OPTION...]: a container that prints its mount table. Its root file system, what it has on /data, and what
# is mounted below both, are shared mounts of the host.
run_shared() {
    mkdir -p "$WORK/source" "$BUNDLE/rootfs/inner"
    add_mount /data bind "$WORK/source" rbind "$@"
    set_args cat /proc/self/mountinfo
    in_mount_namespace '
        mount --bind "$BUNDLE" "$BUNDLE"
        mount -t tmpfs tmpfs "$BUNDLE/rootfs/inner"
        mount -t tmpfs tmpfs "$WORK/source"
        mkdir "$WORK/source/below"
        mount -t tmpfs tmpfs "$WORK/source/below"
        mount --make-rshared "$BUNDLE"
        mount --make-rshared "$WORK/source"
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"'
    assert_status 0
}

assert_propagation() {
    assert_equal "$(propagation_of "$1")" "$2" "propagation of $1"
}

# own_option OPTION PROPAGATION BELOW: of a mount, and of what is mounted below its source.
own_option() {
    setup_bundle
    run_shared "$1"
    assert_propagation /data "$2"
    assert_propagation /data/below "$3"
    assert_propagation / master
}

@test "propagation: private and rprivate of a mount" {
    own_option private "" master
    rm -rf "$BUNDLE"
    own_option rprivate "" ""
}

@test "propagation: shared and rshared of a mount" {
    own_option shared "shared master" master
    rm -rf "$BUNDLE"
    own_option rshared "shared master" "shared master"
}

@test "propagation: slave and rslave of a mount" {
    own_option slave master master
    rm -rf "$BUNDLE"
    own_option rslave master master
}

@test "propagation: unbindable and runbindable of a mount" {
    own_option unbindable unbindable master
    rm -rf "$BUNDLE"
    own_option runbindable unbindable unbindable
}

@test "propagation: a mount below a shared one keeps its own" {
    setup_bundle
    mkdir -p "$WORK/source/inner"
    add_mount /data bind "$WORK/source" bind rshared
    local options=(private slave)
    add_mount /data/inner tmpfs tmpfs private
    set_args cat /proc/self/mountinfo
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$(propagation_of /data)" '^shared'
    assert_propagation /data/inner ""
}

# with_root VALUE ROOT INNER DATA [OPTION...]: linux.rootfsPropagation and what comes of it.
with_root() {
    setup_bundle
    update_config --arg value "$1" '.linux.rootfsPropagation = $value'
    run_shared "${@:5}"
    assert_propagation / "$2"
    assert_propagation /inner "$3"
    assert_propagation /data "$4"
    assert_propagation /data/below "$4"
    rm -rf "$BUNDLE"
}

@test "propagation: private and rprivate of the root" {
    skep_only # runc leaves what is below the root as it is, which is the host's
    with_root private "" "" ""
    with_root rprivate "" "" ""
}

@test "propagation: slave and rslave of the root" {
    skep_only
    with_root slave master master master
    with_root rslave master master master
}

@test "propagation: shared and rshared of the root leave shared mounts the host's" {
    needs_runc 1.4
    with_root shared shared shared shared
    with_root rshared shared shared shared
}

@test "propagation: a mount's own under a shared root" {
    needs_runc 1.4
    with_root shared shared shared shared rshared
    with_root shared shared shared master rslave
    with_root shared shared shared "" rprivate
}

@test "propagation: unbindable and runbindable of the root" {
    skep_only
    with_root unbindable unbindable "" ""
    with_root runbindable unbindable unbindable unbindable
}

# reaches_host OPTION...: how many of the container's mounts in /data the host sees.
reaches_host() {
    setup_bundle sleep 1000
    mkdir -p "$WORK/source/inner"
    update_config --arg value "$1" '.linux.rootfsPropagation = $value'
    add_mount /data bind "$WORK/source" rbind "${@:2}"
    in_mount_namespace '
        mount --bind "$WORK/source" "$WORK/source"
        mount --make-shared "$WORK/source"
        "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1
        pid=$("$SKEP" --root "$ROOT" state "$ID" | gojq .pid)
        nsenter --mount --target "$pid" true 2>/dev/null || true
        nsenter --mount="/proc/$pid/ns/mnt" /bin/busybox mount -t tmpfs tmpfs /data/inner
        grep -c " $WORK/source/inner " /proc/self/mountinfo || true
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 0
    rm -rf "$BUNDLE"
}

@test "propagation: a container's mount reaches the host by rshared and a shared root, else not" {
    reaches_host shared rshared
    assert_equal "$output" 1
    reaches_host shared rslave
    assert_equal "$output" 0
    reaches_host rslave rshared
    assert_equal "$output" 0
}
