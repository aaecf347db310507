#!/usr/bin/env bats
# linux.resources of the less common controllers, where this machine has them: huge pages, network, RDMA, and the
# files of version 2.
# bats file_tags=cgroup
load helpers

# A hierarchy outlives its last mount for as long as a removed cgroup of it is not quite gone, and then for ever, unless
# it is mounted and unmounted once more.
release_hierarchies() {
    local name tries
    for name in hugetlb net_cls net_prio; do
        [[ ! -e /sys/fs/cgroup/$name ]] || continue
        for ((tries = 0; tries < 100; tries++)); do
            awk -v name="$name" '$1 == name && $2 != 0 { found = 1 } END { exit !found }' /proc/cgroups || break
            unshare --mount --propagation private sh -c \
                "mount -t cgroup -o $name cgroup '$BATS_FILE_TMPDIR' && umount '$BATS_FILE_TMPDIR'" || break
            sleep 0.1
        done
    done
}

teardown_file() {
    release_hierarchies
    disable_hugetlb
}

# The version 2 tree may have the controller, and then keeps it for as long as it hands it down.
disable_hugetlb() {
    local file=/sys/fs/cgroup/unified/cgroup.subtree_control
    [[ ! -e $file ]] || echo -hugetlb 2>/dev/null >"$file" || true
}

# with_hierarchies CONTROLLER...: every command from here on sees these version 1 hierarchies beside the host's own,
# on mounts of their own that go with it.
with_hierarchies() {
    is_cgroup_v2 && skip "about version 1"
    local controller
    for controller; do
        [[ $(awk -v name="$controller" '$1 == name { print $4 }' /proc/cgroups) == 1 ]] ||
            skip "this kernel has no $controller"
    done
    release_hierarchies
    disable_hugetlb
    mkdir "$WORK/view"
    cat >"$WORK/view/enter" <<SCRIPT
set -e
mkdir -p '$WORK/view/all'
mount -t tmpfs view '$WORK/view/all'
for name in \$(ls /sys/fs/cgroup); do
    # Some hosts have it.
    ! test -e "$WORK/view/all/\$name" || continue
    mkdir "$WORK/view/all/\$name"
    mount --rbind "/sys/fs/cgroup/\$name" "$WORK/view/all/\$name"
done
for name in $*; do
    # Some hosts have it.
    ! test -e "$WORK/view/all/\$name" || continue
    mkdir "$WORK/view/all/\$name"
    # The kernel keeps a controller where it was until the last cgroup there is quite gone.
    for try in \$(seq 50); do
        mount -t cgroup -o "\$name" cgroup "$WORK/view/all/\$name" && break
        sleep 0.1
    done
    mountpoint -q "$WORK/view/all/\$name"
done
mount --rbind '$WORK/view/all' /sys/fs/cgroup
SCRIPT
    # A namespace that stays, so that the hierarchies do.
    spawn unshare --mount --propagation private sh -c \
        "sh '$WORK/view/enter' && echo ready >'$WORK/view/ready'; exec sleep 1000"
    wait_for test -e "$WORK/view/ready" || fail "$(cat "$WORK/spawned.err")"
    use_namespace_of "$spawned"
}

# Every command from here on runs in the mount namespace of a process.
use_namespace_of() {
    view="nsenter --mount=/proc/$1/ns/mnt"
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$view" "'$SKEP'" >"$WORK/view/skep"
    chmod +x "$WORK/view/skep"
    SKEP=$WORK/view/skep
}

# seen FILE: a file's content, as those commands see it.
seen() {
    $view cat "$1"
}

setup_cgroup() {
    setup_bundle sleep 1000
    set_cgroup
}

@test "linux.resources.hugepageLimits: version 1, of use and of reservation, and through update" {
    skep_only
    with_hierarchies hugetlb
    setup_cgroup
    update_config '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
    create
    local directory=/sys/fs/cgroup/hugetlb$CGROUP
    assert_equal "$(seen "$directory/hugetlb.2MB.limit_in_bytes")" 4194304
    assert_equal "$(seen "$directory/hugetlb.2MB.rsvd.limit_in_bytes")" 4194304
    echo '{"hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}]}' >"$WORK/new.json"
    skep update --resources "$WORK/new.json" "$ID"
    assert_equal "$(seen "$directory/hugetlb.2MB.limit_in_bytes")" 2097152
    skep events --stats "$ID"
    gojq -e '.data.hugetlb["2MB"]' <<<"$output" >/dev/null
    skep delete --force "$ID"
}

@test "linux.resources.network: class and priorities in version 1, and through update" {
    skep_only
    with_hierarchies net_cls net_prio
    setup_cgroup
    update_config '.linux.resources.network = {classID: 1048577, priorities: [{name: "lo", priority: 5}]}'
    create
    assert_equal "$(seen "/sys/fs/cgroup/net_cls$CGROUP/net_cls.classid")" 1048577
    assert_contains "$(seen "/sys/fs/cgroup/net_prio$CGROUP/net_prio.ifpriomap")" "lo 5"
    echo '{"network": {"classID": 7, "priorities": [{"name": "lo", "priority": 2}]}}' >"$WORK/new.json"
    skep update --resources "$WORK/new.json" "$ID"
    assert_equal "$(seen "/sys/fs/cgroup/net_cls$CGROUP/net_cls.classid")" 7
    assert_contains "$(seen "/sys/fs/cgroup/net_prio$CGROUP/net_prio.ifpriomap")" "lo 2"
    skep delete --force "$ID"
    update_config '.linux.resources.network = {priorities: [{name: "nonesuch0", priority: 5}]}'
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused "linux.resources.network.priorities[0]" nonesuch0
}

@test "linux.resources: a controller that is not mounted is named" {
    skep_only
    is_cgroup_v2 && skip "about version 1"
    setup_cgroup
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter property controller
    while IFS='|' read -r filter property controller; do
        [[ ! -e /sys/fs/cgroup/$controller ]] || continue
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config ".linux.resources.$filter"
        run_skep create --bundle "$BUNDLE" "$ID"
        assert_refused "linux.resources.$property" "the $controller controller is not mounted"
        assert_no_leaks
    done <<'CASES'
hugepageLimits = [{pageSize: "2MB", limit: 4194304}]|hugepageLimits[0]|hugetlb
network = {classID: 1}|network.classID|net_cls
network = {priorities: [{name: "lo", priority: 1}]}|network.priorities[0]|net_prio
rdma = {"mlx5_1": {hcaHandles: 1}}|rdma.mlx5_1|rdma
CASES
}

@test "linux.resources.unified: refused on version 1" {
    is_cgroup_v2 && skip "about version 1"
    setup_cgroup
    update_config '.linux.resources.unified = {"memory.high": "1000000"}'
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused linux.resources.unified "cgroup v2"
    assert_no_leaks
}

@test "linux.resources: bad input is refused" {
    skep_only
    setup_cgroup
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter words
    while IFS='|' read -r filter words; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config ".linux.resources.$filter"
        run_skep create --bundle "$BUNDLE" "$ID"
        # shellcheck disable=SC2086 # words
        assert_refused $words
        assert_no_leaks
    done <<'CASES'
hugepageLimits = [{pageSize: "2M", limit: 1}]|linux.resources.hugepageLimits[0].pageSize
hugepageLimits = [{limit: 1}]|linux.resources.hugepageLimits[0].pageSize missing
hugepageLimits = [{pageSize: "2MB", limit: -1}]|linux.resources.hugepageLimits[0].limit -1
hugepageLimits = {}|linux.resources.hugepageLimits array
network = {classID: "0x1"}|linux.resources.network.classID integer
network = {classID: 4294967296}|linux.resources.network.classID 4294967296
network = {priorities: [{name: "a b", priority: 1}]}|linux.resources.network.priorities[0].name
network = {priorities: [{name: "lo"}]}|linux.resources.network.priorities[0].priority missing
rdma = {"mlx5_1": {}}|linux.resources.rdma.mlx5_1 hcaHandles
rdma = {"mlx5_1": {hcaHandles: -1}}|linux.resources.rdma.mlx5_1.hcaHandles -1
rdma = []|linux.resources.rdma object
unified = {"memory.high": 1}|linux.resources.unified string
memory = {limit: -2}|linux.resources.memory.limit -2
memory = {swappiness: 101}|linux.resources.memory.swappiness 101
memory = {limit: 67108864, swap: 33554432}|linux.resources.memory.limit 67108864 memory.swap 33554432
cpu = {idle: 2}|linux.resources.cpu.idle
CASES
}

# use_version_2: on a host that is hybrid, every command from here on sees /sys/fs/cgroup as version 2. $V2 is where the
# test itself sees it.
use_version_2() {
    V2=$(cgroup2_root)
    [[ -n $V2 ]] || skip "this host has no version 2"
    [[ $V2 != "$cgroup_root" ]] || return 0
    release_hierarchies
    mkdir "$WORK/view"
    spawn unshare --mount --propagation private sh -c \
        "mount --bind '$V2' /sys/fs/cgroup; echo ready >'$WORK/view/ready'; exec sleep 1000"
    wait_for test -e "$WORK/view/ready"
    use_namespace_of "$spawned"
}

@test "linux.resources: hugepageLimits and unified in version 2, and through update" {
    skep_only
    use_version_2
    grep -qw hugetlb "$V2/cgroup.controllers" || skip "no hugetlb in the version 2 tree"
    setup_cgroup
    update_config '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]
        | .linux.resources.unified = {"cgroup.max.depth": "3", "hugetlb.2MB.rsvd.max": "8388608"}'
    create
    local directory=$V2$CGROUP
    # What unified says comes last.
    assert_equal "$(cat "$directory"/{hugetlb.2MB.max,hugetlb.2MB.rsvd.max,cgroup.max.depth})" $'4194304\n8388608\n3'
    echo '{"hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}], "unified": {"cgroup.max.depth": "5"}}' \
        >"$WORK/new.json"
    skep update --resources "$WORK/new.json" "$ID"
    assert_equal "$(cat "$directory"/{hugetlb.2MB.max,hugetlb.2MB.rsvd.max,cgroup.max.depth})" $'2097152\n8388608\n5'
    echo '{"unified": {"cgroup.max.depth": "7", "memory.nonesuch": "1"}}' >"$WORK/new.json"
    run_skep update --resources "$WORK/new.json" "$ID"
    assert_refused linux.resources.unified.memory.nonesuch
    assert_equal "$(cat "$directory/cgroup.max.depth")" 5
    skep delete --force "$ID"
}

@test "linux.resources: what version 2 has no place for" {
    skep_only
    use_version_2
    setup_cgroup
    update_config '.linux.resources.network = {classID: 1}'
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused linux.resources.network.classID "cgroup v2"
    update_config '.linux.resources.network = {} | .linux.resources.unified = {"../x": "1"}'
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused linux.resources.unified '"../x"'
    update_config '.linux.resources.unified = {} | .linux.resources.memory = {swappiness: 3}'
    skep create --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "warning: linux.resources.memory.swappiness is ignored"
    skep delete --force "$ID"
    assert_no_leaks
}
