# Podman with the runtime under test, on storage of its own below the test's folder: for `setup` and `teardown`.
# shellcheck shell=bash

podman_setup() {
    command -v podman >/dev/null || skip "podman is not installed"
    WORK=$BATS_TEST_TMPDIR
    ROOT=$WORK/state
    BUNDLE=$WORK/podman
    ID=it_$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
    SPAWNED=()
    tar -C "$ROOTFS_TEMPLATE" -c . >"$WORK/image.tar"
    podman_here import "$WORK/image.tar" busybox:test >/dev/null
}

podman_teardown() {
    command -v podman >/dev/null || return 0
    podman_here rm --all --force --time 0 >/dev/null 2>&1 || true
    wait_for podman_is_done
    umount "$WORK/podman/storage/overlay" 2>/dev/null || true
    # The parent cgroup and conmon's in it are Podman's to leave; the containers' are the runtime's.
    local left top
    left=$(find /sys/fs/cgroup -type d -path "*$(podman_parent)/libpod-*" -not -path '*conmon*')
    ! is_systemd_manager || systemctl --quiet stop "$(podman_parent)"
    for top in $(cgroups_named "$ID"); do
        find "$top" -depth -type d -exec rmdir {} \; || true
    done
    [[ -z $left ]] || fail "left behind: $left"
    assert_no_leaks
}

# Podman cleans up behind a container that has ended, in the background, and mounts its storage for that. The
# pattern comes from a file, as grep would find its own argument.
podman_is_done() {
    printf '%s\n' "$WORK/podman" >"$WORK/pattern.podman"
    ! grep -qsFf "$WORK/pattern.podman" /proc/[0-9]*/cmdline
}

# The cgroup that all of the test's are in.
podman_parent() {
    if is_systemd_manager; then printf '%s.slice\n' "$ID"; else printf '/%s\n' "$ID"; fi
}

podman_here() {
    podman --root "$WORK/podman/storage" --runroot "$WORK/podman/run" --tmpdir "$WORK/podman/tmp" \
        --cgroup-manager "${SKEP_CGROUP_MANAGER:-cgroupfs}" --events-backend file --runtime "$SKEP" "$@" </dev/null 3>&-
}

# podman_run ARG...: as a machine without CAP_SYS_RESOURCE asks for.
podman_run() {
    podman_here run --cgroup-parent "$(podman_parent)" --network none \
        --ulimit nofile=1000:1000 --ulimit nproc=1000:1000 "$@"
}
