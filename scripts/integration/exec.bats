#!/usr/bin/env bats
# exec: one more process in a running container. Its options in exec-options.bats, its errors in exec-bad-input.bats.
load helpers
load helpers/exec

@test "exec: the command's words reach it byte for byte, also such that look like options" {
    start_container
    exec_ok ID printf '<%s>' "a b" "" '$HOME' -d --help -- $'line\nbreak' 'ü"'
    assert_equal "$output" $'<a b><><$HOME><-d><--help><--><line\nbreak><ü">'
}

@test "exec: exits with the command's status" {
    start_container
    exec_in ID sh -c 'exit 37'
    assert_status 37
    assert_equal "$stderr" ""
    exec_in ID true
    assert_status 0
    exec_in ID sh -c 'exit 255'
    assert_status 255
    assert_equal "$stderr" ""
}

@test "exec: 128 + N when a signal ends the command" {
    start_container
    local name number
    for name in TERM:15 KILL:9 SEGV:11; do
        number=${name#*:}
        exec_in ID sh -c "kill -${name%:*} \$\$"
        assert_status $((128 + number))
    done
    assert_unharmed
}

@test "exec: joins every namespace of the container's" {
    setup_bundle sleep 1000
    new_namespace cgroup
    start_container
    exec_detached
    local type
    for type in mnt pid net ipc uts cgroup user time; do
        assert_equal "$(readlink "/proc/$exec_pid/ns/$type")" "$(readlink "/proc/$pid/ns/$type")" "$type"
    done
    # What the container has of its own, it has not from here.
    for type in mnt pid net ipc uts cgroup; do
        [[ $(readlink "/proc/$exec_pid/ns/$type") != "$(readlink "/proc/self/ns/$type")" ]] || fail "the host's $type"
    done
    assert_equal "$(readlink "/proc/$exec_pid/root")" "$(readlink "/proc/$pid/root")" root
    assert_equal "$(readlink "/proc/$exec_pid/ns/pid_for_children")" "$(readlink "/proc/$pid/ns/pid")" \
        pid_for_children
}


@test "exec: sees the container's files, processes and host name" {
    setup_bundle sleep 1000
    start_container '.hostname = "inside"'
    exec_script 'hostname; cat /proc/1/cmdline | tr "\0" " "; ls -d /bin /proc/self; [ ! -e /usr/lib ]'
    assert_equal "$output" $'inside\nsleep 1000 /bin\n/proc/self'
}

@test "exec: shares what namespaces the container shares with the host" {
    local type
    for type in pid network ipc uts cgroup; do
        setup_bundle sleep 1000
        drop_namespace "$type"
        [[ $type != uts ]] || update_config 'del(.hostname)'
        [[ $type != network ]] || update_config '.mounts |= map(select(.destination != "/sys"))'
        [[ $type != ipc ]] || update_config '.mounts |= map(select(.destination != "/dev/mqueue"))'
        start_container
        exec_detached
        assert_equal "$(namespace_of "$exec_pid" "$type")" "$(namespace_of self "$type")" "$type"
        assert_equal "$(namespace_of "$exec_pid" mount)" "$(namespace_of "$pid" mount)" "mount without $type"
        exec_ok ID echo "hello without $type"
        assert_equal "$output" "hello without $type"
        run_skep kill --all "$ID" KILL # or old runcs leave them, and wait for their cgroup in vain
        skep delete --force "$ID"
        rm -r "$BUNDLE"
    done
}

@test "exec: in a container that has joined others' namespaces" {
    hold_namespaces --net --ipc --uts --pid --fork
    setup_bundle sleep 1000
    local type
    for type in network ipc uts pid; do
        join_namespace "$type" "/proc/$holder/ns/$(namespace_file "$type")"
    done
    start_container 'del(.hostname)'
    exec_detached
    for type in network ipc uts pid mount cgroup; do
        assert_equal "$(namespace_of "$exec_pid" "$type")" "$(namespace_of "$pid" "$type")" "$type"
    done
    assert_equal "$(namespace_of "$exec_pid" network)" "$(namespace_of "$holder" network)"
}

# bats test_tags=cgroup
@test "exec: in the container's cgroups, in every hierarchy" {
    start_container
    exec_detached
    assert_equal "$(cat "/proc/$exec_pid/cgroup")" "$(cat "/proc/$pid/cgroup")"
    grep -q "$ID" "/proc/$exec_pid/cgroup"
}

@test "exec: follows a container whose limits keep it from many processes" {
    setup_bundle sleep 1000
    start_container ".linux.resources.pids = {limit: 3}"
    exec_in ID sh -c 'sleep 5 & sleep 5 & sleep 5 & sleep 5'
    ((status != 0)) || fail "more processes than the limit"
    assert_matches "${stderr,,}" "can't fork|resource temporarily unavailable"
}

@test "exec: standard input, output and error are the caller's" {
    start_container
    exec_ok ID sh -c 'echo out; echo err >&2'
    assert_equal "$output" out
    assert_equal "$stderr" err
    head -c 1000000 /dev/urandom >"$WORK/input"
    STDIN_FILE=$WORK/input
    exec_ok ID md5sum
    assert_equal "$output" "$(md5sum <"$WORK/input")"
    assert_equal "$(printf 'through a pipe' | "$SKEP" --root "$ROOT" exec "$ID" cat 3>&-)" "through a pipe"
}

@test "exec: returns with its command, not with what that has left in the background" {
    skep_only # runc copies from pipes, and waits until the last has closed them
    start_container
    exec_ok ID sh -c 'sleep 1000 & echo started'
    assert_equal "$output" started
    assert_equal "$(state .status)" running
    assert_contains "$("$SKEP" --root "$ROOT" ps "$ID")" "sleep 1000"
}

@test "exec: no descriptor of the caller's or the runtime's reaches the command" {
    start_container
    status=0
    # shellcheck disable=SC2094 # only opened
    "$SKEP" --root "$ROOT" exec "$ID" ls /proc/self/fd \
        3<"$BUNDLE/config.json" 7<"$BUNDLE" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    assert_status 0
    # The fourth is the folder that ls itself reads.
    assert_equal "$(tr '\n' ' ' <"$WORK/stdout")" "0 1 2 3 "
}

@test "exec: nothing of the host's environment" {
    start_container '.process.env = ["PATH=/bin", "A=1"]'
    export LEAKED_FROM_HOST=1
    exec_ok ID env
    assert_equal "$(sort <<<"$output")" $'A=1\nHOME=/root\nPATH=/bin'
}

@test "exec: the process is as the configuration says" {
    setup_bundle sleep 1000
    start_container '.process.oomScoreAdj = 321 | .process.cwd = "/etc"
        | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]'
    exec_script 'cat /proc/self/oom_score_adj; pwd; ulimit -Sn; ulimit -Hn'
    assert_equal "$output" $'321\n/etc\n100\n200'
}

@test "exec: process.user.umask is the command's" {
    skep_only # runc has it for the first process alone
    start_container '.process.user.umask = 23'
    exec_ok ID sh -c umask
    assert_equal "$output" 0027
}

@test "exec: without a umask of the configuration's it is 022, whatever the caller's is" {
    skep_only # runc's is the caller's
    start_container
    local before
    before=$(umask)
    umask 077
    exec_in ID sh -c umask
    umask "$before"
    assert_status 0
    assert_equal "$output" 0022
}

@test "exec: the user, its groups and its capabilities are the container's" {
    start_container '.process.user = {uid: 1000, gid: 1001, additionalGids: [1002, 1003]}
        | .process.capabilities = {bounding: ["CAP_KILL"], permitted: [], effective: [], inheritable: [], ambient: []}'
    exec_ok ID cat /proc/self/status
    assert_matches "$output" $'\nUid:\t1000\t1000\t1000\t1000\n'
    assert_matches "$output" $'\nGid:\t1001\t1001\t1001\t1001\n'
    # Whether the gid is repeated among the groups is the runtime's choice.
    assert_matches "$output" $'\nGroups:\t(1001 )?1002 1003 *\n'
    assert_matches "$output" $'\nCapBnd:\t0000000000000020\n'
    assert_matches "$output" $'\nCapEff:\t0000000000000000\n'
    assert_matches "$output" $'\nNoNewPrivs:\t1\n'
}

@test "exec: signals are neither blocked nor ignored" {
    start_container
    exec_ok ID cat /proc/self/status
    assert_matches "$output" $'SigBlk:\t0000000000000000'
    # Real-time signals 32 and 33 belong to the C library and to Go; none of the usual 31 may be ignored.
    assert_matches "$output" $'SigIgn:\t[0-9a-f]{8}00000000'
    assert_matches "$output" $'Threads:\t1\n'
}

@test "exec: the scheduler and the I/O priority are the configuration's" {
    needs_runc 1.2
    start_container '.process.scheduler = {policy: "SCHED_BATCH", nice: 12}
        | .process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 7}'
    exec_detached
    assert_contains "$(chrt -p "$exec_pid")" SCHED_BATCH
    assert_equal "$(cut -d' ' -f19 "/proc/$exec_pid/stat")" 12
    assert_equal "$(ionice -p "$exec_pid")" "best-effort: prio 7"
}

@test "exec: execCPUAffinity.final is the command's" {
    needs_runc 1.3
    start_container '.process.execCPUAffinity = {initial: "0", final: "1"}'
    exec_ok ID grep Cpus_allowed_list /proc/self/status
    assert_equal "$output" $'Cpus_allowed_list:\t1'
}

@test "exec: the session keyring is the container's" {
    setup_bundle sh -c 'cat /proc/keys >/tmp/keys; exec sleep 1000'
    start_container '.linux.maskedPaths = [] | .root.readonly = false'
    wait_for test -s "$BUNDLE/rootfs/tmp/keys"
    exec_ok ID cat /proc/keys
    local serial
    serial=$(awk -v name="_ses.$ID:" '$9 == name { print $1 }' "$BUNDLE/rootfs/tmp/keys")
    assert_matches "$serial" '^[0-9a-f]+$'
    assert_equal "$(awk -v name="_ses.$ID:" '$9 == name { print $1 }' <<<"$output")" "$serial"
}

@test "exec: a container made with --no-new-keyring gets none later either" {
    setup_bundle sleep 1000
    update_config '.linux.maskedPaths = []'
    skep run --detach --no-new-keyring --bundle "$BUNDLE" "$ID"
    exec_ok ID cat /proc/keys
    assert_contains "$output" keyring # the detector works
    assert_excludes "$output" "_ses.$ID"
}

@test "exec: HOME is from the container's passwd, by the command's user" {
    start_container '.process.env = ["PATH=/bin"] | .process.user = {uid: 0, gid: 0}'
    exec_script 'echo $HOME'
    assert_equal "$output" /root
    printf 'someone:x:4321:4321::/home/someone:/bin/sh\n' >>"$BUNDLE/rootfs/etc/passwd"
    exec_ok --user 4321 ID sh -c 'echo $HOME'
    assert_equal "$output" /home/someone
    exec_ok --user 9876 ID sh -c 'echo $HOME'
    assert_equal "$output" /
    exec_ok --user 4321 --env HOME=/given ID sh -c 'echo $HOME'
    assert_equal "$output" /given
}

@test "exec: passes signals on to the command" {
    start_container
    spawn_skep exec "$ID" sh -c '
        trap "echo got TERM; exit 7" TERM
        for signal in INT HUP USR1 USR2; do trap "echo got $signal" $signal; done
        echo ready
        while :; do sleep 0.05; done'
    wait_for file_has "$WORK/spawned.out" ready
    local signal
    for signal in HUP USR1 USR2; do
        kill -s "$signal" "$spawned"
        wait_for file_has "$WORK/spawned.out" "got $signal"
    done
    kill -TERM "$spawned"
    wait_spawned
    assert_status 7
    assert_unharmed
}

@test "exec: SIGTERM that the command does not handle ends it, and exec says so" {
    start_container
    spawn_skep exec "$ID" sh -c 'echo ready; exec sleep 1000'
    wait_for file_has "$WORK/spawned.out" ready
    kill -TERM "$spawned"
    wait_spawned
    assert_status 143
    assert_unharmed
}

@test "exec: 137 when the command is killed with its container" {
    start_container
    spawn_skep exec "$ID" sh -c 'echo ready; exec sleep 1000'
    wait_for file_has "$WORK/spawned.out" ready
    skep kill "$ID" KILL
    wait_spawned
    assert_status 137
    wait_for status_is stopped
}

@test "exec: in a container that is only created" {
    setup_bundle sh -c 'echo started; sleep 1000'
    create
    pid=$(state .pid)
    exec_ok ID sh -c 'echo hello from $(cat /proc/sys/kernel/hostname)'
    assert_contains "$output" "hello from"
    assert_equal "$(state .status)" created
    skep start "$ID"
    wait_for file_has "$WORK/container.out" started
    assert_unharmed
}

@test "exec: thirty at once" {
    start_container
    local n pids=() process
    for ((n = 0; n < 30; n++)); do
        "$SKEP" --root "$ROOT" exec "$ID" sh -c "echo hello; exit $n" \
            </dev/null >"$WORK/out.$n" 2>"$WORK/err.$n" 3>&- &
        pids+=($!)
    done
    n=0
    for process in "${pids[@]}"; do
        status=0
        wait "$process" || status=$?
        assert_equal "$status" "$n" "exit status of number $n ($(cat "$WORK/err.$n"))"
        assert_equal "$(cat "$WORK/out.$n" "$WORK/err.$n")" hello
        n=$((n + 1))
    done
    assert_unharmed
}

@test "exec: many times over, and nothing piles up" {
    start_container
    local n before
    before=$(find "$ROOT" "$BUNDLE" | sort)
    for ((n = 0; n < 50; n++)); do exec_ok ID true; done
    assert_unharmed
    assert_equal "$(find "$ROOT" "$BUNDLE" | sort)" "$before"
}

@test "exec: a paused container waits with --ignore-paused, and goes on with the others" {
    needs_runc 1.1
    start_container
    skep pause "$ID"
    spawn_skep exec --ignore-paused "$ID" echo thawed
    sleep 0.5
    assert_equal "$(cat "$WORK/spawned.out")" ""
    skep resume "$ID"
    wait_spawned
    assert_status 0
    assert_equal "$(cat "$WORK/spawned.out")" thawed
    assert_unharmed
}
