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

# bats test_tags=rlimit
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

# bats test_tags=rlimit
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

# bats test_tags=oom
@test "process.oomScoreAdj: raised" {
    setup_bundle cat /proc/self/oom_score_adj
    update_config '.process.oomScoreAdj = 500'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 500
}

# bats test_tags=oom
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

@test "process.env: the last of a name wins" {
    # Not by a shell, which would leave out some itself.
    setup_bundle env
    update_config '.process.env = ["PATH=/bin", "A=1", "HOME=/h", "A=2", "B=3", "A="]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(sort <<<"$output")" $'A=\nB=3\nHOME=/h\nPATH=/bin'
}

@test "process.env: a HOME that says nothing is none" {
    needs_runc 1.3
    setup_bundle sh -c 'echo $HOME'
    update_config '.process.env = ["PATH=/bin", "HOME="]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" /root
}

@test "process.env: what is no variable is refused" {
    skep_only
    setup_bundle
    local entry
    for entry in A =1 ""; do
        update_config --arg entry "$entry" '.process.env = ["PATH=/bin", $entry]'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "process.env[1]" "\"$entry\""
    done
    assert_no_leaks
}

@test "process.user.additionalGids: a number that is nobody's is refused" {
    skep_only
    setup_bundle
    update_config '.process.user.additionalGids = [1, 4294967295]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "process.user.additionalGids[1]" 4294967295
    update_config '.process.user.additionalGids = ["wheel"]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "process.user.additionalGids[0]" "an integer"
}

@test "process: what is for Windows is ignored" {
    setup_bundle id -u
    update_config '.process.commandLine = "cmd.exe" | .process.user.username = "Administrator"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 0
}

# Every limit, by the name that /proc/PID/limits gives it.
# bats test_tags=rlimit
@test "process.rlimits: every type, lowered" {
    setup_bundle cat /proc/self/limits
    local type name
    while IFS='|' read -r type name; do
        update_config --arg type "$type" '.process.rlimits = [{type: $type, soft: 65536, hard: 131072}]'
        # What the caller's own limit is below can't be lowered.
        run_skep run --bundle "$BUNDLE" "$ID"
        if ((status != 0)); then
            assert_refused "process.rlimits[0]" prlimit EPERM
        else
            assert_matches "$output" "$name +65536 +131072 "
        fi
    done <<'CASES'
RLIMIT_CPU|Max cpu time
RLIMIT_FSIZE|Max file size
RLIMIT_CORE|Max core file size
RLIMIT_RSS|Max resident set
RLIMIT_NPROC|Max processes
RLIMIT_NOFILE|Max open files
RLIMIT_LOCKS|Max file locks
RLIMIT_SIGPENDING|Max pending signals
RLIMIT_MSGQUEUE|Max msgqueue size
RLIMIT_NICE|Max nice priority
RLIMIT_RTPRIO|Max realtime priority
RLIMIT_RTTIME|Max realtime timeout
CASES
}

# bats test_tags=rlimit
@test "process.rlimits: no limit at all, where the caller has none" {
    setup_bundle sh -c 'ulimit -c'
    # jq knows no number as large as that.
    update_config '.process.rlimits = [{type: "RLIMIT_CORE", soft: "INFINITY", hard: "INFINITY"}]'
    sed -i 's/"INFINITY"/18446744073709551615/' "$BUNDLE/config.json"
    [[ $(ulimit -Hc) == unlimited ]] || skip "the caller has a limit"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" unlimited
}
