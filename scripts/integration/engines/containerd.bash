# containerd with the runtime under test, in the room: its socket and what it runs are in the room's own /run.
# shellcheck shell=bash

readonly image=example.test/busybox:test
readonly pause_image=example.test/pause:test

# containerd_start: with a CRI whose runtime class "skep" is the runtime under test.
containerd_start() {
    cat >"$PLACE/containerd.toml" <<EOF
version = 2
root = "$PLACE/containerd"
[plugins."io.containerd.internal.v1.opt"]
  path = "$PLACE/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause_image"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$PLACE/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "skep"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.skep]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.skep.options]
        BinaryName = "$SKEP"
        SystemdCgroup = $(is_systemd_manager && echo true || echo false)
EOF
    cni_configuration
    daemon_start containerd "ctr version" containerd --config "$PLACE/containerd.toml"
}

# A bridge of the room's own.
cni_configuration() {
    mkdir -p "$PLACE/cni"
    cat >"$PLACE/cni/10-bridge.conflist" <<EOF
{"cniVersion": "0.4.0", "name": "room", "plugins": [
    {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "ipam": {"type": "host-local",
        "dataDir": "$PLACE/cni-addresses", "ranges": [[{"subnet": "10.88.0.0/16"}]]}},
    {"type": "portmap", "capabilities": {"portMappings": true}}]}
EOF
}

# containerd_image NAMESPACE NAME COMMAND...: of the tests' root file system.
containerd_image() {
    [[ -e $PLACE/$2.tar ]] || {
        mkdir -p "$(dirname "$PLACE/$2.tar")"
        /usr/bin/python3 "$engines/oci-image.py" "$ROOTFS_TEMPLATE" "$PLACE/$2.tar" "${@:2}"
    }
    in_room ctr --namespace "$1" images import "$PLACE/$2.tar" >/dev/null
}

ctr() {
    in_room ctr "$@"
}

# containerd's own folders, in which its tasks and the runtime's state are.
containerd_folders=(/run/containerd/runc /run/containerd/io.containerd.runtime.v2.task /run/containerd/fifo /run/netns)
