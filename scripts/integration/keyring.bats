#!/usr/bin/env bats
# The session keyring that a container has of its own.
load helpers

# The container's view of the keyrings, which are masked by default.
setup_keys_bundle() {
    setup_bundle cat /proc/keys
    update_config '.linux.maskedPaths = []'
}

@test "keyring: one per container, of its name, closed to others" {
    setup_keys_bundle
    skep run --bundle "$BUNDLE" "$ID"
    # To its processes everything; to the same user's to view, read, search and link.
    assert_matches "$output" "perm 3f1b0000 +0 +0 keyring +_ses\.$ID: "
}

@test "keyring: it goes with the container" {
    setup_keys_bundle
    skep run --bundle "$BUNDLE" "$ID"
    wait_for_no_key
}

wait_for_no_key() {
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        grep -q "_ses\.$ID" /proc/keys || return 0
        sleep 0.1
    done
    fail "still there: $(grep "_ses\.$ID" /proc/keys)"
}

@test "keyring: of an ordinary user's process too" {
    setup_keys_bundle
    update_config '.process.user = {uid: 1000, gid: 1000} | .process.capabilities = {}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$output" "keyring +_ses\.$ID: "
}

@test "keyring: --no-new-keyring leaves the caller's" {
    setup_keys_bundle
    skep run --no-new-keyring --bundle "$BUNDLE" "$ID"
    assert_contains "$output" keyring # the detector works
    assert_excludes "$output" "_ses.$ID"
    update_config '.process.args = ["sleep", "1000"]'
    create --no-new-keyring
    skep_only # another runtime's state is its own
    assert_equal "$(gojq .no_new_keyring "$ROOT/$ID/state.json")" true
}
