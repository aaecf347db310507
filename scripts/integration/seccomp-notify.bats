#!/usr/bin/env bats
# SCMP_ACT_NOTIFY: an agent outside decides about system calls.
load helpers

agent=$BATS_TEST_DIRNAME/helpers/seccomp-agent.py

# start_agent [NUMBER=ANSWER...]: at $WORK/agent.sock, with what it is told in $WORK/agent.
start_agent() {
    mkdir -p "$WORK/agent"
    spawn python3 "$agent" "$WORK/agent.sock" "$WORK/agent" "$@"
    wait_for test -e "$WORK/agent/ready"
}

# notifying NAME...: the agent is asked about these calls.
notifying() {
    # shellcheck disable=SC2016 # jq's own variables
    update_config --arg socket "$WORK/agent.sock" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
        architectures: ["SCMP_ARCH_X86_64"], listenerPath: $socket, listenerMetadata: "some data",
        syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_NOTIFY"}]}' --args -- "$@"
}

# no_new_privs FLAG: with it the filter is loaded last, without by a right that is dropped then.
no_new_privs() {
    update_config ".process.noNewPrivileges = $1"
}

# told N FILTER: of what the agent was told of its nth process.
told() {
    gojq -r "$2" "$WORK/agent/state.$1"
}

@test "seccomp-notify: the agent's answer is what the call returns" {
    setup_bundle
    set_script 'mkdir /tmp/x; echo $?; rmdir /tmp/y && echo gone'
    start_agent 83=-28 84=0 # mkdir, rmdir
    notifying mkdir rmdir
    local flag
    for flag in true false; do
        no_new_privs "$flag"
        skep run --bundle "$BUNDLE" "$ID"
        assert_equal "$output" $'1\ngone'
        assert_contains "$stderr" "No space left on device"
    done
    assert_equal "$(cat "$WORK/agent/calls")" $'0 83 -28\n0 84 0\n1 83 -28\n1 84 0'
}

@test "seccomp-notify: the agent may let the call through" {
    setup_bundle mkdir /tmp/x
    update_config '.root.readonly = false'
    start_agent
    notifying mkdir
    skep run --bundle "$BUNDLE" "$ID"
    [[ -d $BUNDLE/rootfs/tmp/x ]]
    assert_equal "$(cat "$WORK/agent/calls")" "0 83 None"
}

@test "seccomp-notify: what the agent is told of a container, when it is created" {
    setup_bundle sleep 1000
    start_agent
    notifying mkdir
    update_config '.annotations = {"a": "b"}'
    create
    wait_for test -s "$WORK/agent/state.0"
    local pid
    pid=$(state .pid)
    assert_equal "$(told 0 '.fds | tojson')" '["seccompFd"]'
    assert_equal "$(told 0 .metadata)" "some data"
    assert_equal "$(told 0 .pid)" "$pid"
    assert_matches "$(told 0 .ociVersion)" '^1\.'
    assert_equal "$(told 0 .state.id)" "$ID"
    assert_equal "$(told 0 .state.pid)" "$pid"
    assert_equal "$(told 0 .state.status)" creating
    assert_equal "$(told 0 .state.bundle)" "$BUNDLE"
    assert_equal "$(told 0 .state.annotations.a)" b
    skep start "$ID"
    skep delete --force "$ID"
}

@test "seccomp-notify: an exec'd process is the agent's too" {
    setup_bundle sleep 1000
    start_agent 83=-28
    notifying mkdir
    skep run --detach --bundle "$BUNDLE" "$ID"
    run_skep exec --pid-file "$WORK/exec.pid" "$ID" mkdir /tmp/x
    assert_status 1
    assert_contains "$stderr" "No space left on device"
    assert_equal "$(told 1 .pid)" "$(cat "$WORK/exec.pid")"
    assert_equal "$(told 1 .state.pid)" "$(state .pid)"
    assert_equal "$(told 1 .state.status)" running
    assert_equal "$(told 1 .metadata)" "some data"
}

@test "seccomp-notify: calls that the init itself makes may be the agent's, and even all of them" {
    skep_only
    setup_bundle
    start_agent
    set_script 'echo hello'
    update_config '.root.readonly = false'
    notifying write sendmsg recvmsg close capset execve exit_group
    local flag
    for flag in true false; do
        no_new_privs "$flag"
        skep run --bundle "$BUNDLE" "$ID"
    done
    assert_contains "$(cat "$WORK/agent/calls")" "0 46 None" # sendmsg
    update_config '.linux.seccomp.defaultAction = "SCMP_ACT_NOTIFY" | .linux.seccomp.syscalls = []'
    for flag in true false; do
        no_new_privs "$flag"
        skep run --bundle "$BUNDLE" "$ID"
    done
    assert_equal "$output" hello
    no_new_privs true
    create
    skep start "$ID"
    wait_for status_is stopped
    assert_equal "$(cat "$WORK/container.out")" hello
    skep delete "$ID"
}

@test "seccomp-notify: nobody keeps the listener but the agent" {
    skep_only
    setup_bundle
    # Whoever still had it would have this call wait for ever.
    set_script 'mkdir /tmp/x'
    mkdir "$WORK/agent"
    spawn python3 -c '
import array, socket, sys, time
server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
server.bind(sys.argv[1])
server.listen(1)
open(sys.argv[2] + "/ready", "w").close()
connection, _ = server.accept()
connection.recvmsg(1 << 16, socket.CMSG_SPACE(4))' "$WORK/agent.sock" "$WORK/agent"
    wait_for test -e "$WORK/agent/ready"
    notifying mkdir
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "not implemented"
}

@test "seccomp-notify: WAIT_KILLABLE_RECV and TSYNC go with a listener" {
    skep_only
    setup_bundle mkdir /tmp/x
    start_agent 83=-28
    notifying mkdir
    update_config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "No space left on device"
}

@test "seccomp-notify: crun's annotation and variable name an agent too" {
    skep_only
    setup_bundle mkdir /tmp/x
    start_agent 83=-28
    notifying mkdir
    update_config 'del(.linux.seccomp.listenerPath, .linux.seccomp.listenerMetadata)'
    RUN_OCI_SECCOMP_RECEIVER=$WORK/agent.sock run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "No space left on device"
    update_config --arg socket "$WORK/agent.sock" '.annotations["run.oci.seccomp.receiver"] = $socket'
    RUN_OCI_SECCOMP_RECEIVER=/nowhere run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "No space left on device"
    assert_equal "$(told 1 '.metadata // "none"')" none
    # ld [0]; jeq #83, 0, 1; ret #SECCOMP_RET_USER_NOTIF; ret #SECCOMP_RET_ALLOW
    update_config '.annotations["run.oci.seccomp_bpf_data"] = "IAAAAAAAAAAVAAABUwAAAAYAAAAAAMB/BgAAAAAA/38="'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "No space left on device"
}

@test "seccomp-notify: without NOTIFY nobody is told, and no agent needs to be there" {
    setup_bundle
    notifying mkdir
    update_config '.linux.seccomp.syscalls[0].action = "SCMP_ACT_ERRNO"'
    skep run --bundle "$BUNDLE" "$ID"
}

@test "seccomp-notify: an agent that is missing, not named or not there is named" {
    skep_only
    setup_bundle
    notifying mkdir
    local flag
    for flag in true false; do
        no_new_privs "$flag"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused linux.seccomp.listenerPath connect "$WORK/agent.sock" ENOENT "agent run"
        assert_no_leaks
        run_skep create --bundle "$BUNDLE" "$ID"
        assert_refused linux.seccomp.listenerPath ENOENT
        assert_no_leaks
    done
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).bind(sys.argv[1])' "$WORK/agent.sock"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.seccomp.listenerPath ECONNREFUSED
    update_config '.linux.seccomp.listenerPath = "agent.sock"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.seccomp.listenerPath absolute
    update_config 'del(.linux.seccomp.listenerMetadata, .linux.seccomp.listenerPath)'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.seccomp.listenerPath missing SCMP_ACT_NOTIFY
}

@test "seccomp-notify: exec fails when the agent has gone, and leaves the container alone" {
    skep_only
    setup_bundle sleep 1000
    start_agent
    notifying mkdir
    skep run --detach --bundle "$BUNDLE" "$ID"
    kill -KILL "$spawned"
    wait_spawned 2>/dev/null
    run_skep exec "$ID" true
    assert_status 255
    assert_contains "$stderr" "skep: linux.seccomp.listenerPath: connect $WORK/agent.sock: Connection refused"
    assert_equal "$(state .status)" running
}
