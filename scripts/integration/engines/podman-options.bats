#!/usr/bin/env bats
# What Podman's options to `run` make of a configuration, and the runtime of that.
load helpers
load podman

# expect OUTPUT ARG...: of a container that has to succeed.
expect() {
    local wanted=$1
    shift
    run podman_run --rm "$@"
    ((status == 0)) || fail "it ended with $status: $output"
    assert_equal "$output" "$wanted"
}

@test "podman options: --read-only leaves the temporary file systems writable" {
    expect $'refused\nwritten' --read-only busybox:test sh -c \
        'touch /etc/file 2>/dev/null || echo refused; touch /run/file /tmp/file /dev/shm/file && echo written'
}

@test "podman options: --tmpfs with its size and mode, and what the image has there" {
    expect $'1024\n1711\nrefused' --tmpfs /scratch:size=1m,mode=1711,noexec busybox:test sh -c \
        'df -k /scratch | awk "NR == 2 { print \$2 }"; stat -c %a /scratch
         printf "#!/bin/sh\necho ran\n" >/scratch/run; chmod 755 /scratch/run
         /scratch/run 2>/dev/null || echo refused'
    expect root:x:0: --tmpfs /etc:tmpcopyup busybox:test sed -n 1p /etc/group
}

@test "podman options: a volume that is read-only, and follows the host's mounts" {
    mkdir "$WORK/volume"
    in_room mount -t tmpfs volume "$WORK/volume"
    in_room mount --make-shared "$WORK/volume"
    in_room mkdir "$WORK/volume/inner"
    podman_run --detach --name "$ID" --volume "$WORK/volume:/volume:ro,rslave" busybox:test sleep 1000 >/dev/null
    in_room mount -t tmpfs later "$WORK/volume/inner"
    in_room touch "$WORK/volume/inner/file"
    run podman_here exec "$ID" sh -c \
        'ls /volume/inner; touch /volume/file 2>/dev/null || echo refused
         awk "\$5 == \"/volume\" { print \$7 ~ /^master:/ }" /proc/self/mountinfo'
    in_room umount "$WORK/volume/inner" "$WORK/volume"
    assert_equal "$output" $'file\nrefused\n1'
}

@test "podman options: --device, with its name, type and rights" {
    expect $'character special file a,e5\nread\nrefused' --device /dev/fuse:/dev/other:r busybox:test sh -c \
        'stat -c "%F %t,%T" /dev/other; true </dev/other && echo read
         (true >/dev/other) 2>/dev/null || echo refused'
}

@test "podman options: --sysctl of the namespaces that the container has" {
    expect $'1\n9999' --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=9999 busybox:test \
        cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax
}

# bats test_tags=round
@test "podman options: what the runtime refuses reaches Podman's user as one clear line" {
    run -127 podman_run --rm --sysctl net.ipv4.no_such_thing=1 busybox:test true
    assert_contains "$output" "skep: linux.sysctl.net.ipv4.no_such_thing: open"
    assert_contains "$output" "No such file or directory (ENOENT)"
}

@test "podman options: --ulimit" {
    expect $'100\n0' --ulimit nofile=100:200 --ulimit core=0:0 --ulimit nproc=1000:1000 busybox:test sh -c 'ulimit -n; ulimit -c'
}

@test "podman options: --cap-add and --cap-drop" {
    expect 0000000000000400 --cap-drop all --cap-add NET_BIND_SERVICE busybox:test \
        awk '/^CapEff/ { print $2 }' /proc/self/status
    run podman_run --rm --cap-drop chown busybox:test chown 1:1 /etc/passwd
    ((status != 0)) || fail "chown was allowed"
}

@test "podman options: --security-opt no-new-privileges, mask and unmask" {
    expect $'1\n0\nPAGE' --security-opt no-new-privileges --security-opt mask=/etc/group \
        --security-opt unmask=/proc/timer_list busybox:test sh -c \
        'awk "/^NoNewPrivs/ { print \$2 }" /proc/self/status; wc -c </etc/group
         [ ! -e /proc/timer_list ] || [ -z "$(head -c 1 /proc/timer_list)" ] || echo PAGE'
}

@test "podman options: the namespaces of another container" {
    podman_run --detach --name "$ID" --hostname first busybox:test sleep 1234 >/dev/null
    expect $'first\nsleep 1234' --pid "container:$ID" --ipc "container:$ID" --uts "container:$ID" busybox:test sh -c \
        'hostname; ps -o args | grep -x "sleep 1234"'
    local kind
    for kind in pid ipc uts; do
        expect "$(readlink "/proc/$(podman_here inspect --format '{{.State.Pid}}' "$ID")/ns/$kind")" \
            "--$kind" "container:$ID" busybox:test readlink "/proc/self/ns/$kind"
    done
}

# bats test_tags=cgroup
@test "podman options: --cpus, --cpuset-cpus and --memory-swap reach the cgroup" {
    expect $'50000\n100000\n0' --cpus 0.5 --cpuset-cpus 0 busybox:test sh -c \
        'cd /sys/fs/cgroup; if [ -e cpu.max ]; then tr " " "\n" <cpu.max; cat cpuset.cpus
         else cat cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpuset/cpuset.cpus; fi'
}

@test "podman options: --env, --workdir, --user of the image, --group-add, --umask" {
    expect $'b\n/tmp\n1000:1000\n1000 2000\n0027' --env A=b --workdir /tmp --user user --group-add 2000 \
        --umask 0027 busybox:test sh -c 'echo "$A"; pwd; echo "$(id -u):$(id -g)"; id -G; umask'
}

@test "podman options: --annotation reaches the state" {
    podman_run --detach --name "$ID" --annotation of.mine=yes busybox:test sleep 1000 >/dev/null
    local full
    full=$(podman_here inspect --format '{{.Id}}' "$ID")
    assert_equal "$(in_room "$SKEP" state "$full" | gojq -r '.annotations["of.mine"]')" yes
}
