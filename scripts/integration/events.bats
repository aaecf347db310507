#!/usr/bin/env bats
# events.
# bats file_tags=cgroup,legacy
load helpers

start_sleeping() {
    setup_bundle sleep 1000
    create
    skep start "$ID"
}

# of FILTER: of the last run_skep's output.
of() {
    gojq -c "$1" <<<"$output"
}

@test "events: --stats prints one line and ends" {
    setup_bundle sh -c 'head -c 50000000 /dev/zero >/dev/null; echo ready; sleep 1000 & wait'
    update_config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}}'
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep events --stats "$ID"
    assert_equal "$(grep -c '' <<<"$output")" 1
    assert_equal "$(of .type) $(of .id)" "\"stats\" \"$ID\""
    assert_equal "$(of '.data.memory.usage.limit, .data.pids')" $'67108864\n{"current":2,"limit":20}'
    assert_equal "$(of '.data.cpu.usage | (.total > 0 and .user + .kernel > 0)')" true
    assert_equal "$(of '.data.memory.usage | (.usage > 0 and .usage <= .limit and .max >= .usage)')" true
    is_cgroup_v2 || assert_equal "$(of '.data.cpuset.cpus == [range(0; '"$(nproc)"')]')" true
}

# The places of all values in a line of statistics on standard input, one a line.
places() {
    gojq -r '.data | paths | map(if type == "number" then "[]" else . end) | join(".")' | sort -u
}

# What runc may tell that skep does not, as patterns, with the reason.
exceptions() {
    # There is nothing of a device until it has been used, and none of a cache until something is in it: both leave out
    # what is 0, each at another moment.
    printf '%s\n' '^blkio\.io[A-Za-z]*Recursive' '^memory\.cache$'
}

# In the order that they come in, which gojq does not keep.
data_keys() {
    python3 -c 'import json, sys; print(*json.load(sys.stdin)["data"], sep="\n")'
}

@test "events: every key of runc's" {
    skep_only
    command -v runc >/dev/null || skip "there is no runc here"
    start_sleeping
    # Or else it would take the options of the host's version 2 tree away.
    new_namespace cgroup
    runc --root "$WORK/runc" run --detach --bundle "$BUNDLE" "${ID}_runc" </dev/null >"$WORK/runc.log" 2>&1 3>&-
    # Its numbers need not be skep's, but both have just begun to sleep.
    runc --root "$WORK/runc" events --stats "${ID}_runc" >"$WORK/runc.json" || true
    runc --root "$WORK/runc" delete --force "${ID}_runc"
    skep events --stats "$ID"
    places <<<"$output" >"$WORK/skep.places"
    places <"$WORK/runc.json" >"$WORK/runc.places"
    (($(wc -l <"$WORK/runc.places") > 40))
    assert_equal "$(comm -13 "$WORK/skep.places" "$WORK/runc.places" | grep -vf <(exceptions))" "" "runc's alone"
    data_keys <"$WORK/runc.json" >"$WORK/runc.keys"
    assert_equal "$(data_keys <<<"$output" | grep -xFf "$WORK/runc.keys")" "$(<"$WORK/runc.keys")" "their order"
}

@test "events: limits and throttling" {
    setup_bundle sh -c 'while :; do :; done'
    update_config '.linux.resources.cpu = {quota: 5000, period: 50000}'
    create
    skep start "$ID"
    sleep 0.5
    skep events --stats "$ID"
    assert_equal "$(of '.data.cpu.throttling | (.periods > 2 and .throttledPeriods > 2 and .throttledTime > 1000000)')" true
}

# pressures: how long some waited, and then all, for each of the resources that statistics tell of, in one line.
pressures() {
    local resource
    for resource in cpu memory io; do
        sed -n 's/.*total=//p' "$(cgroup2_root)$CGROUP/$resource.pressure"
    done | xargs
}

some_wait() {
    local numbers
    read -ra numbers < <(pressures)
    ((numbers[0] > numbers[1] + 100000))
}

@test "events: pressure" {
    skep_only
    [[ -n $(cgroup2_root) ]] || skip "version 2 alone tells it"
    [[ -e /proc/pressure/cpu ]] || skip "this kernel has no PSI"
    # Of two on one processor some wait always, and all only while others have it.
    setup_bundle sh -c 'while :; do :; done & while :; do :; done'
    set_cgroup
    update_config '.linux.resources.cpu.cpus = "0"'
    create
    skep start "$ID"
    local before after
    wait_for some_wait
    before=$(pressures)
    skep events --stats "$ID"
    after=$(pressures)
    assert_equal "$(gojq -c --arg before "$before" --arg after "$after" '
        [.data | .cpu, .memory, .blkio | .psi | .some, .full | .total] as $totals
        | [$before, $after | split(" ") | map(tonumber)] as [$least, $most]
        | [range(6) | $least[.] <= $totals[.] and $totals[.] <= $most[.]]' <<<"$output")" \
        "[true,true,true,true,true,true]" "totals between $before and $after"
    assert_equal "$(of '.data | [.cpu, .memory, .blkio] |
        map(.psi | [.some, .full] | map(has("avg10") and has("avg60") and has("avg300") and has("total")) | all) | all')" true
}

# Pages have to be set aside, which is not done on a machine that is somebody's.
@test "events: huge pages" {
    skep_only
    [[ -n ${IN_VM-} ]] || skip "needs huge pages"
    local pages=/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
    echo 8 >"$pages"
    (($(cat "$pages") > 3)) || skip "no memory for huge pages"
    gcc -static -Wall -Werror -o "$WORK/hugepages" "$BATS_TEST_DIRNAME/helpers/hugepages.c"
    # What is told is what is reserved, whether it is used or not.
    setup_bundle /hugepages 2 1
    cp "$WORK/hugepages" "$BUNDLE/rootfs/"
    update_config '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep events --stats "$ID"
    echo 0 >"$pages"
    assert_equal "$(of '.data.hugetlb["2MB"].usage')" 4194304
    # One page more, which the limit does not allow.
    run_skep exec "$ID" /hugepages 1 1
    assert_status 1
    skep events --stats "$ID"
    assert_equal "$(of '.data.hugetlb["2MB"] | [.usage, .failcnt]')" '[4194304,1]'
}

@test "events: network interfaces" {
    skep_only
    setup_bundle sh -c 'ip link set lo up && ping -c 2 -i 0.1 127.0.0.1 >/dev/null; echo ready; sleep 1000'
    update_config '.process.capabilities[] += ["CAP_NET_ADMIN", "CAP_NET_RAW"]'
    create
    skep start "$ID"
    wait_for file_has "$WORK/container.out" ready
    skep events --stats "$ID"
    assert_equal "$(of '.data.network_interfaces[] | select(.Name == "lo")
        | (.RxBytes > 0 and .RxBytes == .TxBytes and .RxPackets == .TxPackets and .RxErrors + .TxDropped == 0)')" true
}

@test "events: a created and a paused container" {
    setup_bundle sleep 1000
    create
    skep events --stats "$ID"
    ! is_skep || assert_equal "$(of .data.pids.current)" 1 # runc's init has threads
    skep pause "$ID"
    skep events --stats "$ID"
    assert_equal "$(of '.data.pids.current > 0')" true
}

# Whether the events in the background hold a pidfd, which is the last thing before they wait.
watches() {
    is_skep || { sleep 0.5 && return; }
    grep -qs Pid: "/proc/$spawned/fdinfo/"*
}

lines_at_least() {
    (($(grep -c "$1" "$WORK/spawned.out") >= $2))
}

@test "events: goes on at its interval, and ends with the container" {
    skep_only # runc's goes on until the cgroup goes
    start_sleeping
    spawn_skep events --interval 100ms "$ID"
    wait_for lines_at_least '"type":"stats"' 3
    skep kill "$ID" KILL
    wait_spawned
    assert_status 0
    # One more may have been taken while it was ending.
    gojq -es 'all(.type == "stats") and (.[0:3] | all(.data.pids.current == 1))' <"$WORK/spawned.out"
    assert_equal "$(cat "$WORK/spawned.err")" ""
}

@test "events: sleeps in between" {
    skep_only
    start_sleeping
    spawn_skep events "$ID"
    wait_for watches
    sleep 0.2
    local before
    before=$(grep ctxt /proc/"$spawned"/status)
    sleep 0.7
    assert_equal "$(grep ctxt /proc/"$spawned"/status)" "$before" "context switches"
    assert_equal "$(cat "$WORK/spawned.out")" ""
    kill -TERM "$spawned"
}

@test "events: says when the kernel kills for lack of memory" {
    [[ -e $(cgroup_dir memory /)/$(v1_or_v2 memory.oom_control cgroup.controllers) ]] || skip "no memory controller"
    # What is killed comes first: the kernel may strike again before what it has killed has given its memory back.
    setup_bundle sh -c '
        for i in 1 2; do
            sleep 0.5
            sh -c "echo 1000 >/proc/self/oom_score_adj; head -c 100000000 /dev/zero | tail -c 100000000" >/dev/null
        done
        echo done
        sleep 1000'
    update_config '.linux.resources.memory = {limit: 16777216, swap: 16777216}'
    create
    spawn_skep events --interval 1h "$ID"
    wait_for watches
    skep start "$ID"
    wait_for file_has "$WORK/container.out" "done"
    wait_for lines_at_least '"type":"oom"' 2
    gojq -es --arg id "$ID" 'all(. == {type: "oom", id: $id})' <"$WORK/spawned.out"
    local count
    count=$(grep -c '' "$WORK/spawned.out")
    skep delete --force "$ID"
    wait_spawned
    assert_status 0
    ! is_skep || assert_equal "$(grep -c '' "$WORK/spawned.out")" "$count" "lines after the end of the cgroup"
}

memory_cgroup_is_gone() {
    ! cgroups_named "$ID" | grep -q "$(v1_or_v2 /memory/ /)"
}

@test "events: says so even if that was the container's end" {
    [[ -e $(cgroup_dir memory /)/$(v1_or_v2 memory.oom_control cgroup.controllers) ]] || skip "no memory controller"
    skep_only
    setup_bundle sh -c 'exec tail -c 100000000 /dev/zero'
    update_config '.linux.resources.memory = {limit: 16777216, swap: 16777216}'
    create
    spawn_skep events --interval 1h "$ID"
    wait_for watches
    # It comes to look when all is over; systemd has removed the cgroup by then.
    kill -STOP "$spawned"
    skep start "$ID"
    wait_for status_is stopped
    ! is_systemd_manager || wait_for memory_cgroup_is_gone
    kill -CONT "$spawned"
    wait_spawned
    assert_status 0
    assert_equal "$(sort -u "$WORK/spawned.out")" "{\"type\":\"oom\",\"id\":\"$ID\"}"
}

@test "events: intervals that are none" {
    start_sleeping
    local interval
    for interval in 0 0s -1s 5 x 5x "5 s" 1d "" 99999999h; do
        run_skep events "--interval=$interval" "$ID"
        ((status != 0)) || fail "took $interval"
        ! is_skep || assert_refused "--interval" "\"$interval\""
    done
    ! is_skep || {
        run_skep events --interval
        assert_refused "--interval needs a value"
        run_skep events --nonsense "$ID"
        assert_refused "unknown option"
    }
}

@test "events: a stopped container, and none" {
    setup_bundle true
    create
    skep start "$ID"
    wait_for status_is stopped
    local flag
    for flag in --stats --interval=1s; do
        run_skep events "$flag" "$ID"
        assert_refused "$ID" "not running"
        run_skep events "$flag" "${ID}_other"
        assert_refused "${ID}_other" "does not exist"
    done
    run_skep events
    assert_refused "events takes CONTAINER"
}
