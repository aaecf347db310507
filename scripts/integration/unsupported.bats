#!/usr/bin/env bats
# Properties that ask for nothing.
load helpers

@test "unsupported: an empty value asks for nothing and runs" {
    setup_bundle echo hello
    update_config '.hooks = {} | .linux.uidMappings = [] | .linux.gidMappings = [] | .process.apparmorProfile = "" |
        .process.selinuxLabel = "" | .linux.mountLabel = "" | .linux.seccomp = null'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}

@test "unsupported: a property that no specification knows is ignored" {
    setup_bundle echo hello
    update_config '.nonsense = 1 | .process.nonsense = {} | .linux.nonsense = []'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}
