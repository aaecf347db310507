#!/usr/bin/env bats
# skep check: every problem of a configuration at once.
load helpers

setup_file() {
    skep_only
}

# check [ARG...]: of $BUNDLE, its status in $status.
check() {
    run_skep check --bundle "$BUNDLE" "$@"
    assert_equal "$stderr" "" "standard error"
}

@test "check: a configuration in order has no findings" {
    setup_bundle
    check
    assert_status 0
    assert_equal "$output" ""
    check --json
    assert_status 0
    assert_equal "$output" "[]"
}

@test "check: all problems, each in a line" {
    setup_bundle
    update_config '.process.user.uid = "0" | .mounts[1].destination = "/" | .mounts += [{destination: "/x"}]
        | .process.rlimits = [{type: "RLIMIT_NOFILES", hard: 1, soft: 1}] | .linux.maskedPaths += ["tmp"]
        | .linux.seccomp = {defaultAction: "SCMP_ACT_ALOW"} | del(.ociVersion)'
    check
    assert_status 1
    local wanted
    while IFS= read -r wanted; do
        grep -qxF -- "$wanted" <<<"$output" || fail "'$wanted' is not in: $output"
    done <<'LINES'
error: ociVersion: required, but missing
error: process.user.uid: expected an integer, found a string ("0"); write it without quotes
error: linux.seccomp.defaultAction: unknown value "SCMP_ACT_ALOW" (one of: SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY); did you mean "SCMP_ACT_ALLOW"?
error: mounts[1].destination: a mount can't cover the rootfs itself
LINES
    assert_contains "$output" 'error: mounts[7].type: '
    assert_contains "$output" 'error: process.rlimits[0].type: "RLIMIT_NOFILES" is no resource limit'
    assert_contains "$output" 'error: linux.maskedPaths['
    assert_equal "$(grep -vc '^error: \|^warning: ' <<<"$output")" 0 "other lines"
}

@test "check: JSON says the same, and always the same" {
    setup_bundle
    update_config '.proces = {} | .process.cwd = 7 | .mounts[0].typ = "proc" | .hooks.prestart = [{path: "/no/such"}]'
    check
    cp "$WORK/stdout" "$WORK/lines"
    check --json
    assert_status 1
    cp "$WORK/stdout" "$WORK/first"
    check --json
    cmp "$WORK/first" "$WORK/stdout"
    assert_equal "$(gojq length "$WORK/stdout")" "$(grep -c '' "$WORK/lines")"
    assert_equal "$(gojq -c '.[0] | [.severity, .property, .problem, .suggestion]' "$WORK/stdout")" \
        '["error","process.cwd","expected a string, found an integer (7)","write it in double quotes"]'
    assert_equal "$(gojq -c '[.[1:][] | [.severity, .property, .suggestion]]' "$WORK/stdout")" \
        '[["warning","proces","did you mean process?"],["warning","mounts[0].typ","did you mean mounts[0].type?"],["warning","hooks.prestart[0].path",null]]'
}

@test "check: warnings alone are no failure, and create goes on" {
    setup_bundle
    update_config '.hostnam = "x" | .windows = {} | .linux.resources.memory.limits = 1
        | .process.capabilities.bounding += ["CAP_SYS_ADMINN"]'
    check
    assert_status 0
    assert_contains "$output" "warning: hostnam is no property of the specification, and is ignored; did you mean hostname?"
    assert_contains "$output" "did you mean linux.resources.memory.limit?"
    assert_contains "$output" 'did you mean "CAP_SYS_ADMIN"?'
    assert_excludes "$output" windows
    run_skep --debug create --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_contains "$stderr" "hostnam is no property of the specification, and is ignored; did you mean hostname?"
    skep delete --force "$ID"
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_excludes "$stderr" hostnam
    skep delete --force "$ID"
    assert_no_leaks
}

@test "check: the host and the rootfs" {
    setup_bundle no-such-program
    add_mount /data bind /no/such/source bind
    add_mount /fs tmpff none
    update_config '.hooks.poststop = [{path: "/etc/passwd"}]'
    check
    assert_status 0
    assert_contains "$output" 'warning: process.args[0]: "no-such-program" is in no directory of PATH in the rootfs'
    assert_contains "$output" 'warning: mounts[7].source: /no/such/source does not exist'
    assert_contains "$output" 'did you mean "tmpfs"?'
    assert_contains "$output" 'warning: hooks.poststop[0].path: /etc/passwd is not executable'
    # A link is followed inside the rootfs only.
    ln -s /bin/busybox "$BUNDLE/rootfs/bin/to-busybox"
    ln -s /../../../../../../../../etc/passwd "$BUNDLE/rootfs/bin/out"
    set_args to-busybox
    check
    assert_excludes "$output" process.args
    set_args /bin/out
    check
    assert_contains "$output" 'warning: process.args[0]: "/bin/out" is no program in the rootfs'
    rm -r "$BUNDLE/rootfs"
    check
    assert_status 0
    assert_contains "$output" "warning: root.path: open $BUNDLE/rootfs: No such file or directory (ENOENT)"
}

@test "check: an ordinary user needs no root and no rights" {
    setup_bundle
    chmod 755 "$WORK" "$BUNDLE"
    mkdir "$WORK/tool"
    chmod 755 "$WORK/tool"
    cp "$SKEP_PROGRAM" "$WORK/tool/skep"
    status=0
    output=$(cd / && setpriv --reuid 65534 --regid 65534 --clear-groups "$WORK/tool/skep" check --config /dev/stdin \
        --bundle "$BUNDLE" <"$BUNDLE/config.json" 2>&1) || status=$?
    assert_status 0
    assert_contains "$output" "warning: linux.namespaces: an ordinary user can't make the other namespaces without a user one"
    [[ ! -e $ROOT ]] || fail "$ROOT was made"
}

@test "check: a file that is no JSON, and none" {
    setup_bundle
    printf '{\n "a": tru }' >"$WORK/other.json"
    run_skep check --config "$WORK/other.json"
    assert_status 1
    assert_equal "$output" "error: $WORK/other.json: line 2, column 10: expected 'true' or 'false'"
    run_skep check --config "$WORK/none.json"
    assert_refused "$WORK/none.json" "no such file"
}
