#!/usr/bin/env bats
# mounts: whose files those of an id-mapped mount are.
load helpers

mapped='[{containerID: 0, hostID: 1000, size: 5}, {containerID: 10, hostID: 3000, size: 1}]'

# A folder with files of users 0, 1 and 10, of group 2, and of user 20, who is in no mapping; and a mount in it.
setup_source() {
    mkdir -p "$WORK/source/below"
    local user
    for user in 0 1 10 20; do
        touch "$WORK/source/$user"
        chown "$user:2" "$WORK/source/$user"
    done
}

owners='stat -c "%n %u:%g" 0 1 10 20; [ ! -e below/0 ] || stat -c "%n %u:%g" below/0'

# A container that prints whose the files of /data are.
setup_mapped() {
    setup_bundle sh -c "cd /data; $owners"
    setup_source
    add_mount /data bind "$WORK/source" "$@"
}

@test "idmap: uidMappings and gidMappings of the mount" {
    needs_runc 1.2
    setup_mapped bind
    update_config ".mounts[-1].uidMappings = $mapped | .mounts[-1].gidMappings = $mapped"
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" $'0 1000:1002\n1 1001:1002\n10 3000:1002\n20 65534:1002'
}

@test "idmap: what is made there belongs to the mapped user outside" {
    needs_runc 1.2
    setup_mapped bind idmap
    set_script 'touch /data/new && chown 1001:1003 /data/new && stat -c %u:%g /data/new'
    update_config ".mounts[-1].uidMappings = $mapped | .mounts[-1].gidMappings = $mapped"
    update_config '.process.user = {uid: 1001, gid: 1003}'
    chmod 777 "$WORK/source"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1001:1003
    assert_equal "$(stat -c %u:%g "$WORK/source/new")" 1:3
}

@test "idmap: ridmap maps the mounts below too, idmap leaves them" {
    needs_runc 1.2
    needs_kernel 6.3 "id-mapped tmpfs"
    local option owner
    for option in idmap ridmap; do
        rm -rf "$BUNDLE" "$WORK/source"
        setup_mapped rbind "$option"
        update_config ".mounts[-1].uidMappings = $mapped | .mounts[-1].gidMappings = $mapped"
        in_mount_namespace '
            mount -t tmpfs tmpfs "$WORK/source/below"
            touch "$WORK/source/below/0"
            "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"'
        [[ $option == ridmap ]] && owner=1000:1000 || owner=0:0
        assert_contains "$output" "0 1000:1002"
        assert_contains "$output" "below/0 $owner"
    done
}

@test "idmap: a mapping in crun's words" {
    skep_only
    setup_mapped bind 'idmap=uids=0-1000-5#10-3000-1;gids=2-7-1'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" $'0 1000:7\n1 1001:7\n10 3000:7\n20 65534:7'
}

@test "idmap: two hundred mounts of one mapping, and one of another" {
    skep_only
    setup_mapped bind
    set_script 'for i in 1 77 300; do stat -c %u /many/$i/1; done; stat -c %u /data/1'
    update_config --arg source "$WORK/source" ".mounts[-1].uidMappings = $mapped | .mounts[-1].gidMappings = $mapped |
        .mounts += [range(1; 301) | {destination: \"/many/\\(.)\", \$source,
            options: [\"bind\", \"idmap=uids=0-500-9;gids=0-500-9\"]}]"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'501\n501\n501\n1001'
    assert_no_leaks
}

@test "idmap: a tmpfs" {
    skep_only
    needs_kernel 6.3 "id-mapped tmpfs"
    setup_bundle sh -c 'stat -c %u:%g /scratch; id -u; touch /scratch/x && stat -c %u /scratch/x'
    add_mount /scratch tmpfs tmpfs 'idmap=uids=0-1000-9;gids=0-1000-9' mode=777
    update_config '.process.user = {uid: 1001, gid: 1001}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'1000:1000\n1001\n1001'
}

@test "idmap: what can't be mapped is refused, with nothing left" {
    skep_only
    setup_mapped bind
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter word
    while IFS='~' read -r filter word; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config "$filter"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "mounts[7]" "$word"
        assert_no_leaks
    done <<'CASES'
.mounts[-1].uidMappings = [{containerID: 0, hostID: 1000, size: 1}]~gidMappings is missing
.mounts[-1].gidMappings = [{containerID: 0, hostID: 1000, size: 1}]~uidMappings is missing
.mounts[-1].options += ["idmap"]~has no user namespace
.mounts[-1].options += ["idmap=uids=0-1-1;gids=0-1"]~FROM-TO-SIZE
.mounts[-1].options += ["idmap=uids=0-1-1;gids=0-1-0"]~empty
.mounts[-1].options += ["idmap=uids=0-1-1;gids=0-@1-1"]~FROM-TO-SIZE
.mounts[-1].options += ["idmap=uids=0-1-1;gids=@0-1-1"]~not among the ids
.mounts[-1] |= (.source = "/proc/sys" | .options += ["idmap=uids=0-1-1;gids=0-1-1"])~can't be id-mapped
.mounts[-1] |= (.source = "/nonsense" | .options += ["idmap=uids=0-1-1;gids=0-1-1"])~does not exist
.mounts[-1] |= (.type = "mqueue" | .options = ["idmap=uids=0-1-1;gids=0-1-1"])~can't be id-mapped
CASES
}

@test "idmap: a source that is id-mapped already" {
    skep_only
    setup_mapped bind 'idmap=uids=0-1000-5;gids=0-1000-5'
    cp -a "$BUNDLE" "$WORK/first"
    gojq '.process.args = ["sleep", "1000"]' <"$BUNDLE/config.json" >"$WORK/first/config.json"
    skep run --detach --bundle "$WORK/first" "${ID}first"
    run_skep state "${ID}first"
    update_config --arg source "/proc/$(gojq .pid <<<"$output")/root/data" '.mounts[-1].source = $source'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[7]"
}
