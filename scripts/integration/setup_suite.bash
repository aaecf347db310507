# Runs once before the whole suite: finds the runtime under test and makes the root file system and
# the configuration that every bundle copies.
# shellcheck shell=bash

# Ends the suite with one line that says what is missing.
suite_needs() {
    printf 'integration tests need %s\n' "$*" >&2
    return 1
}

setup_suite() {
    ((EUID == 0)) || [[ -n ${SKEP_AS_USER-} ]] || suite_needs "root, or SKEP_AS_USER=1 for the tests of ordinary users"
    local command
    for command in busybox gojq setpriv unshare; do
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
    make_config "$BATS_RUN_TMPDIR/config"
    export CONFIG_TEMPLATE=$BATS_RUN_TMPDIR/config/config.json
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

# The applets of busybox that the tests have a word for: every test copies a link for each.
named_applets() {
    local tree=${BASH_SOURCE[0]%/*}/../..
    grep -rohwFf <(busybox --list) -- "$tree/scripts" "$tree/Tests/LibraryProbe" "$tree/Tests/Example" | sort -u
}

# make_config DIR: the runtime's own default configuration, without a terminal, to run /bin/true; and without a cgroup
# namespace, which it has in one layout and not in the other.
make_config() {
    mkdir "$1"
    "$SKEP" spec --bundle "$1"
    gojq '.process.terminal = false | .process.args = ["/bin/true"]
        | .linux.namespaces |= map(select(.type != "cgroup"))' <"$1/config.json" >"$1/edited.json"
    mv "$1/edited.json" "$1/config.json"
}

# make_rootfs DIR: a root file system of busybox and the little that programs look for.
make_rootfs() {
    local rootfs=$1 applet
    mkdir -p "$rootfs"/{bin,dev,etc,proc,root,sys,tmp}
    cp "$(command -v busybox)" "$rootfs/bin/busybox"
    while IFS= read -r applet; do
        [[ $applet == busybox ]] || ln -s busybox "$rootfs/bin/$applet"
    done < <(named_applets)
    printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/:/bin/sh\n' >"$rootfs/etc/passwd"
    printf 'root:x:0:\nuser:x:1000:\n' >"$rootfs/etc/group"
}
