#!/usr/bin/env bats
# A user namespace made by somebody who is not root: newuidmap(1), newgidmap(1), and one's own id alone. The cgroup is one
# that was handed over to that user, in the version 2 tree of the host.
# bats file_tags=rootless,cgroupfs
load helpers
load helpers/userns

# run_as_user UIDMAPPINGS [SUBIDS]: runs $BUNDLE as user 1000, to whom /etc/subuid and /etc/subgid give SUBIDS. Leaves
# $status, $output and $stderr.
run_as_user() {
    skep_only "the others look for version 2's controllers"
    local tree
    tree=$(cgroup2_root)/$ID
    [[ $tree == /sys/* ]] || skip "this host has no version 2"
    update_config --argjson map "$1" --arg path "/$ID/c" '.linux.uidMappings = $map | .linux.gidMappings = $map
        | .linux.cgroupsPath = $path
        | .mounts |= map(if .options then .options -= ["gid=5"] else . end)'
    chown -R 1000:1000 "$BUNDLE"
    install -d -o 1000 -g 1000 "$ROOT"
    chmod 711 "$BATS_RUN_TMPDIR" "$WORK"
    mkdir -p "$tree/runtime"
    chown 1000 "$tree" "$tree"/cgroup.{procs,subtree_control,threads} "$tree/runtime/cgroup.procs"
    printf '%s\n' "${2-}" >"$WORK/subid"
    { grep -v ':1000:' /etc/passwd; echo 'someone:x:1000:1000::/:/bin/sh'; } >"$WORK/passwd"
    # shellcheck disable=SC2016 # for the script
    in_mount_namespace '
        for file in subuid subgid; do mount --bind "$WORK/subid" "/etc/$file"; done
        mount --bind "$WORK/passwd" /etc/passwd
        [[ ! -d /sys/fs/cgroup/unified ]] || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup
        echo $$ >"/sys/fs/cgroup/$ID/runtime/cgroup.procs"
        exec setpriv --reuid 1000 --regid 1000 --clear-groups "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"'
    rmdir "$tree/runtime" "$tree"
}

@test "userns unprivileged: ranges, by newuidmap and newgidmap" {
    setup_bundle sh -c 'id -u; cat /proc/self/uid_map; id -G'
    new_namespace user
    update_config '.process.user.additionalGids = [5]'
    run_as_user '[{"containerID": 0, "hostID": 1000, "size": 1}, {"containerID": 1, "hostID": 100000, "size": 65536}]' \
        someone:100000:65536
    assert_status 0
    assert_equal "$(awk '{$1 = $1; print}' <<<"$output")" $'0\n0 1000 1\n1 100000 65536\n0 5'
}

@test "userns unprivileged: one's own id alone, without groups" {
    setup_bundle sh -c 'id -u; cat /proc/self/uid_map /proc/self/setgroups'
    new_namespace user
    run_as_user '[{"containerID": 0, "hostID": 1000, "size": 1}]'
    assert_status 0
    assert_equal "$(awk '{$1 = $1; print}' <<<"$output")" $'0\n0 1000 1\ndeny'
}

@test "userns unprivileged: ids that are not the user's are an error that says so" {
    setup_bundle
    new_namespace user
    run_as_user '[{"containerID": 0, "hostID": 1000, "size": 1}, {"containerID": 1, "hostID": 100000, "size": 65536}]'
    assert_refused "linux.uidMappings: newuidmap" "not allowed"
}
