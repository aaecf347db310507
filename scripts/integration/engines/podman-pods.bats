#!/usr/bin/env bats
# Podman's pods, networks, volumes and secrets.
load helpers
load podman

# namespace NAME TYPE: of a container's process.
namespace() {
    readlink "/proc/$(inspect .State.Pid "$1")/ns/$2"
}

# A pod's first container is of Podman's own making, and needs this program.
needs_catatonit() {
    [[ -x /usr/libexec/podman/catatonit || -x /usr/bin/catatonit ]] || skip "catatonit is not installed"
}

# pod ARG...: makes the pod $ID, without a network.
pod() {
    needs_catatonit
    podman_here pod create --name "$ID" --cgroup-parent "$(engine_parent)" --network none "$@" >/dev/null
}

# in_pod NAME ARG...: a container of it that stays.
in_pod() {
    needs_catatonit
    podman_here run --detach --pod "$ID" --name "$ID-$1" busybox:test "${@:2}" >/dev/null
}

# bats test_tags=round
@test "podman: a pod's containers share network, IPC and host name, and end with it" {
    pod --hostname of-the-pod
    in_pod a sleep 1000
    in_pod b sleep 1000
    local type
    for type in net ipc uts; do
        assert_equal "$(namespace "$ID-a" "$type")" "$(namespace "$ID-b" "$type")" "$type"
    done
    for type in mnt pid; do
        [[ $(namespace "$ID-a" "$type") != "$(namespace "$ID-b" "$type")" ]] || fail "$type is shared"
    done
    assert_equal "$(podman_here exec "$ID-a" hostname)" of-the-pod
    assert_equal "$(podman_here pod inspect --format '{{.State}} {{.NumContainers}}' "$ID")" "Running 3"
    podman_here pod pause "$ID" >/dev/null
    assert_equal "$(inspect .State.Status "$ID-a") $(inspect .State.Status "$ID-b")" "paused paused"
    podman_here pod unpause "$ID" >/dev/null
    podman_here pod stop --time 0 "$ID" >/dev/null
    assert_equal "$(inspect .State.Status "$ID-a")" exited
    podman_here pod start "$ID" >/dev/null
    assert_equal "$(inspect .State.Status "$ID-b")" running
    podman_here pod rm --force --time 0 "$ID" >/dev/null
}

@test "podman: a pod that shares its process ids" {
    pod --share pid,ipc,net,uts
    in_pod a sleep 1234
    in_pod b sleep 1000
    assert_contains "$(podman_here exec "$ID-b" ps)" "sleep 1234"
    # The infra container's process is everyone's init: with it all are gone.
    local pid infra
    pid=$(inspect .State.Pid "$ID-a")
    infra=$(podman_here pod inspect --format '{{.InfraContainerID}}' "$ID")
    kill -KILL "$(inspect .State.Pid "$infra")"
    wait_for test ! -e "/proc/$pid"
}

@test "podman: a pod with a user namespace, and an exec in its containers" {
    skep_only "runc before 1.2 finds no rootfs below a directory that is root's alone"
    pod --uidmap 0:100000:65536 --gidmap 0:100000:65536
    in_pod a sleep 1000
    assert_matches "$(podman_here exec "$ID-a" cat /proc/self/uid_map)" '^ +0 +100000 +65536$'
    assert_equal "$(stat -c %u "/proc/$(inspect .State.Pid "$ID-a")")" 100000
}

# bats test_tags=round
@test "podman: play kube makes a pod of a manifest, and takes it down" {
    needs_catatonit
    cat >"$WORK/pod.yaml" <<EOF
apiVersion: v1
kind: Pod
metadata:
  name: $ID
spec:
  hostNetwork: true
  restartPolicy: Never
  volumes:
  - name: scratch
    emptyDir: {}
  initContainers:
  - name: before
    image: localhost/busybox:test
    command: [/bin/sh, -c, "echo prepared >/scratch/file"]
    volumeMounts: [{name: scratch, mountPath: /scratch}]
  containers:
  - name: main
    image: localhost/busybox:test
    command: [/bin/sh, -c, "cat /scratch/file; id -u; exec sleep 1000"]
    securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
    resources: {limits: {memory: 64Mi, cpu: 500m}}
    volumeMounts: [{name: scratch, mountPath: /scratch}]
EOF
    run podman_here play kube "$WORK/pod.yaml"
    assert_status 0
    wait_for logs_of_main
    assert_equal "$(container_cgroup_value "$(inspect .State.Pid "$ID-main")" memory memory.limit_in_bytes memory.max)" \
        67108864
    podman_here play kube --down "$WORK/pod.yaml" >/dev/null
    assert_equal "$(podman_here ps --all --quiet)" ""
}

logs_of_main() {
    [[ $(podman_here logs "$ID-main") == $'prepared\n1000' ]]
}

# bats test_tags=round
@test "podman: a bridge network: addresses, a connection between two, and a published port" {
    [[ -x /usr/lib/podman/netavark ]] || skip "netavark is not installed"
    podman_here network create --disable-dns "$ID" >/dev/null
    local server=(--detach --network "$ID" --cgroup-parent "$(engine_parent)")
    podman_here run "${server[@]}" --name "$ID" --publish 8123:80 busybox:test \
        sh -c 'while :; do echo answer | nc -l -p 80; done' >/dev/null
    local address
    address=$(podman_here inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$ID")
    run podman_here run --rm --network "$ID" --cgroup-parent "$(engine_parent)" busybox:test \
        sh -c "ping -c 1 -w 5 $address >/dev/null && nc -w 5 $address 80 </dev/null"
    assert_equal "$output" answer
    local own
    own=$(in_room ip -oneline -4 address show scope global | awk '{ print $4 }' | cut -d/ -f1)
    assert_equal "$(in_room busybox nc -w 5 "$own" 8123 </dev/null)" answer
    podman_here rm --force --time 0 "$ID" >/dev/null
    podman_here network rm "$ID" >/dev/null
    in_room iptables -F
}

@test "podman: named volumes, with the image's content and an owner" {
    podman_here volume create "$ID" >/dev/null
    podman_run --rm --volume "$ID:/etc" busybox:test sh -c 'echo more >/etc/more'
    assert_equal "$(podman_run --rm --volume "$ID:/v:ro" busybox:test sh -c 'cat /v/more; head -n 1 /v/group')" \
        $'more\nroot:x:0:'
    mkdir "$WORK/owned"
    podman_run --rm --user 1000 --volume "$WORK/owned:/v:U" busybox:test touch /v/file
    assert_equal "$(stat -c %u "$WORK/owned/file")" 1000
    podman_here volume rm "$ID" >/dev/null
}

# bats test_tags=round
@test "podman: secrets as a file and as a variable" {
    printf hidden >"$WORK/secret"
    podman_here secret create "$ID" "$WORK/secret" >/dev/null
    run podman_run --rm --secret "$ID,mode=0400,uid=1000,target=word" --secret "$ID,type=env,target=WORD" --user 1000 \
        busybox:test sh -c 'cat /run/secrets/word; stat -c " %a %u" /run/secrets/word; echo $WORD'
    assert_equal "$output" $'hidden 400 1000\nhidden'
    podman_here secret rm "$ID" >/dev/null
}
