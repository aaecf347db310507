#!/usr/bin/env bats
# root and linux.rootfsPropagation.
load helpers

@test "root.readonly: true" {
    setup_bundle sh -c 'touch /new'
    update_config '.root.readonly = true'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "Read-only file system"
    [[ ! -e $BUNDLE/rootfs/new ]]
}

@test "root.readonly: false" {
    setup_bundle sh -c 'echo hello >/new'
    update_config '.root.readonly = false'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(cat "$BUNDLE/rootfs/new")" hello
}

@test "root.readonly: mounts on it stay as they are" {
    setup_bundle sh -c 'touch /dev/shm/new && touch /data/new'
    mkdir "$WORK/data"
    add_mount /data bind "$WORK/data" rbind rw
    skep run --bundle "$BUNDLE" "$ID"
    [[ -e $WORK/data/new ]]
}

@test "root.path: absolute" {
    setup_bundle cat /marker
    mv "$BUNDLE/rootfs" "$WORK/elsewhere"
    echo here >"$WORK/elsewhere/marker"
    update_config --arg path "$WORK/elsewhere" '.root.path = $path'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" here
}

@test "root.path: relative is of the bundle, whatever the current folder" {
    setup_bundle cat /marker
    mkdir "$BUNDLE/deep"
    mv "$BUNDLE/rootfs" "$BUNDLE/deep/root"
    echo here >"$BUNDLE/deep/root/marker"
    update_config '.root.path = "deep/root"'
    cd /
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" here
}

@test "root: nothing of the host is reachable" {
    setup_bundle sh -c 'ls -a / | sort | tr "\n" " "; cd ../../..; pwd; ls -d proc'
    echo secret >"$WORK/secret"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'. .. bin dev etc proc root sys tmp /\nproc'
}

@test "root: the container sees only its own mounts" {
    setup_bundle cat /proc/self/mountinfo
    skep run --bundle "$BUNDLE" "$ID"
    assert_excludes "$(awk '{ print $5 }' <<<"$output")" "$WORK"
    assert_equal "$(awk '$5 == "/"' <<<"$output" | wc -l)" 1 "mounts on /"
}

# The optional fields of mountinfo, which tell the propagation.
propagation_of() {
    mount_line "$1" | awk '{ for (i = 7; i <= NF && $i != "-"; i++) printf "%s ", $i }'
}

@test "linux.rootfsPropagation: private" {
    setup_bundle cat /proc/self/mountinfo
    update_config '.linux.rootfsPropagation = "private"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" " /proc "
    assert_equal "$(propagation_of / <<<"$output")" ""
}

@test "linux.rootfsPropagation: shared" {
    needs_runc 1.4
    setup_bundle cat /proc/self/mountinfo
    update_config '.linux.rootfsPropagation = "shared"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$(propagation_of / <<<"$output")" 'shared:'
}

@test "linux.rootfsPropagation: unbindable" {
    needs_runc 1.4
    setup_bundle cat /proc/self/mountinfo
    update_config '.linux.rootfsPropagation = "unbindable"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$(propagation_of / <<<"$output")" unbindable
}

@test "linux.rootfsPropagation: rslave gets the host's later mounts, and gives none back" {
    setup_bundle sh -c 'sleep 1000'
    mkdir "$BUNDLE/rootfs/later"
    update_config '.linux.rootfsPropagation = "rslave"'
    in_mount_namespace '
        mount --bind "$BUNDLE" "$BUNDLE"
        mount --make-shared "$BUNDLE"
        "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1
        pid=$("$SKEP" --root "$ROOT" state "$ID" | gojq .pid)
        test -d "/proc/$pid/ns"
        mount -t tmpfs later "$BUNDLE/rootfs/later"
        grep " /later " "/proc/$pid/mountinfo" || echo none
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 0
    assert_contains "$output" " /later "
}

@test "linux.rootfsPropagation: private gets none of the host's later mounts" {
    setup_bundle sh -c 'sleep 1000'
    mkdir "$BUNDLE/rootfs/later"
    update_config '.linux.rootfsPropagation = "private"'
    in_mount_namespace '
        mount --bind "$BUNDLE" "$BUNDLE"
        mount --make-shared "$BUNDLE"
        "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1
        pid=$("$SKEP" --root "$ROOT" state "$ID" | gojq .pid)
        test -d "/proc/$pid/ns"
        mount -t tmpfs later "$BUNDLE/rootfs/later"
        grep " /later " "/proc/$pid/mountinfo" || echo none
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 0
    assert_equal "$output" none
}

@test "root: the container's mounts do not reach a shared host" {
    setup_bundle true
    in_mount_namespace '
        mount --bind "$BUNDLE" "$BUNDLE"
        mount --make-rshared /
        wc -l </proc/self/mountinfo
        "$SKEP" --root "$ROOT" create --bundle "$BUNDLE" "$ID" >/dev/null
        "$SKEP" --root "$ROOT" state "$ID" | grep -q created
        wc -l </proc/self/mountinfo
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 0
    assert_equal "$(sed -n 2p <<<"$output")" "$(sed -n 1p <<<"$output")" "mounts of the host"
}
