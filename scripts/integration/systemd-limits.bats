#!/usr/bin/env bats
# Limits where systemd makes the cgroup: what it is told, what the files get, and that neither undoes the other.
# bats file_tags=systemd
load helpers
load helpers/systemd

setup_file() {
    skep_only "other runtimes name their units otherwise"
    is_systemd_manager || suite_needs "SKEP_CGROUP_MANAGER=systemd"
}

@test "systemd: limits are the unit's and the cgroup's" {
    setup_sleeper
    update_config '.linux.resources += {memory: {limit: 64000000, reservation: 32000000},
        cpu: {shares: 512, quota: 25000, period: 50000, cpus: "0"}, pids: {limit: 77}}'
    create
    assert_equal "$(property TasksMax)" 77
    assert_equal "$(property CPUQuotaPerSecUSec)" 500ms
    assert_equal "$(cgroup_value pids "$CGROUP" pids.max pids.max)" 77
    if is_cgroup_v2; then
        assert_equal "$(property MemoryMax) $(property MemoryLow) $(property CPUWeight) $(property AllowedCPUs)" \
            "64000000 32000000 59 0"
        assert_equal "$(cat "$DIRECTORY/cpu.max")" "25000 50000"
    else
        assert_equal "$(property MemoryLimit) $(property CPUShares)" "64000000 512"
    fi
    systemctl daemon-reload
    assert_equal "$(cgroup_value memory "$CGROUP" memory.limit_in_bytes memory.max)" 64000000
}

@test "systemd: linux.resources.unified is told systemd as properties" {
    is_cgroup_v2 || skip "version 2 alone has it"
    setup_sleeper
    update_config '.linux.resources.unified = {"memory.high": "50000000", "pids.max": "44", "cpu.weight": "33"}'
    create
    assert_equal "$(property MemoryHigh) $(property TasksMax) $(property CPUWeight)" "50000000 44 33"
    systemctl daemon-reload
    assert_equal "$(cat "$DIRECTORY"/{memory.high,pids.max,cpu.weight} | xargs)" "49999872 44 33"
}

@test "systemd: device rules hold, and survive daemon-reload" {
    # One that root may open without a capability.
    local minor
    minor=$(stat -c %Lr /dev/cpu_dma_latency)
    setup_bundle sh -c "mknod /dev/own c 10 $((minor + 1)) && mknod /dev/other c 10 $minor; while :; do sleep 0.1; done"
    set_cgroup
    update_config --argjson minor "$minor" '.process.capabilities |= map_values(. + ["CAP_MKNOD"]) |
        .linux.resources.devices =
            [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10, minor: $minor, access: "rw"}]'
    create
    skep start "$ID"
    UNIT=it-$ID.scope
    local round
    for round in before after; do
        run_skep exec "$ID" sh -c 'until [ -e /dev/other ]; do sleep 0.1; done; : <>/dev/null && : </dev/other'
        assert_status 0
        run_skep exec "$ID" sh -c ': </dev/own'
        assert_contains "$stderr" "not permitted"
        assert_equal "$(property DevicePolicy)" strict
        [[ $round == after ]] || systemctl daemon-reload
    done
}

@test "systemd: update changes the unit too, or nothing" {
    setup_sleeper
    update_config '.linux.resources.memory.limit = 64000000'
    create
    skep update --memory 32m --pids-limit 55 "$ID"
    assert_equal "$(property TasksMax)" 55
    systemctl daemon-reload
    assert_equal "$(cgroup_value memory "$CGROUP" memory.limit_in_bytes memory.max)" 33554432
    assert_equal "$(cgroup_value pids "$CGROUP" pids.max pids.max)" 55
    run_skep update --pids-limit 66 --cpuset-cpus 999 "$ID"
    assert_refused cpu.cpus
    assert_equal "$(property TasksMax) $(cgroup_value pids "$CGROUP" pids.max pids.max)" "55 55"
    # What one file has taken is undone when another refuses.
    echo '{"pids": {"limit": 66}, "blockIO": {"throttleReadBpsDevice": [{"major": 4095, "minor": 7, "rate": 5}]}}' \
        >"$WORK/new.json"
    run_skep update --resources "$WORK/new.json" "$ID"
    assert_refused blockIO.throttleReadBpsDevice ENODEV
    assert_equal "$(property TasksMax) $(cgroup_value pids "$CGROUP" pids.max pids.max)" "55 55"
    # systemd rounds to hundredths of a processor; the file has what was asked for.
    skep update --cpu-period 50000 --cpu-quota 12345 "$ID"
    assert_equal "$(property CPUQuotaPerSecUSec)" 250ms
    assert_contains "$(cgroup_value cpu "$CGROUP" cpu.cfs_quota_us cpu.max)" 12345
}

# throttled FILTER: a container in the scope $UNIT whose reading from the loop device $NUMBERS is throttled.
throttled() {
    local device
    truncate --size 8M "$WORK/disk"
    device=$(losetup --find --show "$WORK/disk") || skip "no loop device to be had here"
    NUMBERS=$(($(stat -c 0x%t "$device"))):$(($(stat -c 0x%T "$device")))
    setup_sleeper
    update_config --argjson major "${NUMBERS%:*}" --argjson minor "${NUMBERS#*:}" '.linux.resources += {
        memory: {limit: 67108864}, unified: {"memory.swap.high": "4096000"},
        blockIO: {throttleReadBpsDevice: [{major: $major, minor: $minor, rate: 1048576}]}}'
    update_config "$1"
    create
    # It stays until nobody uses it.
    losetup --detach "$device"
}

# assert_kept DIRECTORY "FILE..." WANTED: nothing that makes systemd look at its limits anew changes the files.
assert_kept() {
    local directory=$1 wanted=$3 command files
    read -ra files <<<"$2"
    for command in "true" "systemctl daemon-reload" "systemctl daemon-reexec" \
        "systemd-run --quiet --scope --property MemoryMax=100M --property IOWeight=50 true" \
        "skep update --pids-limit 55 $ID" "skep update --memory 100m $ID"; do
        $command
        assert_equal "$command: $(cd "$directory" && cat "${files[@]}" | xargs)" "$command: $wanted"
    done
}

@test "systemd: throttles and others that it is told nothing of are not undone" {
    is_cgroup_v2 || skip "of version 2"
    throttled .
    assert_kept "$DIRECTORY" "io.max memory.swap.high" "$NUMBERS rbps=1048576 wbps=max riops=max wiops=max 4096000"
}

@test "systemd: what it would undo it does not in a sub-cgroup" {
    is_cgroup_v2 || skip "of version 2"
    throttled '.annotations = {"run.oci.systemd.subgroup": "inner"} | .linux.resources.unified += {"memory.oom.group": "1"}'
    assert_kept "$DIRECTORY/inner" "memory.oom.group memory.swap.high" "1 4096000"
}
