#!/usr/bin/env bats
# Properties that land later are refused by name, never ignored.
load helpers

@test "unsupported: each property is refused by its name" {
    skep_only
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter property
    while IFS='|' read -r filter property; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config "$filter"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "$property" "not supported yet"
        assert_no_leaks
    done <<'CASES'
.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"}|linux.seccomp
CASES
}

@test "unsupported: an empty value of such a property asks for nothing and runs" {
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
