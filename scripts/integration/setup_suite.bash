# Runs once before the whole suite: finds the runtime under test and makes the root file system that
# every bundle copies.
# shellcheck shell=bash

# Ends the suite with one line that says what is missing.
suite_needs() {
    printf 'integration tests need %s\n' "$*" >&2
    return 1
}

setup_suite() {
    ((EUID == 0)) || [[ -n ${SKEP_AS_USER-} ]] || suite_needs "root, or SKEP_AS_USER=1 for the tests of ordinary users"
    local command
    for command in busybox jq setpriv unshare; do
        command -v "$command" >/dev/null || suite_needs "$command (scripts/setup installs it)"
    done

    # SKEP=path runs the same tests on another runtime, as `SKEP=$(which runc) bats scripts/integration`, and
    # SKEP_CGROUP_MANAGER=systemd with that manager.
    SKEP=${SKEP:-${BASH_SOURCE[0]%/*}/../../.build/release/skep}
    SKEP=$(realpath -e -- "$SKEP") || suite_needs "a runtime: scripts/build makes skep; or set SKEP"
    [[ -x $SKEP ]] || suite_needs "an executable runtime, which $SKEP is not"
    # The file itself, where $SKEP is a script that gives it an option.
    export SKEP_PROGRAM=$SKEP
    [[ ${SKEP_CGROUP_MANAGER:-cgroupfs} == cgroupfs ]] || use_manager "$SKEP_CGROUP_MANAGER"
    export SKEP

    # A runtime that hangs fails its test, not the whole run.
    export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-120}

    ROOTFS_TEMPLATE=$BATS_RUN_TMPDIR/rootfs
    make_rootfs "$ROOTFS_TEMPLATE"
    export ROOTFS_TEMPLATE
}

# use_manager NAME: $SKEP becomes a program of the same name that has that cgroup manager.
use_manager() {
    [[ $1 == systemd ]] || suite_needs "SKEP_CGROUP_MANAGER to be cgroupfs or systemd, not $1"
    [[ -d /run/systemd/system ]] || suite_needs "systemd as process 1"
    local folder=$BATS_RUN_TMPDIR/systemd
    mkdir "$folder"
    printf '#!/bin/sh\nexec %q --systemd-cgroup "$@"\n' "$SKEP" >"$folder/$(basename -- "$SKEP")"
    chmod +x "$folder/$(basename -- "$SKEP")"
    SKEP=$folder/$(basename -- "$SKEP")
}

# make_rootfs DIR: a root file system of busybox and the little that programs look for.
make_rootfs() {
    local rootfs=$1 applet
    mkdir -p "$rootfs"/{bin,dev,etc,proc,root,sys,tmp}
    cp "$(command -v busybox)" "$rootfs/bin/busybox"
    while IFS= read -r applet; do
        [[ $applet == busybox ]] || ln -s busybox "$rootfs/bin/$applet"
    done < <(busybox --list)
    printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/:/bin/sh\n' >"$rootfs/etc/passwd"
    printf 'root:x:0:\nuser:x:1000:\n' >"$rootfs/etc/group"
}
