#!/usr/bin/env bats
# skep doctor: what this host can and can't do, and what mends it.
# bats file_tags=cgroup,user
load helpers

setup_file() {
    skep_only "Skep's own command"
}

# verdict FILTER: of the findings as JSON, in $output.
verdict() {
    run_skep doctor --json
    assert_equal "$stderr" ""
    output=$(gojq -r "$1" "$WORK/stdout")
}

# status_of NAME: of one finding.
status_of() {
    gojq -r --arg name "$1" '.findings[] | select(.name == $name) | .status' "$WORK/stdout"
}

# in_masked COMMAND...: with a part of /proc covered, and without the right to uncover it.
in_masked() {
    unshare --mount --propagation private sh -c 'mount -t tmpfs tmpfs /proc/sys && exec "$@"' sh "$@"
}

@test "doctor: a host where all these tests run can run containers" {
    skep doctor
    assert_equal "$(tail -n 1 <<<"$output")" "Containers can run here."
    assert_equal "$(grep -cE '^(ok |limited|missing) ' <<<"$output")" \
        "$(grep -cvE '^( +-> |Containers )' <<<"$output")"
    # Aligned: each summary, and each remedy, begins in the same column.
    assert_equal "$(sed -nE 's/^([a-z]+ +[^ ]+ +).*/\1/p; s/^( +-> ).*/\1/p' <<<"$output" |
        awk '{ n = length($0) - (/->/ ? 3 : 0) } !seen[n]++ { print n }' | wc -l)" 1
}

@test "doctor: JSON has stable keys, and the same verdict" {
    verdict '[.canRun, (.findings | length > 20)] | join(" ")'
    assert_status 0
    assert_equal "$output" "true true"
    verdict '[.findings[] | keys - ["name", "status", "summary", "remedy", "essential"]] | add | length'
    assert_equal "$output" 0
    verdict '[.findings[] | .status] | unique - ["ok", "limited", "missing"] | length'
    assert_equal "$output" 0
    verdict '.findings[] | .name | select(contains("engines.") | not)'
    local name
    for name in kernel clone3 pidfd openat2 namespaces.{mount,pid,network,ipc,uts,cgroup,user,time} \
        user-namespaces-of-users idmap-tools subordinate-ids mount-api proc idmapped-mounts overlayfs cgroups controllers \
        systemd seccomp apparmor selinux capabilities state resctrl criu; do
        grep -qxF "$name" <<<"$output" || fail "there is nothing on $name"
    done
}

@test "doctor: what it says is so" {
    verdict .canRun
    assert_equal "$(gojq -r '.findings[] | select(.name == "kernel") | .summary' "$WORK/stdout" | cut -d, -f1)" "$(uname -r)"
    assert_equal "$(status_of seccomp)" ok
    assert_equal "$(status_of apparmor)" "$([[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) == Y ]] &&
        echo ok || echo missing)"
    if [[ -d /run/systemd/system ]]; then
        if ((EUID == 0)); then assert_equal "$(status_of systemd)" ok; else assert_equal "$(status_of systemd-of-user)" ok; fi
    else
        assert_equal "$(status_of systemd)" missing
    fi
    if ((EUID != 0)); then assert_equal "$(status_of delegation | grep -cE 'ok|limited')" 1; fi
}

@test "doctor: an unusable place for the state keeps containers from running" {
    touch "$WORK/file"
    status=0
    "$SKEP" --root "$WORK/file/state" doctor >"$WORK/stdout" || status=$?
    assert_status 1
    assert_equal "$(tail -n 1 "$WORK/stdout")" "Containers can't run here: state."
    assert_contains "$(cat "$WORK/stdout")" "-> skep --root DIR"
}

@test "doctor: a covered /proc is named" {
    ((EUID == 0)) || skip "needs root to cover it"
    status=0
    in_masked "$SKEP" --root "$ROOT" doctor --json >"$WORK/stdout" || status=$?
    assert_status 0
    assert_equal "$(status_of proc)" limited
    assert_contains "$(gojq -r '.findings[] | select(.name == "proc") | .summary' "$WORK/stdout")" "by /proc/sys"
}

@test "doctor: a limit on namespaces is named, and its setting" {
    ((EUID == 0)) || skip "needs root to set it"
    status=0
    # A user namespace's own setting: the host's stays as it is.
    unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_time_namespaces && exec "$@"' sh \
        "$SKEP" --root "$ROOT" doctor --json >"$WORK/stdout" || status=$?
    assert_equal "$(gojq -r '.findings[] | select(.name == "namespaces.time") | [.status, .remedy] | join(" ")' "$WORK/stdout")" \
        "missing sysctl -w user.max_time_namespaces=15000"
}

@test "doctor: an engine that is configured for skep is told from one that is not" {
    printf '#!/bin/sh\n' >"$WORK/crio"
    chmod +x "$WORK/crio"
    status=0
    PATH=$WORK:$PATH "$SKEP" --root "$ROOT" doctor --json >"$WORK/stdout"
    assert_equal "$(status_of engines.crio)" limited
    cp "$WORK/crio" "$WORK/podman"
    mkdir -p "$WORK/containers"
    printf '[engine]\nruntime = "skep"\n' >"$WORK/containers/containers.conf"
    PATH=$WORK:$PATH XDG_CONFIG_HOME=$WORK "$SKEP" --root "$ROOT" doctor --json >"$WORK/stdout"
    assert_equal "$(status_of engines.podman)" ok
}

@test "doctor: it changes nothing and leaves nothing" {
    mkdir "$WORK/here"
    # A root that is not there is not made.
    (cd "$WORK/here" && "$SKEP" --root "$WORK/new" doctor >/dev/null)
    [[ ! -e $WORK/new ]]
    assert_equal "$(ls -A "$WORK/here")" ""
    # No call that writes but for the answer, the maps of its own child's user namespace, and what it says to systemd.
    command -v strace >/dev/null || skip "needs strace"
    strace -f -o "$WORK/trace" -e trace=%file,mount,umount2,move_mount,mkdir,mkdirat,unlink,unlinkat,openat,sethostname \
        "$SKEP" --root "$WORK/new" doctor >/dev/null
    [[ $(grep -c openat "$WORK/trace") -gt 20 ]] # the detector works
    assert_equal "$(grep -E '(mount|umount2|move_mount|mkdirat?|unlinkat?|rename|link|mknod|chown|chmod)\(' "$WORK/trace" |
        grep -v 'readlink' || true)" ""
    assert_equal "$(grep -E 'O_(WRONLY|RDWR|CREAT)' "$WORK/trace" | grep -vE '/proc/[0-9]+/[ug]id_map' || true)" ""
}
