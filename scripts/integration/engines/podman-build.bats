#!/usr/bin/env bats
# `podman build` and Buildah: RUN with OCI isolation, through the runtime under test.
load helpers
load podman

# recipe LINE...: a Containerfile from the tests' image.
recipe() {
    mkdir "$WORK/context"
    printf '%s\n' "FROM localhost/busybox:test" "$@" >"$WORK/context/Containerfile"
}

# build ARG...: of $ID.
build() {
    podman_here build --isolation oci --network none --cgroup-parent "$(build_cgroup)" --format oci --tag "$ID" "$@" \
        "$WORK/context"
}

# What a build calls the parent is the container's own cgroup.
build_cgroup() {
    if is_systemd_manager; then printf '%s:build:%s\n' "$(engine_parent)" "$ID"; else printf '%s/%s\n' "$(engine_parent)" "$ID"; fi
}

# bats test_tags=round
@test "podman build: RUN is a container of the runtime's" {
    recipe 'RUN echo made >/file && readlink /proc/self/ns/mnt >/namespace' 'RUN chmod 777 /tmp' 'USER 1000' 'WORKDIR /tmp' \
        'RUN id -u >own && pwd >>own' 'CMD cat /file /tmp/own'
    # The runtime is seen at work: this one notes each command that it is called with.
    printf '#!/bin/sh\necho "$@" >>%q\nexec %q "$@"\n' "$WORK/calls" "$SKEP" >"$WORK/noting"
    chmod 755 "$WORK/noting"
    run build --runtime "$WORK/noting"
    assert_status 0
    assert_contains "$(cat "$WORK/calls")" "create --bundle"
    assert_contains "$(cat "$WORK/calls")" "start"
    run podman_run --rm "$ID"
    assert_equal "$output" $'made\n1000\n/tmp'
    podman_here rmi --force "$ID" >/dev/null
}

@test "podman build: a RUN that fails gives its status and leaves nothing" {
    recipe 'RUN exit 7'
    run build --runtime "$SKEP"
    ((status != 0)) || fail "it was built"
    assert_contains "$output" "exit status 7"
}

@test "podman build: a mounted secret, a cache, a volume and capabilities" {
    recipe 'RUN --mount=type=secret,id=word cat /run/secrets/word >/word' \
        'RUN --mount=type=tmpfs,target=/scratch touch /scratch/a && awk "/^CapEff/ { print \$2 }" /proc/self/status >/caps' \
        'RUN cat /given/file >/from-volume'
    printf hidden >"$WORK/word"
    mkdir "$WORK/given"
    echo given >"$WORK/given/file"
    run build --runtime "$SKEP" --secret "id=word,src=$WORK/word" --cap-drop all --cap-add CHOWN,DAC_OVERRIDE --volume "$WORK/given:/given:ro"
    assert_status 0
    assert_equal "$(podman_run --rm "$ID" sh -c 'cat /word; echo; cat /from-volume /caps; ls /scratch')" \
        $'hidden\ngiven\n0000000000000003'
    podman_here rmi --force "$ID" >/dev/null
}

# buildah_here ARG...
buildah_here() {
    CONTAINERS_CONF=$PLACE/containers.conf in_room buildah --root "$PLACE/storage" --runroot "$PLACE/runroot" "$@" </dev/null
}

# bats test_tags=round
@test "buildah: run with OCI isolation, its exit status, and a terminal" {
    command -v buildah >/dev/null || skip "buildah is not installed"
    local container
    container=$(buildah_here from --cgroup-parent "$(build_cgroup)" \
        --isolation oci localhost/busybox:test)
    run buildah_here run --isolation oci --runtime "$SKEP" --network none "$container" -- sh -c 'echo in here; exit 5'
    assert_status 5
    assert_contains "$output" "in here"
    run buildah_here run --isolation oci --runtime "$SKEP" --network none --terminal "$container" -- tty
    assert_contains "$output" /dev/pts/
    buildah_here rm "$container" >/dev/null
}
