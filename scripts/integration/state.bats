#!/usr/bin/env bats
# state and list: what they print.
load helpers

@test "state: every property of the OCI state, and runc's" {
    setup_bundle sleep 1000
    create
    skep state "$ID"
    local pid
    pid=$(gojq .pid <<<"$output")
    assert_equal "$(gojq -r .id <<<"$output")" "$ID"
    assert_equal "$(gojq -r .status <<<"$output")" created
    assert_equal "$(gojq -r .bundle <<<"$output")" "$BUNDLE"
    assert_equal "$(gojq -r .rootfs <<<"$output")" "$BUNDLE/rootfs"
    assert_equal "$(gojq -r .owner <<<"$output")" ""
    assert_matches "$(gojq -r .ociVersion <<<"$output")" '^1\.[0-9]+\.[0-9]+'
    assert_matches "$(gojq -r .created <<<"$output")" '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z$'
    [[ -d /proc/$pid ]]
}

@test "state: created is the time of create" {
    setup_bundle sleep 1000
    local before created after
    before=$(date +%s)
    create
    after=$(date +%s)
    created=$(date -d "$(state .created)" +%s)
    ((created >= before && created <= after)) || fail "created $created is not in $before..$after"
}

@test "state: the annotations" {
    setup_bundle sleep 1000
    update_config '.annotations = {"org.example.one": "1", "two": "zwei \" ü"}'
    create
    assert_equal "$(state '.annotations["org.example.one"]')" 1
    assert_equal "$(state .annotations.two)" 'zwei " ü'
}

@test "state: the pid is the container's process in the host's eyes" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    local pid
    pid=$(state .pid)
    wait_for file_has "/proc/$pid/comm" sleep
    assert_contains "$(cat "/proc/$pid/cgroup")" "$ID"
}

@test "state: a stopped container has pid 0" {
    setup_bundle true
    create
    skep start "$ID"
    wait_for status_is stopped
    assert_equal "$(state .pid)" 0
}

@test "state: a process killed from outside is seen" {
    setup_bundle sleep 1000
    create
    kill_container
    wait_for status_is stopped
    skep delete "$ID"
}

@test "list: a table with a header" {
    setup_bundle sleep 1000
    create
    skep list
    assert_matches "$(head -n 1 <<<"$output")" '^ID +PID +STATUS +BUNDLE +CREATED +OWNER *$'
    local id pid status_column bundle created owner
    read -r id pid status_column bundle created owner < <(sed -n 2p <<<"$output")
    assert_equal "$id" "$ID"
    assert_equal "$pid" "$(state .pid)"
    assert_equal "$status_column" created
    assert_equal "$bundle" "$BUNDLE"
    assert_matches "$created" '^[0-9]{4}-.*Z$'
    assert_equal "$owner" root
}

@test "list: --format json" {
    setup_bundle sleep 1000
    update_config '.annotations = {"a": "b"}'
    create
    skep list --format json
    assert_equal "$(gojq length <<<"$output")" 1
    assert_equal "$(gojq -r '.[0].id' <<<"$output")" "$ID"
    assert_equal "$(gojq -r '.[0].status' <<<"$output")" created
    assert_equal "$(gojq -r '.[0].owner' <<<"$output")" root
    assert_equal "$(gojq -r '.[0].annotations.a' <<<"$output")" b
}

@test "list: --quiet prints ids only" {
    setup_bundle sleep 1000
    create
    skep create --bundle "$BUNDLE" "${ID}_b"
    skep list --quiet
    assert_equal "$output" "$ID"$'\n'"${ID}_b"
    skep list -q
    assert_equal "$output" "$ID"$'\n'"${ID}_b"
}

@test "list: no container, no root folder" {
    skep list
    assert_matches "$output" '^ID +PID +STATUS +BUNDLE +CREATED +OWNER *$'
    skep list --quiet
    assert_equal "$output" ""
    skep list -f json
    assert_matches "$output" '^(null|\[\])$'
}

@test "list: an unknown format is refused" {
    run_skep list --format yaml
    assert_refused format
}

@test "list: one broken container does not hide the others" {
    setup_bundle sleep 1000
    create
    mkdir "$ROOT/${ID}_broken"
    printf '{' >"$ROOT/${ID}_broken/state.json"
    run_skep list --quiet
    assert_contains "$output" "$ID"
    rm -r "$ROOT/${ID}_broken"
}
