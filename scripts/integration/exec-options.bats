#!/usr/bin/env bats
# exec: its options.
load helpers
load helpers/exec

# What /proc/PID/status of the command says about KEY.
status_of() {
    sed -n "s/^$1:\t//p" <<<"$output"
}

@test "exec: --cwd" {
    start_container
    exec_ok --cwd /etc ID pwd
    assert_equal "$output" /etc
}

@test "exec: -e adds to the container's variables, and replaces those of the same name" {
    start_container '.process.env = ["PATH=/bin", "A=1", "AB=2", "A=3"]'
    exec_ok -e A=new -e EMPTY= -e "SPACED=a b=c" ID env
    assert_equal "$(sort <<<"$output")" $'A=new\nAB=2\nEMPTY=\nHOME=/root\nPATH=/bin\nSPACED=a b=c'
}

@test "exec: of two --env of one name the last holds" {
    start_container '.process.env = ["PATH=/bin"]'
    exec_ok -e A=1 -e A=2 ID env
    assert_equal "$(grep ^A= <<<"$output")" A=2
}

@test "exec: --env PATH is where the command is looked for" {
    start_container
    printf '#!/bin/sh\necho found $0\n' >"$BUNDLE/rootfs/root/tool"
    chmod +x "$BUNDLE/rootfs/root/tool"
    exec_ok --env PATH=/nowhere:/root:/bin ID tool
    assert_equal "$output" "found /root/tool"
}

@test "exec: --user UID keeps the container's group, --user UID:GID does not" {
    start_container '.process.user = {uid: 1, gid: 2}'
    exec_ok --user 1000 ID sh -c 'id -u; id -g'
    assert_equal "$output" $'1000\n2'
    exec_ok -u 1000:1001 ID sh -c 'id -u; id -g'
    assert_equal "$output" $'1000\n1001'
}

@test "exec: --user with the largest numbers there are" {
    skep_only # runc's end at 2147483647
    start_container
    exec_ok --user 4294967294:4294967294 ID grep -E '^(Uid|Gid):' /proc/self/status
    assert_matches "$output" $'Uid:\t4294967294\t4294967294\t'
    assert_matches "$output" $'Gid:\t4294967294\t4294967294\t'
}

@test "exec: a user who is not root has no capability that its sets did not give" {
    start_container
    exec_ok --user 1000:1000 ID cat /proc/self/status
    assert_equal "$(status_of CapEff)" 0000000000000000
    assert_equal "$(status_of CapPrm)" 0000000000000000
}

@test "exec: -g, which is --additional-gids" {
    start_container
    exec_ok -g 100 -g 65534 ID grep ^Groups /proc/self/status
    assert_matches "$output" $'Groups:\t(0 )?100 65534 *$'
    exec_ok --additional-gids 200 ID grep ^Groups /proc/self/status
    assert_matches "$output" $'Groups:\t(0 )?200 *$'
}

@test "exec: --cap adds to the bounding, effective and permitted sets, never to the inheritable one" {
    # CHOWN 0, KILL 5, SYS_TIME 25
    start_container '.process.noNewPrivileges = false | .process.capabilities =
        {bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"], inheritable: [], ambient: []}'
    exec_ok ID cat /proc/self/status
    assert_equal "$(status_of CapBnd)" 0000000000000020
    exec_ok -c CAP_CHOWN -c CAP_SYS_TIME ID cat /proc/self/status
    assert_equal "$(status_of CapBnd)" 0000000002000021
    assert_equal "$(status_of CapEff)" 0000000002000021
    assert_equal "$(status_of CapPrm)" 0000000002000021
    assert_equal "$(status_of CapInh)" 0000000000000000
    assert_equal "$(status_of CapAmb)" 0000000000000000
}

@test "exec: --cap in a container whose configuration has no capabilities" {
    needs_runc 1.2 # older ones crash
    start_container 'del(.process.capabilities) | .process.noNewPrivileges = false'
    exec_ok ID cat /proc/self/status
    assert_equal "$(status_of CapBnd)" 0000000000000000
    exec_ok --cap CAP_KILL ID cat /proc/self/status
    assert_equal "$(status_of CapBnd)" 0000000000000020
    assert_equal "$(status_of CapEff)" 0000000000000020
    assert_equal "$(status_of CapInh)" 0000000000000000
}

@test "exec: --cap leaves the inheritable set alone where there is one" {
    start_container '.process.noNewPrivileges = false | .process.capabilities = {bounding: ["CAP_KILL"],
        permitted: ["CAP_KILL"], effective: ["CAP_KILL"], inheritable: ["CAP_KILL"], ambient: []}'
    exec_ok --cap CAP_CHOWN ID cat /proc/self/status
    assert_equal "$(status_of CapInh)" 0000000000000020
    assert_equal "$(status_of CapBnd)" 0000000000000021
    # What a program without any file capability may give on is none of --cap.
    assert_matches "$(status_of CapAmb)" '^00000000000000[02]0$'
}

@test "exec: --no-new-privs" {
    start_container '.process.noNewPrivileges = false'
    exec_ok ID cat /proc/self/status
    assert_equal "$(status_of NoNewPrivs)" 0
    exec_ok --no-new-privs ID cat /proc/self/status
    assert_equal "$(status_of NoNewPrivs)" 1
}

@test "exec: --detach returns at once, with the process's number in --pid-file and nothing else" {
    start_container
    exec_detached --env MARK=1
    assert_equal "$output$stderr" ""
    assert_equal "$(od -c <"$WORK/exec.pid")" "$(printf '%s' "$exec_pid" | od -c)"
    assert_equal "$(tr '\0' ' ' <"/proc/$exec_pid/cmdline")" "sleep 1000 "
    grep -qz MARK=1 "/proc/$exec_pid/environ"
    assert_equal "$(find "$WORK" -maxdepth 1 -name '*exec.pid*' | wc -l)" 1 "files like the pid file"
    # It outlives its caller, and ends with the container.
    skep kill "$ID" KILL
    wait_for test ! -e "/proc/$exec_pid/ns/mnt"
}

@test "exec: -d, and the status of a command that could not be run is not lost" {
    start_container
    exec_in -d ID /no/such/program
    assert_not_run /no/such/program
    exec_ok -d ID sh -c 'exit 3'
}

@test "exec: --pid-file in the foreground" {
    start_container
    spawn_skep exec --pid-file "$WORK/exec.pid" "$ID" sh -c 'echo ready; exec sleep 1000'
    wait_for file_has "$WORK/spawned.out" ready
    local exec_pid
    exec_pid=$(cat "$WORK/exec.pid")
    assert_equal "$(namespace_of "$exec_pid" mount)" "$(namespace_of "$pid" mount)"
    kill "$spawned"
    wait_spawned
    assert_status 143
}

@test "exec: --preserve-fds passes on the descriptors after the standard three, and no more" {
    start_container
    echo three >"$WORK/three"
    echo four >"$WORK/four"
    status=0
    "$SKEP" --root "$ROOT" exec --preserve-fds 2 "$ID" sh -c 'cat <&3; cat <&4; [ ! -e /proc/self/fd/5 ]' \
        3<"$WORK/three" 4<"$WORK/four" 5<"$WORK/four" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    assert_equal "$(cat "$WORK/stdout" "$WORK/stderr")" $'three\nfour'
    assert_status 0
}

# make_subgroup NAME [CONTROLLER]: below the container's own, everywhere or in one hierarchy. Goes with the container.
make_subgroup() {
    local dir
    for dir in $(cgroups_named "$ID"); do
        [[ -z ${2-} || $dir == "$cgroup_root/$2/"* ]] || continue
        mkdir -p "$dir/$1"
        # v1: without these nobody can be in it.
        [[ ! -e $dir/$1/cpuset.cpus ]] || {
            cat "$dir/cpuset.cpus" >"$dir/$1/cpuset.cpus"
            cat "$dir/cpuset.mems" >"$dir/$1/cpuset.mems"
        }
    done
}

setup_subgroups() {
    setup_bundle sleep 1000
    set_cgroup
    start_container
}

# bats test_tags=cgroup
@test "exec: --cgroup PATH, in every hierarchy" {
    needs_runc 1.1
    setup_subgroups
    make_subgroup sub
    make_subgroup sub/deep
    exec_detached --cgroup sub
    local line
    while IFS= read -r line; do
        is_cgroup_v2 || [[ $line != 0::* ]] || continue
        assert_equal "${line#*:*:}" "$CGROUP/sub" "$line"
    done <"/proc/$exec_pid/cgroup"
    exec_detached --cgroup /sub/deep
    assert_contains "$(cat "/proc/$exec_pid/cgroup")" ":$CGROUP/sub/deep"
}

# bats test_tags=cgroup
@test "exec: --cgroup CONTROLLER:PATH, repeated, and the others stay the container's" {
    needs_runc 1.1
    ! is_cgroup_v2 || skip "cgroup v2 has one hierarchy"
    setup_subgroups
    make_subgroup first memory
    make_subgroup second pids
    exec_detached --cgroup memory:first --cgroup pids:second
    local line
    while IFS= read -r line; do
        case $line in
        0::*) ;;
        *:memory:*) assert_equal "${line#*:*:}" "$CGROUP/first" "$line" ;;
        *:pids:*) assert_equal "${line#*:*:}" "$CGROUP/second" "$line" ;;
        *) assert_equal "${line#*:*:}" "$CGROUP" "$line" ;;
        esac
    done <"/proc/$exec_pid/cgroup"
}

# bats test_tags=cgroup
@test "exec: --cgroup CONTROLLER,CONTROLLER:PATH" {
    needs_runc 1.1
    ! is_cgroup_v2 || skip "cgroup v2 has one hierarchy"
    setup_subgroups
    make_subgroup both memory
    make_subgroup both pids
    exec_detached --cgroup memory,pids:both
    assert_contains "$(cat "/proc/$exec_pid/cgroup")" ":memory:$CGROUP/both"
    assert_contains "$(cat "/proc/$exec_pid/cgroup")" ":pids:$CGROUP/both"
}

# bats test_tags=cgroup
@test "exec: --cgroup / is the container's own" {
    needs_runc 1.1
    setup_subgroups
    exec_detached --cgroup /
    assert_equal "$(cat "/proc/$exec_pid/cgroup")" "$(cat "/proc/$pid/cgroup")"
}

@test "exec: --pidfd-socket receives a pidfd of the process" {
    needs_runc 1.2
    start_container
    listen_for_pidfd
    local listener=$spawned
    exec_detached --pidfd-socket "$WORK/pidfd.socket"
    spawned=$listener
    wait_spawned
    assert_status 0
    assert_contains "$(cat "$WORK/pidfd.out")" "descriptors 1"
    assert_matches "$(cat "$WORK/pidfd.out")" "Pid:"$'\t'"$exec_pid(\$|"$'\n'")"
}

# process_file FILTER: a process as config.json has it, in $WORK/process.json.
process_file() {
    gojq ".process | $1" "$BUNDLE/config.json" >"$WORK/process.json"
}

@test "exec: --process is the whole process, in place of the container's" {
    setup_bundle sleep 1000
    start_container '.process.env = ["PATH=/bin", "A=1"]'
    process_file '.args = ["sh", "-c", "id -u; id -g; pwd; echo $B$A"]
        | .user = {uid: 1000, gid: 1001} | .cwd = "/tmp" | .env = ["PATH=/bin", "B=2"]'
    exec_ok --process "$WORK/process.json" ID
    assert_equal "$output" $'1000\n1001\n/tmp\n2'
    exec_ok -p "$WORK/process.json" ID
    assert_contains "$output" 1001
}

# bats test_tags=oom
@test "exec: --process with a umask and an oomScoreAdj" {
    skep_only # runc takes both from the container's configuration alone
    setup_bundle sleep 1000
    start_container '.process.oomScoreAdj = 55'
    process_file '.args = ["sh", "-c", "umask; cat /proc/self/oom_score_adj"] | .user.umask = 63 | .oomScoreAdj = 99'
    exec_ok --process "$WORK/process.json" ID
    assert_equal "$output" $'0077\n99'
}

# bats test_tags=oom
@test "exec: capabilities and oomScoreAdj that --process leaves out are the container's" {
    start_container '.process.noNewPrivileges = true | .process.oomScoreAdj = 300 | .process.capabilities =
        {bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"], inheritable: [], ambient: []}'
    printf '{"cwd": "/", "args": ["/bin/cat", "/proc/self/status", "/proc/self/oom_score_adj"]}' \
        >"$WORK/process.json"
    exec_ok --process "$WORK/process.json" ID
    assert_matches "$(status_of Uid)" $'^0\t0'
    assert_equal "$(status_of NoNewPrivs)" 0
    assert_equal "$(tail -n 1 <<<"$output")" 300 oom_score_adj
    assert_equal "$(status_of CapBnd)" 0000000000000020
    assert_equal "$(status_of CapEff)" 0000000000000020
}

# bats test_tags=rlimit
@test "exec: --process with rlimits and capabilities" {
    start_container
    process_file '.args = ["sh", "-c", "ulimit -n; cat /proc/self/status"]
        | .rlimits = [{type: "RLIMIT_NOFILE", soft: 64, hard: 64}] | .noNewPrivileges = false
        | .capabilities = {bounding: ["CAP_CHOWN"], permitted: ["CAP_CHOWN"], effective: ["CAP_CHOWN"]}'
    exec_ok --process "$WORK/process.json" ID
    assert_equal "$(head -n 1 <<<"$output")" 64
    assert_equal "$(status_of CapEff)" 0000000000000001
}

@test "exec: options go before --process's values" {
    skep_only
    start_container
    process_file '.args = ["sh", "-c", "id -u; pwd; echo $A"] | .env = ["PATH=/bin", "A=file"]'
    exec_ok --process "$WORK/process.json" --user 1000 --cwd /tmp --env A=option ID
    assert_equal "$output" $'1000\n/tmp\noption'
}
