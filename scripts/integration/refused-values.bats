#!/usr/bin/env bats
# Values of linux.resources that the kernel refuses: the error names property, file, value and errno, and all that was
# done before is undone. Which they are is another matter in each layout; some properties have none.
# bats file_tags=cgroup,legacy
load helpers
load helpers/resources

setup_file() {
    skep_only "its errors"
    # The guest has the scheduler as a module, which brings the weights along.
    [[ -z ${IN_VM-} ]] || modprobe bfq
}

# A property, where and as what it is written in version 1 and in version 2, and how it is refused; nothing where it is
# not.
readonly refused='
cpu = {quota: 1}|cpu.quota|cpu.cfs_quota_us|1|EINVAL|cpu.max|1|EINVAL
cpu = {period: 1}|cpu.period|cpu.cfs_period_us|1|EINVAL|cpu.max|max 1|EINVAL
cpu = {quota: 5000, burst: 6000}|cpu.burst|cpu.cfs_burst_us|6000|EINVAL|cpu.max.burst|6000|EINVAL
cpu = {realtimeRuntime: 2000000}|cpu.realtimeRuntime|cpu.rt_runtime_us|2000000|EINVAL
cpu = {realtimePeriod: 20000000000000000}|cpu.realtimePeriod|cpu.rt_period_us|20000000000000000|EINVAL
cpu = {cpus: "999"}|cpu.cpus|cpuset.cpus|999|ERANGE|cpuset.cpus.effective|999|ERANGE
cpu = {cpus: "0-"}|cpu.cpus|cpuset.cpus|0-|EINVAL|cpuset.cpus|0-|EINVAL
cpu = {mems: "63"}|cpu.mems|cpuset.mems|63|EINVAL|cpuset.mems.effective|63|ERANGE
memory = {swap: 1048576}|memory.swap|memory.memsw.limit_in_bytes|1048576|EINVAL
pids = {limit: 4194305}|pids.limit|pids.max|4194305|EINVAL|pids.max|4194305|EINVAL
blockIO = {weightDevice: [{major: 4095, minor: 7, weight: 50}]}|blockIO.weightDevice|blkio.bfq.weight_device|4095:7 50|ENODEV|io.bfq.weight|4095:7 50|ENODEV
blockIO = {leafWeight: 50}|blockIO.leafWeight|blkio.leaf_weight|50|ENOENT
blockIO = {throttleReadBpsDevice: [{major: 4095, minor: 7, rate: 5}]}|blockIO.throttleReadBpsDevice|blkio.throttle.read_bps_device|4095:7 5|ENODEV|io.max|4095:7 rbps=5|ENODEV
blockIO = {throttleWriteBpsDevice: [{major: 4095, minor: 7, rate: 5}]}|blockIO.throttleWriteBpsDevice|blkio.throttle.write_bps_device|4095:7 5|ENODEV|io.max|4095:7 wbps=5|ENODEV
blockIO = {throttleReadIOPSDevice: [{major: 4095, minor: 7, rate: 5}]}|blockIO.throttleReadIOPSDevice|blkio.throttle.read_iops_device|4095:7 5|ENODEV|io.max|4095:7 riops=5|ENODEV
blockIO = {throttleWriteIOPSDevice: [{major: 4095, minor: 7, rate: 5}]}|blockIO.throttleWriteIOPSDevice|blkio.throttle.write_iops_device|4095:7 5|ENODEV|io.max|4095:7 wiops=5|ENODEV
hugepageLimits = [{pageSize: "4MB", limit: 4194304}]|hugepageLimits[0]|hugetlb.4MB.limit_in_bytes|4194304|ENOENT|hugetlb.4MB.max|4194304|ENOENT
network = {priorities: [{name: "nonesuch0", priority: 5}]}|network.priorities[0]|net_prio.ifpriomap|nonesuch0 5|ENODEV
rdma = {"nonesuch_0": {hcaHandles: 3}}|rdma.nonesuch_0|rdma.max|nonesuch_0 hca_handle=3|ENODEV|rdma.max|nonesuch_0 hca_handle=3|ENODEV
unified = {"memory.high": "x"}|unified.memory.high||||memory.high|x|EINVAL
unified = {"memory.nonesuch": "1"}|unified.memory.nonesuch||||memory.nonesuch|1|ENOENT
'

# The same for what a container that runs uses already.
readonly exceeded='
memory = {limit: 4096, checkBeforeUpdate: true}|memory.limit|memory.limit_in_bytes|4096|EBUSY|memory.max|4096|EBUSY
'

readonly -A texts=([EINVAL]="Invalid argument (EINVAL)" [ERANGE]="Numerical result out of range (ERANGE)"
    [ENODEV]="No such device (ENODEV)" [EBUSY]="Device or resource busy (EBUSY)")

# each_refused ROWS CHECK: runs CHECK FILTER, and holds its error to the row, for each row of this layout.
each_refused() {
    local check=$2 filter property file value errno file2 value2 errno2 count=0
    while IFS='|' read -r filter property file value errno file2 value2 errno2; do
        ! is_cgroup_v2 || file=$file2 value=$value2 errno=$errno2
        [[ -n $file ]] || continue
        count=$((count + 1))
        "$check" "$filter"
        assert_names "linux.resources.$property" "$file" "$value" "$errno"
    done <<<"$1"
    ((count > 0))
}

# assert_names PROPERTY FILE VALUE ERRNO: so the error does, unless this kernel has no such file; $CGROUP shows that.
assert_names() {
    local directory
    directory=$(cgroup_dir "${2%%.*}" "$CGROUP")
    if [[ ! -d $directory ]]; then
        assert_refused "$1: write $3 $2: No such file or directory (ENOENT)" "the ${2%%.*} controller is not mounted"
    elif [[ $2 != *.effective && ! -e $directory/$2 ]]; then
        assert_refused "$1: " "/$2: No such file or directory (ENOENT); this kernel"
    elif is_systemd_manager && is_cgroup_v2 && [[ $3 == x || $3 == 0- ]]; then
        # Told systemd as another type, so found out before there is anything to write to.
        assert_refused "$1: systemd: Invalid argument (EINVAL)" "\"$3\" is no"
    else
        assert_refused "$1: write $3 /sys/fs/cgroup/" "/$2: ${texts[$4]}"
    fi
}

# Tries to make another container, of which nothing may be left.
create_refused() {
    gojq ".linux.cgroupsPath += \"_new\" | .linux.resources.$1" <"$WORK/good.json" >"$BUNDLE/config.json"
    run_skep create --bundle "$BUNDLE" "${ID}_new"
    assert_equal "$(cgroups_named "${ID}_new")" "" "left of $1"
    [[ ! -e $ROOT/${ID}_new ]]
    ! is_systemd_manager || assert_equal "$(systemctl list-units --all --plain --no-legend "*${ID}_new*")" ""
}

@test "refused values: at creation, each is named, and nothing is left" {
    start_sleeping
    cp "$BUNDLE/config.json" "$WORK/good.json"
    each_refused "$refused" create_refused
}

# Tries to change what the kernel takes along with what it does not.
update_refused() {
    gojq -n "{memory: {limit: 134217728, reservation: 1048576}, pids: {limit: 77}, cpu: {shares: 77}} as \$taken |
        {} | .$1 | if has(\"memory\") then (\$taken | del(.memory)) * . else \$taken * . end" >"$WORK/resources.json"
    run_skep update --resources "$WORK/resources.json" "$ID"
    assert_equal "$(everything)" "$before" "after $1"
    assert_equal "$(state .status)" running "after $1"
}

@test "refused values: in an update, each is named, and everything is as it was" {
    start_sleeping
    local before
    before=$(everything)
    each_refused "$refused" update_refused
    each_refused "$exceeded" update_refused
}

# bats test_tags=cgroup,cgroupfs,legacy
@test "refused values: devices that the cgroup above does not have" {
    ! is_cgroup_v2 || skip "in version 2 a device program allows what it likes, and those above deny it nevertheless"
    setup_bundle
    update_config --arg path "/${ID}_above/${ID}" '.linux.cgroupsPath = $path'
    local above=$cgroup_root/devices/${ID}_above
    mkdir "$above"
    echo a >"$above/devices.deny"
    run_skep create --bundle "$BUNDLE" "$ID"
    rmdir "$above"
    assert_refused "linux.resources.devices: write " "/${ID}_above/${ID}/devices.allow: Operation not permitted (EPERM)"
    sweep
}
