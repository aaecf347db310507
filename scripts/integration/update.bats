#!/usr/bin/env bats
# update, on whichever cgroup layout this machine has; what is particular to one says so.
# bats file_tags=cgroup
load helpers
load helpers/resources

@test "update: memory, with runc's units" {
    start_sleeping
    skep update --memory 64m --memory-reservation 32M "$ID"
    assert_equal "$output$stderr" ""
    assert_equal "$(value memory memory.limit_in_bytes memory.max)" 67108864
    assert_equal "$(value memory memory.soft_limit_in_bytes memory.low)" 33554432
    skep update --memory 1.5g "$ID"
    assert_equal "$(value memory memory.limit_in_bytes memory.max)" 1610612736
    skep update --memory 67108864 "$ID"
    assert_equal "$(value memory memory.limit_in_bytes memory.max)" 67108864
    assert_equal "$(value memory memory.soft_limit_in_bytes memory.low)" 33554432
    skep update --memory -1 "$ID"
    assert_equal "$(value memory memory.limit_in_bytes memory.max)" "$(v1_or_v2 9223372036854771712 max)"
}

@test "update: memory and swap, up and down" {
    start_sleeping '.linux.resources.memory = {limit: 67108864, swap: 134217728}'
    needs_swap
    assert_equal "$(memory_and_swap)" "67108864 134217728"
    skep update --memory 256m --memory-swap 512m "$ID"
    assert_equal "$(memory_and_swap)" "268435456 536870912"
    skep update --memory 32m --memory-swap 32m "$ID"
    assert_equal "$(memory_and_swap)" "33554432 33554432"
    skep update --memory-swap -1 "$ID"
    assert_equal "$(memory_and_swap)" "33554432 max"
    skep update --memory 64m --memory-swap 64m "$ID"
    assert_equal "$(memory_and_swap)" "67108864 67108864"
    skep update --memory -1 "$ID"
    assert_equal "$(memory_and_swap)" "max max"
}

@test "update: more memory than memory and swap together is refused" {
    start_sleeping '.linux.resources.memory = {limit: 67108864, swap: 134217728}'
    local before
    before=$(everything)
    run_skep update --memory 256m "$ID"
    ! is_skep || assert_refused linux.resources.memory.limit 268435456 memory.swap 134217728
    assert_status 1
    ! is_skep || assert_equal "$(everything)" "$before"
}

@test "update: processor time" {
    start_sleeping
    skep update --cpu-share 512 --cpu-period 200000 --cpu-quota 50000 "$ID"
    assert_equal "$(value cpu cpu.shares cpu.weight)" "$(v1_or_v2 512 59)"
    assert_equal "$(quota_and_period)" "50000 200000"
    skep update --cpu-quota -1 "$ID"
    # In version 1 systemd sets the period back where there is no quota, and brings it again along with the next.
    if ! is_cgroup_v2 && is_systemd_manager; then
        assert_equal "$(value cpu cpu.cfs_quota_us "")" -1
    else
        assert_equal "$(quota_and_period)" "-1 200000"
    fi
    skep update --cpu-quota 60000 "$ID"
    wait_for has_quota "60000 200000"
}

# has_quota "QUOTA PERIOD"
has_quota() {
    [[ $(quota_and_period) == "$1" ]]
}

@test "update: quota and burst bound each other, in either order" {
    needs_runc 1.2
    start_sleeping '.linux.resources.cpu = {period: 100000, quota: 50000, burst: 50000}'
    skep update --cpu-quota 20000 --cpu-burst 10000 "$ID"
    assert_equal "$(quota_and_period) $(value cpu cpu.cfs_burst_us cpu.max.burst)" "20000 100000 10000"
    skep update --cpu-quota 90000 --cpu-burst 80000 "$ID"
    assert_equal "$(quota_and_period) $(value cpu cpu.cfs_burst_us cpu.max.burst)" "90000 100000 80000"
    skep update --cpu-burst 0 "$ID"
    assert_equal "$(value cpu cpu.cfs_burst_us cpu.max.burst)" 0
}

@test "update: idle" {
    needs_runc 1.2
    start_sleeping
    skep update --cpu-idle 1 "$ID"
    assert_equal "$(value cpu cpu.idle cpu.idle)" 1
    skep update --cpu-idle 0 "$ID"
    assert_equal "$(value cpu cpu.idle cpu.idle)" 0
}

@test "update: the weight survives idleness" {
    skep_only
    start_sleeping '.linux.resources.cpu = {shares: 300}'
    skep update --cpu-idle 1 "$ID"
    assert_equal "$(value cpu cpu.idle cpu.idle)" 1
    skep update --cpu-idle 0 "$ID"
    assert_equal "$(value cpu cpu.idle cpu.idle) $(value cpu cpu.shares cpu.weight)" "0 $(v1_or_v2 300 39)"
    skep update --cpu-idle 1 "$ID"
    skep update --cpu-idle 1 --cpu-share 500 "$ID"
    local before
    before=$(everything)
    run_skep update --cpu-idle 0 --cpu-share 400 --cpu-quota 1 "$ID"
    assert_refused cpu.quota
    assert_equal "$(everything)" "$before"
    skep update --cpu-idle 0 "$ID"
    assert_equal "$(value cpu cpu.idle cpu.idle) $(value cpu cpu.shares cpu.weight)" "0 $(v1_or_v2 500 58)"
}

@test "update: realtime, which version 2 has nothing for" {
    start_sleeping
    if is_cgroup_v2; then
        skep_only
        local before
        before=$(everything | grep -v state.json)
        skep update --cpu-rt-period 500000 --cpu-rt-runtime 5000 "$ID"
        assert_contains "$stderr" "warning: linux.resources.cpu.realtimePeriod is ignored: cgroup v2"
        assert_contains "$stderr" "warning: linux.resources.cpu.realtimeRuntime is ignored: cgroup v2"
        assert_equal "$(everything | grep -v state.json)" "$before"
        return
    fi
    [[ -e $cgroup_root/cpu/cpu.rt_runtime_us ]] || skip "this kernel has no realtime groups"
    skep update --cpu-rt-period 500000 --cpu-rt-runtime 5000 "$ID"
    assert_equal "$(value cpu cpu.rt_period_us "") $(value cpu cpu.rt_runtime_us "")" "500000 5000"
}

@test "update: placement" {
    start_sleeping
    skep update --cpuset-cpus 0 --cpuset-mems 0 "$ID"
    assert_equal "$(value cpuset cpuset.cpus cpuset.cpus) $(value cpuset cpuset.mems cpuset.mems)" "0 0"
    skep update --cpuset-cpus 0-1 "$ID"
    assert_equal "$(value cpuset cpuset.cpus cpuset.cpus)" 0-1
}

@test "update: tasks" {
    start_sleeping
    skep update --pids-limit 10 "$ID"
    assert_equal "$(value pids pids.max pids.max)" 10
    skep update --pids-limit -1 "$ID"
    assert_equal "$(value pids pids.max pids.max)" max
}

@test "update: --resources from a file and from standard input" {
    start_sleeping
    echo '{"memory": {"limit": 67108864}, "pids": {"limit": 20}}' >"$WORK/resources.json"
    skep update --resources "$WORK/resources.json" "$ID"
    assert_equal "$(value memory memory.limit_in_bytes memory.max) $(value pids pids.max pids.max)" "67108864 20"
    echo '{"pids": {"limit": 30}, "cpu": {"shares": 100}}' >"$WORK/resources.json"
    STDIN_FILE=$WORK/resources.json skep update -r - "$ID"
    assert_equal "$(value memory memory.limit_in_bytes memory.max) $(value pids pids.max pids.max)" "67108864 30"
}

@test "update: flags override --resources" {
    skep_only
    start_sleeping
    echo '{"memory": {"limit": 67108864, "reservation": 1048576}, "pids": {"limit": 20}}' >"$WORK/resources.json"
    skep update -r "$WORK/resources.json" --memory 32m "$ID"
    assert_equal "$(value memory memory.limit_in_bytes memory.max)" 33554432
    assert_equal "$(value memory memory.soft_limit_in_bytes memory.low)" 1048576
    assert_equal "$(value pids pids.max pids.max)" 20
}

@test "update: nothing asked for, nothing done" {
    start_sleeping
    local before
    before=$(everything)
    skep update "$ID"
    ! is_skep || assert_equal "$(everything)" "$before"
}

@test "update: all or nothing" {
    skep_only
    start_sleeping '.linux.resources = {memory: {limit: 67108864, swap: 67108864}, pids: {limit: 11},
        cpu: {shares: 300, quota: 50000, period: 100000}}'
    local before flags words
    before=$(everything)
    while IFS='|' read -r flags words; do
        # shellcheck disable=SC2086 # flags with their values, and words
        run_skep update $flags "$ID"
        # shellcheck disable=SC2086
        assert_refused $words
        assert_equal "$(everything)" "$before" "after $flags"
        assert_equal "$(state .status)" running "after $flags"
    done <<CASES
--memory 128m --memory-swap 256m --cpu-quota 1|linux.resources.cpu.quota /cpu.$(v1_or_v2 cfs_quota_us max) EINVAL
--memory 128m --memory-swap 256m --pids-limit 77 --cpuset-cpus 4095|linux.resources.cpu.cpus cpuset.cpus 4095
--cpu-period 200000 --cpu-quota 100000 --cpu-share 77 --cpuset-mems x|linux.resources.cpu.mems x EINVAL
--memory 4k --memory-swap 4k --cpu-burst 9999999999|linux.resources
--cpu-idle 1 --cpu-quota 1|linux.resources.cpu.quota
--pids-limit 99 --l3-cache-schema L3:0=f|linux.intelRdt.l3CacheSchema /sys/fs/resctrl/schemata
--pids-limit 99 --mem-bw-schema MB:0=50|linux.intelRdt.memBwSchema resctrl
CASES
}

@test "update: what an update has changed is remembered, whole" {
    skep_only
    start_sleeping '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 11}}'
    assert_equal "$(gojq 'has("resources")' "$ROOT/$ID/state.json")" false
    skep update --cpu-share 512 --memory 128m "$ID"
    assert_equal "$(gojq -c .resources "$ROOT/$ID/state.json")" \
        '{"cpu":{"shares":512},"memory":{"limit":134217728},"pids":{"limit":11}}'
    skep update --pids-limit 12 "$ID"
    assert_equal "$(gojq -c .resources "$ROOT/$ID/state.json")" \
        '{"cpu":{"shares":512},"memory":{"limit":134217728},"pids":{"limit":12}}'
    assert_equal "$(stat -c %a "$ROOT/$ID/state.json")" 600
    assert_equal "$(state .status)" running
    [[ ! -e $ROOT/$ID/state.json.new ]]
}

@test "update: several at once, and none is lost" {
    skep_only
    start_sleeping
    local flag pids=()
    for flag in --memory=64m --cpu-share=512 --pids-limit=40 --cpu-quota=50000 --cpuset-cpus=0; do
        spawn_skep update "$flag" "$ID"
        pids+=("$spawned")
    done
    for spawned in "${pids[@]}"; do
        wait_spawned
        assert_status 0
    done
    assert_equal "$(gojq -c .resources "$ROOT/$ID/state.json" | sed 's/,"devices.*}]//')" \
        '{"cpu":{"cpus":"0","quota":50000,"shares":512},"memory":{"limit":67108864},"pids":{"limit":40}}'
}

@test "update: device rules stay as they are" {
    skep_only
    # /dev/kmsg takes no capability to write to.
    start_sleeping '.linux.devices = [{path: "/dev/test-kmsg", type: "c", major: 1, minor: 11, fileMode: 438}]'
    echo '{"devices": [{"allow": true, "access": "rwm"}], "pids": {"limit": 9}}' >"$WORK/resources.json"
    skep update -r "$WORK/resources.json" "$ID"
    assert_contains "$stderr" "linux.resources.devices is ignored"
    assert_equal "$(value pids pids.max pids.max)" 9
    skep exec "$ID" sh -c ': >/dev/null'
    run_skep exec "$ID" sh -c ': >/dev/test-kmsg'
    assert_status 1
    assert_contains "$stderr" "Operation not permitted"
}

@test "update: kernel memory is ignored, and said to be" {
    start_sleeping
    skep update --kernel-memory 50m --kernel-memory-tcp 50m "$ID"
    assert_contains "$stderr" ignored
    ! is_skep || assert_contains "$stderr" "--kernel-memory-tcp is ignored"
}

@test "update: a created and a paused container" {
    setup_bundle sleep 1000
    set_cgroup
    create
    skep update --pids-limit 21 "$ID"
    assert_equal "$(value pids pids.max pids.max)" 21
    assert_equal "$(state .status)" created
    skep start "$ID"
    skep pause "$ID"
    skep update --pids-limit 22 "$ID"
    assert_equal "$(value pids pids.max pids.max)" 22
    assert_equal "$(state .status)" paused
}

@test "update: a stopped container, and none" {
    setup_bundle true
    create
    skep start "$ID"
    wait_for status_is stopped
    run_skep update --memory 64m "$ID"
    assert_refused "$ID" "not running"
    run_skep update --memory 64m "${ID}_other"
    assert_refused "${ID}_other" "does not exist"
    run_skep update --memory 64m
    assert_refused "update takes CONTAINER"
}

@test "update: values that no flag takes" {
    skep_only
    start_sleeping
    local before flag value
    before=$(everything)
    while read -r flag values; do
        run_skep update "--$flag"
        assert_refused "$flag" "needs a value"
        for value in $values; do
            run_skep update "--$flag=$value" "$ID"
            assert_refused "--$flag" "\"$value\""
        done
        run_skep update "--$flag=" "$ID"
        assert_refused "--$flag"
    done <<'CASES'
memory 2x 1.2.3m -2 -1k 1e9 9223372036854775808 8192p m 0x10
memory-swap 2x -2 1mm
memory-reservation x -5
cpu-share abc -1 1.5 18446744073709551616
cpu-period abc -1
cpu-quota abc 9223372036854775808 1k
cpu-burst abc -1
cpu-rt-period abc -1
cpu-rt-runtime abc
cpu-idle 2 -1 yes
pids-limit abc -2 1.5
blkio-weight 9 1001 0 -5 abc
CASES
    assert_equal "$(everything)" "$before"
}

@test "update: documents that can't be read" {
    skep_only
    start_sleeping
    local before
    before=$(everything)
    run_skep update --resources "$WORK/none.json" "$ID"
    assert_refused --resources "$WORK/none.json" ENOENT
    while IFS='|' read -r document word; do
        echo "$document" >"$WORK/resources.json"
        run_skep update --resources "$WORK/resources.json" "$ID"
        assert_refused "$word"
        STDIN_FILE=$WORK/resources.json run_skep update --resources - "$ID"
        assert_refused "$word"
    done <<'CASES'
|empty
{|end of the document
[]|expected an object
{"memory": {"limit": "64m"}}|memory.limit
{"cpu": {"shares": -1}}|cpu.shares
{"blockIO": {"weight": 5}}|linux.resources.blockIO.weight
{"unified": {"memory.nothing": "1"}}|linux.resources.unified
{"hugepageLimits": [{"pageSize": "3MB", "limit": 1}]}|linux.resources.hugepageLimits
CASES
    assert_equal "$(everything)" "$before"
}
