#!/usr/bin/env bats
# mounts: what can be bound, what it can be bound on, and what failures say.
load helpers

@test "mount kinds: a socket" {
    setup_bundle sh -c 'stat -c %F /run/socket'
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORK/socket"
    add_mount /run/socket bind "$WORK/socket" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" socket
    [[ -f $BUNDLE/rootfs/run/socket ]]
}

@test "mount kinds: a device, and one on a device that the runtime makes" {
    setup_bundle sh -c 'stat -c %t:%T /dev/other; stat -c %F /data'
    mkfifo "$WORK/fifo"
    add_mount /dev/other bind /dev/zero bind
    add_mount /data bind "$WORK/fifo" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'1:5\nfifo'
}

@test "mount kinds: a folder on a file, and a file on a folder, are refused with the reason" {
    setup_bundle
    mkdir -p "$WORK/folder" "$BUNDLE/rootfs/folder"
    touch "$WORK/file" "$BUNDLE/rootfs/file"
    cp "$BUNDLE/config.json" "$WORK/good.json"
    add_mount /file bind "$WORK/folder" bind
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" "move_mount /file" ENOTDIR "a directory can't be mounted on a file"
    assert_no_leaks
    cp "$WORK/good.json" "$BUNDLE/config.json"
    add_mount /folder bind "$WORK/file" bind
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" "move_mount /folder" EISDIR "a file can't be mounted on a directory"
    assert_no_leaks
}

@test "mount kinds: below a file, and on a read-only file system, are refused with the reason" {
    setup_bundle
    touch "$BUNDLE/rootfs/file"
    cp "$BUNDLE/config.json" "$WORK/good.json"
    add_mount /file/below tmpfs tmpfs
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" /file/below ENOTDIR
    cp "$WORK/good.json" "$BUNDLE/config.json"
    mkdir "$WORK/outer"
    add_mount /outer bind "$WORK/outer" bind ro
    add_mount /outer/inner tmpfs tmpfs
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[8]" "mkdir /outer/inner" EROFS "it has to be there already"
    [[ -z $(ls "$WORK/outer") ]]
    assert_no_leaks
}

@test "mount kinds: in a read-only tmpfs more can be mounted" {
    setup_bundle sh -c 'touch /outer/x || echo refused; touch /outer/inner/x && ls /outer/inner'
    add_mount /outer tmpfs tmpfs ro
    add_mount /outer/inner tmpfs tmpfs
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'refused\nx'
}

@test "mount kinds: /proc behind a symbolic link is refused with the reason" {
    skep_only
    setup_bundle
    rm -r "$BUNDLE/rootfs/proc"
    mkdir "$BUNDLE/rootfs/elsewhere"
    ln -s elsewhere "$BUNDLE/rootfs/proc"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[0]" "openat2 /proc" ELOOP "a symbolic link must not lead there"
}

@test "mount kinds: a bad value is told in the kernel's own words" {
    setup_bundle
    add_mount /data tmpfs tmpfs size=many
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" size
    if is_skep; then assert_contains "$stderr" "fsconfig /data: tmpfs: Bad value for 'size'"; fi
}

@test "mount kinds: a file that can't be masked is an error" {
    skep_only
    setup_bundle
    mkdir "$WORK/dev"
    touch "$WORK/dev/null"
    add_mount /dev bind "$WORK/dev" rbind
    update_config '.linux.maskedPaths = ["/etc/secret"] | .mounts |= map(select(.destination | startswith("/dev/") | not))'
    touch "$BUNDLE/rootfs/etc/secret"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.maskedPaths[0]" "/dev/null is not the null device"
    assert_no_leaks
}

# bats test_tags=cgroup
@test "mount kinds: cgroup2 in a container of version 1" {
    ! is_cgroup_v2 || skip "the layout is version 2"
    skep_only
    setup_bundle sh -c 'grep " /unified " /proc/mounts; touch /unified/x 2>&1'
    add_mount /unified cgroup2 cgroup2 ro nosuid
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "/unified cgroup2 ro,nosuid"
    assert_contains "$output" "Read-only"
}
