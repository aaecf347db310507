#!/usr/bin/env bats
# What Docker's options make of a configuration, and the runtime of that.
load helpers
load containerd
load docker

# expect OUTPUT ARG...: of a container that has to succeed.
expect() {
    local wanted=$1
    shift
    run docker_run --rm "$@"
    ((status == 0)) || fail "it ended with $status: $output"
    assert_equal "$output" "$wanted"
}

# bats test_tags=round
@test "docker options: the default profile is in force, and --security-opt takes it away" {
    expect $'Seccomp:\t2' busybox:test grep ^Seccomp: /proc/self/status
    expect $'Seccomp:\t0' --security-opt seccomp=unconfined busybox:test grep ^Seccomp: /proc/self/status
    expect 1 --security-opt no-new-privileges busybox:test awk '/^NoNewPrivs/ { print $2 }' /proc/self/status
}

@test "docker options: volumes, --tmpfs, --read-only, --shm-size" {
    mkdir "$WORK/volume"
    echo content >"$WORK/volume/file"
    expect $'content\nrefused\nroot\n1024\n2048' --volume "$WORK/volume:/volume:ro" --volume /etc --read-only \
        --tmpfs /scratch:size=1m --shm-size 2m busybox:test sh -c \
        'cat /volume/file; touch /x 2>/dev/null || echo refused; head -n 1 /etc/group | cut -d: -f1
         df -k /scratch /dev/shm | awk "NR > 1 { print \$2 }"'
}

@test "docker options: --cap-add, --cap-drop, --device, --sysctl, --ulimit, --hostname, --init" {
    expect 0000000000000400 --cap-drop all --cap-add NET_BIND_SERVICE busybox:test awk '/^CapEff/ { print $2 }' /proc/self/status
    expect 1:3 --device /dev/null:/dev/other busybox:test stat -c %t:%T /dev/other
    expect $'1\n100\nbox' --sysctl net.ipv4.ip_forward=1 --ulimit nofile=100:200 --hostname box busybox:test sh -c \
        'cat /proc/sys/net/ipv4/ip_forward; ulimit -n; hostname'
    run docker_run --rm --init busybox:test cat /proc/1/cmdline
    assert_contains "$output" docker-init
}

@test "docker options: --privileged, the host's namespaces, and those of another container" {
    # Docker asks for every capability of the kernel's, which not every machine has to give.
    if [[ $(awk '/^CapBnd/ { print $2 }' /proc/self/status) == 000001ffffffffff ]]; then
        expect $'Seccomp:\t0' --privileged busybox:test sh -c 'test -e /dev/fuse && grep ^Seccomp: /proc/self/status'
    else
        run ! docker_run --rm --privileged busybox:test true
        ! is_skep || assert_contains "$output" "process.capabilities: capset: Operation not permitted (EPERM); the runtime itself lacks CAP_"
    fi
    docker_detached busybox:test sleep 1234
    expect "sleep 1234" --pid "container:$ID" busybox:test sh -c 'ps -o args | grep -x "sleep 1234"'
    run docker_here run --rm --network "container:$ID" busybox:test readlink /proc/self/ns/net
    assert_equal "$output" "$(readlink "/proc/$(inspect .State.Pid)/ns/net")"
    expect "$(readlink /proc/self/ns/pid)" --pid host busybox:test readlink /proc/self/ns/pid
}

# bats test_tags=round
@test "docker options: a bridge: addresses, two that reach each other, a published port" {
    docker_here run --detach --name "$ID" --publish 8123:80 busybox:test sh -c 'while :; do echo answer | nc -l -p 80; done' >/dev/null
    local address
    address=$(inspect .NetworkSettings.IPAddress)
    run docker_here run --rm busybox:test sh -c "ping -c 1 -w 5 $address >/dev/null && nc -w 5 $address 80 </dev/null"
    assert_equal "$output" answer
    assert_equal "$(in_room busybox nc -w 5 127.0.0.1 8123 </dev/null)" answer
}

# bats test_tags=round
@test "docker options: what can't be is told in the runtime's line, and leaves nothing" {
    touch "$WORK/file"
    run ! docker_run --rm --volume "$WORK/file:/etc" busybox:test true
    ! is_skep || assert_contains "$output" "move_mount /etc: Is a directory (EISDIR); a file can't be mounted on a directory"
    run ! docker_run --rm --tmpfs /scratch:size=banana busybox:test true
    ! is_skep || assert_contains "$output" "fsconfig /scratch: tmpfs: Bad value for 'size'"
    run ! docker_run --rm --device /dev/no-such-device busybox:test true
    assert_contains "$output" no-such-device
    run ! docker_run --rm --sysctl net.ipv4.no_such_thing=1 busybox:test true
    ! is_skep || assert_contains "$output" "linux.sysctl.net.ipv4.no_such_thing: open"
    run ! docker_run --rm --cap-add NO_SUCH busybox:test true
    assert_contains "$output" NO_SUCH
}
