#!/usr/bin/env bats
# linux.personality and linux.memoryPolicy: what every process of a container has of them.
load helpers

# refused_with FILTER WORD...: what a configuration is refused for.
refused_with() {
    cp "$WORK/good.json" "$BUNDLE/config.json"
    update_config "$1"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "${@:2}"
    assert_no_leaks
}

@test "linux.personality: LINUX32 and LINUX, for the first process and for those of exec" {
    needs_runc 1.2
    setup_bundle sleep 1000
    update_config '.linux.personality = {domain: "LINUX32"}'
    create
    skep start "$ID"
    assert_equal "$(cat "/proc/$(state .pid)/personality")" 00000008
    skep exec "$ID" cat /proc/self/personality
    assert_equal "$output" 00000008
    skep exec "$ID" uname -m
    [[ $(uname -m) != x86_64 ]] || assert_equal "$output" i686
    skep delete --force "$ID"
    update_config '.linux.personality = {domain: "LINUX"} | .process.args = ["uname", "-m"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "$(uname -m)"
}

@test "linux.personality: flags are ignored with a warning" {
    skep_only
    setup_bundle cat /proc/self/personality
    update_config '.linux.personality = {domain: "LINUX32", flags: ["ADDR_NO_RANDOMIZE"]}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 00000008
    assert_equal "$stderr" \
        "skep: warning: linux.personality.flags: are ignored: the specification has none yet"
}

@test "linux.personality: bad input is refused" {
    skep_only
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    refused_with '.linux.personality = {domain: "SOLARIS"}' linux.personality.domain SOLARIS LINUX32
    refused_with '.linux.personality = {}' linux.personality.domain missing
    refused_with '.linux.personality = "LINUX"' linux.personality "an object"
    refused_with '.linux.personality = {domain: "LINUX", flags: "X"}' linux.personality.flags "an array"
}

# The policy of a process's first mapping, which is the process's.
policy_of() {
    head -n 1 "/proc/$1/numa_maps" | cut -d' ' -f2
}

@test "linux.memoryPolicy: every mode, for the first process and for those of exec" {
    needs_runc 1.4
    [[ -e /proc/self/numa_maps ]] || skip "this kernel was built without NUMA"
    setup_bundle sleep 1000
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter wanted
    while IFS='|' read -r filter wanted; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config ".linux.memoryPolicy = $filter"
        create
        skep start "$ID"
        assert_matches "$(policy_of "$(state .pid)")" "$wanted"
        skep exec --detach --pid-file "$WORK/pid" "$ID" sleep 1000
        assert_matches "$(policy_of "$(cat "$WORK/pid")")" "$wanted"
        skep delete --force "$ID"
    done <<'CASES'
{mode: "MPOL_DEFAULT"}|^default$
{mode: "MPOL_LOCAL"}|^local$
{mode: "MPOL_BIND", nodes: "0"}|^bind:0$
{mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}|^bind=static:0$
{mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_NUMA_BALANCING"]}|^bind(=balancing)?:0$
{mode: "MPOL_INTERLEAVE", nodes: "0", flags: ["MPOL_F_RELATIVE_NODES"]}|^interleave=relative:0$
{mode: "MPOL_PREFERRED", nodes: "0"}|^prefer:0$
{mode: "MPOL_PREFERRED_MANY", nodes: "0"}|^prefer$
CASES
}

@test "linux.memoryPolicy: MPOL_WEIGHTED_INTERLEAVE" {
    needs_runc 1.4
    [[ -e /sys/kernel/mm/mempolicy/weighted_interleave ]] || skip "this kernel has no such policy"
    setup_bundle cat /proc/self/numa_maps
    update_config '.linux.memoryPolicy = {mode: "MPOL_WEIGHTED_INTERLEAVE", nodes: "0"}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "weighted interleave:0"
}

@test "linux.memoryPolicy: a node that is not there is refused" {
    needs_runc 1.4
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    refused_with '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "63"}' \
        linux.memoryPolicy set_mempolicy EINVAL "memory nodes"
}

@test "linux.memoryPolicy: bad input is refused" {
    skep_only
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    refused_with '.linux.memoryPolicy = {}' linux.memoryPolicy.mode missing
    refused_with '.linux.memoryPolicy = {mode: "MPOL_X"}' linux.memoryPolicy.mode MPOL_X MPOL_BIND
    refused_with '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: 0}' linux.memoryPolicy.nodes "a string"
    refused_with '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_X"]}' \
        'linux.memoryPolicy.flags[0]' MPOL_F_X
    refused_with '.linux.memoryPolicy = {mode: "MPOL_BIND"}' linux.memoryPolicy.nodes "at least one"
    refused_with '.linux.memoryPolicy = {mode: "MPOL_LOCAL", nodes: "0"}' linux.memoryPolicy.nodes none
    refused_with '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0",
        flags: ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]}' linux.memoryPolicy.flags contradict
}
