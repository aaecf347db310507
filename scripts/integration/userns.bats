#!/usr/bin/env bats
# A new user namespace: config-linux.md, User namespace mappings. The test's folder is the host root's alone, so that
# every rootfs here lies where the container's root could not go.
load helpers
load helpers/userns
load helpers/terminal
load helpers/hooks

setup_file() {
    skep_only "others find no rootfs below a directory that is root's alone"
}

@test "userns: ids are mapped, and the process is another's on the host" {
    setup_userns sleep 1000
    create
    skep start "$ID"
    local pid
    pid=$(state .pid)
    assert_matches "$(cat "/proc/$pid/uid_map")" '^ +0 +100000 +65536$'
    assert_matches "$(cat "/proc/$pid/gid_map")" '^ +0 +100000 +65536$'
    assert_matches "$(cat "/proc/$pid/status")" $'\nUid:\t100000\t100000\t100000\t100000\n'
    assert_matches "$(cat "/proc/$pid/status")" $'\nGid:\t100000\t100000\t100000\t100000\n'
    [[ $(namespace_of "$pid" user) != "$(namespace_of self user)" ]] || fail "the user namespace is the host's"
}

@test "userns: every new namespace belongs to it" {
    setup_userns sleep 1000
    new_namespace cgroup
    create
    local pid type
    pid=$(state .pid)
    for type in mount pid network ipc uts cgroup; do
        assert_equal "$(owner_of "$pid" "$type")" "$(namespace_of "$pid" user)" "$type"
    done
}

@test "userns: root inside has the capabilities that the configuration gives it, over what is the namespace's" {
    setup_userns
    update_config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN", "CAP_CHOWN", "CAP_MKNOD"])'
    run_script 'id -u; id -g; mount -t tmpfs none /tmp && echo mounted; touch /tmp/f; chown 5:6 /tmp/f; stat -c %u:%g /tmp/f
        hostname other && hostname; mknod /tmp/null c 1 3 2>/dev/null || echo no device'
    assert_equal "$output" $'0\n0\nmounted\n5:6\nother\nno device'
}

@test "userns: the user, its group and more groups, and another umask" {
    setup_userns sh -c 'id -u; id -g; id -G; umask; grep ^Groups /proc/self/status'
    update_config '.process.user = {uid: 1000, gid: 1001, additionalGids: [5, 6], umask: 7}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_matches "$output" $'^1000\n1001\n1001 5 6\n0007\nGroups:\t5 6 ?$'
}

@test "userns: the host's groups are not the container's" {
    setup_userns grep ^Groups /proc/self/status
    status=0
    output=$(setpriv --groups 7,8 "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&-) || status=$?
    assert_equal "$status" 0
    assert_matches "$output" $'^Groups:\t ?$'
}

@test "userns: several ranges, and gids that differ from uids" {
    setup_userns sh -c 'cat /proc/self/uid_map /proc/self/gid_map; stat -c %u:%g /1 /2'
    update_config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1}, {containerID: 1000, hostID: 0, size: 2}]
        | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 10}, {containerID: 10, hostID: 5000, size: 1}]'
    touch "$BUNDLE/rootfs/1" "$BUNDLE/rootfs/2"
    chown 1:5000 "$BUNDLE/rootfs/1"
    chown 100000:100003 "$BUNDLE/rootfs/2"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(awk '{$1 = $1; print}' <<<"$output")" \
        $'0 100000 1\n1000 0 2\n0 100000 10\n10 5000 1\n1001:10\n0:3'
}

@test "userns: the most ranges that the kernel takes" {
    setup_userns sh -c 'wc -l </proc/self/uid_map'
    update_config '.linux.uidMappings = [range(340) | {containerID: ., hostID: (. + 1000), size: 1}]'
    chown -R 1000:100000 "$BUNDLE/rootfs"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 340
}

@test "userns: the host's ids one to one" {
    setup_bundle sh -c 'id -u; cat /proc/self/uid_map'
    map_ids 0 4294967295
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(awk '{$1 = $1; print}' <<<"$output")" $'0\n0 0 4294967295'
}

@test "userns: mappings that can't be are refused, each by its name" {
    setup_userns
    assert_config_refused 'del(.linux.uidMappings)' \
        'linux.uidMappings is missing: a new user namespace has no ids without it; map at least the id 0, as whom the container is set up'
    assert_config_refused '.linux.gidMappings = []' \
        'linux.gidMappings is missing: a new user namespace has no ids without it; map at least the id 0, as whom the container is set up'
    assert_config_refused '.linux.namespaces |= map(select(.type != "user"))' \
        'linux.uidMappings: there is no user namespace to map ids in; add a namespace of type "user" to linux.namespaces'
    assert_config_refused '.linux.namespaces |= map(select(.type != "user")) | .linux.uidMappings = []' \
        'linux.gidMappings: there is no user namespace to map ids in; add a namespace of type "user" to linux.namespaces'
    assert_config_refused '.linux.uidMappings[0].size = 0' 'linux.uidMappings[0] is empty: it maps no id'
    assert_config_refused '.linux.gidMappings[0].hostID = 4294967000' \
        'linux.gidMappings[0]: reaches beyond the highest id'
    assert_config_refused '.linux.uidMappings += [{containerID: 65535, hostID: 0, size: 1}]' \
        'linux.uidMappings[1]: overlaps an earlier range'
    assert_config_refused '.linux.uidMappings += [{containerID: 70000, hostID: 100001, size: 1}]' \
        'linux.uidMappings[1]: overlaps an earlier range'
    assert_config_refused '.linux.uidMappings = [range(341) | {containerID: ., hostID: ., size: 1}]' \
        'linux.uidMappings[340] is one range more than the kernel takes'
    assert_config_refused '.linux.uidMappings = [range(300) | {containerID: (. * 1000000), hostID: (. + 1000000), size: 1}]' \
        'linux.uidMappings: takes 5884 characters, of which the kernel reads 4095'
}

@test "userns: mappings of the wrong type are refused" {
    setup_userns
    local filter word
    while IFS='|' read -r filter word; do
        cp "$BUNDLE/config.json" "$WORK/kept.json"
        update_config "$filter"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "$word"
        cp "$WORK/kept.json" "$BUNDLE/config.json"
    done <<'CASES'
.linux.uidMappings = {}|linux.uidMappings
.linux.uidMappings[0].hostID = "1"|linux.uidMappings[0].hostID
.linux.gidMappings[0].size = -1|linux.gidMappings[0].size
.linux.gidMappings[0].containerID = 4294967296|linux.gidMappings[0].containerID
del(.linux.uidMappings[0].size)|linux.uidMappings[0].size
CASES
}

@test "userns: ids of the process that are not mapped are refused, each by its name" {
    setup_userns
    assert_config_refused '.process.user.uid = 65536' \
        "process.user.uid: 65536 is not mapped in the container's user namespace"
    assert_config_refused '.process.user.gid = 70000' \
        "process.user.gid: 70000 is not mapped in the container's user namespace"
    assert_config_refused '.process.user.additionalGids = [5, 99999]' \
        "process.user.additionalGids[1]: 99999 is not mapped in the container's user namespace"
    assert_config_refused '.linux.uidMappings[0].containerID = 1 | .process.user.uid = 1' \
        "linux.uidMappings: 0 is not mapped in the container's user namespace"
    assert_config_refused '.linux.gidMappings[0].containerID = 1 | .process.user.gid = 1' \
        "linux.gidMappings: 0 is not mapped in the container's user namespace"
}
