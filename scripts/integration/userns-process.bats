#!/usr/bin/env bats
# The process of a container in a user namespace: what it has of the host's, exec, and the container's life.
load helpers
load helpers/userns
load helpers/terminal
load helpers/hooks
load helpers/exec

setup_file() {
    skep_only "others find no rootfs below a directory that is root's alone"
    export SD_NOTIFY=$BATS_FILE_TMPDIR/sd-notify
    gcc -static -Wall -Werror -o "$SD_NOTIFY" "$BATS_TEST_DIRNAME/helpers/sd-notify.c"
}

@test "userns process: its user can open the standard streams again" {
    setup_userns sh -c 'echo out >>/dev/stdout; echo err >>/dev/stderr; cat /dev/stdin >>/dev/stdout'
    update_config '.process.user = {uid: 1000, gid: 1000}'
    echo in >"$WORK/input"
    chmod 600 "$WORK/input"
    STDIN_FILE=$WORK/input skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'out\nin'
    assert_equal "$stderr" err
    assert_equal "$(stat -c %u:%g "$WORK/input")" 101000:0
    # A pipe has no name to be opened by, but an owner.
    output=$(echo in | "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 2>/dev/null 3>&-)
    assert_equal "$output" $'out\nin'
    assert_equal "$(stat -c %u /dev/null)" 0
}

@test "userns process: exec's user can open them, too" {
    setup_userns sleep 1000
    start_container
    skep exec --user 1000:1000 "$ID" sh -c 'echo out >/dev/stdout; echo err >/dev/stderr'
    assert_equal "$output" out
    assert_equal "$stderr" err
}

@test "userns process: the score for the OOM killer, and exec's" {
    setup_userns sleep 1000
    update_config '.process.oomScoreAdj = 300'
    start_container
    assert_equal "$(cat "/proc/$pid/oom_score_adj")" 300
    gojq '.process | .args = ["cat", "/proc/self/oom_score_adj"] | .oomScoreAdj = 400' "$BUNDLE/config.json" >"$WORK/process.json"
    skep exec --process "$WORK/process.json" "$ID"
    assert_equal "$output" 400
}

@test "userns process: resource limits, and exec's" {
    setup_userns sh -c 'ulimit -n; ulimit -Hn'
    update_config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 55, hard: 66}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'55\n66'
    set_args sleep 1000
    start_container
    gojq '.process | .args = ["sh", "-c", "ulimit -n"] | .rlimits[0].soft = 44' "$BUNDLE/config.json" >"$WORK/process.json"
    skep exec --process "$WORK/process.json" "$ID"
    assert_equal "$output" 44
}

@test "userns process: a limit that can't be is an error by its name" {
    setup_userns
    update_config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 4, hard: 4611686018427387904}]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "process.rlimits[0]" prlimit EPERM
}

@test "userns process: a terminal, which belongs to the container's root" {
    setup_userns sh -c 'tty; stat -c %u:%a $(tty) /dev/console; test -t 0 && echo terminal'
    update_config '.process.terminal = true'
    run_in_terminal --
    assert_equal "$output" $'/dev/pts/0\n0:620\n0:620\nterminal'
}

@test "userns process: a terminal of its user's, by the console socket" {
    setup_userns sh -c 'tty; echo x >$(tty); stat -c %u $(tty)'
    update_config '.process.terminal = true | .process.user = {uid: 1000, gid: 1000}'
    hold_console 'expect 1000' end
    create --console-socket "$CONSOLE"
    skep start "$ID"
    wait_console
    assert_contains "$output" $'x\n1000'
}

@test "userns process: exec with a terminal" {
    setup_userns sleep 1000
    start_container
    exec_in_terminal -- -t "$ID" sh -c 'tty; stat -c %u $(tty)'
    assert_equal "$output" $'/dev/pts/0\n0'
}

@test "userns process: sysctls of its namespaces" {
    setup_userns sh -c 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced /proc/sys/user/max_net_namespaces'
    update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1", "user.max_net_namespaces": "5"}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'1\n1\n5'
}

@test "userns process: hostname, domainname, loopback and no new privileges" {
    setup_userns sh -c 'hostname; cat /proc/sys/kernel/domainname; ip -4 addr show lo | grep -o "inet [0-9./]*"; grep NoNewPrivs /proc/self/status'
    update_config '.hostname = "inside" | .domainname = "domain"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'inside\ndomain\ninet 127.0.0.1/8\nNoNewPrivs:\t1'
}

@test "userns process: hooks of every kind" {
    setup_hooks true
    map_ids
    # Hooks of the container's namespaces have its root's rights.
    chmod 711 "$BATS_RUN_TMPDIR" "$WORK"
    chmod 777 "$WORK/log"
    add_all_hooks 'cat >@/KIND.state; readlink /proc/self/ns/user >@/KIND.user; id -u >@/KIND.uid'
    skep run --bundle "$BUNDLE" "$ID"
    local kind
    for kind in prestart createRuntime poststart poststop; do
        assert_equal "$(logged "$kind.user")" "$(namespace_of self user)" "$kind"
    done
    for kind in createContainer startContainer; do
        [[ $(logged "$kind.user") != "$(namespace_of self user)" ]] || fail "$kind is in the host's"
        assert_equal "$(logged "$kind.uid")" 0 "$kind"
    done
    assert_matches "$(logged createRuntime.state)" '"pid":'
}

@test "userns process: a session keyring, and exec's" {
    setup_userns sleep 1000
    update_config '.linux.maskedPaths = []'
    start_container
    # The kernel is in no hurry to forget those of containers that are gone.
    skep exec "$ID" grep -c "_ses.$ID" /proc/keys
    assert_equal "$output" 1
}

@test "userns process: NOTIFY_SOCKET" {
    setup_bundle sh -c 'sd-notify READY=1; sleep 1000'
    cp "$SD_NOTIFY" "$BUNDLE/rootfs/bin/sd-notify"
    map_ids
    listen_for_notifications
    skep run --detach --bundle "$BUNDLE" "$ID"
    wait_for file_has "$WORK/notifications" READY=1
}

@test "userns process: --pidfd-socket, --pid-file and --preserve-fds" {
    setup_userns sh -c 'cat <&3; sleep 1000'
    hold_pidfd
    echo given >"$WORK/given"
    "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" --pidfd-socket "$PIDFD_SOCKET" --pid-file "$WORK/pid" \
        --preserve-fds 1 "$ID" 3<"$WORK/given" </dev/null >"$WORK/out" 2>&1
    assert_equal "$(cat "$WORK/pid")" "$(state .pid)"
    wait_for file_has "$WORK/pidfd.out" "$(state .pid)"
    wait_for file_has "$WORK/out" given
}

@test "userns process: exec is root, in the container's namespaces, with its groups and capabilities" {
    setup_userns sleep 1000
    start_container
    skep exec "$ID" sh -c 'id -u; id -G; readlink /proc/self/ns/user; grep CapEff /proc/self/status'
    assert_equal "$(head -n 3 <<<"$output")" $'0\n0\n'"$(namespace_of "$pid" user)"
    assert_equal "$(sed -n 4p <<<"$output")" "$(grep CapEff "/proc/$pid/status")"
    skep exec --user 5:6 --additional-gids 7 "$ID" sh -c 'id -u; id -G; echo $(stat -c %u:%g /proc/self/)'
    assert_equal "$output" $'5\n6 7\n5:6'
}

@test "userns process: exec in a working directory that only the container's root can enter" {
    setup_userns sleep 1000
    install -d -m 700 -o "$first_id" -g "$first_id" "$BUNDLE/rootfs/closed"
    start_container
    skep exec --cwd /closed "$ID" pwd
    assert_equal "$output" /closed
}

@test "userns process: exec as somebody who is not mapped is refused by the property's name" {
    setup_userns sleep 1000
    start_container
    exec_in --user 70000 ID true
    assert_not_run "process.user.uid: 70000 is not mapped in the container's user namespace"
    exec_in --user 1:70000 ID true
    assert_not_run "process.user.gid: 70000 is not mapped"
    exec_in --additional-gids 70000 ID true
    assert_not_run "process.user.additionalGids[0]: 70000 is not mapped"
}

@test "userns process: exec where the host's network, ipc and names are shared" {
    setup_userns sleep 1000
    update_config 'del(.hostname) | .linux.namespaces |= map(select(.type == "mount" or .type == "pid" or .type == "user"))
        | .mounts |= map(select(.type != "mqueue"))'
    start_container
    skep exec "$ID" sh -c 'for n in user net ipc uts pid mnt; do readlink /proc/self/ns/$n; done'
    assert_equal "$output" "$(for n in user net ipc uts pid mnt; do readlink "/proc/$pid/ns/$n"; done)"
}

@test "userns process: exec brings nothing of the host's along" {
    setup_userns sleep 1000
    start_container
    skep exec "$ID" sh -c 'ls -l /proc/self/fd | grep -v "/proc\|/dev/null\|pipe\|'"$WORK"'" | grep -c " -> "; true'
    assert_equal "$output" 0
}

@test "userns process: kill, pause, ps, update, state and delete" {
    setup_userns sh -c 'trap "exit 3" TERM; while :; do sleep 0.05; done'
    start_container
    assert_contains "$("$SKEP" --root "$ROOT" ps "$ID")" "trap"
    skep pause "$ID"
    assert_equal "$(state .status)" paused
    skep resume "$ID"
    skep update --pids-limit 50 "$ID"
    skep kill "$ID" TERM
    wait_for status_is stopped
    skep delete "$ID"
}

@test "userns process: delete --force ends all, also without a pid namespace" {
    setup_userns sh -c 'sleep 1000 & sleep 1000 & sleep 1000'
    drop_namespace pid
    start_container
    skep delete --force "$ID"
    assert_no_leaks
}

@test "userns process: a created container whose init is killed can be deleted" {
    setup_userns true
    create
    kill_container
    wait_for status_is stopped
    skep delete "$ID"
}

@test "userns process: a failure at any of the mediator's calls leaves nothing" {
    setup_userns true
    new_namespace time
    update_config '.linux.timeOffsets = {boottime: {secs: 5}}'
    local call words
    while IFS='|' read -r call words; do
        run_injected "$call" run --bundle "$BUNDLE" "$ID"
        # shellcheck disable=SC2086 # words
        assert_refused $words
        assert_no_leaks
    done <<'CASES'
unshare:error=ENOSPC:when=1|unshare CLONE_NEWUSER ENOSPC max_user_namespaces
unshare:error=EPERM:when=1|unshare CLONE_NEWUSER EPERM
unshare:error=ENOMEM:when=2|unshare CLONE_NEWTIME ENOMEM
setresgid:error=EPERM:when=1|setresgid EPERM
setresuid:error=EPERM:when=1|setresuid EPERM
clone3:error=EAGAIN:when=1|clone3 EAGAIN
execveat:error=ENOEXEC:when=1|execveat ENOEXEC
unshare:signal=KILL:when=1|clone3
setresuid:signal=KILL:when=1|clone3
CASES
}
