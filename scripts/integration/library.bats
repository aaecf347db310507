#!/usr/bin/env bats
# The library, as the README shows it.
# bats file_tags=host
load helpers

setup_file() {
    skep_only "Skep's own library"
}

@test "library: the README's example is Tests/Example" {
    local project=$BATS_TEST_DIRNAME/../..
    diff <(sed -n '/^```swift$/,/^```$/p' "$project/README.md" | sed '1d;$d') "$project/Tests/Example/main.swift"
}

@test "library: the example runs a container, and leaves nothing" {
    run "$(dirname -- "$SKEP_PROGRAM")/example" "$ROOTFS_TEMPLATE"
    assert_status 0
    assert_contains "$output" "hello from a-container, pid 1"
    assert_contains "$output" "it ended with status 0"
    assert_equal "$(ls /run/skep-example)" ""
    rmdir /run/skep-example
}

@test "library: a container's whole life: create, start, exec, join, kill, destroy" {
    run "$(dirname -- "$SKEP_PROGRAM")/library-probe" "$ROOTFS_TEMPLATE" "$ROOT"
    assert_equal "$output" "after create: creating
after start: created, 1 process
after exec: running
loaded: running, same pid: true
joined: pid 1 is sleep, uid 1000
it ended with status 7
its CPUs: $(grep Cpus_allowed_list /proc/self/status | tr '\t' ' '), its _ses.probe
its CPUs: Cpus_allowed_list: 0, its _ses.probe
joining in vain: process.args: execve /no/such/program: No such file or directory (ENOENT); executable file not found in the container
destroying it running: containerNotStopped
it ended by signal 9
after its end: stopped
after destroy: containerNotExists"
    assert_equal "$(ls "$ROOT")" ""
}

@test "library: a cgroup manager of the program's own" {
    run "$(dirname -- "$SKEP_PROGRAM")/library-probe" "$ROOTFS_TEMPLATE" "$ROOT" own-manager
    assert_equal "$output" "limits are set: 7 processes
without the provider: container \"probe\": its cgroup manager is \"custom:probe\", which only the program has that made it
found again: running, 1 process
the cgroup is gone"
    assert_status 0
    assert_equal "$(ls "$ROOT")" ""
    # Not the container's own, so its maker removes it.
    find /sys/fs/cgroup -depth -mindepth 1 -maxdepth 3 -type d -name skep-library-probe -exec rmdir {} \;
    assert_equal "$(cgroups_named skep-library-probe)" ""
}

@test "library: the example's error names the property" {
    run "$(dirname -- "$SKEP_PROGRAM")/example" "$WORK/no-such-rootfs"
    assert_status 1
    assert_contains "$output" "configInvalid: root.path: open $WORK/no-such-rootfs: No such file or directory (ENOENT)"
    rmdir /run/skep-example
}
