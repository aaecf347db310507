#!/usr/bin/env bats
# mounts: file systems, their options and their targets. Bind mounts have a file of their own.
load helpers

# mount_field FILTER POINT: of the container's mount table in $output. Fields: options, type, source, super.
mount_field() {
    local line
    line=$(mount_line "$2" <<<"$output")
    [[ -n $line ]] || fail "no mount on $2 in: $output"
    local after=${line#* - }
    case $1 in
    options) cut -d' ' -f6 <<<"$line" ;;
    type) cut -d' ' -f1 <<<"$after" ;;
    source) cut -d' ' -f2 <<<"$after" ;;
    super) cut -d' ' -f3 <<<"$after" ;;
    esac
}

# Options as a set: mount_has POINT OPTION
mount_has() {
    assert_contains ",$(mount_field options "$1"),$(mount_field super "$1")," ",$2,"
}

mount_lacks() {
    assert_excludes ",$(mount_field options "$1")," ",$2,"
}

mountinfo() {
    set_args cat /proc/self/mountinfo
    skep run --bundle "$BUNDLE" "$ID"
}

@test "mounts: the default ones, with their types" {
    setup_bundle
    mountinfo
    local pair
    for pair in /proc=proc /dev=tmpfs /dev/pts=devpts /dev/shm=tmpfs /dev/mqueue=mqueue /sys=sysfs; do
        assert_equal "$(mount_field type "${pair%=*}")" "${pair#*=}" "${pair%=*}"
    done
}

@test "mounts: the default options" {
    setup_bundle
    mountinfo
    local option
    for option in nosuid mode=755 size=65536k; do mount_has /dev "$option"; done
    mount_lacks /dev relatime
    for option in nosuid noexec gid=5 mode=620 ptmxmode=666; do mount_has /dev/pts "$option"; done
    for option in nosuid noexec nodev size=65536k; do mount_has /dev/shm "$option"; done
    for option in nosuid noexec nodev ro; do mount_has /sys "$option"; done
}

@test "mounts: /dev/shm is writable by all" {
    setup_bundle sh -c 'stat -c %a /dev/shm; touch /dev/shm/x'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1777
}

@test "mounts: proc is the container's" {
    setup_bundle sh -c 'readlink /proc/self; ls -d /proc/[0-9]* | wc -l'
    skep run --bundle "$BUNDLE" "$ID"
    # The shell, ls and wc.
    assert_matches "$output" $'^[0-9]\n[1-3]$'
}

@test "mounts: devpts is an instance of its own" {
    setup_bundle sh -c 'ls /dev/pts'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ptmx
}

@test "mounts: mqueue is the container's" {
    setup_bundle sh -c 'touch /dev/mqueue/queue && ls /dev/mqueue'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" queue
}

@test "mounts: tmpfs with size and mode" {
    setup_bundle sh -c 'stat -c %a /scratch; touch /scratch/x; cat /proc/self/mountinfo'
    add_mount /scratch tmpfs scratch nosuid noexec size=1m mode=1750
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(head -n 1 <<<"$output")" 1750
    assert_equal "$(mount_field source /scratch)" scratch
    mount_has /scratch size=1024k
    mount_has /scratch noexec
    mount_lacks /scratch nodev
}

@test "mounts: every plain option of the specification" {
    setup_bundle
    add_mount /one tmpfs tmpfs ro nosuid nodev noexec noatime nodiratime sync
    add_mount /two tmpfs tmpfs ro rw nosuid suid nodev dev noexec exec sync async noatime atime relatime
    add_mount /three tmpfs tmpfs strictatime dirsync
    mountinfo
    local option
    for option in ro nosuid nodev noexec noatime nodiratime sync; do mount_has /one "$option"; done
    for option in ro nosuid nodev noexec noatime; do mount_lacks /two "$option"; done
    mount_has /two rw
    mount_lacks /three relatime
    mount_has /three dirsync
}

@test "mounts: no options at all" {
    setup_bundle
    add_mount /one tmpfs tmpfs
    update_config 'del(.mounts[-1].options)'
    mountinfo
    mount_has /one rw
}

@test "mounts: the option 'defaults'" {
    needs_runc 1.2
    setup_bundle
    add_mount /one tmpfs tmpfs defaults
    mountinfo
    mount_has /one rw
}

@test "mounts: an option that the file system does not know is refused" {
    setup_bundle
    add_mount /one tmpfs tmpfs nonsense=1
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" nonsense
}

@test "mounts: an unknown file system is refused" {
    setup_bundle
    add_mount /one nonsensefs none
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]" nonsensefs
}

@test "mounts: later ones cover earlier ones" {
    setup_bundle sh -c 'ls -A /data/inner; ls -A /data'
    mkdir -p "$WORK/outer/inner" "$WORK/inner"
    touch "$WORK/outer/outer-file" "$WORK/outer/inner/hidden" "$WORK/inner/seen"
    add_mount /data bind "$WORK/outer" rbind
    add_mount /data/inner bind "$WORK/inner" rbind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'seen\ninner\nouter-file'
}

@test "mounts: missing targets are made, with their parents" {
    setup_bundle sh -c 'touch /a/b/c/file'
    add_mount /a/b/c tmpfs tmpfs
    skep run --bundle "$BUNDLE" "$ID"
    [[ -d $BUNDLE/rootfs/a/b/c ]]
    assert_equal "$(stat -c %a "$BUNDLE/rootfs/a/b")" 755
}

@test "mounts: a target through an absolute symlink is of the root file system" {
    setup_bundle
    mkdir -p "$BUNDLE/rootfs/real"
    ln -s /real "$BUNDLE/rootfs/link"
    add_mount /link/inner tmpfs tmpfs
    mountinfo
    assert_equal "$(mount_field type /real/inner)" tmpfs
}

@test "mounts: a target that is a symlink is followed" {
    setup_bundle
    mkdir -p "$BUNDLE/rootfs/deep/real"
    ln -s deep/real "$BUNDLE/rootfs/link"
    add_mount /link tmpfs tmpfs
    mountinfo
    assert_equal "$(mount_field type /deep/real)" tmpfs
}

@test "mounts: with a destination of dots the target stays in the root file system" {
    setup_bundle sh -c "grep -c ' $WORK/outside/inner tmpfs ' /proc/mounts"
    mkdir "$WORK/outside"
    add_mount "/../../../../../..$WORK/outside/inner" tmpfs tmpfs
    run_skep run --bundle "$BUNDLE" "$ID"
    if ((status == 0)); then assert_equal "$output" 1; else assert_refused 'mounts[7]'; fi
    [[ ! -e $WORK/outside/inner ]] || fail "made on the host"
}

@test "mounts: a relative destination is of the root, or refused by name" {
    setup_bundle cat /proc/self/mountinfo
    add_mount relative/path tmpfs tmpfs
    run_skep run --bundle "$BUNDLE" "$ID"
    if ((status == 0)); then
        assert_equal "$(mount_field type /relative/path)" tmpfs
    else
        assert_refused "mounts[7].destination"
    fi
}

# bats test_tags=cgroup
@test "mounts: cgroup shows the container's own, read-only" {
    setup_bundle sh -c 'ls /sys/fs/cgroup; cat /proc/self/mountinfo'
    skep run --bundle "$BUNDLE" "$ID"
    if is_cgroup_v2; then
        assert_equal "$(mount_field type /sys/fs/cgroup)" cgroup2
        mount_has /sys/fs/cgroup ro
    else
        assert_equal "$(mount_field type /sys/fs/cgroup)" tmpfs
        local controller
        for controller in memory pids devices; do
            assert_equal "$(mount_field type "/sys/fs/cgroup/$controller")" cgroup
            mount_has "/sys/fs/cgroup/$controller" ro
        done
    fi
}

# bats test_tags=cgroup
@test "mounts: cgroup with a cgroup namespace has its root at the container's own" {
    setup_bundle sh -c 'cat /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/pids/cgroup.procs 2>/dev/null | head -n 1'
    new_namespace cgroup
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1
}

# bats test_tags=cgroup
@test "mounts: cgroup without a cgroup namespace shows the container's own in version 1, and the host's tree in version 2" {
    setup_bundle sh -c 'if [ -e /sys/fs/cgroup/cgroup.procs ]
        then cat "/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)/cgroup.procs"
        else cat /sys/fs/cgroup/pids/cgroup.procs; fi | head -n 1
        sed -n "s/^[0-9]*:\(pids\)\?://p" /proc/self/cgroup | head -n 1'
    drop_namespace cgroup
    set_cgroup
    skep run --bundle "$BUNDLE" "$ID"
    # Its path as the host knows it, where a namespace would have "/".
    assert_equal "$output" $'1\n'"$CGROUP"
}

# bats test_tags=cgroup
@test "mounts: cgroup in the host's cgroup namespace leaves the host's tree its options" {
    skep_only "others take nsdelegate away from the whole host"
    is_cgroup_v2 || skip "about version 2"
    local before
    before=$(grep " $cgroup_root " /proc/self/mountinfo)
    assert_contains "$before" nsdelegate
    setup_bundle grep " /sys/fs/cgroup " /proc/self/mountinfo
    local type
    for type in cgroup cgroup2; do
        update_config --arg type "$type" '.mounts[-1].type = $type'
        skep run --bundle "$BUNDLE" "$ID"
        assert_matches "$output" " ro,[^ ]*nosuid.* - cgroup2 "
        assert_equal "$(grep " $cgroup_root " /proc/self/mountinfo)" "$before"
    done
}
