#!/usr/bin/env bats
# kill and delete with --regex, create and run with --config, spec with --file: as crun has them.
load helpers

# Containers of the test's id with these endings, which run on.
start_some() {
    setup_bundle sleep 1000
    local ending
    for ending; do
        skep run --detach --bundle "$BUNDLE" "${ID}_$ending"
    done
}

# container_is ENDING STATUS
container_is() {
    [[ $("$SKEP" --root "$ROOT" state "${ID}_$1" | gojq -r .status) == "$2" ]]
}

ids() {
    "$SKEP" --root "$ROOT" list --quiet | tr '\n' ' '
}

@test "delete --regex: all that it is found in, and no others" {
    skep_only
    start_some a1 a2 b1
    run_skep delete --regex "_a[0-9]$"
    assert_status 1
    assert_contains "$stderr" "skep: warning: container \"${ID}_a1\" is running"
    assert_contains "$stderr" "skep: container \"${ID}_a2\" is running"
    assert_equal "$(ids)" "${ID}_a1 ${ID}_a2 ${ID}_b1 "
    skep delete --force --regex "_a[0-9]$"
    assert_equal "$(ids)" "${ID}_b1 "
    skep delete --force --regex nothing
    assert_equal "$(ids)" "${ID}_b1 "
    skep delete -f -r "^${ID}_(b1|c1)"
    assert_equal "$(ids)" ""
    assert_no_leaks
}

@test "delete --regex: one that fails keeps nobody from the others" {
    skep_only
    start_some a1 a2 a3
    skep kill "${ID}_a1" KILL
    skep kill "${ID}_a3" KILL
    wait_for container_is a1 stopped
    wait_for container_is a3 stopped
    run_skep delete --regex "_a[0-9]$"
    assert_refused "${ID}_a2" "is running"
    assert_equal "$(ids)" "${ID}_a2 "
}

@test "kill --regex: all that it is found in" {
    skep_only
    start_some a1 a2 b1
    skep kill --regex "_a[0-9]$" KILL
    wait_for container_is a1 stopped
    wait_for container_is a2 stopped
    container_is b1 running
}

@test "delete and kill --regex: an expression that is none" {
    skep_only
    run_skep delete --regex "a(b"
    assert_refused '"a(b" is no regular expression'
    run_skep kill --regex "[" KILL
    assert_refused '"[" is no regular expression'
}

@test "create, run and plan --config: a configuration elsewhere" {
    skep_only
    setup_bundle echo hello
    mv "$BUNDLE/config.json" "$WORK/other.json"
    skep run --bundle "$BUNDLE" --config "$WORK/other.json" "$ID"
    assert_equal "$output" hello
    cd "$WORK"
    skep create -b "$BUNDLE" -f other.json "$ID"
    assert_equal "$(state .bundle)" "$BUNDLE"
    skep delete "$ID"
    skep plan --bundle "$BUNDLE" --config other.json
    assert_contains "$output" "echo hello"
    run_skep run --bundle "$BUNDLE" --config none.json "$ID"
    assert_refused "$WORK/none.json" ENOENT
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "$BUNDLE/config.json" ENOENT
    assert_no_leaks
}

@test "spec --file: under another name" {
    skep_only
    mkdir -p "$WORK/b"
    skep spec --bundle "$WORK/b" --file mine.json
    assert_equal "$(ls "$WORK/b")" mine.json
    skep spec -b "$WORK/b" -f "$WORK/absolute.json"
    cmp "$WORK/b/mine.json" "$WORK/absolute.json"
    run_skep spec --bundle "$WORK/b" --file mine.json
    assert_refused mine.json EEXIST
}
