# dockerd with the runtime under test, on a containerd of its own. One image and one storage for the tests of a file.
# shellcheck shell=bash

# docker_setup_file RUNTIMES: with more runtimes than the one under test, as dockerd's JSON has them.
docker_setup_file() {
    engine_needs dockerd containerd /usr/bin/docker
    room_open
    containerd_start
    mkdir "$PLACE/docker"
    gojq -n --arg skep "$SKEP" --arg place "$PLACE" --arg parent "/$ENGINE" \
        --argjson more "$1" '{
        "data-root": ($place + "/docker/data"), "exec-root": "/run/docker", pidfile: ($place + "/docker/pid"),
        containerd: "/run/containerd/containerd.sock", hosts: ["unix:///run/docker.sock"], "cgroup-parent": $parent,
        runtimes: ({skep: {path: $skep}} + $more), "default-runtime": "skep", "live-restore": true}' >"$PLACE/docker/daemon.json"
    docker_start
    tar -C "$ROOTFS_TEMPLATE" -c . >"$PLACE/image.tar"
    docker_here import "$PLACE/image.tar" busybox:test >/dev/null
    docker_run --rm busybox:test true
    # What Docker keeps of network namespaces it takes away once a minute.
    ENGINE_OWN="^cgroup [^ ]*/$ENGINE\$|^mount /run/docker/netns/"
    export ENGINE_OWN
    things_before "${containerd_folders[@]}" "/run/docker/runtime-${SKEP##*/}" /run/docker/runtime-runc /run/docker/containerd
}

docker_start() {
    daemon_start dockerd "docker_here version" \
        env DOCKER_CONFIG="$PLACE/docker" dockerd --config-file "$PLACE/docker/daemon.json"
}

# The same process id as before is not to be had: what there was is noted anew.
docker_restart() {
    daemon_stop dockerd "$1"
    docker_start
    sed -i "s/^process [0-9]* dockerd /process $(cat "$PLACE/dockerd.pid") dockerd /" "$PLACE/before"
}

setup_file() {
    docker_setup_file null
}

teardown_file() {
    [[ -n ${ROOM-} ]] || return 0
    docker_clear
    daemon_stop dockerd
    daemon_stop containerd
    room_close
}

setup() {
    engine_test_setup
}

teardown() {
    end_spawned
    docker_clear
    assert_nothing_left
}

docker_clear() {
    local all
    mapfile -t all < <(docker_here ps --all --quiet)
    ((${#all[@]} == 0)) || docker_here rm --force "${all[@]}" >/dev/null 2>&1 || true
}

# The command line of Docker's client before the command, in $docker. A program of the same name may come first on PATH.
docker_words() {
    docker=(nsenter --target "$ROOM" --mount --net -- env DOCKER_CONFIG="$PLACE/docker"
        /usr/bin/docker --host unix:///run/docker.sock)
}

docker_here() {
    local docker
    docker_words
    "${docker[@]}" "$@" <"${STDIN_FILE:-/dev/null}" 3>&-
}

# docker_run ARG...: without a network.
docker_run() {
    docker_here run --network none "$@"
}

# docker_detached ARG...: a container that stays, of the name $ID.
docker_detached() {
    docker_run --detach --name "$ID" "$@" >/dev/null
}

# inspect FORMAT [NAME]
inspect() {
    docker_here inspect --format "{{$1}}" "${2:-$ID}"
}

inspect_is() {
    [[ $(inspect "$1") == "$2" ]]
}

# limit CONTROLLER V1_FILE V2_FILE: of $ID's cgroup.
limit() {
    container_cgroup_value "$(inspect .State.Pid)" "$@"
}
