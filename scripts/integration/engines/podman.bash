# Podman with the runtime under test, on storage and networks of its own. One storage for the tests of a file.
# shellcheck shell=bash

setup_file() {
    engine_needs podman
    room_open
    podman_configuration
    image_tar "$PLACE/image.tar"
    podman_here import "$PLACE/image.tar" busybox:test >/dev/null
    podman_use_storage
    things_before
}

podman_configuration() {
    cat >"$PLACE/containers.conf" <<EOF
[engine]
lock_type = "file"
runtime = "${SKEP##*/}"
runtime_supports_json = ["${SKEP##*/}"]
runtime_supports_nocgroup = ["${SKEP##*/}"]
[engine.runtimes]
${SKEP##*/} = ["$SKEP"]
[containers]
# What a machine without CAP_SYS_RESOURCE can ask for.
default_ulimits = ["nofile=1000:1000", "nproc=1000:1000"]
EOF
    [[ ! -x /usr/lib/podman/netavark ]] ||
        printf '[network]\nnetwork_backend = "netavark"\n' >>"$PLACE/containers.conf"
}

# Podman's storage stays mounted where it has been used once, so it is before the tests as after them.
podman_use_storage() {
    podman_run --rm busybox:test true
    wait_for podman_is_done
    # Podman makes the parent cgroup and conmon's in it, and leaves them; and it mounts its storage onto itself.
    ENGINE_OWN="^cgroup .*/$ENGINE(\.slice)?(/conmon|/libpod-conmon.*)?\$|^mount $PLACE/storage/overlay\$"
    # A pod's cgroup is Podman's too, which forgets it in the hierarchies that have no controller.
    ENGINE_OWN+="|^cgroup $cgroup_root/(systemd|unified)/$ENGINE/[0-9a-f]{64}\$"
    export ENGINE_OWN
}

teardown_file() {
    [[ -n ${ROOM-} ]] || return 0
    podman_clear
    room_close
}

setup() {
    engine_test_setup
}

teardown() {
    end_spawned
    podman_clear
    assert_nothing_left
}

podman_clear() {
    podman_here pod rm --all --force --time 0 >/dev/null 2>&1 || true
    podman_here rm --all --force --time 0 >/dev/null 2>&1 || true
    podman_here volume rm --all --force >/dev/null 2>&1 || true
}

# Podman cleans up behind a container that has ended, in the background, and mounts its storage for that.
podman_is_done() {
    [[ -z $(room_processes) ]]
}

# The words of a command line of Podman's before the command, in $podman.
podman_words() {
    podman=(nsenter --target "$ROOM" --mount --net -- env CONTAINERS_CONF="$PLACE/containers.conf"
        podman --root "$PLACE/storage" --runroot "$PLACE/runroot" --tmpdir "$PLACE/tmp"
        --network-config-dir "$PLACE/networks" --cgroup-manager "${SKEP_CGROUP_MANAGER:-cgroupfs}"
        --events-backend file)
}

podman_here() {
    local podman
    podman_words
    "${podman[@]}" "$@" <"${STDIN_FILE:-/dev/null}" 3>&-
}

# podman_run ARG...: without a network.
podman_run() {
    podman_here run --cgroup-parent "$(engine_parent)" --network none "$@"
}

# podman_detached ARG...: a container that stays, of the name $ID.
podman_detached() {
    podman_run --detach --name "$ID" "$@" >/dev/null
}

# inspect FORMAT [NAME]
inspect() {
    podman_here inspect --format "{{$1}}" "${2:-$ID}"
}

inspect_is() {
    [[ $(inspect "$1") == "$2" ]]
}
