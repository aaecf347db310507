#!/usr/bin/env bats
# An image's /etc/passwd, of which HOME is taken.
load helpers

setup_file() {
    skep_only "each test says what skep answers"
}

@test "attack: /etc/passwd of an image is a fifo, which nobody waits for" {
    setup_bundle sh -c 'echo "$HOME"'
    rm "$BUNDLE/rootfs/etc/passwd"
    mkfifo "$BUNDLE/rootfs/etc/passwd"
    status=0
    timeout --signal KILL 20 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- ||
        status=$?
    assert_equal "$status $(cat "$WORK/stdout" "$WORK/stderr")" "0 /"
}

@test "attack: /etc/passwd of an image leads to the host's" {
    setup_bundle sh -c 'echo "$HOME"'
    echo 'root:x:0:0::/from-the-host:/bin/sh' >"$WORK/passwd"
    ln -sf "$WORK/passwd" "$BUNDLE/rootfs/etc/passwd"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" /
}

@test "attack: /etc/passwd of an image has ten gigabytes, of which only the first is read" {
    setup_bundle sh -c 'echo "$HOME"'
    { yes 'x:x:5:5::/x:/x' | head -c 4M; echo; echo 'root:x:0:0::/late:/bin/sh'; } >"$BUNDLE/rootfs/etc/passwd"
    truncate -s 10G "$BUNDLE/rootfs/etc/passwd"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" /
}

@test "attack: /etc/passwd of an image has a user whose name is another's number" {
    setup_bundle sh -c 'id -u; echo "$HOME"'
    printf '0:x:1000:1000::/wrong:/bin/sh\n1000:x:0:0::/root:/bin/sh\n' >"$BUNDLE/rootfs/etc/passwd"
    update_config '.process.user = {uid: 1000, gid: 1000}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'1000\n/wrong'
    update_config '.process.user = {uid: 0, gid: 0}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'0\n/root'
}
