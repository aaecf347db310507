# Limits of a container that sleeps, read back as config-linux.md counts them, whatever the layout.
# shellcheck shell=bash

# start_sleeping [FILTER]: a running container in the cgroup $CGROUP, its configuration changed by a jq filter.
start_sleeping() {
    setup_bundle sleep 1000
    set_cgroup
    (($# == 0)) || update_config "$1"
    create
    skep start "$ID"
}

# value CONTROLLER V1_FILE V2_FILE
value() {
    cgroup_value "$1" "$CGROUP" "$2" "$3"
}

# memory_and_swap: the limit of memory, and that of memory and swap together; "max" where there is none.
memory_and_swap() {
    local memory both
    if is_cgroup_v2; then
        memory=$(value memory "" memory.max) both=$(value memory "" memory.swap.max)
        [[ $both == max || $memory == max ]] || both=$((memory + both))
    else
        memory=$(value memory memory.limit_in_bytes "") both=$(value memory memory.memsw.limit_in_bytes "")
    fi
    # Version 1 has no word for it.
    printf '%s %s\n' "${memory/#9223372036854771712/max}" "${both/#9223372036854771712/max}"
}

# quota_and_period: in microseconds; a quota of -1 is none.
quota_and_period() {
    if is_cgroup_v2; then
        value cpu "" cpu.max | sed 's/^max/-1/'
    else
        printf '%s %s\n' "$(value cpu cpu.cfs_quota_us "")" "$(value cpu cpu.cfs_period_us "")"
    fi
}

# Everything that an update could change, to see that nothing has.
everything() {
    local controller
    for controller in memory cpu cpuset pids blkio devices hugetlb rdma; do
        cgroup_dir "$controller" "$CGROUP"
    done | sort -u | while IFS= read -r controller; do
        [[ ! -d $controller ]] || grep -rsH . "$controller" --include='*limit_in_bytes' --include='memory.swappiness' \
            --include='memory.oom_control' --include='memory.max' --include='memory.low' --include='memory.high' \
            --include='memory.swap.max' --include='cpu.*_us' --include='cpu.shares' --include='cpu.idle' \
            --include='cpu.max' --include='cpu.max.burst' --include='*weight*' --include='cpuset.cpus' \
            --include='cpuset.mems' --include='pids.max' --include='*_device' --include='io.max' \
            --include='hugetlb.*.max' --include='rdma.max' --include='devices.list'
    done | sort
    md5sum "$ROOT/$ID/state.json"
}

# needs_swap: skips where memory and swap together can't be limited.
needs_swap() {
    [[ -e $(cgroup_dir memory "$CGROUP")/$(v1_or_v2 memory.memsw.limit_in_bytes memory.swap.max) ]] ||
        skip "this kernel does not account swap"
}
