#!/usr/bin/env bats
# mounts[].options: tmpcopyup, a tmpfs that begins with what the image has there.
load helpers

# setup_image: /etc/inner in the image, with one of everything.
setup_image() {
    local image=$BUNDLE/rootfs/etc/inner
    mkdir -p "$image/sub/deep"
    echo hello >"$image/file"
    head -c 100000 /dev/urandom >"$image/sub/large"
    ln "$image/file" "$image/hard"
    ln -s /etc/passwd "$image/link"
    ln -s nowhere "$image/dangling"
    mkfifo "$image/fifo"
    mknod "$image/device" c 1 3
    truncate -s 1G "$image/sparse"
    echo end >>"$image/sparse"
    echo plain >"$image/plain"
    chown 12:34 "$image/file" "$image/sub/deep"
    chmod 4755 "$image/file"
    chown -h 5:6 "$image/link"
    chmod 1730 "$image/sub"
    setfattr -n user.colour -v green "$image/sub/large" 2>/dev/null || true
    touch -h -d '2001-02-03 04:05:06 UTC' "$image/file" "$image/link" "$image/sub"
    chown 7:8 "$image"
    chmod 2755 "$image"
}

listing='cd /etc/inner && find . | sort | while read -r name; do stat -c "%n %F %a %u:%g %s %Y" "$name"; done |
    sed "/^\.[^ ]* directory/s/ [0-9]* \([0-9]*\)$/ \1/"; readlink link; readlink dangling; md5sum <sub/large; tail -c 4 sparse'

@test "tmpcopyup: contents, permissions, owners, times and links are the image's" {
    skep_only
    setup_bundle sh -c "$listing"
    setup_image
    add_mount /etc/inner tmpfs tmpfs tmpcopyup
    skep run --bundle "$BUNDLE" "$ID"
    local copied=$output
    update_config 'del(.mounts[-1])'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$copied" "./file regular file 4755 12:34"
    # The top directory has a time of its own.
    assert_equal "$(sed 1d <<<"$copied")" "$(sed 1d <<<"$output")"
    assert_equal "$(sed -n '1s/ [0-9]*$//p' <<<"$copied")" "$(sed -n '1s/ [0-9]*$//p' <<<"$output")"
}

@test "tmpcopyup: it is a tmpfs, the image stays as it is, and holes take no room" {
    setup_bundle sh -c 'cat /etc/inner/plain; echo new >/etc/inner/plain; df -m /etc/inner | awk "END { print \$3 < 20 }"
        grep " /etc/inner " /proc/mounts'
    setup_image
    is_skep || rm "$BUNDLE/rootfs/etc/inner/"{sparse,device,fifo} # that others copy badly, or not
    add_mount /etc/inner tmpfs tmpfs tmpcopyup
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" $'plain\n1\ntmpfs /etc/inner tmpfs rw'
    assert_equal "$(cat "$BUNDLE/rootfs/etc/inner/plain")" plain
}

@test "tmpcopyup: ro" {
    setup_bundle sh -c 'cat /etc/inner/file; touch /etc/inner/new'
    mkdir -p "$BUNDLE/rootfs/etc/inner"
    echo hello >"$BUNDLE/rootfs/etc/inner/file"
    add_mount /etc/inner tmpfs tmpfs tmpcopyup ro
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_equal "$output" hello
    assert_contains "$stderr" "Read-only"
}

@test "tmpcopyup: an extended attribute" {
    skep_only
    needs_kernel 6.6 "attributes of users' on a tmpfs"
    setup_bundle sh -c 'getfattr -n user.colour --only-values /etc/inner/file'
    mkdir -p "$BUNDLE/rootfs/etc/inner"
    touch "$BUNDLE/rootfs/etc/inner/file"
    setfattr -n user.colour -v green "$BUNDLE/rootfs/etc/inner/file" || skip "no such attributes here"
    add_mount /etc/inner tmpfs tmpfs tmpcopyup
    set_args sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    run_skep state "$ID"
    assert_equal "$(getfattr -n user.colour --only-values "/proc/$(gojq .pid <<<"$output")/root/etc/inner/file")" green
}

@test "tmpcopyup: onto nothing is a plain tmpfs" {
    setup_bundle sh -c 'ls -A /missing; stat -c %a /missing'
    add_mount /missing tmpfs tmpfs tmpcopyup
    skep run --bundle "$BUNDLE" "$ID"
    is_skep || skip "others give it other permissions"
    assert_equal "$output" 1777
}

@test "tmpcopyup: a mode of the mount's own" {
    skep_only
    setup_bundle stat -c %a:%u /etc/inner
    setup_image
    add_mount /etc/inner tmpfs tmpfs tmpcopyup mode=700
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 700:0
}

@test "tmpcopyup: a directory that is too deep, or too large, is an error that names the file" {
    skep_only
    setup_bundle
    mkdir -p "$BUNDLE/rootfs/etc/inner/$(printf 'd/%.0s' {1..200})"
    add_mount /etc/inner tmpfs tmpfs tmpcopyup
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" /etc/inner/d/d ELOOP
    rm -rf "$BUNDLE/rootfs/etc/inner/d"
    head -c 200000 /dev/zero | tr '\0' x >"$BUNDLE/rootfs/etc/inner/large"
    update_config '.mounts[-1].options += ["size=64k"]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" /etc/inner/large ENOSPC
}

@test "tmpcopyup: on anything but a new tmpfs it is refused" {
    skep_only
    setup_bundle
    mkdir "$WORK/source"
    add_mount /data bind "$WORK/source" bind tmpcopyup
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused 'mounts[7].options: "tmpcopyup" is for a new tmpfs only'
}
