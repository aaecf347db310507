#!/usr/bin/env bats
# A user namespace that is joined by path, alone and with the namespaces that belong to it.
load helpers
load helpers/userns
load helpers/exec

# hold_user [UNSHARE_FLAG...]: a process in a new user namespace that maps as the tests' do, and in others that belong
# to it; $holder is its process id.
hold_user() {
    hold_namespaces --user "$@"
    echo "0 $first_id 65536" | tee "/proc/$holder/uid_map" >"/proc/$holder/gid_map"
}

# setup_joining [ARG...]: a bundle whose container joins $holder's user namespace and runs ARGs.
setup_joining() {
    setup_bundle "$@"
    chown -R "$first_id:$first_id" "$BUNDLE/rootfs"
    chmod 755 "$WORK"
    join_namespace user "/proc/$holder/ns/user"
}

# join_held TYPE...: the container joins these namespaces of $holder's, too.
join_held() {
    local type
    for type; do join_namespace "$type" "/proc/$holder/ns/$(namespace_file "$type")"; done
    update_config 'del(.hostname)'
}

setup_file() {
    skep_only "others find no rootfs below a directory that is root's alone"
}

@test "userns by path: it is joined, and new namespaces belong to it" {
    hold_user
    setup_joining sleep 1000
    new_namespace cgroup
    create
    local pid type
    pid=$(state .pid)
    assert_equal "$(namespace_of "$pid" user)" "$(namespace_of "$holder" user)"
    for type in mount pid network ipc uts cgroup; do
        [[ $(namespace_of "$pid" "$type") != "$(namespace_of "$holder" "$type")" ]] || fail "$type is the holder's"
        assert_equal "$(owner_of "$pid" "$type")" "$(namespace_of "$holder" user)" "$type"
    done
}

@test "userns by path: the process is its root, and whoever the configuration says" {
    hold_user
    setup_joining sh -c 'id -u; cat /proc/self/uid_map; echo x >/tmp/f; stat -c %u:%g /tmp/f'
    update_config '.root.readonly = false'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(awk '{$1 = $1; print}' <<<"$output")" $'0\n0 100000 65536\n0:0'
    chmod 777 "$BUNDLE/rootfs/tmp"
    update_config '.process.user = {uid: 5, gid: 6, additionalGids: [7]}'
    run_script 'id -u; id -G; echo x >/tmp/g; stat -c %u:%g /tmp/g'
    assert_equal "$output" $'5\n6 7\n5:6'
}

@test "userns by path: with each of its namespaces" {
    hold_user --mount --propagation private --pid --fork --net --ipc --uts --cgroup --time
    local type
    for type in pid network ipc uts cgroup time; do
        setup_joining sh -c 'for n in user '"$(namespace_file "$type")"'; do readlink /proc/self/ns/$n; done'
        join_held "$type"
        skep run --bundle "$BUNDLE" "$ID"
        assert_equal "$output" "$(namespace_of "$holder" user)"$'\n'"$(namespace_of "$holder" "$type")" "$type"
        rm -r "$BUNDLE"
    done
}

@test "userns by path: with all of its namespaces but the mount namespace" {
    hold_user --pid --fork --net --ipc --uts --cgroup --time
    setup_joining sh -c 'for n in user pid net ipc uts cgroup time; do readlink /proc/self/ns/$n; done'
    join_held pid network ipc uts cgroup time
    skep run --bundle "$BUNDLE" "$ID"
    local wanted
    wanted=$(for type in user pid net ipc uts cgroup time; do readlink "/proc/$holder/ns/$type"; done)
    assert_equal "$output" "$wanted"
}

@test "userns by path: with its mount namespace" {
    hold_user --mount --propagation private
    setup_joining sh -c 'readlink /proc/self/ns/mnt; id -u'
    chmod 711 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR"
    join_held mount
    update_config '.mounts |= map(select(.destination == "/proc" or .destination == "/dev"))
        | del(.linux.maskedPaths, .linux.readonlyPaths)'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" "$(namespace_of "$holder" mount)"$'\n0'
}

@test "userns by path: as the containers of a pod share it" {
    setup_userns sleep 1000
    create
    skep start "$ID"
    local pid
    holder=$(state .pid)
    BUNDLE=$WORK/other
    setup_joining sh -c 'for n in user net ipc uts; do readlink /proc/self/ns/$n; done; hostname; ls -d /proc/[0-9]* | wc -l'
    join_held network ipc uts
    skep run --bundle "$BUNDLE" "${ID}_b"
    assert_equal "$(head -n 4 <<<"$output")" "$(for n in user net ipc uts; do readlink "/proc/$holder/ns/$n"; done)"
    assert_equal "$(state .status)" running
}

@test "userns by path: namespaces of the host's beside it" {
    hold_user
    local user=$holder
    hold_namespaces --net --ipc --uts
    setup_bundle sh -c 'for n in user net ipc uts; do readlink /proc/self/ns/$n; done'
    chown -R "$first_id:$first_id" "$BUNDLE/rootfs"
    join_held network ipc uts
    join_namespace user "/proc/$user/ns/user"
    update_config '.mounts |= map(select(.type != "mqueue"))'
    skep run --bundle "$BUNDLE" "$ID"
    local wanted
    wanted=$(readlink "/proc/$user/ns/user"; for n in net ipc uts; do readlink "/proc/$holder/ns/$n"; done)
    assert_equal "$output" "$wanted"
}

@test "userns: a new one, and namespaces of the host's" {
    hold_namespaces --net --ipc --uts --pid --fork --cgroup --time
    setup_userns sh -c 'for n in net ipc uts pid cgroup time; do readlink /proc/self/ns/$n; done'
    join_held network ipc uts cgroup time
    # Its /proc would have to be mounted by the host's root.
    update_config '.linux.namespaces |= map(select(.type != "pid")) | .mounts |= map(select(.type != "mqueue"))'
    skep run --bundle "$BUNDLE" "$ID"
    local wanted
    wanted=$(for n in net ipc uts; do readlink "/proc/$holder/ns/$n"; done)
    assert_equal "$(head -n 3 <<<"$output")" "$wanted"
    assert_equal "$(tail -n 2 <<<"$output")" "$(for n in cgroup time; do readlink "/proc/$holder/ns/$n"; done)"
}

@test "userns by path: ids that it does not map are refused, each by its name" {
    hold_user
    setup_joining
    local property
    for property in uid gid; do
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_status 0
        update_config ".process.user.$property = 70000"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "process.user.$property" "70000 is not mapped"
        update_config ".process.user.$property = 0"
        assert_no_leaks_but_holder
    done
    update_config '.process.user.additionalGids = [1, 70000]'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "process.user.additionalGids[1]" "70000 is not mapped"
}

# The holder is in no cgroup of the test and on none of its mounts.
assert_no_leaks_but_holder() {
    assert_no_leaks
    kill -0 "$holder"
}

@test "userns by path: one that maps nothing has no root, which is an error" {
    hold_namespaces --user
    setup_joining
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.namespaces" "0 is not mapped"
}

@test "userns by path: mappings beside it have to be the same" {
    hold_user
    setup_joining echo hello
    update_config '[{containerID: 0, hostID: 100000, size: 65536}] as $map | .linux.uidMappings = $map | .linux.gidMappings = $map'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
    update_config '.linux.gidMappings[0].size = 5'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.gidMappings" "/proc/$holder/ns/user" "say the same"
}

@test "userns by path: not a namespace, another type's, and none at all" {
    hold_user
    setup_joining
    local index path
    index=$(gojq '.linux.namespaces | map(.type) | index("user")' "$BUNDLE/config.json")
    for path in /dev/null "/proc/$holder/ns/net" "$WORK/none"; do
        join_namespace user "$path"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "linux.namespaces[$index].path" "$path"
        assert_no_leaks_but_holder
    done
    join_namespace user proc/self/ns/user
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.namespaces[$index].path: must be absolute"
}

@test "userns by path: its own is no other" {
    setup_bundle
    join_namespace user /proc/self/ns/user
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.namespaces" "setns /proc/self/ns/user" EINVAL
}

# assert_unreachable: the processes of the container $ID, root with every capability, see a process "skep init" that is
# not theirs, and can't look into it.
assert_unreachable() {
    # shellcheck disable=SC2016 # for the shell inside
    exec_script 'for p in /proc/[0-9]*; do
            case $(tr "\0" " " 2>/dev/null <$p/cmdline) in
            "skep init "*) echo seen; ls $p/root/ >/dev/null 2>&1 && echo reached; ls $p/fd/ >/dev/null 2>&1 && echo reached; readlink $p/exe $p/cwd ;;
            esac
        done; true'
    assert_equal "$output" seen
}

@test "userns by path: its root can't look into a process on its way in" {
    setup_userns sleep 1000
    update_config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE", "CAP_KILL", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"])'
    skep run --detach --bundle "$BUNDLE" "$ID"
    holder=$(state .pid)
    BUNDLE=$WORK/other
    setup_joining true
    join_held pid
    # It waits, with everything done but the exec of the user's program.
    skep create --bundle "$BUNDLE" "${ID}_b"
    assert_unreachable
    skep start "${ID}_b"
}
