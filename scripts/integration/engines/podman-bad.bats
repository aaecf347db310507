#!/usr/bin/env bats
# What Podman's user sees of what can't be, and what a runtime leaves that is killed at work.
load helpers
load podman

# refused WORD... -- ARG...: such a container is not made; the runtime's one line reaches the user, and has the WORDs.
refused() {
    local words=()
    while [[ $1 != -- ]]; do
        words+=("$1")
        shift
    done
    run podman_run --name "$ID" "${@:2}"
    ((status != 0)) || fail "it ran: $output"
    is_skep || return 0
    local word
    for word in "${words[@]}"; do assert_contains "$output" "$word"; done
    assert_equal "$(grep -c 'skep: ' <<<"$output")" 1 "skep's lines in: $output"
    podman_here rm --force --time 0 "$ID" >/dev/null
}

# bats test_tags=round
@test "podman: a mount that can't be is told in one line" {
    refused "mounts[" "/scratch" "Bad value for 'size'" -- --tmpfs /scratch:size=banana busybox:test true
    touch "$WORK/file"
    refused "mounts[" "/etc" "a file can't be mounted on a directory" -- --volume "$WORK/file:/etc" busybox:test true
}

# bats test_tags=round
@test "podman: a device that is gone when the container starts is told in one line" {
    mknod "$WORK/device" c 1 3
    podman_here create --name "$ID" --network none --cgroup-parent "$(engine_parent)" --device "$WORK/device:/dev/own" \
        --privileged --volume "$WORK/device:/dev/bound" busybox:test true >/dev/null
    rm "$WORK/device"
    run podman_here start --attach "$ID"
    ((status != 0)) || fail "it ran"
    assert_contains "$output" "$WORK/device"
    assert_contains "$output" "o such file or directory"
}

@test "podman: a seccomp profile that names no such action is told in one line" {
    printf '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 999999}]}' \
        >"$WORK/seccomp.json"
    refused "linux.seccomp" -- --security-opt "seccomp=$WORK/seccomp.json" busybox:test true
}

# hooks_folder STAGE SCRIPT: a folder of hooks for Podman, in $WORK/hooks.
hooks_folder() {
    mkdir "$WORK/hooks"
    gojq -n --arg stage "$1" --arg script "$2" '{version: "1.0.0", when: {always: true}, stages: [$stage],
        hook: {path: "/bin/sh", args: ["sh", "-c", $script]}}' >"$WORK/hooks/one.json"
}

# bats test_tags=round,cgroup
@test "podman: what is left of a runtime that is killed in the middle of create is taken away by rm" {
    local stage podman
    podman_words
    for stage in createRuntime createContainer; do
        hooks_folder "$stage" "$(halting_hook)"
        spawn "${podman[@]}" --hooks-dir "$WORK/hooks" run --name "$ID" --network none \
            --cgroup-parent "$(engine_parent)" busybox:test true
        kill_in_create
        podman_here rm --force --time 0 "$ID" >/dev/null
        rm -r "$WORK/hooks"
        assert_nothing_left
    done
}
