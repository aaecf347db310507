#!/usr/bin/env bats
# systemd's cgroup manager: units, what they are told, and what is left of them.
# bats file_tags=systemd
load helpers

setup_file() {
    skep_only "other runtimes name their units otherwise"
    is_systemd_manager || suite_needs "SKEP_CGROUP_MANAGER=systemd"
}

# A bundle whose container sleeps in the scope $UNIT; $DIRECTORY is its cgroup.
setup_sleeper() {
    setup_bundle sleep 1000
    set_cgroup
    UNIT=it-$ID.scope
    DIRECTORY=$(cgroup_dir memory "$CGROUP")
}

# property NAME: of the unit, as systemd tells it.
property() {
    systemctl show --value --property "$1" "$UNIT"
}

# assert_no_unit [NAME]: systemd knows none of this test's, not even a failed one.
assert_no_unit() {
    assert_equal "$(systemctl list-units --all --plain --no-legend "*$ID*")" ""
}

@test "systemd: without linux.cgroupsPath it is a scope in system.slice, named by the id" {
    setup_bundle sleep 1000
    update_config 'del(.linux.cgroupsPath)'
    create
    UNIT=skep-$ID.scope
    assert_equal "$(property ActiveState)" active
    assert_equal "$(property ControlGroup)" "/system.slice/$UNIT"
    assert_equal "$(property Slice)" system.slice
    assert_equal "$(property Delegate)" yes
    assert_contains "$(cat "/proc/$(state .pid)/cgroup")" ":/system.slice/$UNIT"
    skep delete --force "$ID"
    assert_no_unit
    assert_no_leaks
}

@test "systemd: the choice is kept, and told by --debug" {
    setup_sleeper
    create
    local kind=systemd-v2
    is_cgroup_v2 || kind=systemd-v1
    assert_equal "$(jq -r .cgroup_manager "$ROOT/$ID/state.json")" "$kind"
    run_skep --debug state "$ID"
    assert_contains "$stderr" "using $kind as cgroup manager, as the state says"
}

@test "systemd: slice:prefix:name, with slices in slices" {
    setup_sleeper
    update_config --arg path "it-${ID//_/}-b.slice:one:$ID" '.linux.cgroupsPath = $path'
    create
    UNIT=one-$ID.scope
    local top=it-${ID//_/}
    assert_equal "$(property ControlGroup)" "/it.slice/$top.slice/$top-b.slice/$UNIT"
    skep delete --force "$ID"
    systemctl stop "$top-b.slice" "$top.slice"
    assert_no_unit
}

@test "systemd: a path that names no unit is refused, and nothing is made" {
    setup_sleeper
    local path
    for path in "/$ID" "a:b" "a:b:c:d" "system.slice:it:" "no slice:it:$ID" "system:it:$ID" "system.slice:it:$ID/.."; do
        update_config --arg path "$path" '.linux.cgroupsPath = $path'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused linux.cgroupsPath
        assert_no_unit
    done
}

@test "systemd: limits are the unit's and the cgroup's" {
    setup_sleeper
    update_config '.linux.resources += {memory: {limit: 64000000, reservation: 32000000},
        cpu: {shares: 512, quota: 25000, period: 50000, cpus: "0"}, pids: {limit: 77}}'
    create
    assert_equal "$(property TasksMax)" 77
    assert_equal "$(property CPUQuotaPerSecUSec)" 500ms
    assert_equal "$(cgroup_value pids "$CGROUP" pids.max pids.max)" 77
    if is_cgroup_v2; then
        assert_equal "$(property MemoryMax) $(property MemoryLow) $(property CPUWeight) $(property AllowedCPUs)" \
            "64000000 32000000 59 0"
        assert_equal "$(cat "$DIRECTORY/cpu.max")" "25000 50000"
    else
        assert_equal "$(property MemoryLimit) $(property CPUShares)" "64000000 512"
    fi
    systemctl daemon-reload
    assert_equal "$(cgroup_value memory "$CGROUP" memory.limit_in_bytes memory.max)" 64000000
}

@test "systemd: linux.resources.unified is told systemd as properties" {
    is_cgroup_v2 || skip "version 2 alone has it"
    setup_sleeper
    update_config '.linux.resources.unified = {"memory.high": "50000000", "pids.max": "44", "cpu.weight": "33"}'
    create
    assert_equal "$(property MemoryHigh) $(property TasksMax) $(property CPUWeight)" "50000000 44 33"
    systemctl daemon-reload
    assert_equal "$(cat "$DIRECTORY"/{memory.high,pids.max,cpu.weight} | xargs)" "49999872 44 33"
}

@test "systemd: org.systemd.property annotations" {
    setup_sleeper
    update_config '.annotations = {"org.systemd.property.TimeoutStopSec": "uint64 7",
        "org.systemd.property.Description": "'"'a test'"'", "org.systemd.property.CollectMode": "'"'inactive'"'"}'
    create
    assert_equal "$(property TimeoutStopUSec) $(property Description) $(property CollectMode)" "7s a test inactive"
}

@test "systemd: an annotation that is no property is refused, by systemd too" {
    setup_sleeper
    update_config '.annotations = {"org.systemd.property.TimeoutStopSec": "seven"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused annotations.org.systemd.property.TimeoutStopSec
    update_config '.annotations = {"org.systemd.property.NoSuchProperty": "true"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "$UNIT" NoSuchProperty
    assert_no_unit
    assert_no_leaks
}

@test "systemd: device rules hold, and survive daemon-reload" {
    # One that root may open without a capability.
    local minor
    minor=$(stat -c %Lr /dev/cpu_dma_latency)
    setup_bundle sh -c "mknod /dev/own c 10 $((minor + 1)) && mknod /dev/other c 10 $minor; while :; do sleep 0.1; done"
    set_cgroup
    update_config --argjson minor "$minor" '.process.capabilities |= map_values(. + ["CAP_MKNOD"]) |
        .linux.resources.devices =
            [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10, minor: $minor, access: "rw"}]'
    create
    skep start "$ID"
    UNIT=it-$ID.scope
    local round
    for round in before after; do
        run_skep exec "$ID" sh -c 'until [ -e /dev/other ]; do sleep 0.1; done; : <>/dev/null && : </dev/other'
        assert_status 0
        run_skep exec "$ID" sh -c ': </dev/own'
        assert_contains "$stderr" "not permitted"
        assert_equal "$(property DevicePolicy)" strict
        [[ $round == after ]] || systemctl daemon-reload
    done
}

@test "systemd: update changes the unit too, or nothing" {
    setup_sleeper
    update_config '.linux.resources.memory.limit = 64000000'
    create
    skep update --memory 32m --pids-limit 55 "$ID"
    assert_equal "$(property TasksMax)" 55
    systemctl daemon-reload
    assert_equal "$(cgroup_value memory "$CGROUP" memory.limit_in_bytes memory.max)" 33554432
    assert_equal "$(cgroup_value pids "$CGROUP" pids.max pids.max)" 55
    run_skep update --pids-limit 66 --cpuset-cpus 999 "$ID"
    assert_refused cpu.cpus
    assert_equal "$(property TasksMax) $(cgroup_value pids "$CGROUP" pids.max pids.max)" "55 55"
}

@test "systemd: exec, pause, ps and statistics" {
    setup_sleeper
    create
    skep start "$ID"
    skep exec "$ID" cat /proc/1/cgroup
    skep pause "$ID"
    assert_equal "$(state .status)" paused
    skep resume "$ID"
    skep ps --format json "$ID"
    assert_equal "$output" "[$(state .pid)]"
    skep events --stats "$ID"
    assert_equal "$(jq .data.pids.current <<<"$output")" 1
}

@test "systemd: a container outlives systemd's own restart" {
    setup_sleeper
    create
    skep start "$ID"
    systemctl daemon-reexec
    assert_equal "$(property ActiveState)" active
    skep update --pids-limit 33 "$ID"
    skep delete --force "$ID"
    assert_no_unit
}

@test "systemd: sub-cgroups go with the container" {
    setup_sleeper
    create
    skep start "$ID"
    mkdir -p "$DIRECTORY/a/b"
    skep delete --force "$ID"
    assert_no_unit
    assert_no_leaks
}

@test "systemd: a container that ends by itself, or is killed, leaves no unit" {
    setup_sleeper
    set_args true
    skep run --bundle "$BUNDLE" "$ID"
    assert_no_unit
    set_args sleep 1000
    create
    skep start "$ID"
    skep kill "$ID" KILL
    until [[ $(state .status) == stopped ]]; do sleep 0.05; done
    skep delete "$ID"
    assert_no_unit
    assert_no_leaks
}

@test "systemd: a failed start leaves no unit" {
    setup_sleeper
    set_args /no/such/program
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.args
    assert_no_unit
    set_args true
    update_config '.mounts += [{destination: "/x", type: "bind", source: "/no/such/source", options: ["bind"]}]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused mounts
    assert_no_unit
    assert_no_leaks
}

@test "systemd: a unit of that name which is somebody else's stays" {
    setup_sleeper
    systemd-run --quiet --scope --unit "$UNIT" --slice system.slice sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
    SPAWNED+=("$!")
    until [[ $(property ActiveState) == active ]]; do sleep 0.05; done
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "$UNIT"
    assert_equal "$(property ActiveState)" active
    systemctl stop "$UNIT"
}

@test "systemd: one that never answers is given up, and named" {
    setup_sleeper
    update_config '.linux.cgroupsPath = "system.slice:it:'"$ID"'"'
    python3 -c 'import signal, socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(8); signal.pause()' "$WORK/silent" 3>&- &
    SPAWNED+=("$!")
    until [[ -S $WORK/silent ]]; do sleep 0.05; done
    status=0
    unshare --mount --propagation private bash -c 'mount --bind "$1" /run/systemd/private && shift && exec "$@"' \
        bash "$WORK/silent" "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    stderr=$(cat "$WORK/stderr")
    assert_refused StartTransientUnit "$UNIT" ETIMEDOUT
    assert_no_unit
    assert_no_leaks
}

# at_private PROGRAM COMMAND...: with a server at systemd's own socket that the Python PROGRAM makes of `listener`.
at_private() {
    local program=$1
    shift
    rm -f "$WORK/private"
    python3 -c "import signal, socket, sys
listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1])
$program" "$WORK/private" 3>&- &
    SPAWNED+=("$!")
    until [[ -S $WORK/private ]]; do sleep 0.05; done
    status=0
    unshare --mount --propagation private bash -c 'mount --bind "$1" /run/systemd/private && shift && exec "$@"' \
        bash "$WORK/private" "$SKEP" --root "$ROOT" "$@" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    output=$(cat "$WORK/stdout") stderr=$(cat "$WORK/stderr")
}

@test "systemd: the bus does where its own socket refuses, or closes" {
    setup_sleeper
    local program
    for program in "signal.pause()" "listener.listen(8)
while True: listener.accept()[0].close()" "listener.listen(8)
while True:
    one = listener.accept()[0]
    one.recv(100); one.sendall(b'REJECTED EXTERNAL\r\n')"; do
        at_private "$program" run --detach --bundle "$BUNDLE" "$ID"
        assert_status 0
        assert_equal "$(property ActiveState)" active
        at_private "$program" update --pids-limit 55 "$ID"
        assert_status 0
        assert_equal "$(property TasksMax)" 55
        at_private "$program" delete --force "$ID"
        assert_status 0
        assert_equal "$stderr" ""
        assert_no_unit
    done
}

@test "systemd: a unit that is not stopped is told of, and the container is gone" {
    setup_sleeper
    UNIT=it-${ID//_/}.slice
    update_config --arg unit "$UNIT" '.linux.cgroupsPath = "::" + $unit'
    create
    at_private "listener.listen(8); signal.pause()" delete --force "$ID"
    assert_status 0
    assert_contains "$stderr" "warning: "
    assert_contains "$stderr" "StopUnit of $UNIT"
    assert_contains "$stderr" ETIMEDOUT
    [[ ! -e $ROOT/$ID ]]
    assert_equal "$(property ActiveState)" active
    systemctl stop "$UNIT"
    assert_no_unit
}

@test "systemd: one of that name that has failed is cleared away" {
    setup_sleeper
    systemd-run --quiet --scope --unit "$UNIT" --property RuntimeMaxSec=1 sleep 1000 </dev/null >/dev/null 2>&1 3>&- || true
    assert_equal "$(property ActiveState)" failed
    create
    assert_equal "$(property ActiveState)" active
    skep delete --force "$ID"
    assert_no_unit
}

@test "systemd: without it, the error says so" {
    setup_sleeper
    status=0
    unshare --mount --propagation private bash -c \
        'mount -t tmpfs none /run/systemd && mount -t tmpfs none /run/dbus && exec "$@"' \
        bash "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    stderr=$(cat "$WORK/stderr")
    assert_refused --systemd-cgroup systemd
    assert_no_leaks
}
