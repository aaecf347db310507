#!/usr/bin/env bats
# /dev: the default nodes and links, linux.devices, and what the device cgroup allows.
load helpers

@test "devices: the default nodes" {
    setup_bundle sh -c 'for n in null zero full random urandom tty; do stat -c "%n %F %t:%T %a %u:%g" /dev/$n; done'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "/dev/null character special file 1:3 666 0:0
/dev/zero character special file 1:5 666 0:0
/dev/full character special file 1:7 666 0:0
/dev/random character special file 1:8 666 0:0
/dev/urandom character special file 1:9 666 0:0
/dev/tty character special file 5:0 666 0:0"
}

@test "devices: the default links" {
    setup_bundle sh -c 'for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "/proc/self/fd
/proc/self/fd/0
/proc/self/fd/1
/proc/self/fd/2
pts/ptmx"
}

@test "devices: the default nodes work" {
    setup_bundle sh -c '
        echo x >/dev/null
        head -c 4 /dev/zero | od -An -tx1
        head -c 4 /dev/urandom | wc -c
        echo x >/dev/full || echo full'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $' 00 00 00 00\n4\nfull'
}

@test "devices: without a /dev mount the root file system's is used" {
    setup_bundle sh -c 'ls -l /dev/null; readlink /dev/fd'
    update_config '.mounts |= map(select(.destination | startswith("/dev") | not)) | .root.readonly = false'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "1,   3"
}

@test "linux.devices: path, type, numbers, mode and owner" {
    setup_bundle stat -c '%F %t:%T %a %u:%g' /dev/test-char /dev/sub/test-block
    # 0640 and 0600; 7:200 (a loop device) is only made, never opened.
    update_config '.linux.devices = [
        {path: "/dev/test-char", type: "c", major: 1, minor: 5, fileMode: 416, uid: 1000, gid: 1001},
        {path: "/dev/sub/test-block", type: "b", major: 7, minor: 200, fileMode: 384}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "character special file 1:5 640 1000:1001
block special file 7:c8 600 0:0"
}

@test "linux.devices: a mode is as written, whatever the caller's umask" {
    setup_bundle stat -c '%a' /dev/test-char /dev/null
    update_config '.linux.devices = [{path: "/dev/test-char", type: "c", major: 1, minor: 5, fileMode: 438}]'
    local before
    before=$(umask)
    umask 077
    run_skep run --bundle "$BUNDLE" "$ID"
    umask "$before"
    assert_equal "$output" $'666\n666'
}

@test "linux.devices: a fifo" {
    setup_bundle stat -c %F /dev/test-fifo
    update_config '.linux.devices = [{path: "/dev/test-fifo", type: "p", fileMode: 384}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" fifo
}

@test "linux.devices: one of the defaults may be given again" {
    skep_only # runc then denies it, unless linux.resources.devices allows it as well
    setup_bundle sh -c 'echo x >/dev/null; stat -c %t:%T /dev/null'
    update_config '.linux.devices = [{path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 438}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1:3
}

@test "linux.devices: an unknown type is refused" {
    setup_bundle
    update_config '.linux.devices = [{path: "/dev/x", type: "z", major: 1, minor: 3}]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.devices[0]"
}

# /dev/kmsg: opening it for writing needs no capability, so that only the device cgroup can say no.
setup_kmsg() {
    setup_bundle sh -c ': >/dev/test-kmsg && echo opened'
    update_config '.linux.devices = [{path: "/dev/test-kmsg", type: "c", major: 1, minor: 11, fileMode: 438}]'
}

@test "linux.resources.devices: what no rule allows is denied" {
    setup_kmsg
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "Operation not permitted"
}

@test "linux.resources.devices: what a rule allows is allowed" {
    setup_kmsg
    update_config '.linux.resources.devices += [{allow: true, type: "c", major: 1, minor: 11, access: "rw"}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" opened
}

@test "linux.resources.devices: access other than the allowed is denied" {
    setup_kmsg
    update_config '.linux.resources.devices += [{allow: true, type: "c", major: 1, minor: 11, access: "r"}]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "Operation not permitted"
}

@test "linux.resources.devices: a later rule wins" {
    setup_kmsg
    update_config '.linux.resources.devices = [
        {allow: true, access: "rwm"}, {allow: false, type: "c", major: 1, minor: 11, access: "w"}]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    update_config '.linux.resources.devices = [{allow: true, access: "rwm"}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" opened
}
