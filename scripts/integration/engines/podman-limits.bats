#!/usr/bin/env bats
# Limits that Podman sets and updates, and what it reads of their use.
load helpers
load podman

# limit CONTROLLER V1_FILE V2_FILE: of $ID's cgroup.
limit() {
    container_cgroup_value "$(inspect .State.Pid)" "$@"
}

# bats test_tags=cgroup,round
@test "podman: --memory, --cpus and --pids-limit, and podman update of them" {
    podman_detached --memory 64m --cpus 0.5 --pids-limit 50 busybox:test sleep 1000
    assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 67108864
    assert_equal "$(limit cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 50000
    assert_equal "$(limit pids pids.max pids.max)" 50
    podman_here update --memory 96m --memory-swap 192m --cpus 0.25 --cpuset-cpus 0 "$ID" >/dev/null
    assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 100663296
    assert_equal "$(limit cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 25000
    assert_equal "$(limit cpuset cpuset.cpus cpuset.cpus)" 0
}

# bats test_tags=cgroup
@test "podman: an update that can't be is told, and changes nothing" {
    podman_detached --memory 64m busybox:test sleep 1000
    run podman_here update --cpuset-cpus 99 "$ID"
    ((status != 0)) || fail "there is no CPU 99"
    ! is_skep || assert_contains "$output" "linux.resources.cpu.cpus"
    assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 67108864
}

# bats test_tags=cgroup,round
@test "podman: stats tells of memory, processes and limit" {
    podman_detached --memory 64m busybox:test sh -c 'sleep 1000 & sleep 1000'
    run podman_here stats --no-stream --format json "$ID"
    assert_status 0
    assert_equal "$(gojq -r '.[0].pids' <<<"$output")" 2
    assert_contains "$(gojq -r '.[0].mem_usage' <<<"$output")" "/ 67.11MB"
}

# bats test_tags=cgroup,round
@test "podman: who is killed for want of memory ends with 137" {
    # That it is shown as OOMKilled Debian's conmon sees to with no runtime, in no layout.
    podman_detached --memory 16m --memory-swap 16m busybox:test dd if=/dev/zero of=/dev/null bs=64M count=1
    assert_equal "$(podman_here wait "$ID")" 137
}

# bats test_tags=cgroup
@test "podman: --pids-limit is met" {
    run podman_run --rm --pids-limit 5 busybox:test sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'
    assert_contains "$output" "can't fork"
}

@test "podman: --shm-size, --oom-score-adj and a seccomp profile of one's own" {
    printf '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}' \
        >"$WORK/seccomp.json"
    run podman_run --rm --shm-size 2m --oom-score-adj 500 --security-opt "seccomp=$WORK/seccomp.json" busybox:test sh -c \
        'df -k /dev/shm | awk "NR == 2 { print \$2 }"; cat /proc/self/oom_score_adj; mkdir /a 2>&1'
    assert_equal "$output" $'2048\n500\nmkdir: can\'t create directory \'/a\': Operation not permitted'
}

# bats test_tags=cgroup,round
@test "podman: --privileged sees the host's devices, and may write to cgroups" {
    run podman_run --rm --privileged busybox:test sh -c \
        'test -e /dev/fuse && echo device; awk "/^CapEff/ { print \$2 }" /proc/self/status; grep ^Seccomp: /proc/self/status
         awk "\$5 ~ /^\/sys\/fs\/cgroup/ && \$6 ~ /^ro/" /proc/self/mountinfo | grep -v "^[0-9]* [0-9]* [0-9:]* / /sys/fs/cgroup ro"'
    assert_contains "$output" device
    assert_contains "$output" $'Seccomp:\t0'
    assert_equal "$(sed -n 2p <<<"$output")" "$(printf '%016x' $((0x$(awk '/^CapBnd/ { print $2 }' /proc/self/status))))" "capabilities"
}

# bats test_tags=cgroup
@test "podman: --cgroupns host and private, and --cgroups disabled" {
    run podman_run --rm --cgroupns host busybox:test cat /proc/self/cgroup
    assert_contains "$output" "$ENGINE"
    run podman_run --rm --cgroupns private busybox:test cat /proc/self/cgroup
    assert_excludes "$output" "$ENGINE"
    run podman_here run --rm --network none --cgroups disabled busybox:test echo without
    assert_equal "$output" without
}
