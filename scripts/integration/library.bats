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

@test "library: the example's error names the property" {
    run "$(dirname -- "$SKEP")/example" "$WORK/no-such-rootfs"
    assert_status 1
    assert_contains "$output" "configInvalid: root.path: open $WORK/no-such-rootfs: No such file or directory (ENOENT)"
    rmdir /run/skep-example
}
