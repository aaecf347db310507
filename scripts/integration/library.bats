#!/usr/bin/env bats
# The library, as the README shows it.
load helpers

setup_file() {
    skep_only "Skep's own library"
}

@test "library: the README's example is Tests/Example" {
    local project=$BATS_TEST_DIRNAME/../..
    diff <(sed -n '/^```swift$/,/^```$/p' "$project/README.md" | sed '1d;$d') "$project/Tests/Example/main.swift"
}

@test "library: the example runs a container, and leaves nothing" {
    run "$(dirname -- "$SKEP")/example" "$ROOTFS_TEMPLATE"
    assert_status 0
    assert_contains "$output" "hello from a-container, pid 1"
    assert_contains "$output" "it ended with status 0"
    assert_equal "$(ls /run/skep-example)" ""
    rmdir /run/skep-example
}

@test "library: a container's whole life: create, start, exec, join, kill, destroy" {
    run "$(dirname -- "$SKEP")/library-probe" "$ROOTFS_TEMPLATE" "$ROOT"
    assert_equal "$output" "after create: creating
after start: created, 1 process
after exec: running
loaded: running, same pid: true
joined: pid 1 is sleep, uid 1000
it ended with status 7
its CPUs: $(grep Cpus_allowed_list /proc/self/status | tr '\t' ' '), its _ses.probe
its CPUs: Cpus_allowed_list: 0, its _ses.probe
joining in vain: process.args: execve /no/such/program: No such file or directory (ENOENT); no such program in the container
destroying it running: containerNotStopped
it ended by signal 9
after its end: stopped
after destroy: containerNotExists"
    assert_equal "$(ls "$ROOT")" ""
}

@test "library: the example's error names the property" {
    run "$(dirname -- "$SKEP")/example" "$WORK/no-such-rootfs"
    assert_status 1
    assert_contains "$output" "configInvalid: root.path: open $WORK/no-such-rootfs: No such file or directory (ENOENT)"
    rmdir /run/skep-example
}
