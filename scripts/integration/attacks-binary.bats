#!/usr/bin/env bats
# The host's program file, attacked by way of a process that executes it for `exec` (CVE-2019-5736): protected-binary.bats
# has the init that waits.
load helpers
load helpers/attack

setup_file() {
    skep_only "attacks on skep's own way to execute itself"
    compile_attack
}

# A copy of the program, which may be harmed.
setup_victim() {
    mkdir "$WORK/bin"
    cp "$SKEP_PROGRAM" "$WORK/bin/skep"
    VICTIM=$WORK/bin/skep
    before=$(sha256sum <"$VICTIM")
}

exec_by_victim() {
    "$VICTIM" --root "$ROOT" exec "$ID" "$@" </dev/null >"$WORK/victim.out" 2>&1 3>&-
}

@test "attack: a container with every capability makes the mount of exec's program writable" {
    setup_victim
    # shellcheck disable=SC2046 # names without spaces
    setup_attacker $(own_capabilities) -- seize
    start_attacker
    local tries
    for ((tries = 0; tries < 20; tries++)); do
        exec_by_victim /bin/true || true
        if said opened; then break; fi
    done
    said opened || fail "the attacker found no process: $(cat "$WORK/spawned.out")"
    wait_for said "Read-only file system"
    assert_equal "$(say_all)" $'Read-only file system\nopened'
    assert_equal "$(sha256sum <"$VICTIM")" "$before" "the program's checksum"
}

@test "attack: an image's command is a script of /proc/self/exe" {
    setup_victim
    setup_attacker CAP_KILL -- seize
    printf '#!/proc/self/exe\n' >"$BUNDLE/rootfs/script"
    chmod +x "$BUNDLE/rootfs/script"
    start_attacker
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        exec_by_victim /script || true
        if said opened; then break; fi
    done
    said opened || fail "the attacker found no process: $(cat "$WORK/spawned.out" "$WORK/victim.out")"
    wait_for said "Read-only file system"
    assert_equal "$(say_all)" $'Read-only file system\nopened'
    assert_equal "$(sha256sum <"$VICTIM")" "$before" "the program's checksum"
}
