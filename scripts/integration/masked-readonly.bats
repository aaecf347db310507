#!/usr/bin/env bats
# linux.maskedPaths and linux.readonlyPaths.
load helpers

@test "linux.maskedPaths: a file reads as empty" {
    setup_bundle sh -c 'head -c 1 /proc/kcore | wc -c; cat /etc/secret; ls -l /etc/secret'
    echo secret >"$BUNDLE/rootfs/etc/secret"
    update_config '.linux.maskedPaths += ["/etc/secret"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(head -n 1 <<<"$output")" 0
    assert_excludes "$output" $'secret\n'
    assert_contains "$output" "1,   3"
}

@test "linux.maskedPaths: a folder is empty and read-only" {
    setup_bundle sh -c 'ls -A /secrets | wc -l; touch /secrets/new'
    mkdir "$BUNDLE/rootfs/secrets"
    echo secret >"$BUNDLE/rootfs/secrets/file"
    update_config '.linux.maskedPaths += ["/secrets"] | .root.readonly = false'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 0
    assert_contains "$stderr" "Read-only"
}

@test "linux.maskedPaths: a missing one is passed over, and not made" {
    setup_bundle echo ran
    update_config '.linux.maskedPaths += ["/no/such/path"] | .root.readonly = false'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ran
    [[ ! -e $BUNDLE/rootfs/no ]]
}

@test "linux.maskedPaths: cannot be undone from inside" {
    setup_bundle sh -c 'echo ran; umount /etc/secret; cat /etc/secret'
    echo secret >"$BUNDLE/rootfs/etc/secret"
    update_config '.linux.maskedPaths += ["/etc/secret"]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ran
}

@test "linux.readonlyPaths: a folder" {
    setup_bundle sh -c 'cat /fixed/file; touch /fixed/new; touch /free'
    mkdir "$BUNDLE/rootfs/fixed"
    echo hello >"$BUNDLE/rootfs/fixed/file"
    update_config '.linux.readonlyPaths += ["/fixed"] | .root.readonly = false'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
    assert_contains "$stderr" "/fixed/new: Read-only file system"
    [[ -e $BUNDLE/rootfs/free && ! -e $BUNDLE/rootfs/fixed/new ]]
}

@test "linux.readonlyPaths: a file" {
    setup_bundle sh -c 'echo x >/fixed'
    touch "$BUNDLE/rootfs/fixed"
    update_config '.linux.readonlyPaths += ["/fixed"] | .root.readonly = false'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "Read-only"
}

@test "linux.readonlyPaths: the default ones of /proc" {
    setup_bundle sh -c 'echo x >/proc/sys/kernel/hostname; cat /proc/self/mountinfo'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "/proc/sys/kernel/hostname: Read-only"
    local path
    for path in /proc/bus /proc/fs /proc/irq /proc/sys; do
        [[ ! -e $path ]] || assert_matches "$(mount_line "$path" <<<"$output" | cut -d' ' -f6)" '^ro'
    done
}

@test "linux.readonlyPaths: keep the other options of the mount they are on" {
    setup_bundle cat /proc/self/mountinfo
    mkdir -p "$WORK/source/fixed"
    add_mount /data bind "$WORK/source" rbind nosuid nodev noexec
    update_config '.linux.readonlyPaths += ["/data/fixed"]'
    skep run --bundle "$BUNDLE" "$ID"
    local option
    for option in ro nosuid nodev noexec; do
        assert_contains "$(mount_line /data/fixed <<<"$output" | cut -d' ' -f6)" "$option"
    done
}

@test "linux.readonlyPaths: a missing one is passed over" {
    setup_bundle echo ran
    update_config '.linux.readonlyPaths += ["/no/such/path"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ran
}
