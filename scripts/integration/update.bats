#!/usr/bin/env bats
# update, on whichever cgroup layout this machine has; what is particular to one says so.
# bats file_tags=cgroup
load helpers

# A running container in the cgroup $CGROUP.
start_sleeping() {
    setup_bundle sleep 1000
    set_cgroup
    (($# == 0)) || update_config "$1"
    create
    skep start "$ID"
}

value() {
    cgroup_value "$1" "$CGROUP" "$2" "$3"
}

# v1 CONTROLLER FILE: the value of a version 1 file.
v1() {
    cat "$(cgroup_dir "$1" "$CGROUP")/$2"
}

needs_v1() {
    ! is_cgroup_v2 || skip "about version 1"
}

# Everything that an update could change, to see that nothing has.
everything() {
    local controller
    for controller in memory cpu cpuset pids blkio devices; do
        grep -rsH . "$(cgroup_dir "$controller" "$CGROUP")" --include='*limit_in_bytes' --include='cpu.*_us' \
            --include='cpu.shares' --include='cpu.idle' --include='cpuset.cpus' --include='cpuset.mems' \
            --include='pids.max' --include='*weight*' --include='*_device' --include='devices.list' \
            --include='memory.max' --include='memory.low' --include='cpu.max' --include='cpu.weight' \
            --include='memory.oom_control'
    done | sort
    md5sum "$ROOT/$ID/state.json"
}

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
    needs_v1
    start_sleeping '.linux.resources.memory = {limit: 67108864, swap: 134217728}'
    skep update --memory 256m --memory-swap 512m "$ID"
    assert_equal "$(v1 memory memory.limit_in_bytes) $(v1 memory memory.memsw.limit_in_bytes)" "268435456 536870912"
    skep update --memory 32m --memory-swap 32m "$ID"
    assert_equal "$(v1 memory memory.limit_in_bytes) $(v1 memory memory.memsw.limit_in_bytes)" "33554432 33554432"
    skep update --memory-swap -1 "$ID"
    assert_equal "$(v1 memory memory.memsw.limit_in_bytes)" 9223372036854771712
    skep update --memory 64m --memory-swap 64m "$ID"
    skep update --memory -1 "$ID"
    assert_equal "$(v1 memory memory.memsw.limit_in_bytes)" 9223372036854771712
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
    if is_cgroup_v2; then
        assert_equal "$(value cpu "" cpu.max)" "50000 200000"
        assert_equal "$(value cpu "" cpu.weight)" 59
    else
        assert_equal "$(v1 cpu cpu.shares) $(v1 cpu cpu.cfs_quota_us) $(v1 cpu cpu.cfs_period_us)" "512 50000 200000"
    fi
    skep update --cpu-quota -1 "$ID"
    assert_contains "$(value cpu cpu.cfs_quota_us cpu.max)" "$(v1_or_v2 -1 "max 200000")"
}

@test "update: quota and burst bound each other, in either order" {
    needs_v1
    needs_runc 1.2
    start_sleeping '.linux.resources.cpu = {period: 100000, quota: 50000, burst: 50000}'
    skep update --cpu-quota 20000 --cpu-burst 10000 "$ID"
    assert_equal "$(v1 cpu cpu.cfs_quota_us) $(v1 cpu cpu.cfs_burst_us)" "20000 10000"
    skep update --cpu-quota 90000 --cpu-burst 80000 "$ID"
    assert_equal "$(v1 cpu cpu.cfs_quota_us) $(v1 cpu cpu.cfs_burst_us)" "90000 80000"
    skep update --cpu-burst 0 "$ID"
    assert_equal "$(v1 cpu cpu.cfs_burst_us)" 0
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
    needs_v1
    skep_only
    start_sleeping '.linux.resources.cpu = {shares: 300}'
    skep update --cpu-idle 1 "$ID"
    assert_equal "$(v1 cpu cpu.idle)" 1
    skep update --cpu-idle 0 "$ID"
    assert_equal "$(v1 cpu cpu.idle) $(v1 cpu cpu.shares)" "0 300"
    skep update --cpu-idle 1 "$ID"
    skep update --cpu-idle 1 --cpu-share 500 "$ID"
    local before
    before=$(everything)
    run_skep update --cpu-idle 0 --cpu-share 400 --cpu-quota 1 "$ID"
    assert_refused cpu.quota
    assert_equal "$(everything)" "$before"
    skep update --cpu-idle 0 "$ID"
    assert_equal "$(v1 cpu cpu.idle) $(v1 cpu cpu.shares)" "0 500"
}

@test "update: realtime" {
    needs_v1
    [[ -e $cgroup_root/cpu/cpu.rt_runtime_us ]] || skip "this kernel has no realtime groups"
    start_sleeping
    skep update --cpu-rt-period 500000 --cpu-rt-runtime 5000 "$ID"
    assert_equal "$(v1 cpu cpu.rt_period_us) $(v1 cpu cpu.rt_runtime_us)" "500000 5000"
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

@test "update: the weight on block devices" {
    start_sleeping
    local file
    file=$(cgroup_dir blkio "$CGROUP")/$(v1_or_v2 blkio.bfq.weight io.bfq.weight)
    [[ -e $file ]] || skip "no BFQ here"
    skep update --blkio-weight 500 "$ID"
    assert_contains "$(cat "$file")" 500
}

# Sets $device to a block device's numbers.
find_block_device() {
    local file
    for file in /sys/block/{vd,sd,nvme,loop}*/dev; do
        [[ -e $file ]] || continue
        device=$(cat "$file")
        return
    done
    skip "no block device here"
}

# Kernels have weights in version 1 with the BFQ scheduler.
has_weights() {
    compgen -G "/sys/fs/cgroup/blkio/*/blkio.bfq.weight" >/dev/null
}

@test "linux.resources.blockIO: weights and limits at creation, and in an update" {
    needs_v1
    has_weights || skip "no BFQ here"
    find_block_device
    local numbers="major: ${device%:*}, minor: ${device#*:}"
    start_sleeping ".linux.resources.blockIO = {weight: 200, throttleReadBpsDevice: [{$numbers, rate: 1048576}]}"
    assert_equal "$(v1 blkio blkio.bfq.weight)" 200
    assert_equal "$(v1 blkio blkio.throttle.read_bps_device)" "$device 1048576"
    is_skep || return 0 # which takes no more than the weight in an update
    jq -n "{blockIO: {weight: 300, throttleReadBpsDevice: [{$numbers, rate: 0}],
        throttleWriteIOPSDevice: [{$numbers, rate: 77}]}}" >"$WORK/resources.json"
    skep update --resources "$WORK/resources.json" "$ID"
    assert_equal "$(v1 blkio blkio.bfq.weight)" 300
    assert_equal "$(v1 blkio blkio.throttle.read_bps_device)" ""
    assert_equal "$(v1 blkio blkio.throttle.write_iops_device)" "$device 77"
    # Put back line by line, when what comes later fails.
    local before
    before=$(everything)
    jq -n "{blockIO: {throttleReadBpsDevice: [{$numbers, rate: 5}], throttleWriteIOPSDevice: [{$numbers, rate: 6},
        {major: 4095, minor: 4095, rate: 1}]}}" >"$WORK/resources.json"
    run_skep update --resources "$WORK/resources.json" "$ID"
    assert_refused blockIO.throttleWriteIOPSDevice write_iops_device "4095:4095 1" ENODEV
    assert_equal "$(everything)" "$before"
}

@test "linux.resources.blockIO: what is out of range or incomplete is refused" {
    skep_only
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter property
    while IFS='|' read -r filter property; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config ".linux.resources.blockIO = $filter"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "linux.resources.blockIO.$property"
    done <<'CASES'
{weight: 9}|weight
{weight: 1001}|weight
{leafWeight: 5}|leafWeight
{weightDevice: [{major: 8, minor: 0}]}|weightDevice[0]
{weightDevice: [{major: 8, minor: 0, weight: 5}]}|weightDevice[0].weight
{weightDevice: [{major: -1, minor: 0, weight: 50}]}|weightDevice[0].major
{throttleReadBpsDevice: [{major: 8, minor: -1, rate: 1}]}|throttleReadBpsDevice[0].minor
{throttleWriteBpsDevice: [{major: 4294967296, minor: 0, rate: 1}]}|throttleWriteBpsDevice[0].major
{throttleReadIOPSDevice: [{major: 4095, minor: 4095, rate: 1}]}|throttleReadIOPSDevice
CASES
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
    needs_v1
    start_sleeping '.linux.resources = {memory: {limit: 67108864, swap: 67108864}, pids: {limit: 11},
        cpu: {shares: 300, quota: 50000, period: 100000}}'
    local before flags
    before=$(everything)
    while IFS='|' read -r flags words; do
        # shellcheck disable=SC2086 # flags with their values, and words
        run_skep update $flags "$ID"
        # shellcheck disable=SC2086
        assert_refused $words
        assert_equal "$(everything)" "$before" "after $flags"
    done <<'CASES'
--memory 128m --memory-swap 256m --cpu-quota 1|linux.resources.cpu.quota cpu.cfs_quota_us EINVAL /cpu.cfs
--memory 128m --memory-swap 256m --pids-limit 77 --cpuset-cpus 4095|linux.resources.cpu.cpus cpuset.cpus 4095
--cpu-period 200000 --cpu-quota 100000 --cpu-share 77 --cpuset-mems x|linux.resources.cpu.mems cpuset.mems EINVAL
--memory 1k --memory-swap 1k --blkio-weight 99 --cpu-burst 9999999999|linux.resources
--cpu-idle 1 --cpu-quota 1|linux.resources.cpu.quota
--pids-limit 99 --l3-cache-schema L3:0=f|linux.intelRdt.l3CacheSchema /sys/fs/resctrl/schemata
--pids-limit 99 --mem-bw-schema MB:0=50|linux.intelRdt.memBwSchema resctrl
CASES
}

@test "update: what an update has changed is remembered, whole" {
    skep_only
    start_sleeping '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 11}}'
    assert_equal "$(jq 'has("resources")' "$ROOT/$ID/state.json")" false
    skep update --cpu-share 512 --memory 128m "$ID"
    assert_equal "$(jq -Sc .resources "$ROOT/$ID/state.json")" \
        '{"cpu":{"shares":512},"memory":{"limit":134217728},"pids":{"limit":11}}'
    skep update --pids-limit 12 "$ID"
    assert_equal "$(jq -Sc .resources "$ROOT/$ID/state.json")" \
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
    assert_equal "$(jq -Sc .resources "$ROOT/$ID/state.json" | sed 's/,"devices.*}]//')" \
        '{"cpu":{"cpus":"0","quota":50000,"shares":512},"memory":{"limit":67108864},"pids":{"limit":40}}'
}

@test "update: device rules stay as they are" {
    skep_only
    needs_v1
    start_sleeping
    local before
    before=$(v1 devices devices.list)
    echo '{"devices": [{"allow": true, "access": "rwm"}], "pids": {"limit": 9}}' >"$WORK/resources.json"
    skep update -r "$WORK/resources.json" "$ID"
    assert_contains "$stderr" "linux.resources.devices is ignored"
    assert_equal "$(v1 devices devices.list)" "$before"
    assert_equal "$(v1 pids pids.max)" 9
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
