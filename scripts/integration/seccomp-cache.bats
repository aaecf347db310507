#!/usr/bin/env bats
# Compiled filters are kept in <root>/.cache/seccomp, and believed only where nobody else can have had a hand in them.
load helpers

denying_bundle() {
    skep_only
    CACHE=$ROOT/.cache/seccomp
    setup_bundle mkdir /tmp/x
    update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
        {names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
}

# filtered HOW: a run is refused its mkdir, and the filter was compiled, or a known one.
filtered() {
    run_skep --debug run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "No space left on device"
    case $1 in
    compiled) assert_contains "$stderr" "compiled a filter" ;;
    known)
        assert_contains "$stderr" "using a filter that was compiled before"
        assert_excludes "$stderr" "compiled a filter of"
        ;;
    esac
}

entry() {
    find "$CACHE" -type f
}

@test "seccomp-cache: the first start compiles, the next does not, exec neither" {
    denying_bundle
    filtered compiled
    filtered known
    assert_equal "$(stat -c %a "$CACHE" "$(entry)")" $'700\n600'
    set_args sleep 1000
    skep --debug run --detach --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "compiled before"
    run_skep --debug exec "$ID" mkdir /tmp/x
    assert_contains "$stderr" "compiled before"
    assert_contains "$stderr" "No space left on device"
}

@test "seccomp-cache: another profile has another entry" {
    denying_bundle
    filtered compiled
    update_config '.linux.seccomp.syscalls[0].names += ["mkdirat"]'
    filtered compiled
    assert_equal "$(entry | wc -l)" 2
    update_config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_LOG"] | .linux.seccomp.listenerPath = "/nowhere"'
    filtered known
}

@test "seccomp-cache: a damaged, foreign or replaced entry is compiled anew" {
    denying_bundle
    filtered compiled
    local file damage
    file=$(entry)
    for damage in \
        'printf X | dd of="$file" bs=1 seek=300 conv=notrunc' 'truncate -s 100 "$file"' ': >"$file"' 'echo more >>"$file"' \
        'chown 1000 "$file"' 'chmod 666 "$file"' 'cp "$file" "$WORK/copy"; ln -sf "$WORK/copy" "$file"' \
        'rm "$file"; mkfifo "$file"' 'cp /bin/true "$file"'; do
        eval "$damage" 2>/dev/null
        filtered compiled
        filtered known
        [[ ! -L $file && $(stat -c '%u %a' "$file") == "0 600" ]] || fail "after: $damage"
    done
}

@test "seccomp-cache: an entry of other rules under this one's name is not believed" {
    denying_bundle
    filtered compiled
    local file other
    file=$(entry)
    update_config '.linux.seccomp.syscalls[0].action = "SCMP_ACT_LOG" | del(.linux.seccomp.syscalls[0].errnoRet) |
        .linux.seccomp.defaultErrnoRet = null'
    run_skep run --bundle "$BUNDLE" "$ID"
    other=$(entry | grep -v "$file")
    cp "$other" "$file"
    update_config '.linux.seccomp.syscalls[0] += {action: "SCMP_ACT_ERRNO", errnoRet: 28}'
    filtered compiled
}

@test "seccomp-cache: what is in the cache's way costs nothing but time" {
    denying_bundle
    filtered compiled
    chmod 777 "$CACHE"
    filtered compiled
    filtered compiled
    rm -rf "$ROOT/.cache"
    touch "$ROOT/.cache"
    filtered compiled
    rm "$ROOT/.cache"
    mkdir "$WORK/elsewhere"
    ln -s "$WORK/elsewhere" "$ROOT/.cache"
    filtered compiled
    assert_equal "$(ls -A "$WORK/elsewhere")" ""
    rm "$ROOT/.cache"
}

@test "seccomp-cache: many at once" {
    denying_bundle
    local number pids=()
    for number in 1 2 3 4 5 6 7 8; do
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID.$number" </dev/null >/dev/null 2>"$WORK/err.$number" 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}" || true
    for number in 1 2 3 4 5 6 7 8; do
        assert_contains "$(cat "$WORK/err.$number")" "No space left on device"
    done
    filtered known
    assert_equal "$(find "$CACHE" -mindepth 1 | wc -l)" 1
}

@test "seccomp-cache: it is no container" {
    denying_bundle
    filtered compiled
    skep list --quiet
    assert_equal "$output" ""
    local command
    for command in "state" "delete --force" "kill" "start"; do
        # shellcheck disable=SC2086 # a command and its option
        run_skep $command .cache
        assert_refused '".cache"'
    done
    run_skep create --bundle "$BUNDLE" .cache
    assert_refused '".cache"'
    filtered known
}

@test "seccomp-cache: plan neither reads nor writes it" {
    denying_bundle
    skep plan --bundle "$BUNDLE"
    assert_contains "$output" "linux.seccomp"
    [[ ! -e $ROOT/.cache ]]
}
