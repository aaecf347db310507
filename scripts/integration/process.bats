#!/usr/bin/env bats
# process: what the container's process starts with.
load helpers

@test "process.args: reach the process byte for byte" {
    # shellcheck disable=SC1003 # a backslash is just what is wanted
    setup_bundle sh -c 'printf "<%s>" "$@"' name "a b" "" '$HOME' $'line\nbreak' 'ü"\\'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'<a b><><$HOME><line\nbreak><ü"\\\\>'
}

@test "process.args: the command is looked up in the container's PATH" {
    setup_bundle tool
    printf '#!/bin/sh\necho found $0\n' >"$BUNDLE/rootfs/root/tool"
    chmod +x "$BUNDLE/rootfs/root/tool"
    update_config '.process.env = ["PATH=/nowhere:/root:/bin"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "found /root/tool"
}

@test "process.args: a relative command with a slash is of cwd" {
    setup_bundle ./tool
    printf '#!/bin/sh\necho found\n' >"$BUNDLE/rootfs/root/tool"
    chmod +x "$BUNDLE/rootfs/root/tool"
    update_config '.process.cwd = "/root"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" found
}

@test "process.env: exactly the given variables, and a HOME from the container's passwd" {
    setup_bundle env
    export LEAKED_FROM_HOST=1
    update_config '.process.env = ["PATH=/bin", "A=1", "EMPTY=", "SPACED=a b=c"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(sort <<<"$output")" $'A=1\nEMPTY=\nHOME=/root\nPATH=/bin\nSPACED=a b=c'
}

@test "process.env: a given HOME wins" {
    setup_bundle sh -c 'echo $HOME'
    update_config '.process.env = ["PATH=/bin", "HOME=/elsewhere"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" /elsewhere
}

@test "process.cwd: the process starts there" {
    setup_bundle pwd
    update_config '.process.cwd = "/etc"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" /etc
}

@test "process.cwd: is made where it is missing" {
    setup_bundle pwd
    update_config '.process.cwd = "/made/for/me" | .root.readonly = false'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" /made/for/me
    [[ -d $BUNDLE/rootfs/made/for/me ]]
}

@test "process.user: uid, gid and additionalGids" {
    setup_bundle sh -c 'id -u; id -g; id -G'
    update_config '.process.user = {uid: 1000, gid: 1001, additionalGids: [1002, 1003]}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'1000\n1001\n1001 1002 1003'
}

@test "process.user: no group of the caller's stays" {
    setup_bundle cat /proc/self/status
    update_config '.process.user = {uid: 1000, gid: 1000}'
    status=0
    setpriv --groups 4,24,27 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 0
    assert_matches "$(cat "$WORK/stdout")" $'\nGroups:\t *\n'
}

@test "process.user.umask" {
    setup_bundle sh -c umask
    update_config '.process.user.umask = 23'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 0027
}

@test "process.user.umask: 022 by default, whatever the caller's is" {
    setup_bundle sh -c umask
    local before
    before=$(umask)
    umask 077
    run_skep run --bundle "$BUNDLE" "$ID"
    umask "$before"
    assert_status 0
    assert_equal "$output" 0022
}

@test "process.rlimits: lowered limits hold" {
    setup_bundle cat /proc/self/limits
    update_config '.process.rlimits = [
        {type: "RLIMIT_NOFILE", soft: 100, hard: 200},
        {type: "RLIMIT_CORE", soft: 0, hard: 0},
        {type: "RLIMIT_STACK", soft: 1048576, hard: 2097152}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$output" 'Max open files +100 +200 '
    assert_matches "$output" 'Max core file size +0 +0 '
    assert_matches "$output" 'Max stack size +1048576 +2097152 '
}

@test "process.rlimits: without any, the caller's stay" {
    setup_bundle sh -c 'ulimit -n'
    update_config 'del(.process.rlimits)'
    local got
    got=$(ulimit -n 321 && "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&-)
    assert_equal "$got" 321
}

@test "process.noNewPrivileges: on and off" {
    setup_bundle cat /proc/self/status
    update_config '.process.noNewPrivileges = true'
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$output" $'NoNewPrivs:\t1'
    update_config '.process.noNewPrivileges = false'
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$output" $'NoNewPrivs:\t0'
}

@test "process.oomScoreAdj: raised" {
    setup_bundle cat /proc/self/oom_score_adj
    update_config '.process.oomScoreAdj = 500'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 500
}

@test "process.oomScoreAdj: without one, the caller's stays" {
    setup_bundle cat /proc/self/oom_score_adj
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "$(cat /proc/self/oom_score_adj)"
}

@test "process: signals are neither blocked nor ignored" {
    setup_bundle cat /proc/self/status
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$output" $'SigBlk:\t0000000000000000'
    # Real-time signals 32 and 33 belong to the C library and to Go; none of the usual 31 may be ignored.
    assert_matches "$output" $'SigIgn:\t[0-9a-f]{8}00000000'
}

@test "process: has no more threads, and its own session" {
    setup_bundle sh -c 'grep Threads /proc/self/status; cut -d" " -f6 /proc/1/stat'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'Threads:\t1\n1'
}
