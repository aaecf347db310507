#!/usr/bin/env bats
# A container in a container, both by root: the outer one has the rights that this takes.
# bats file_tags=cgroup,cgroupfs
load helpers

setup_file() {
    skep_only "the runtime under test runs in the container, and only skep needs nothing else there"
}

# setup_nested SCRIPT: a bundle whose container has /skep and /inner, the bundle of another one, and runs SCRIPT.
setup_nested() {
    setup_bundle sh -c "$1"
    update_config '["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "MKNOD",
            "NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_ADMIN",
            "SYS_CHROOT"] as $names
        | .process.capabilities[] = ($names | map("CAP_" + .)) | .process.noNewPrivileges = false
        | .linux.maskedPaths = [] | .linux.readonlyPaths = []
        | .linux.resources.devices = [{allow: true, access: "rwm"}]
        | (.mounts[] | select(.type == "cgroup" or .type == "sysfs")).options -= ["ro"]'
    new_namespace cgroup
    mkdir "$WORK/inner"
    cp -a "$ROOTFS_TEMPLATE" "$WORK/inner/rootfs"
    # shellcheck disable=SC2016 # for the container's shell
    gojq '.process.args = ["sh", "-c", "echo from $$; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true"]
        | .process.capabilities[] = ["CAP_KILL"] | .linux.resources.pids.limit = 20' \
        "$BUNDLE/config.json" >"$WORK/inner/config.json"
    add_mount /skep bind "$SKEP_PROGRAM" bind ro
    add_mount /inner bind "$WORK/inner" bind
    add_mount /tmp tmpfs tmpfs
}

@test "nested: a privileged container's containers have limits and namespaces of their own" {
    # A cgroup that hands controllers down has no processes itself.
    # shellcheck disable=SC2016 # for the container's shell
    setup_nested 'if [ -e /sys/fs/cgroup/cgroup.procs ]; then
            mkdir /sys/fs/cgroup/outer
            echo $$ >/sys/fs/cgroup/outer/cgroup.procs
        fi
        /skep --root /tmp/state run --bundle /inner inner || exit
        find /sys/fs/cgroup -name "*inner*"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'from 1\n20'
    assert_equal "$stderr" ""
}

@test "nested: where the container's own processes keep controllers from being handed down, the error says so" {
    is_cgroup_v2 || skip "version 1 knows no such rule"
    setup_nested 'exec /skep --root /tmp/state run --bundle /inner inner'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.resources.pids.limit pids.max \
        "/sys/fs/cgroup has the pids controller and does not hand it down" "it can't while it has processes itself"
}

@test "nested: cgroups that are mounted read-only are an error that says so" {
    setup_nested '/skep --root /tmp/state run --bundle /inner inner
        /skep --root /tmp/state --cgroup-manager disabled run --bundle /inner inner'
    update_config '(.mounts[] | select(.type == "cgroup")).options += ["ro"]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_contains "$output" "from 1"
    assert_contains "$stderr" "linux.cgroupsPath: mkdir /sys/fs/cgroup/"
    assert_contains "$stderr" "Read-only file system (EROFS); cgroups are mounted read-only, as in a container"
    assert_contains "$stderr" "not applied: linux.resources.pids.limit"
}
