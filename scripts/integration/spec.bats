#!/usr/bin/env bats
# spec: the default configuration.
load helpers

@test "spec: writes config.json to the current folder, tab-indented" {
    mkdir "$BUNDLE"
    cd "$BUNDLE"
    "$SKEP" spec
    gojq -e .ociVersion config.json
    grep -q $'^\t"process": {$' config.json
    grep -q $'^\t\t"terminal": true,$' config.json
}

@test "spec: --bundle and -b" {
    mkdir "$BUNDLE" "$BUNDLE-b"
    "$SKEP" spec --bundle "$BUNDLE"
    "$SKEP" spec -b "$BUNDLE-b"
    cmp "$BUNDLE/config.json" "$BUNDLE-b/config.json"
}

@test "spec: does not write over a config.json" {
    mkdir "$BUNDLE"
    echo mine >"$BUNDLE/config.json"
    run_skep spec --bundle "$BUNDLE"
    assert_refused config.json exists
    assert_equal "$(cat "$BUNDLE/config.json")" mine
}

@test "spec: a missing bundle is refused" {
    run_skep spec --bundle "$WORK/no-such-bundle"
    assert_refused no-such-bundle
}

# What may differ between versions: the name, the specification's version, and what newer runcs mask.
comparable() {
    gojq 'del(.hostname, .ociVersion, .linux.maskedPaths)' "$1"
}

@test "spec: is runc's" {
    local runc
    runc=$(command -v runc) || skip "runc is not installed"
    mkdir "$BUNDLE" "$WORK/runc"
    "$SKEP" spec --bundle "$BUNDLE"
    "$runc" spec --bundle "$WORK/runc"
    diff <(comparable "$WORK/runc/config.json") <(comparable "$BUNDLE/config.json")
    assert_equal "$(gojq -n --slurpfile a "$WORK/runc/config.json" --slurpfile b "$BUNDLE/config.json" \
        '$a[0].linux.maskedPaths - $b[0].linux.maskedPaths | length')" 0 "masked paths that are missing"
}

@test "spec: is a bundle that runs" {
    setup_bundle echo hello
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}

@test "spec: --rootless has a user namespace with the caller's ids" {
    mkdir "$BUNDLE"
    "$SKEP" spec --rootless --bundle "$BUNDLE"
    assert_equal "$(gojq -c '[.linux.namespaces[].type] | index("user") != null' "$BUNDLE/config.json")" true
    assert_equal "$(gojq -c '.linux.uidMappings' "$BUNDLE/config.json")" '[{"containerID":0,"hostID":0,"size":1}]'
    assert_equal "$(gojq -c '.linux.namespaces | map(select(.type == "network")) | length' "$BUNDLE/config.json")" 0
}
