#!/usr/bin/env bats
# process.capabilities: the five sets.
load helpers

# Bits: CHOWN 0, KILL 5, NET_BIND_SERVICE 10, AUDIT_WRITE 29.
setup_sets() {
    setup_bundle cat /proc/self/status
    update_config '.process.capabilities = {
        bounding: ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_AUDIT_WRITE"],
        permitted: ["CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_AUDIT_WRITE"],
        effective: ["CAP_KILL", "CAP_NET_BIND_SERVICE"],
        inheritable: ["CAP_KILL", "CAP_NET_BIND_SERVICE"],
        ambient: ["CAP_KILL"]} | .process.noNewPrivileges = false'
}

# assert_set NAME HEX: a set in the /proc/PID/status of $output, leading zeros aside.
assert_set() {
    assert_matches "$output" "$1:"$'\t'"0*$2"$'\n'
}

@test "capabilities: of a user" {
    setup_sets
    update_config '.process.user = {uid: 1000, gid: 1000}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_set CapBnd 20000421
    assert_set CapInh 420
    assert_set CapAmb 20
    # What execve leaves to a user who is not root: the ambient set.
    assert_set CapPrm 20
    assert_set CapEff 20
}

@test "capabilities: of root" {
    setup_sets
    skep run --bundle "$BUNDLE" "$ID"
    assert_set CapBnd 20000421
    assert_set CapInh 420
    # execve gives root the whole bounding set.
    assert_set CapPrm 20000421
    assert_set CapEff 20000421
}

@test "capabilities: of root with noNewPrivileges, which keeps execve from giving more" {
    setup_sets
    update_config '.process.noNewPrivileges = true'
    skep run --bundle "$BUNDLE" "$ID"
    assert_set CapBnd 20000421
    assert_set CapPrm 20000420
}

@test "capabilities: empty sets leave nothing" {
    setup_bundle cat /proc/self/status
    update_config '.process.capabilities = {bounding: [], permitted: [], effective: [], inheritable: [], ambient: []}'
    skep run --bundle "$BUNDLE" "$ID"
    local name
    for name in CapInh CapPrm CapEff CapBnd CapAmb; do
        assert_set "$name" 0
    done
}

@test "capabilities: without the property none is left" {
    setup_bundle cat /proc/self/status
    update_config 'del(.process.capabilities)'
    skep run --bundle "$BUNDLE" "$ID"
    assert_set CapEff 0
    assert_set CapBnd 0
}

@test "capabilities: an unknown name is warned of or refused, never silent" {
    setup_bundle true
    update_config '.process.capabilities.bounding += ["CAP_NONSENSE"]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" CAP_NONSENSE
}

@test "capabilities: one that the caller lacks is warned of or refused by name" {
    setup_bundle true
    update_config '.process.capabilities[] += ["CAP_SYS_TIME"]'
    status=0
    setpriv --bounding-set -sys_time "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    stderr=$(cat "$WORK/stderr")
    if is_skep; then
        assert_equal "$stderr" \
            "skep: process.capabilities: capset: Operation not permitted (EPERM); the runtime itself lacks CAP_SYS_TIME (see CapPrm in /proc/self/status)"
    else
        [[ $stderr == *CAP_SYS_TIME* ]] || assert_refused process.capabilities "operation not permitted"
    fi
}
