#!/usr/bin/env bats
# systemd's cgroup manager: units, what they are told, and what is left of them.
# bats file_tags=systemd
load helpers
load helpers/systemd

setup_file() {
    skep_only "other runtimes name their units otherwise"
    is_systemd_manager || suite_needs "SKEP_CGROUP_MANAGER=systemd"
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
    assert_equal "$(gojq -r .cgroup_manager "$ROOT/$ID/state.json")" "$kind"
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

@test "systemd: run.oci.systemd.subgroup is where the container's cgroup is" {
    is_cgroup_v2 || skip "version 2 alone has it"
    setup_sleeper
    update_config '.annotations = {"run.oci.systemd.subgroup": "a/inner"} | .linux.namespaces += [{type: "cgroup"}] |
        .linux.resources += {memory: {limit: 67108864}, pids: {limit: 77}}'
    create
    skep start "$ID"
    assert_contains "$(cat "/proc/$(state .pid)/cgroup")" "$UNIT/a/inner"
    assert_equal "$(property MemoryMax) $(property TasksMax)" "67108864 77"
    assert_equal "$(cat "$DIRECTORY"/a/inner/{memory.max,pids.max} | xargs)" "67108864 77"
    skep exec "$ID" cat /proc/self/cgroup
    assert_equal "$output" "0::/"
    skep pause "$ID"
    assert_equal "$(cat "$DIRECTORY/a/inner/cgroup.freeze") $(cat "$DIRECTORY/cgroup.freeze")" "1 0"
    skep delete --force "$ID"
    assert_no_unit
    assert_no_leaks
}

@test "systemd: run.oci.delegate-cgroup is where the processes are, below their root" {
    is_cgroup_v2 || skip "version 2 alone has it"
    setup_sleeper
    update_config '.annotations = {"run.oci.systemd.subgroup": "inner", "run.oci.delegate-cgroup": "payload"} |
        .linux.namespaces += [{type: "cgroup"}] | .linux.resources += {pids: {limit: 77}}'
    create
    skep start "$ID"
    assert_contains "$(cat "/proc/$(state .pid)/cgroup")" "$UNIT/inner/payload"
    assert_equal "$(cat "$DIRECTORY/inner/pids.max") $(cat "$DIRECTORY/inner/cgroup.procs")" "77 "
    skep exec "$ID" cat /proc/self/cgroup /proc/1/cgroup
    assert_equal "$output" $'0::/payload\n0::/payload'
    skep ps --format json "$ID"
    assert_equal "$output" "[$(state .pid)]"
    # The root can hand controllers down.
    echo +pids >"$DIRECTORY/inner/cgroup.subtree_control"
    assert_equal "$(cat "$DIRECTORY/inner/payload/pids.max")" max
    skep exec "$ID" true
    skep kill "$ID" KILL
    until [[ $(state .status) == stopped ]]; do sleep 0.05; done
    skep delete "$ID"
    assert_no_unit
    assert_no_leaks
}

@test "systemd: annotations that name no cgroup below another are refused" {
    setup_sleeper
    local name value
    for name in run.oci.systemd.subgroup run.oci.delegate-cgroup; do
        for value in ../a /a a//b .; do
            update_config --arg name "$name" --arg value "$value" '.annotations = {($name): $value}'
            run_skep run --bundle "$BUNDLE" "$ID"
            assert_refused "annotations.$name" "$value"
        done
        is_cgroup_v2 || continue
        update_config --arg name "$name" '.annotations = {($name): ""}'
        create
        assert_contains "$(cat "/proc/$(state .pid)/cgroup")" "$UNIT"
        skep delete --force "$ID"
    done
    assert_no_unit
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
    assert_equal "$(gojq .data.pids.current <<<"$output")" 1
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
