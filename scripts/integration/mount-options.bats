#!/usr/bin/env bats
# mounts[].options: the recursive ones, and those that say what is mounted and where.
load helpers

# options_of POINT: of the mount table in $output.
options_of() {
    mount_line "$1" <<<"$output" | cut -d' ' -f6
}

# Runs the bundle where $WORK/source has a mount of its own below, and prints the container's mount table.
run_nested() {
    mkdir -p "$WORK/source/below"
    set_args cat /proc/self/mountinfo
    in_mount_namespace '
        mount -t tmpfs tmpfs "$WORK/source"
        mkdir "$WORK/source/below"
        mount -t tmpfs -o "${1:-defaults}" tmpfs "$WORK/source/below"
        mount -o "remount,${1:-defaults}" "$WORK/source"
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"' "$@"
    assert_status 0
}

@test "mount options: recursive ones reach the mounts below, plain ones don't" {
    setup_bundle
    local option
    add_mount /plain bind "$WORK/source" rbind ro nosuid nodev noexec noatime nodiratime
    add_mount /recursive bind "$WORK/source" rbind rro rnosuid rnodev rnoexec rnoatime rnodiratime
    run_nested
    for option in ro nosuid nodev noexec noatime nodiratime; do
        assert_contains ",$(options_of /plain)," ",$option,"
        assert_excludes ",$(options_of /plain/below)," ",$option,"
        assert_contains ",$(options_of /recursive)," ",$option,"
        assert_contains ",$(options_of /recursive/below)," ",$option,"
    done
}

@test "mount options: recursive ones take away, too" {
    setup_bundle
    add_mount /data bind "$WORK/source" rbind rrw rsuid rdev rexec rrelatime rdiratime
    run_nested ro,nosuid,nodev,noexec,noatime,nodiratime
    local point option
    for point in /data /data/below; do
        for option in ro nosuid nodev noexec noatime nodiratime; do
            assert_excludes ",$(options_of "$point")," ",$option,"
        done
        assert_contains ",$(options_of "$point")," ",relatime,"
    done
}

@test "mount options: rstrictatime, rnostrictatime, ratime, rnorelatime" {
    needs_runc 1.2
    setup_bundle
    add_mount /strict bind "$WORK/source" rbind rstrictatime
    add_mount /not bind "$WORK/source" rbind rstrictatime rnostrictatime
    add_mount /again bind "$WORK/source" rbind rnoatime ratime
    add_mount /norel bind "$WORK/source" rbind rnorelatime
    run_nested
    assert_excludes "$(options_of /strict/below)" atime
    local point
    for point in not again norel; do assert_contains "$(options_of "/$point/below")" relatime; done
}

@test "mount options: rnosymfollow and rsymfollow" {
    needs_runc 1.2
    setup_bundle
    add_mount /data bind "$WORK/source" rbind rnosymfollow
    add_mount /again bind "$WORK/source" rbind rnosymfollow rsymfollow
    run_nested
    assert_contains "$(options_of /data/below)" nosymfollow
    assert_excludes "$(options_of /again)$(options_of /again/below)" nosymfollow
}

@test "mount options: a later plain option says something else of the mount itself" {
    skep_only
    setup_bundle
    add_mount /data bind "$WORK/source" rbind rro rw
    run_nested
    assert_matches "$(options_of /data)" '^rw,'
    assert_matches "$(options_of /data/below)" '^ro,'
}

@test "mount options: recursive ones of a new file system are its own" {
    needs_runc 1.2
    setup_bundle cat /proc/self/mountinfo
    add_mount /data tmpfs tmpfs rro rnosuid
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$(options_of /data)" '^ro,nosuid'
}

@test "mount options: a remount with recursive ones" {
    skep_only
    setup_bundle
    add_mount /data bind "$WORK/source" rbind
    add_mount /data none none remount bind rro
    run_nested
    assert_matches "$(options_of /data)" '^ro,'
    assert_matches "$(options_of /data/below)" '^ro,'
}

@test "mount options: lazytime, nolazytime, iversion, silent and others are no error" {
    needs_runc 1.2
    setup_bundle cat /proc/self/mountinfo
    add_mount /one tmpfs tmpfs lazytime iversion silent
    add_mount /two tmpfs tmpfs lazytime nolazytime noiversion loud nomand
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$(mount_line /one <<<"$output")" lazytime
    assert_excludes "$(mount_line /two <<<"$output")" lazytime
}

@test "mount options: what nothing comes of is told with --debug" {
    skep_only
    setup_bundle
    mkdir "$WORK/source"
    add_mount /data bind "$WORK/source" bind size=1m sync
    add_mount /scratch tmpfs tmpfs silent copy-symlink
    run_skep --debug run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_contains "$stderr" 'mounts[7].options: nothing comes of "size=1m" on a bind mount'
    assert_contains "$stderr" 'mounts[7].options: nothing comes of "sync" on a bind mount'
    assert_contains "$stderr" 'mounts[8].options: nothing comes of "silent"'
    assert_contains "$stderr" 'mounts[8].options: nothing comes of "copy-symlink" but on a bind mount'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$stderr" ""
}

@test "mount options: a relative destination is warned of" {
    skep_only
    setup_bundle cat /proc/self/mountinfo
    add_mount relative/path tmpfs tmpfs
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" " /relative/path "
    assert_contains "$stderr" 'mounts[7].destination: "relative/path" is taken for "/relative/path"'
}

@test "mount options: copy-symlink" {
    skep_only
    setup_bundle sh -c 'readlink /copy; readlink /deep/copy; cat /plain'
    ln -s "some/where else" "$WORK/link"
    echo hello >"$WORK/file"
    add_mount /copy bind "$WORK/link" bind copy-symlink
    add_mount /deep/copy bind "$WORK/link" bind copy-symlink ro
    add_mount /plain bind "$WORK/file" bind copy-symlink
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'some/where else\nsome/where else\nhello'
    # The same link is there now; another one is not what was asked for.
    skep run --bundle "$BUNDLE" "$ID"
    ln -sfn elsewhere "$BUNDLE/rootfs/copy"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" "symlink /copy" EEXIST
    rm "$BUNDLE/rootfs/copy"
    echo file >"$BUNDLE/rootfs/copy"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" "symlink /copy" EEXIST
}

@test "mount options: src-nofollow mounts the link itself" {
    skep_only
    setup_bundle sh -c 'readlink /link; cat /followed'
    echo hello >"$WORK/file"
    ln -s file "$WORK/link"
    add_mount /link bind "$WORK/link" bind src-nofollow dest-nofollow
    ln -s nowhere "$BUNDLE/rootfs/link"
    add_mount /followed bind "$WORK/link" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'file\nhello'
    assert_equal "$(readlink "$BUNDLE/rootfs/link")" nowhere
}

@test "mount options: dest-nofollow mounts on the link itself" {
    skep_only
    setup_bundle sh -c 'cat /link /target'
    echo new >"$WORK/file"
    echo old >"$BUNDLE/rootfs/target"
    ln -s target "$BUNDLE/rootfs/link"
    add_mount /link bind "$WORK/file" bind dest-nofollow
    add_mount /missing/file bind "$WORK/file" bind dest-nofollow
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'new\nold'
}

@test "mount options: on a read-only /dev devices and the console are there" {
    setup_bundle sh -c 'ls -l /dev/null /dev/zero; touch /dev/new || echo refused; cat /proc/self/mountinfo'
    update_config '(.mounts[] | select(.destination == "/dev") | .options) += ["ro"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" /dev/zero
    assert_contains "$output" refused
    assert_matches "$(options_of /dev)" '^ro,nosuid'
    assert_matches "$(options_of /dev/shm)" '^rw'
}

@test "mount options: a tmpfs without a mode has that of the directory under it" {
    needs_runc 1.2
    setup_bundle stat -c %a /private /new
    mkdir -m 2710 "$BUNDLE/rootfs/private"
    add_mount /private tmpfs tmpfs
    add_mount /new tmpfs tmpfs
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'2710\n1777'
}
