#!/usr/bin/env bats
# Time namespaces: config-linux.md, Offset for Time Namespace; time_namespaces(7).
load helpers
load helpers/userns

setup_file() {
    needs_runc 1.2
}

# offsets JSON: linux.timeOffsets.
offsets() {
    update_config ".linux.timeOffsets = $1"
}

# The clock's offset inside, as the last run printed /proc/self/timens_offsets.
offset_of() {
    awk -v clock="$1" '$1 == clock {print $2, $3}' <<<"$output"
}

@test "timens: a new one, whose clocks are the host's" {
    setup_time sh -c 'readlink /proc/self/ns/time; readlink /proc/self/ns/time_for_children; cat /proc/self/timens_offsets'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(sed -n 1p <<<"$output")" "$(sed -n 2p <<<"$output")"
    [[ $(sed -n 1p <<<"$output") != "$(readlink /proc/self/ns/time)" ]] || fail "it is the host's"
    assert_equal "$(offset_of monotonic)" "0 0"
    assert_equal "$(offset_of boottime)" "0 0"
}

@test "timens: clocks ahead and behind, with nanoseconds" {
    setup_time cat /proc/self/timens_offsets
    offsets '{monotonic: {secs: 86400, nanosecs: 999999999}, boottime: {secs: -1, nanosecs: 5}}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(offset_of monotonic)" "86400 999999999"
    assert_equal "$(offset_of boottime)" "-1 5"
}

@test "timens: one clock alone" {
    setup_time cat /proc/self/timens_offsets
    offsets '{boottime: {secs: 7}}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(offset_of monotonic)" "0 0"
    assert_equal "$(offset_of boottime)" "7 0"
}

@test "timens: what the process reads as the time since boot" {
    setup_time cut -d. -f1 /proc/uptime
    offsets '{boottime: {secs: 1000000}}'
    local before after
    before=$(cut -d. -f1 /proc/uptime)
    skep run --bundle "$BUNDLE" "$ID"
    after=$(cut -d. -f1 /proc/uptime)
    ((output >= before + 1000000 && output <= after + 1000000)) || fail "$output is not between $before and $after"
}

@test "timens: exec joins it" {
    setup_time sleep 1000
    offsets '{boottime: {secs: 1000000}}'
    create
    skep start "$ID"
    skep exec "$ID" sh -c 'readlink /proc/self/ns/time; cut -d. -f1 /proc/uptime'
    assert_equal "$(head -n 1 <<<"$output")" "$(namespace_of "$(state .pid)" time)"
    (($(tail -n 1 <<<"$output") >= 1000000)) || fail "$output"
}

@test "timens: by path" {
    hold_namespaces --time --fork --boottime 5000
    setup_bundle sh -c 'readlink /proc/self/ns/time; cat /proc/self/timens_offsets'
    join_namespace time "/proc/$holder/ns/time"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(head -n 1 <<<"$output")" "$(namespace_of "$holder" time)"
    assert_equal "$(offset_of boottime)" "5000 0"
}

@test "timens: by path with all others by path" {
    skep_only "runc joins no mount namespace beside"
    hold_namespaces --time --pid --fork --net --ipc --uts --cgroup
    setup_bundle sh -c 'for n in time pid net ipc uts cgroup; do readlink /proc/self/ns/$n; done'
    local type
    for type in time pid network ipc uts cgroup; do
        join_namespace "$type" "/proc/$holder/ns/$(namespace_file "$type")"
    done
    update_config 'del(.hostname)'
    skep run --bundle "$BUNDLE" "$ID"
    local wanted
    wanted=$(for n in time pid net ipc uts cgroup; do readlink "/proc/$holder/ns/$n"; done)
    assert_equal "$output" "$wanted"
}

@test "timens: in a user namespace, to which it belongs" {
    skep_only "others find no rootfs below a directory that is root's alone"
    setup_time sleep 1000
    map_ids
    offsets '{monotonic: {secs: 5}}'
    create
    skep start "$ID"
    local pid
    pid=$(state .pid)
    assert_equal "$(owner_of "$pid" time)" "$(namespace_of "$pid" user)"
    skep exec "$ID" cat /proc/1/timens_offsets
    assert_equal "$(offset_of monotonic)" "5 0"
}

@test "timens: offsets that can't be are refused, each by its name" {
    setup_time
    assert_config_refused '.linux.timeOffsets = {monotonic: {secs: 1}} | .linux.namespaces |= map(select(.type != "time"))' \
        'linux.timeOffsets: would change the host'"'"'s clocks; add a namespace of type "time" to linux.namespaces'
    assert_config_refused '.linux.timeOffsets = {monotonic: {secs: 1}}
        | .linux.namespaces |= map(if .type == "time" then .path = "/proc/self/ns/time" else . end)' \
        'linux.timeOffsets: a time namespace that is joined keeps the clocks that it has'
    assert_config_refused '.linux.timeOffsets = {boottime: {nanosecs: 1000000000}}' \
        'linux.timeOffsets.boottime.nanosecs: must lie between 0 and 999999999, not 1000000000'
}

@test "timens: offsets that the kernel does not take are refused, each by its name" {
    setup_time
    offsets '{monotonic: {secs: -1000000000}}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.timeOffsets.monotonic "write monotonic -1000000000 0" ERANGE
    assert_no_leaks
    offsets '{monotonic: {secs: 1}, boottime: {secs: 9000000000000}}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.timeOffsets.boottime ERANGE
}

@test "timens: values of the wrong type are refused" {
    setup_time
    local value word
    while IFS='|' read -r value word; do
        offsets "$value"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "$word"
    done <<'CASES'
[]|linux.timeOffsets
{realtime: {secs: 1}}|realtime
{monotonic: 5}|linux.timeOffsets.monotonic
{monotonic: {secs: "5"}}|linux.timeOffsets.monotonic.secs
{boottime: {nanosecs: -1}}|linux.timeOffsets.boottime.nanosecs
CASES
}

@test "timens: a path that is no time namespace" {
    setup_bundle
    join_namespace time /proc/self/ns/net
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.namespaces[5].path" "setns /proc/self/ns/net" EINVAL
}
