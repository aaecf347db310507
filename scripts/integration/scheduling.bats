#!/usr/bin/env bats
# process.scheduler, ioPriority and execCPUAffinity: seen from outside by util-linux, where it is about the init.
load helpers

# start_with FILTER: a container that runs on; $pid is its process.
start_with() {
    setup_bundle sleep 1000
    update_config "$1"
    skep run --detach --bundle "$BUNDLE" "$ID"
    pid=$(state .pid)
}

# refused_with FILTER WORD...: what a configuration is refused for.
refused_with() {
    update_config "$1"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "${@:2}"
    assert_no_leaks
}

# The nice value is the 19th field of /proc/PID/stat; a name without spaces is in the second.
nice_of() {
    cut -d' ' -f19 "/proc/$1/stat"
}

@test "process.scheduler: SCHED_OTHER with a nice value" {
    needs_runc 1.2
    start_with '.process.scheduler = {policy: "SCHED_OTHER", nice: -7}'
    assert_contains "$(chrt -p "$pid")" SCHED_OTHER
    assert_equal "$(nice_of "$pid")" -7
}

@test "process.scheduler: SCHED_BATCH and SCHED_IDLE" {
    needs_runc 1.2
    start_with '.process.scheduler = {policy: "SCHED_BATCH", nice: 12}'
    assert_contains "$(chrt -p "$pid")" SCHED_BATCH
    assert_equal "$(nice_of "$pid")" 12
    skep delete --force "$ID"
    update_config '.process.scheduler = {policy: "SCHED_IDLE"}'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_contains "$(chrt -p "$(state .pid)")" SCHED_IDLE
}

# bats test_tags=cgroup
@test "process.scheduler: SCHED_RR with a priority and a flag, in a cgroup that has a share of real time" {
    needs_runc 1.2
    local limits=.
    [[ ! -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ]] ||
        limits='.linux.resources.cpu = {realtimeRuntime: 1000, realtimePeriod: 1000000}'
    start_with "$limits | .process.scheduler =
        {policy: \"SCHED_RR\", priority: 5, flags: [\"SCHED_FLAG_RESET_ON_FORK\"]}"
    assert_contains "$(chrt -p "$pid")" "SCHED_RR|SCHED_RESET_ON_FORK"
    assert_contains "$(chrt -p "$pid")" "priority: 5"
}

# bats test_tags=cgroup
@test "process.scheduler: real time is refused in a cgroup that has no share of it" {
    skep_only
    [[ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ]] || skip "this kernel gives every cgroup its share"
    setup_bundle
    refused_with '.process.scheduler = {policy: "SCHED_FIFO", priority: 1}' \
        process.scheduler sched_setattr EPERM linux.resources.cpu.realtimeRuntime
}

@test "process.scheduler: SCHED_DEADLINE" {
    needs_runc 1.2
    start_with '.process.scheduler =
        {policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 5000000, period: 10000000}'
    assert_contains "$(chrt -p "$pid")" SCHED_DEADLINE
    assert_contains "$(chrt -p "$pid")" 1000000/5000000/10000000
}

@test "process.scheduler: what contradicts itself is refused by its property" {
    skep_only
    setup_bundle
    refused_with '.process.scheduler = {policy: "SCHED_OTHER", nice: 20}' process.scheduler.nice
    refused_with '.process.scheduler = {policy: "SCHED_OTHER", priority: 1}' process.scheduler.priority
    refused_with '.process.scheduler = {policy: "SCHED_FIFO"}' process.scheduler.priority
    refused_with '.process.scheduler = {policy: "SCHED_DEADLINE", runtime: 2000, deadline: 1999}' \
        process.scheduler.deadline
    refused_with '.process.scheduler = {policy: "SCHED_SOMEHOW"}' process.scheduler.policy SCHED_SOMEHOW
}

@test "process.ioPriority: class and level" {
    needs_runc 1.2
    start_with '.process.ioPriority = {class: "IOPRIO_CLASS_RT", priority: 3}'
    assert_equal "$(ionice -p "$pid")" "realtime: prio 3"
    skep delete --force "$ID"
    update_config '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 7}'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$(ionice -p "$(state .pid)")" "best-effort: prio 7"
    skep delete --force "$ID"
    update_config '.process.ioPriority = {class: "IOPRIO_CLASS_IDLE"}'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$(ionice -p "$(state .pid)")" idle
}

@test "process.ioPriority: a level that is none is refused" {
    needs_runc 1.2
    setup_bundle
    refused_with '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 8}' process.ioPriority.priority 8
}

@test "process.execCPUAffinity: says nothing about the first process" {
    setup_bundle grep Cpus_allowed_list /proc/self/status
    update_config '.process.execCPUAffinity = {initial: "0", final: "0"}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "$(grep Cpus_allowed_list /proc/self/status)"
}

@test "process.execCPUAffinity: a list that is none is refused" {
    needs_runc 1.3
    setup_bundle
    refused_with '.process.execCPUAffinity = {initial: "0-"}' process.execCPUAffinity.initial '"0-"'
    refused_with '.process.execCPUAffinity = {final: "all"}' process.execCPUAffinity.final '"all"'
}
