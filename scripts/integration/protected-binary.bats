#!/usr/bin/env bats
# The host's program file can't be reached through a process that runs it (CVE-2019-5736).
load helpers
load helpers/attack

# A container with every capability that sees the host's processes. It opens the waiting init's program, waits until
# the file /go appears, and then, with no process executing the file any more, tries to write to it.
setup_privileged() {
    BUNDLE=$WORK/attacker
    setup_bundle
    drop_namespace pid
    # shellcheck disable=SC2046 # names without spaces
    update_config '.root.readonly = false | .process.noNewPrivileges = false
        | .process.capabilities[] = $ARGS.positional' --args -- $(own_capabilities)
    set_script "exec 3</proc/$1/exe; touch /ready
        until [ -e /go ]; do sleep 0.1; done
        (echo pwned >>/proc/self/fd/3) 2>&1; (echo pwned >/proc/self/fd/3) 2>&1; true"
}

@test "protected binary: a waiting init's program can't be written to, not even by a privileged container" {
    local victim=${ID}_victim pid before
    before=$(sha256sum <"$SKEP_PROGRAM")
    setup_bundle sleep 1000
    skep create --bundle "$BUNDLE" "$victim"
    pid=$("$SKEP_PROGRAM" --root "$ROOT" state "$victim" | gojq .pid)

    setup_privileged "$pid"
    spawn_skep run --bundle "$BUNDLE" "$ID"
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        [[ -e $BUNDLE/rootfs/ready ]] && break
        sleep 0.1
    done
    [[ -e $BUNDLE/rootfs/ready ]] || fail "the attacker did not open the program: $(cat "$WORK"/spawned.{out,err})"
    skep delete --force "$victim"
    touch "$BUNDLE/rootfs/go"
    wait_spawned
    assert_status 0
    output=$(<"$WORK/spawned.out")
    if is_skep; then
        assert_equal "$(grep -c "can't create" <<<"$output")" 2 "refusals in: $output"
        # Not only because the file is busy, which it is not for ever.
        assert_contains "$output" "Read-only file system"
    fi
    assert_equal "$(sha256sum <"$SKEP_PROGRAM")" "$before" "the program's checksum"
}
