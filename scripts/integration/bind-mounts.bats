#!/usr/bin/env bats
# mounts: binds of folders and files, their options and propagation, and targets that are symlinks.
load helpers

setup_source() {
    mkdir -p "$WORK/source/sub"
    echo hello >"$WORK/source/file"
}

# The container's mount table line for POINT.
line_of() {
    mount_line "$1" <<<"$output"
}

mountinfo() {
    set_args cat /proc/self/mountinfo
    skep run --bundle "$BUNDLE" "$ID"
}

@test "bind: a folder, for reading and writing" {
    setup_bundle sh -c 'cat /data/file; echo new >/data/new'
    setup_source
    add_mount /data bind "$WORK/source" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
    assert_equal "$(cat "$WORK/source/new")" new
}

@test "bind: ro" {
    setup_bundle sh -c 'touch /data/new'
    setup_source
    add_mount /data bind "$WORK/source" rbind ro
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "Read-only"
    [[ ! -e $WORK/source/new ]]
}

@test "bind: nosuid, nodev, noexec, noatime" {
    setup_bundle
    setup_source
    add_mount /data bind "$WORK/source" rbind nosuid nodev noexec noatime
    mountinfo
    local option
    for option in nosuid nodev noexec noatime; do
        assert_contains "$(line_of /data | cut -d' ' -f6)" "$option"
    done
}

@test "bind: without options of its own keeps the source's" {
    setup_bundle
    # The mount is made on the host's side, in a namespace that goes.
    setup_source
    add_mount /data bind "$WORK/source" rbind
    set_args cat /proc/self/mountinfo
    in_mount_namespace '
        mount -t tmpfs -o nosuid,noexec tmpfs "$WORK/source"
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"'
    assert_status 0
    assert_contains "$(line_of /data)" nosuid
    assert_contains "$(line_of /data)" noexec
}

@test "bind: takes the one mount, rbind those below as well" {
    setup_bundle
    setup_source
    add_mount /one bind "$WORK/source" bind
    add_mount /all bind "$WORK/source" rbind
    set_args cat /proc/self/mountinfo
    in_mount_namespace '
        mount -t tmpfs tmpfs "$WORK/source/sub"
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"'
    assert_status 0
    assert_equal "$(line_of /one/sub)" ""
    assert_contains "$(line_of /all/sub)" tmpfs
}

@test "bind: the option alone decides, whatever the type says" {
    setup_bundle cat /data/file
    setup_source
    add_mount /data none "$WORK/source" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}

@test "bind: a relative source is of the bundle" {
    setup_bundle cat /data/file
    mkdir "$BUNDLE/data"
    echo relative >"$BUNDLE/data/file"
    add_mount /data bind data rbind
    cd /
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" relative
}

@test "bind: a file onto a file" {
    setup_bundle cat /etc/passwd
    setup_source
    add_mount /etc/passwd bind "$WORK/source/file" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}

@test "bind: a file's missing target is made, with its parents" {
    setup_bundle cat /new/folder/file
    setup_source
    add_mount /new/folder/file bind "$WORK/source/file" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
    [[ -f $BUNDLE/rootfs/new/folder/file ]]
    assert_equal "$(stat -c %s "$BUNDLE/rootfs/new/folder/file")" 0
}

@test "bind: a source that is a symlink is followed" {
    setup_bundle cat /data/file
    setup_source
    ln -s source "$WORK/link"
    add_mount /data bind "$WORK/link" rbind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}

@test "bind: propagation" {
    setup_bundle
    setup_source
    local kind
    for kind in private shared slave unbindable; do
        add_mount "/$kind" bind "$WORK/source" rbind "$kind"
        add_mount "/r$kind" bind "$WORK/source" rbind "r$kind"
    done
    mountinfo
    for kind in shared rshared; do assert_contains "$(line_of "/$kind")" "shared:"; done
    for kind in unbindable runbindable; do assert_contains "$(line_of "/$kind")" unbindable; done
    for kind in private rprivate slave rslave; do assert_excludes "$(line_of "/$kind")" "shared:"; done
}

@test "bind: rslave gets the host's later mounts, and gives none back" {
    setup_bundle sh -c 'sleep 1000'
    setup_source
    add_mount /data bind "$WORK/source" rbind rslave
    in_mount_namespace '
        mount --bind "$WORK/source" "$WORK/source"
        mount --make-shared "$WORK/source"
        "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1
        pid=$("$SKEP" --root "$ROOT" state "$ID" | gojq .pid)
        test -d "/proc/$pid/ns"
        mount -t tmpfs later "$WORK/source/sub"
        grep " /data/sub " "/proc/$pid/mountinfo" || echo none
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 0
    assert_contains "$output" " /data/sub "
}

@test "bind: private gets none of them" {
    setup_bundle sh -c 'sleep 1000'
    setup_source
    add_mount /data bind "$WORK/source" rbind rprivate
    in_mount_namespace '
        mount --bind "$WORK/source" "$WORK/source"
        mount --make-shared "$WORK/source"
        "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1
        pid=$("$SKEP" --root "$ROOT" state "$ID" | gojq .pid)
        test -d "/proc/$pid/ns"
        mount -t tmpfs later "$WORK/source/sub"
        grep " /data/sub " "/proc/$pid/mountinfo" || echo none
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 0
    assert_equal "$output" none
}

# A symlink in the root file system that points out of it, absolutely or by dots.
escaping_target() {
    setup_bundle sh -c 'grep -c hello /escape/file'
    setup_source
    mkdir "$WORK/outside"
    ln -s "$1" "$BUNDLE/rootfs/escape"
    add_mount /escape bind "$WORK/source" rbind
    in_mount_namespace '
        mount --bind "$WORK" "$WORK"
        mount --make-shared "$WORK"
        status=0
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" || status=$?
        ls -A "$WORK/outside"
        exit "$status"'
    assert_excludes "$output" file
    if ((status == 0)); then
        assert_equal "$output" 1
    else
        assert_refused "mounts[7]"
    fi
    [[ -z $(ls -A "$WORK/outside") ]] || fail "made on the host: $(ls -A "$WORK/outside")"
}

@test "bind: a target symlink with an absolute path stays in the root file system" {
    escaping_target "$WORK/outside"
}

@test "bind: a target symlink with dots stays in the root file system" {
    escaping_target "../../../../../../../../../..$WORK/outside"
}

@test "bind: a missing target behind an escaping symlink is not made on the host" {
    setup_bundle cat /escape/made/file
    setup_source
    mkdir "$WORK/outside"
    ln -s "$WORK/outside" "$BUNDLE/rootfs/escape"
    add_mount /escape/made bind "$WORK/source" rbind
    run_skep run --bundle "$BUNDLE" "$ID"
    if ((status == 0)); then assert_equal "$output" hello; else assert_refused 'mounts[7]'; fi
    [[ -z $(ls -A "$WORK/outside") ]] || fail "made on the host: $(ls -A "$WORK/outside")"
}

@test "bind: onto /proc is refused" {
    setup_bundle true
    setup_source
    add_mount /proc/sys bind "$WORK/source" rbind
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" /proc/sys
}
