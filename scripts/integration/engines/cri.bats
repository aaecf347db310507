#!/usr/bin/env bats
# containerd's CRI with the runtime under test as the runtime class "skep": what a kubelet asks for.
load helpers
load containerd

setup_file() {
    engine_needs containerd ctr protoc
    python3_of_debian -c 'import grpc, google.protobuf' 2>/dev/null || skip "no python3-grpcio (scripts/setup installs it)"
    room_open
    protoc --proto_path="$engines" --python_out="$PLACE" cri.proto
    containerd_start
    containerd_image k8s.io "$image" sh
    containerd_image k8s.io "$pause_image" sleep 1000000
    WORK=$BATS_FILE_TMPDIR ID=$ENGINE-first
    pod
    remove_pods
    # The bridge stays, and so do what the pods' parents are to a kubelet.
    ENGINE_OWN="^cgroup [^ ]*/$ENGINE(\.slice)?\$|^interface cni0"
    export ENGINE_OWN
    things_before "${containerd_folders[@]}"
}

setup() {
    engine_test_setup
}

teardown() {
    remove_pods
    assert_nothing_left
}

teardown_file() {
    [[ -n ${ROOM-} ]] || return 0
    daemon_stop containerd
    room_close
}

# The one that Debian's packages are for, whatever PATH has.
python3_of_debian() {
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$@"
}

# cri METHOD [FILTER [JQ_ARG...]]: calls it with the request that a jq FILTER makes.
cri() {
    local request=${2-.}
    gojq -n "{} | $request" "${@:3}" | PYTHONDONTWRITEBYTECODE=1 in_room \
        /usr/bin/python3 "$engines/cri-client.py" /run/containerd/containerd.sock "$PLACE" "$1"
}

# cri_run METHOD ...: as `run` does.
cri_run() {
    status=0
    output=$(cri "$@" 2>&1) || status=$?
}

# pod [FILTER]: runs the sandbox $POD, of the configuration $WORK/pod.json that a jq FILTER has changed.
pod() {
    local parent=/$ENGINE
    ! is_systemd_manager || parent=$ENGINE.slice
    gojq -n --arg id "$ID" --arg logs "$WORK/logs" --arg parent "$parent" '{
        metadata: {name: $id, uid: $id, namespace: "default"}, hostname: "of-the-pod", log_directory: $logs,
        linux: {cgroup_parent: $parent, security_context: {namespace_options: {pid: "CONTAINER"}}}} | '"${1:-.}" \
        >"$WORK/pod.json"
    POD=$(cri RunPodSandbox '{config: $config[0], runtime_handler: "skep"}' --slurpfile config "$WORK/pod.json" |
        gojq -r .pod_sandbox_id)
    [[ -n $POD ]] || fail "no pod"
}

# create_container NAME SCRIPT [FILTER]: creates $CONTAINER in $POD.
create_container() {
    gojq -n --arg name "$1" --arg script "$2" --arg image "$image" '{
        metadata: {name: $name}, image: {image: $image}, command: ["sh", "-c", $script], log_path: ($name + ".log"),
        linux: {security_context: {namespace_options: {pid: "CONTAINER"}}}} | '"${3:-.}" \
        >"$WORK/container.json"
    CONTAINER=$(cri CreateContainer '{pod_sandbox_id: $pod, config: $config[0], sandbox_config: $sandbox[0]}' \
        --arg pod "$POD" --slurpfile config "$WORK/container.json" --slurpfile sandbox "$WORK/pod.json" |
        gojq -r .container_id)
    [[ -n $CONTAINER ]] || fail "no container"
}

# of_container METHOD [FILTER]: with the container's id, and what else the FILTER adds.
of_container() {
    cri "$1" "{container_id: \$id} | ${2:-.}" --arg id "$CONTAINER"
}

# start_container NAME SCRIPT [FILTER]
start_container() {
    create_container "$@"
    of_container StartContainer >/dev/null
}

container_status() {
    of_container ContainerStatus | gojq -r ".status.$1"
}

state_is() {
    [[ $(container_status state) == "$1" ]]
}

container_pid() {
    of_container ContainerStatus '.verbose = true' | gojq -r '.info.info | fromjson | .pid'
}

# exec_sync WORD...: leaves $output and $status, which is the command's.
exec_sync() {
    local answer
    answer=$(cri ExecSync '{container_id: $id, cmd: $words, timeout: 5}' --arg id "$CONTAINER" \
        --argjson words "$(words "$@")")
    output=$(gojq -r .stdout <<<"$answer" | base64 -d)
    status=$(gojq -r .exit_code <<<"$answer")
}

# words WORD...: as JSON, which jq 1.6 can't make of words that look like its options.
words() {
    /usr/bin/python3 -c 'import json, sys; print(json.dumps(sys.argv[1:]))' "$@"
}

remove_pods() {
    local id
    for id in $(cri ListPodSandbox | gojq -r '.items[].id'); do
        cri StopPodSandbox '{pod_sandbox_id: $id}' --arg id "$id" >/dev/null || true
        cri RemovePodSandbox '{pod_sandbox_id: $id}' --arg id "$id" >/dev/null || true
    done
}

# bats test_tags=round
@test "cri: a pod of the runtime class runs a container, and every step shows" {
    assert_equal "$(cri Version | gojq -r .runtime_name)" containerd
    pod
    cri PodSandboxStatus '{pod_sandbox_id: $id}' --arg id "$POD" >"$WORK/status"
    assert_equal "$(gojq -r '.status | "\(.state) \(.runtime_handler)"' "$WORK/status")" "SANDBOX_READY skep"
    assert_matches "$(gojq -r .status.network.ip "$WORK/status")" '^10\.88\.'
    create_container main 'trap "exit 6" TERM; echo out; echo err >&2; while :; do sleep 0.05; done'
    assert_equal "$(container_status state)" CONTAINER_CREATED
    of_container StartContainer >/dev/null
    assert_equal "$(container_status state)" CONTAINER_RUNNING
    exec_sync sh -c 'hostname; exit 5'
    assert_equal "$status $output" "5 of-the-pod"
    of_container StopContainer '.timeout = 10' >/dev/null
    assert_equal "$(container_status state) $(container_status exit_code)" "CONTAINER_EXITED 6"
    assert_matches "$(cat "$WORK/logs/main.log")" ' stdout F out'
    assert_matches "$(cat "$WORK/logs/main.log")" ' stderr F err'
    of_container RemoveContainer >/dev/null
    cri StopPodSandbox '{pod_sandbox_id: $id}' --arg id "$POD" >/dev/null
    assert_equal "$(cri ListPodSandbox | gojq -r '.items[0].state')" SANDBOX_NOTREADY
    cri RemovePodSandbox '{pod_sandbox_id: $id}' --arg id "$POD" >/dev/null
    assert_equal "$(cri ListPodSandbox | gojq '.items | length')" 0
}

# bats test_tags=round
@test "cri: two containers share the pod's namespaces, and reach each other" {
    pod
    start_container server 'while :; do echo answer | nc -l -p 80; done'
    local first
    first=$(container_pid)
    start_container client 'sleep 1000'
    local type
    for type in net ipc uts; do
        assert_equal "$(readlink "/proc/$first/ns/$type")" "$(readlink "/proc/$(container_pid)/ns/$type")" "$type"
    done
    [[ $(readlink "/proc/$first/ns/pid") != "$(readlink "/proc/$(container_pid)/ns/pid")" ]] || fail "pid is shared"
    exec_sync nc -w 5 127.0.0.1 80
    assert_equal "$output" answer
}

@test "cri: a pod that shares process ids, and one with the node's namespaces" {
    pod '.linux.security_context.namespace_options.pid = "POD"'
    start_container one 'sleep 1234' '.linux.security_context.namespace_options.pid = "POD"'
    start_container two 'sleep 1000' '.linux.security_context.namespace_options.pid = "POD"'
    exec_sync ps
    assert_contains "$output" "sleep 1234"
    remove_pods
    local node='.linux.security_context.namespace_options = {network: "NODE", pid: "NODE", ipc: "NODE"}'
    pod "$node | del(.hostname)"
    start_container one 'sleep 1000' "$node"
    assert_equal "$(readlink "/proc/$(container_pid)/ns/net")" "$(readlink "/proc/$ROOM/ns/net")"
    assert_equal "$(readlink "/proc/$(container_pid)/ns/pid")" "$(readlink /proc/self/ns/pid)"
}

# bats test_tags=round,cgroup
@test "cri: limits, an update of them, and statistics" {
    pod
    start_container main 'while :; do :; done' '.linux.resources = {memory_limit_in_bytes: "67108864", cpu_quota: "50000",
        cpu_period: "100000", cpu_shares: "512"}'
    local pid
    pid=$(container_pid)
    assert_equal "$(container_cgroup_value "$pid" memory memory.limit_in_bytes memory.max)" 67108864
    assert_equal "$(container_cgroup_value "$pid" cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 50000
    of_container UpdateContainerResources '.linux = {memory_limit_in_bytes: "100663296", cpu_quota: "20000", cpu_period: "100000"}' >/dev/null
    assert_equal "$(container_cgroup_value "$pid" memory memory.limit_in_bytes memory.max)" 100663296
    assert_equal "$(container_cgroup_value "$pid" cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 20000
    wait_for uses_time
    (($(of_container ContainerStats | gojq -r .stats.memory.working_set_bytes.value) > 0)) || fail "no memory is used"
}

uses_time() {
    (($(of_container ContainerStats | gojq -r .stats.cpu.usage_core_nano_seconds.value) > 10000000))
}

# bats test_tags=round,cgroup
@test "cri: who is killed for want of memory is OOMKilled" {
    pod
    start_container main 'dd if=/dev/zero of=/dev/null bs=64M count=1' '.linux.resources.memory_limit_in_bytes = "16777216"'
    wait_for state_is CONTAINER_EXITED
    assert_equal "$(container_status exit_code)" 137
    # The shim tells of it by another way than of the end.
    wait_for is_out_of_memory
}

is_out_of_memory() {
    [[ $(container_status reason) == OOMKilled ]]
}

# bats test_tags=round
@test "cri: the security context reaches the process" {
    pod
    start_container main 'sleep 1000' '.linux.security_context = {run_as_user: {value: "1000"}, supplemental_groups: ["2000"],
        readonly_rootfs: true, no_new_privs: true, capabilities: {drop_capabilities: ["ALL"]}, seccomp: {profile_type: "RuntimeDefault"},
        masked_paths: ["/etc/group"], readonly_paths: ["/proc/sys"]} | .envs = [{key: "NAME", value: "word"}] | .working_dir = "/tmp"'
    exec_sync sh -c 'id -u; id -G; grep -E "^(Seccomp|NoNewPrivs|CapEff):" /proc/self/status | tr -d "\t"; echo $NAME; pwd
        touch /x 2>/dev/null || echo read-only; wc -c </etc/group'
    assert_equal "$output" $'1000\n1000 2000\nCapEff:0000000000000000\nNoNewPrivs:1\nSeccomp:2\nword\n/tmp\nread-only\n0'
}

@test "cri: a privileged container, a device, a volume and sysctls" {
    pod '.linux.sysctls = {"net.ipv4.ip_forward": "1"} | .linux.security_context.privileged = true'
    mkdir "$WORK/volume"
    start_container main 'sleep 1000' '.mounts = [{container_path: "/volume", host_path: "'"$WORK/volume"'"}] |
        .devices = [{container_path: "/dev/other", host_path: "/dev/null", permissions: "rw"}]'
    exec_sync sh -c 'echo kept >/volume/file; cat /proc/sys/net/ipv4/ip_forward; stat -c %t:%T /dev/other'
    assert_equal "$output" $'1\n1:3'
    assert_equal "$(cat "$WORK/volume/file")" kept
    start_container all 'sleep 1000' '.linux.security_context.privileged = true'
    exec_sync sh -c 'test -e /dev/fuse && grep Seccomp: /proc/self/status | tr -d "\t"'
    assert_equal "$output" Seccomp:0
}

@test "cri: an exec that takes too long is ended, and a stop that is not heard kills" {
    pod
    start_container main 'trap "" TERM; while :; do sleep 0.1; done'
    cri_run ExecSync '{container_id: $id, cmd: ["sleep", "1234"], timeout: 1}' --arg id "$CONTAINER"
    assert_status 1
    assert_contains "$output" DEADLINE_EXCEEDED
    exec_sync ps
    assert_excludes "$output" "sleep 1234"
    of_container StopContainer '.timeout = 1' >/dev/null
    assert_equal "$(container_status exit_code)" 137
}

# bats test_tags=round
@test "cri: what can't be is told in the runtime's line, and leaves nothing" {
    pod
    create_container main true '.command = ["no-such-command"]'
    cri_run StartContainer '{container_id: $id}' --arg id "$CONTAINER"
    assert_status 1
    ! is_skep || assert_contains "$output" "process.args: execve no-such-command in PATH: No such file or directory (ENOENT)"
    assert_equal "$(container_status state)" CONTAINER_EXITED
    touch "$WORK/file"
    create_container other true '.mounts = [{container_path: "/etc", host_path: "'"$WORK/file"'"}]'
    cri_run StartContainer '{container_id: $id}' --arg id "$CONTAINER"
    assert_status 1
    ! is_skep || assert_contains "$output" "move_mount /etc: Is a directory (EISDIR); a file can't be mounted on a directory"
    cri_run RunPodSandbox '{config: $config[0], runtime_handler: "unknown"}' --slurpfile config "$WORK/pod.json"
    assert_status 1
}
