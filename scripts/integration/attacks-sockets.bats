#!/usr/bin/env bats
# Sockets and files that the host and a container share.
load helpers
load helpers/terminal

setup_file() {
    skep_only "each test says what skep answers"
}

@test "attack: a container puts a link in the place of its notify socket" {
    # shellcheck disable=SC2016 # for the container's shell
    setup_bundle sh -c 'mount -o remount,bind,rw /run/notify; rm -f /run/notify/notify.sock
        ln -s "$0" /run/notify/notify.sock && echo replaced' "$WORK/victim"
    update_config '.root.readonly = false | .process.noNewPrivileges = false
        | .process.capabilities[] += ["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]'
    echo precious >"$WORK/victim"
    chmod 600 "$WORK/victim"
    listen_for_notifications
    skep create --bundle "$BUNDLE" "$ID"
    "$SKEP" --root "$ROOT" start "$ID" </dev/null >/dev/null 2>&1 3>&- || true
    wait_for status_is stopped
    skep delete "$ID"
    assert_equal "$(cat "$WORK/victim") $(stat -c %a "$WORK/victim")" "precious 600"
    [[ ! -e $ROOT/$ID ]]
}
