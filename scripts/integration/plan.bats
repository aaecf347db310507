#!/usr/bin/env bats
# plan: what a bundle would take, without root and without doing it.
load helpers

@test "plan: every step with the property that it came from" {
    skep_only
    setup_bundle
    mkdir "$WORK/source"
    add_mount /data bind "$WORK/source" rbind ro
    run_skep plan --bundle "$BUNDLE"
    assert_status 0
    local property
    for property in 'mounts[0]' 'mounts[7]' hostname root.readonly process.args process.cwd \
        'linux.maskedPaths[0]' 'linux.readonlyPaths[0]' process.capabilities; do
        assert_contains "$output" "$property"
    done
    assert_contains "$output" /data
}

@test "plan: of the current folder's bundle" {
    skep_only
    setup_bundle
    cd "$BUNDLE"
    run_skep plan
    assert_status 0
    assert_contains "$output" 'mounts[0]'
}

@test "plan: --json is a JSON document with the same steps" {
    skep_only
    setup_bundle
    run_skep plan --json --bundle "$BUNDLE"
    assert_status 0
    gojq -e . <<<"$output"
    assert_contains "$output" 'mounts[6]'
}

@test "plan: runs nothing and leaves nothing" {
    skep_only
    setup_bundle sh -c "touch $WORK/ran"
    run_skep plan --bundle "$BUNDLE"
    assert_status 0
    assert_contains "$output" process.args
    assert_no_leaks
    [[ ! -e $WORK/ran ]]
}

@test "plan: without root" {
    skep_only
    setup_bundle
    # A place that nobody may read, as neither the checkout nor the test's folder has to be one.
    local open
    open=$(mktemp -d)
    cp "$SKEP_PROGRAM" "$open/skep"
    cp -a "$BUNDLE" "$open/bundle"
    chmod -R a+rX "$open"
    status=0
    (cd "$open" && setpriv --reuid 65534 --regid 65534 --clear-groups ./skep plan --bundle "$open/bundle") \
        </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    rm -rf "$open"
    stderr=$(cat "$WORK/stderr")
    assert_status 0
    assert_contains "$(cat "$WORK/stdout")" 'mounts[0]'
}

@test "plan: the same bundle gives the same plan" {
    skep_only
    setup_bundle
    run_skep plan --bundle "$BUNDLE"
    assert_status 0
    local first=$output
    assert_contains "$first" process.args
    run_skep plan --bundle "$BUNDLE"
    assert_equal "$output" "$first"
}

@test "plan: a bad bundle is refused as by run" {
    skep_only
    setup_bundle
    update_config '.process.cwd = "here"'
    run_skep plan --bundle "$BUNDLE"
    assert_refused process.cwd absolute
}
