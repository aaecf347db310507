#!/usr/bin/env bats
# A directory of the host's that somebody has left open, as an image's way out (CVE-2024-21626).
load helpers

setup_file() {
    skep_only "others have answers of their own"
}

# A directory of the host's with a program that tells where it ran from.
setup_leak() {
    setup_bundle "$@"
    mkdir -p "$WORK/host/bin"
    cp "$ROOTFS_TEMPLATE/bin/busybox" "$WORK/host/bin/busybox"
    echo secret >"$WORK/host/secret"
}

# with_leak ARG...: the runtime with that directory as descriptors 3 and 7.
with_leak() {
    status=0
    "$SKEP" --root "$ROOT" "$@" 3<"$WORK/host" 7<"$WORK/host" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    output=$(cat "$WORK/stdout")
    stderr=$(cat "$WORK/stderr")
}

@test "attack: an image's command leads through a descriptor that the caller has left open" {
    local number
    for number in 3 7; do
        setup_leak "/proc/self/fd/$number/bin/busybox" echo "from the host"
        with_leak run --bundle "$BUNDLE" "$ID"
        assert_refused process.args "/proc/self/fd/$number/bin/busybox"
        assert_equal "$output" ""
        rm -r "$BUNDLE"
    done
}

@test "attack: an exec's command leads through a descriptor that the caller has left open" {
    setup_leak sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    local number
    for ((number = 3; number < 24; number++)); do
        with_leak exec "$ID" "/proc/self/fd/$number/bin/busybox" echo "from the host"
        ((status == 255)) || fail "descriptor $number: $output"
    done
}

@test "attack: the working directory is one that was passed on" {
    local path
    setup_leak sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    for path in /proc/self/fd/3 /proc/self/fd/3/bin/..; do
        with_leak exec --preserve-fds 1 --cwd "$path" "$ID" /bin/cat secret
        ((status == 255)) || fail "status $status: $output"
        assert_contains "$stderr" "process.cwd: getcwd"
        assert_contains "$stderr" "outside the container's rootfs"
    done
}
