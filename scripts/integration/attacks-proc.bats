#!/usr/bin/env bats
# What is written to /proc for a process goes elsewhere (CVE-2019-16884, CVE-2025-52881).
load helpers
load helpers/exec

setup_file() {
    skep_only "each test says what skep answers"
}

@test "attack: a container's /proc has a file of its own where exec writes the score for the OOM killer" {
    # shellcheck disable=SC2016 # for the container's shell
    setup_bundle sh -c 'mount -t tmpfs tmpfs /proc && mkdir /proc/self && echo untouched >/proc/self/oom_score_adj
        echo ready; exec sleep 1000'
    start_container '.root.readonly = false | .process.capabilities[] += ["CAP_SYS_ADMIN"]'
    wait_for shows_decoy
    echo '{"args": ["/bin/sleep", "1000"], "cwd": "/", "oomScoreAdj": 543}' >"$WORK/process.json"
    exec_detached_process
    assert_equal "$(cat "/proc/$exec_pid/oom_score_adj")" 543
    exec_ok ID cat /proc/self/oom_score_adj
    assert_equal "$output" untouched
}

shows_decoy() {
    exec_in ID grep -q untouched /proc/self/oom_score_adj
    ((status == 0))
}

exec_detached_process() {
    skep exec --detach --pid-file "$WORK/exec.pid" --process "$WORK/process.json" "$ID"
    exec_pid=$(cat "$WORK/exec.pid")
}

@test "attack: an image has a file of its own where linux.sysctl is written" {
    setup_bundle
    mkdir -p "$BUNDLE/rootfs/proc/sys/kernel"
    echo untouched >"$BUNDLE/rootfs/proc/sys/kernel/msgmax"
    update_config '.linux.sysctl = {"kernel.msgmax": "4097"} | del(.mounts[] | select(.destination == "/proc"))'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl.kernel.msgmax "not a procfs"
    assert_equal "$(cat "$BUNDLE/rootfs/proc/sys/kernel/msgmax")" untouched
    # The same as a volume.
    cp -r "$BUNDLE/rootfs/proc" "$WORK/volume"
    add_mount /proc bind "$WORK/volume" bind
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl.kernel.msgmax "not a procfs"
    assert_equal "$(cat "$WORK/volume/sys/kernel/msgmax")" untouched
}

@test "attack: the procfs that exec writes through shows nothing that is masked in the container" {
    # Who may trace the process could take it for one's own.
    start_container
    echo '{"args": ["/bin/true"], "cwd": "/", "oomScoreAdj": 543}' >"$WORK/process.json"
    strace -f -e trace=fsconfig -o "$WORK/trace" "$SKEP" --root "$ROOT" exec --process "$WORK/process.json" "$ID" 3>&-
    assert_contains "$(cat "$WORK/trace")" '"subset", "pid"'
}
