#!/usr/bin/env bats
# linux.resources.blockIO and what events tell of block devices, shown with a loop device of the test's own.
# bats file_tags=cgroup,legacy
load helpers
load helpers/resources

# $DEVICE is its path, $NUMBERS its numbers.
setup_file() {
    truncate --size 8M "$BATS_FILE_TMPDIR/disk"
    DEVICE=$(losetup --find --show "$BATS_FILE_TMPDIR/disk") || skip "no loop device to be had here"
    NUMBERS=$(($(stat -c 0x%t "$DEVICE"))):$(($(stat -c 0x%T "$DEVICE")))
    export DEVICE NUMBERS
    # The guest has the scheduler as a module, which brings the weights along.
    [[ -z ${IN_VM-} ]] || modprobe bfq
}

teardown_file() {
    [[ -z ${DEVICE-} ]] || losetup --detach "$DEVICE"
}

# of_device [REST]: a jq object of the device's numbers and REST.
of_device() {
    printf '{major: %s, minor: %s%s}\n' "${NUMBERS%:*}" "${NUMBERS#*:}" "${1:+, $1}"
}

# throttle NAME: the device's limit, which io.max calls NAME; nothing where there is none.
throttle() {
    local -A legacy=([rbps]=read_bps [wbps]=write_bps [riops]=read_iops [wiops]=write_iops)
    value blkio "blkio.throttle.${legacy[$1]}_device" io.max |
        awk -v device="$NUMBERS" '$1 == device { $1 = ""; print }' |
        if is_cgroup_v2; then sed "s/.* $1=\([^ ]*\).*/\1/; s/^max$//"; else tr -d ' '; fi
}

# Skips where no scheduler has weights that can be told apart by their file.
needs_bfq() {
    [[ -e $(cgroup_dir blkio "$CGROUP")/$(v1_or_v2 blkio.bfq.weight io.bfq.weight) ]] || skip "no BFQ here"
}

# weight: the container's, with BFQ.
weight() {
    value blkio blkio.bfq.weight io.bfq.weight | sed 's/^default //; 1q'
}

@test "linux.resources.blockIO.weight: at creation, and in an update" {
    start_sleeping '.linux.resources.blockIO = {weight: 200}'
    needs_bfq
    assert_equal "$(weight)" 200
    skep update --blkio-weight 500 "$ID"
    assert_equal "$(weight)" 500
}

# The scheduler has to be BFQ on the device itself.
@test "linux.resources.blockIO.weightDevice: at creation, and in an update" {
    skep_only
    local scheduler=/sys/dev/block/$NUMBERS/queue/scheduler
    grep -qw bfq "$scheduler" || skip "no BFQ here"
    start_sleeping ".linux.resources.blockIO = {weightDevice: []}"
    gojq -n "{blockIO: {weightDevice: [$(of_device "weight: 300")]}}" >"$WORK/resources.json"
    if ! grep -qF '[bfq]' "$scheduler"; then
        run_skep update --resources "$WORK/resources.json" "$ID"
        assert_refused linux.resources.blockIO.weightDevice "$NUMBERS 300" "scheduler is not bfq"
    fi
    echo bfq >"$scheduler"
    skep update --resources "$WORK/resources.json" "$ID"
    assert_contains "$(value blkio blkio.bfq.weight_device io.bfq.weight)" "$NUMBERS 300"
    skep delete --force "$ID"
    update_config ".linux.resources.blockIO.weightDevice = [$(of_device "weight: 400")]"
    create
    assert_contains "$(value blkio blkio.bfq.weight_device io.bfq.weight)" "$NUMBERS 400"
    echo none >"$scheduler"
}

@test "linux.resources.blockIO: limits at creation, and in an update" {
    start_sleeping ".linux.resources.blockIO = {throttleReadBpsDevice: [$(of_device "rate: 1048576")],
        throttleWriteBpsDevice: [$(of_device "rate: 2097152")], throttleReadIOPSDevice: [$(of_device "rate: 33")],
        throttleWriteIOPSDevice: [$(of_device "rate: 44")]}"
    assert_equal "$(throttle rbps) $(throttle wbps) $(throttle riops) $(throttle wiops)" "1048576 2097152 33 44"
    is_skep || return 0 # which takes no more than the weight in an update
    gojq -n "{blockIO: {throttleReadBpsDevice: [$(of_device "rate: 0")],
        throttleWriteIOPSDevice: [$(of_device "rate: 77")]}}" >"$WORK/resources.json"
    skep update --resources "$WORK/resources.json" "$ID"
    assert_equal "$(throttle rbps) $(throttle wbps) $(throttle riops) $(throttle wiops)" " 2097152 33 77"
    # Put back line by line, when what comes later fails.
    local before
    before=$(everything)
    gojq -n "{blockIO: {throttleReadBpsDevice: [$(of_device "rate: 5")], throttleWriteIOPSDevice: [
        $(of_device "rate: 6"), {major: 4095, minor: 4095, rate: 1}]}}" >"$WORK/resources.json"
    run_skep update --resources "$WORK/resources.json" "$ID"
    assert_refused blockIO.throttleWriteIOPSDevice "$(v1_or_v2 write_iops_device io.max)" \
        "4095:4095 $(v1_or_v2 1 wiops=1)" ENODEV
    assert_equal "$(everything)" "$before"
}

# In version 1 some kernels count only what has a limit.
@test "linux.resources.blockIO: limits hold, and events tell what each device has carried" {
    setup_bundle sh -c 'dd if=/dev/disk of=/dev/null bs=65536 count=32 iflag=direct &&
        dd if=/dev/zero of=/dev/disk bs=65536 count=16 oflag=direct && echo ready && exec sleep 1000'
    set_cgroup
    update_config ".linux.devices = [$(of_device 'path: "/dev/disk", type: "b", fileMode: 384')] |
        .linux.resources.devices += [$(of_device 'allow: true, type: "b", access: "rw"')] |
        .linux.resources.blockIO = {throttleReadBpsDevice: [$(of_device "rate: 1048576")],
            throttleWriteBpsDevice: [$(of_device "rate: 1073741824")]}"
    create
    local began=${EPOCHREALTIME/./} ended
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    ended=${EPOCHREALTIME/./}
    # 2 MiB at 1 MiB a second.
    ((ended - began > 1500000)) || fail "took no more than $((ended - began)) us"
    skep events --stats "$ID"
    # counted TABLE OPERATION
    counted() {
        gojq --arg device "$NUMBERS" --arg operation "$2" ".data.blkio.$1"'[] |
            select("\(.major // 0):\(.minor // 0)" == $device and .op == $operation) | .value' <<<"$output"
    }
    assert_equal "$(counted ioServiceBytesRecursive Read) $(counted ioServiceBytesRecursive Write)" "2097152 1048576"
    # More where the limit or the device is for smaller ones.
    (($(counted ioServicedRecursive Read) >= 2 && $(counted ioServicedRecursive Write) >= 1))
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
