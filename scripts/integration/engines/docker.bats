#!/usr/bin/env bats
# Docker with the runtime under test as its default.
load helpers
load containerd
load docker

# in_docker_terminal STEP... -- ARG...
in_docker_terminal() {
    local docker steps=()
    docker_words
    while [[ $1 != -- ]]; do
        steps+=("$1")
        shift
    done
    in_terminal 24x80 "${steps[@]}" -- "${docker[@]}" "${@:2}"
}

logged() {
    docker_here logs "$ID" 2>&1 | grep -q "$1"
}

# bats test_tags=round
@test "docker: the runtime is the default, and run gives output and exit status" {
    assert_equal "$(docker_here info --format '{{.DefaultRuntime}}')" skep
    run docker_run --rm busybox:test sh -c 'echo hello from $$; id -u; exit 42'
    assert_status 42
    assert_equal "$output" $'hello from 1\n0'
    docker_detached busybox:test sleep 1000
    assert_equal "$(inspect .HostConfig.Runtime)" skep
}

# bats test_tags=round
@test "docker: a command that is not found is 127, one that is not executable 126" {
    run -127 docker_run --rm busybox:test no-such-command
    ! is_skep || assert_contains "$output" "process.args: execve no-such-command in PATH: No such file or directory (ENOENT); executable file not found"
    run -126 docker_run --rm busybox:test /etc/passwd
    assert_contains "${output,,}" "permission denied"
}

# bats test_tags=round
@test "docker: a terminal for run and exec, with its size" {
    in_docker_terminal 'expect # ' 'send stty size\n' 'expect 24 80' 'resize 30x100' 'run sleep 0.3' 'send stty size\n' \
        'expect 30 100' 'send exit 3\n' -- run --rm -it --network none busybox:test sh
    assert_status 3
    docker_detached busybox:test sleep 1000
    in_docker_terminal 'expect # ' 'send tty\n' 'expect /dev/pts/' 'send exit 4\n' -- exec -it "$ID" sh
    assert_status 4
}

# bats test_tags=round
@test "docker: exec with user, folder, variable and exit status; a command that is not there" {
    docker_detached busybox:test sleep 1000
    run docker_here exec --env A=b --user 5:6 --workdir /tmp "$ID" sh -c 'echo $A; id -u; id -g; pwd; exit 7'
    assert_status 7
    assert_equal "$output" $'b\n5\n6\n/tmp'
    run docker_here exec "$ID" no-such-command
    ((status == 126 || status == 127)) || fail "status $status"
    docker_here exec --detach "$ID" touch /made
    wait_for docker_here exec "$ID" test -e /made
}

# bats test_tags=round
@test "docker: logs, kill with signals, stop in time and not, wait" {
    docker_detached busybox:test sh -c 'trap "echo got" USR1; trap "exit 6" TERM; echo ready; echo err >&2; while :; do sleep 0.05; done'
    wait_for logged ready
    assert_equal "$(docker_here logs "$ID" 2>/dev/null)" ready
    docker_here kill --signal USR1 "$ID" >/dev/null
    wait_for logged got
    docker_here stop --time 10 "$ID" >/dev/null
    assert_equal "$(docker_here wait "$ID")" 6
    docker_here rm "$ID" >/dev/null
    docker_detached busybox:test sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
    wait_for logged ready
    docker_here stop --time 1 "$ID" >/dev/null
    assert_equal "$(inspect .State.ExitCode)" 137
}

# bats test_tags=round
@test "docker: pause, unpause, top, restart" {
    docker_detached busybox:test sh -c 'trap "exit 0" TERM; while :; do echo .; sleep 0.02; done'
    docker_here pause "$ID" >/dev/null
    assert_equal "$(inspect .State.Status)" paused
    local lines
    lines=$(docker_here logs "$ID" | wc -l)
    sleep 0.3
    assert_equal "$(docker_here logs "$ID" | wc -l)" "$lines" lines
    docker_here unpause "$ID" >/dev/null
    assert_contains "$(docker_here top "$ID")" "while :; do echo"
    local first
    first=$(inspect .State.Pid)
    docker_here restart --time 5 "$ID" >/dev/null
    [[ $(inspect .State.Pid) != "$first" ]] || fail "the process is still the first"
}

# bats test_tags=round,cgroup
@test "docker: limits, docker update of them, and stats" {
    docker_detached --memory 64m --cpus 0.5 --pids-limit 50 busybox:test sh -c 'sleep 1000 & sleep 1000'
    assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 67108864
    assert_equal "$(limit cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 50000
    assert_equal "$(limit pids pids.max pids.max)" 50
    docker_here update --memory 96m --memory-swap 192m --cpus 0.25 --pids-limit 40 --cpuset-cpus 0 "$ID" >/dev/null
    assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 100663296
    assert_equal "$(limit cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 25000
    assert_equal "$(limit pids pids.max pids.max)" 40
    assert_equal "$(limit cpuset cpuset.cpus cpuset.cpus)" 0
    run docker_here stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' "$ID"
    assert_matches "$output" '^2 .* / 96MiB$'
}

# bats test_tags=round,cgroup
@test "docker: who is killed for want of memory is shown as OOMKilled" {
    docker_detached --memory 16m --memory-swap 16m busybox:test dd if=/dev/zero of=/dev/null bs=64M count=1
    assert_equal "$(docker_here wait "$ID")" 137
    wait_for inspect_is .State.OOMKilled true
}

# bats test_tags=round
@test "docker: restart policies: on-failure with its count, always" {
    docker_detached --restart on-failure:2 busybox:test false
    wait_for inspect_is .RestartCount 2
    wait_for inspect_is .State.Status exited
    docker_here rm "$ID" >/dev/null
    docker_detached --restart always busybox:test sh -c 'sleep 0.2'
    wait_for restarted_twice
    docker_here rm --force "$ID" >/dev/null
}

restarted_twice() {
    (($(inspect .RestartCount) >= 2))
}

# bats test_tags=round
@test "docker: live-restore: a container outlives the daemon, and is its own again" {
    docker_detached busybox:test sh -c 'trap "exit 8" TERM; while :; do sleep 0.05; done'
    local pid
    pid=$(inspect .State.Pid)
    docker_restart KILL
    assert_equal "$(inspect .State.Status) $(inspect .State.Pid)" "running $pid"
    run docker_here exec "$ID" echo back
    assert_equal "$output" back
    docker_restart TERM
    assert_equal "$(inspect .State.Pid)" "$pid"
    docker_here stop "$ID" >/dev/null
    assert_equal "$(inspect .State.ExitCode)" 8
}

# bats test_tags=round
@test "docker: a healthcheck" {
    docker_detached --health-cmd 'test -e /healthy' --health-interval 0.2s --health-retries 1 busybox:test \
        sh -c 'touch /healthy; sleep 1000'
    wait_for inspect_is .State.Health.Status healthy
    docker_here exec "$ID" rm /healthy
    wait_for inspect_is .State.Health.Status unhealthy
}

# bats test_tags=round
@test "docker: build: RUN is a container of the runtime's" {
    mkdir "$WORK/context"
    printf 'FROM busybox:test\nRUN echo made >/file\nRUN chmod 777 /tmp\nUSER 1000\nWORKDIR /tmp\nRUN id -u >own\nCMD cat /file /tmp/own\n' \
        >"$WORK/context/Dockerfile"
    DOCKER_BUILDKIT=0 docker_here build --network none --tag "$ID" "$WORK/context" >"$WORK/built" 2>&1 || fail "$(cat "$WORK/built")"
    run docker_run --rm "$ID"
    assert_equal "$output" $'made\n1000'
    printf 'FROM busybox:test\nRUN exit 7\n' >"$WORK/context/Dockerfile"
    DOCKER_BUILDKIT=0 run docker_here build --network none "$WORK/context"
    ((status != 0)) || fail "it was built"
    assert_contains "$output" "returned a non-zero code: 7"
    docker_here image rm --force "$ID" >/dev/null
}
