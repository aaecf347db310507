#!/usr/bin/env bats
# An image whose /dev leads out of it (CVE-2026-41579): terminal.bats and mount-kinds.bats have its console and /dev/null.
load helpers
load helpers/terminal

setup_file() {
    skep_only "each test says what skep answers"
}

# A bundle without a mount on /dev: what is there is the image's.
setup_plain_dev() {
    setup_bundle true
    update_config '.root.readonly = false | .mounts |= map(select(.destination | startswith("/dev") | not))'
}

@test "attack: /dev of an image is a link to the host, where devices and links would be made" {
    local target
    for target in "$WORK/outside" "../../../../../../../../../..$WORK/outside"; do
        setup_plain_dev
        mkdir -p "$WORK/outside"
        rm -r "$BUNDLE/rootfs/dev"
        ln -s "$target" "$BUNDLE/rootfs/dev"
        run_skep run --bundle "$BUNDLE" "$ID"
        ((status == 0)) || assert_refused /dev
        [[ -z $(ls -A "$WORK/outside") ]] || fail "made on the host: $(ls -A "$WORK/outside")"
        rm -r "$BUNDLE"
    done
}

@test "attack: a device of an image is a link to a file of the host's" {
    setup_plain_dev
    echo precious >"$WORK/victim"
    chmod 600 "$WORK/victim"
    ln -s "$WORK/victim" "$BUNDLE/rootfs/dev/zero"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused /dev/zero
    assert_equal "$(cat "$WORK/victim") $(stat -c '%a %F' "$WORK/victim")" "precious 600 regular file"
}

@test "attack: /dev/console of an image is a link to a file that is to be masked" {
    setup_plain_dev
    update_config '.process.terminal = true | .process.args = ["/bin/cat", "/secret"] | .linux.maskedPaths = ["/secret"]'
    add_mount /dev/pts devpts devpts newinstance ptmxmode=0666
    echo precious >"$BUNDLE/rootfs/secret"
    ln -s /secret "$BUNDLE/rootfs/dev/console"
    in_terminal 24x80 -- "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    assert_equal "$status" 1
    assert_contains "$output" "process.terminal: open /dev/console: Too many levels of symbolic links"
    assert_no_leaks
}
