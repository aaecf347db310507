#!/usr/bin/env bats
# linux.cgroupsPath and linux.resources, on whichever cgroup layout this machine has.
# bats file_tags=cgroup,cgroupfs,legacy
load helpers

setup_cgroup() {
    setup_bundle sleep 1000
    update_config --arg path "/$ID" '.linux.cgroupsPath = $path'
}

value() {
    cgroup_value "$1" "/$ID" "$2" "$3"
}

@test "linux.cgroupsPath: the container is in it, in every hierarchy" {
    setup_cgroup
    create
    local pid controller
    pid=$(state .pid)
    for controller in memory cpu pids devices freezer; do
        assert_equal "$(cat "$(cgroup_dir "$controller" "/$ID")/cgroup.procs")" "$pid" "$controller"
    done
    while IFS= read -r line; do
        is_cgroup_v2 || [[ $line != 0::* ]] || continue
        # A hierarchy that is mounted somewhere else is none of the host's cgroup layout.
        controller=$(cut -d: -f2 <<<"$line")
        is_cgroup_v2 || mountpoint -q "/sys/fs/cgroup/${controller#name=}" || continue
        assert_equal "${line#*:*:}" "/$ID" "$line"
    done <"/proc/$pid/cgroup"
}

@test "linux.cgroupsPath: deep" {
    setup_bundle sleep 1000
    update_config --arg path "/${ID}_parent/middle/${ID}_leaf" '.linux.cgroupsPath = $path'
    create
    assert_contains "$(cat "/proc/$(state .pid)/cgroup")" "/${ID}_parent/middle/${ID}_leaf"
    skep delete --force "$ID"
    [[ -z $(cgroups_named "${ID}_leaf") ]] || fail "left: $(cgroups_named "${ID}_leaf")"
    # The parents may have been others' already: whoever made them removes them.
    remove_cgroup "${ID}_parent"
}

# remove_cgroup NAME: with what is below it, in every hierarchy.
remove_cgroup() {
    local top
    for top in $(cgroups_named "$1"); do
        find "$top" -depth -type d -exec rmdir {} \;
    done
}

@test "linux.cgroupsPath: climbing out of the hierarchy's root is not possible" {
    setup_bundle sleep 1000
    update_config --arg path "/../../../../$ID" '.linux.cgroupsPath = $path'
    run_skep create --bundle "$BUNDLE" "$ID"
    [[ -z $(find /sys/fs -maxdepth 2 -name "$ID" -not -path '/sys/fs/cgroup/*') ]]
    if ((status == 0)); then
        assert_contains "$(cat "/proc/$(state .pid)/cgroup")" ":/$ID"
    else
        assert_refused linux.cgroupsPath
    fi
}

@test "linux.cgroupsPath: /skep-ID by default" {
    skep_only
    setup_bundle sleep 1000
    create
    assert_contains "$(cat "/proc/$(state .pid)/cgroup")" ":/skep-$ID"
}

@test "linux.cgroupsPath: removed with the container" {
    setup_cgroup
    create
    [[ -n $(cgroups_named "$ID") ]]
    skep delete --force "$ID"
    assert_equal "$(cgroups_named "$ID")" ""
}

@test "linux.cgroupsPath: child cgroups made by others are removed as well" {
    setup_cgroup
    create
    local top
    [[ -n $(cgroups_named "$ID") ]]
    for top in $(cgroups_named "$ID"); do mkdir -p "$top/child/grandchild"; done
    skep delete --force "$ID"
    assert_equal "$(cgroups_named "$ID")" ""
}

@test "linux.resources.memory: limit, reservation and swap" {
    setup_cgroup
    update_config '.linux.resources.memory = {limit: 67108864, reservation: 33554432}'
    create
    assert_equal "$(value memory memory.limit_in_bytes memory.max)" 67108864
    assert_equal "$(value memory memory.soft_limit_in_bytes memory.low)" 33554432
}

@test "linux.resources.memory.limit: -1 is none" {
    setup_cgroup
    update_config '.linux.resources.memory = {limit: -1}'
    create
    assert_equal "$(value memory memory.limit_in_bytes memory.max)" "$(v1_or_v2 9223372036854771712 max)"
}

@test "linux.resources.memory.limit: holds" {
    setup_bundle sh -c 'echo started; head -c 100000000 /dev/zero | tail -c 100000000 | wc -c'
    update_config --arg path "/$ID" '.linux.cgroupsPath = $path | .linux.resources.memory = {limit: 16777216}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" started
    assert_excludes "$output" 100000000
}

@test "linux.resources.cpu: shares, quota and period" {
    setup_cgroup
    update_config '.linux.resources.cpu = {shares: 512, quota: 50000, period: 200000}'
    create
    if is_cgroup_v2; then
        assert_equal "$(cat "$(cgroup_dir cpu "/$ID")/cpu.max")" "50000 200000"
        assert_equal "$(cat "$(cgroup_dir cpu "/$ID")/cpu.weight")" 59
    else
        assert_equal "$(cat "$(cgroup_dir cpu "/$ID")/cpu.shares")" 512
        assert_equal "$(cat "$(cgroup_dir cpu "/$ID")/cpu.cfs_quota_us")" 50000
        assert_equal "$(cat "$(cgroup_dir cpu "/$ID")/cpu.cfs_period_us")" 200000
    fi
}

@test "linux.resources.cpu.cpus and mems" {
    setup_bundle grep Cpus_allowed_list /proc/self/status
    update_config --arg path "/$ID" '.linux.cgroupsPath = $path | .linux.resources.cpu = {cpus: "0", mems: "0"}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'Cpus_allowed_list:\t0'
}

@test "linux.resources.pids.limit: is set and holds" {
    setup_cgroup
    set_script 'for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; wait'
    update_config '.linux.resources.pids = {limit: 5}'
    create
    assert_equal "$(value pids pids.max pids.max)" 5
    skep start "$ID"
    wait_for file_has "$WORK/container.err" "Resource temporarily unavailable"
}

@test "linux.resources: a value that the kernel refuses is named" {
    setup_cgroup
    update_config '.linux.resources.cpu = {quota: 1, period: 1}'
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused linux.resources.cpu
}

@test "linux.resources: the limits are there before the process starts" {
    setup_bundle sh -c 'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true'
    new_namespace cgroup
    update_config '.linux.resources.pids = {limit: 7}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 7
}

@test "cgroups: every process of the container is in them, from its first moment" {
    setup_bundle cat /proc/self/cgroup
    update_config --arg path "/$ID" '.linux.cgroupsPath = $path'
    drop_namespace cgroup
    skep run --bundle "$BUNDLE" "$ID"
    local line
    while IFS= read -r line; do
        is_cgroup_v2 || [[ $line != 0::* ]] || continue
        # A hierarchy that is mounted somewhere else is none of the host's cgroup layout.
        controller=$(cut -d: -f2 <<<"$line")
        is_cgroup_v2 || mountpoint -q "/sys/fs/cgroup/${controller#name=}" || continue
        assert_equal "${line#*:*:}" "/$ID" "$line"
    done <<<"$output"
}

@test "cgroups: the runtime itself stays where it was" {
    setup_cgroup
    local before
    before=$(cat /proc/self/cgroup)
    create
    assert_equal "$(cat /proc/self/cgroup)" "$before"
    assert_equal "$(wc -l <"$(cgroup_dir memory "/$ID")/cgroup.procs")" 1
}
