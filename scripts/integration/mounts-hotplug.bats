#!/usr/bin/env bats
# mounts add and remove: in a container that runs.
load helpers
load helpers/exec
load helpers/userns

# mounts_json JSON: the file that `mounts` reads.
mounts_json() {
    printf '%s\n' "$1" >"$WORK/mounts.json"
}

setup_source() {
    mkdir -p "$WORK/source"
    echo hello >"$WORK/source/file"
}

mounts_of() {
    cut -d' ' -f5 "/proc/$pid/mountinfo"
}

assert_mounted() {
    mounts_of | grep -qx "$1" || fail "nothing is mounted on $1"
}

assert_not_mounted() {
    ! mounts_of | grep -qx "$1" || fail "something is mounted on $1"
}

@test "mounts add: binds, new file systems, files, in their order" {
    skep_only
    setup_source
    start_container '.root.readonly = false'
    mounts_json "[{\"destination\": \"/data\", \"source\": \"$WORK/source\", \"options\": [\"rbind\", \"ro\"]},
        {\"destination\": \"/scratch\", \"type\": \"tmpfs\", \"source\": \"tmpfs\", \"options\": [\"size=1m\"]},
        {\"destination\": \"/scratch/file\", \"source\": \"$WORK/source/file\", \"options\": [\"bind\"]},
        {\"destination\": \"/other-proc\", \"type\": \"proc\", \"source\": \"proc\"}]"
    skep mounts add "$ID" "$WORK/mounts.json"
    exec_script 'cat /data/file /scratch/file; touch /data/x 2>&1; df -k /scratch | tail -n 1; ls -d /other-proc/[0-9]*'
    assert_contains "$output" $'hello\nhello'
    assert_contains "$output" "Read-only"
    assert_matches "$output" ' 1024 '
    assert_contains "$output" /other-proc/1
    assert_excludes "$output" "/other-proc/$pid"
    assert_unharmed
}

@test "mounts remove: what was added, with the same file" {
    skep_only
    setup_source
    start_container '.root.readonly = false'
    mounts_json "[{\"destination\": \"/data\", \"source\": \"$WORK/source\", \"options\": [\"bind\"]},
        {\"destination\": \"/data/below\", \"type\": \"tmpfs\"}]"
    mkdir "$WORK/source/below"
    skep mounts add "$ID" "$WORK/mounts.json"
    assert_mounted /data/below
    skep mounts remove "$ID" "$WORK/mounts.json"
    assert_not_mounted /data
    assert_not_mounted /data/below
    assert_unharmed
}

@test "mounts: from standard input, and an empty list" {
    skep_only
    start_container '.root.readonly = false'
    mounts_json '[{"destination": "/scratch", "type": "tmpfs"}]'
    STDIN_FILE=$WORK/mounts.json skep mounts add "$ID" -
    assert_mounted /scratch
    STDIN_FILE=$WORK/mounts.json skep mounts remove "$ID" -
    assert_not_mounted /scratch
    mounts_json '[]'
    skep mounts add "$ID" "$WORK/mounts.json"
}

@test "mounts add: all or none" {
    skep_only
    setup_source
    start_container '.root.readonly = false'
    local before
    before=$(mounts_of)
    mounts_json "[{\"destination\": \"/data\", \"source\": \"$WORK/source\", \"options\": [\"bind\"]},
        {\"destination\": \"/file\", \"source\": \"$WORK/source/file\", \"options\": [\"bind\"]},
        {\"destination\": \"/data/inner\", \"type\": \"tmpfs\"},
        {\"destination\": \"/scratch\", \"type\": \"tmpfs\", \"options\": [\"nonsense=1\"]}]"
    run_skep mounts add "$ID" "$WORK/mounts.json"
    assert_refused "mounts[3]" nonsense
    assert_equal "$(mounts_of)" "$before"
    mounts_json "[{\"destination\": \"/data\", \"source\": \"$WORK/source\", \"options\": [\"bind\"]},
        {\"destination\": \"/more\", \"source\": \"$WORK/nothing\", \"options\": [\"bind\"]}]"
    run_skep mounts add "$ID" "$WORK/mounts.json"
    assert_refused "mounts[1]" "$WORK/nothing" "does not exist on the host"
    assert_equal "$(mounts_of)" "$before"
    assert_unharmed
}

@test "mounts remove: all or none" {
    skep_only
    start_container '.root.readonly = false'
    mounts_json '[{"destination": "/one", "type": "tmpfs"}]'
    skep mounts add "$ID" "$WORK/mounts.json"
    mounts_json '[{"destination": "/etc"}, {"destination": "/one"}]'
    run_skep mounts remove "$ID" "$WORK/mounts.json"
    assert_refused "mounts[0]" "umount2 /etc" "nothing is mounted there"
    assert_mounted /one
    mounts_json '[{"destination": "/nothing"}, {"destination": "/one"}]'
    run_skep mounts remove "$ID" "$WORK/mounts.json"
    assert_refused "mounts[0]" "/nothing" ENOENT
    assert_mounted /one
    assert_unharmed
}

@test "mounts: the root stays, also behind a symbolic link" {
    skep_only
    start_container '.root.readonly = false'
    ln -s / "$BUNDLE/rootfs/round"
    mounts_json '[{"destination": "/round"}]'
    run_skep mounts remove "$ID" "$WORK/mounts.json"
    assert_refused "mounts[0]" umount2 EBUSY
    mounts_json '[{"destination": "/proc/.."}]'
    run_skep mounts remove "$ID" "$WORK/mounts.json"
    assert_refused "mounts[0].destination"
    assert_unharmed
}

@test "mounts add: options, id mappings and copies are those of a configuration" {
    skep_only
    setup_source
    start_container '.root.readonly = false'
    mkdir "$BUNDLE/rootfs/etc/inner"
    echo image >"$BUNDLE/rootfs/etc/inner/file"
    mounts_json "[{\"destination\": \"/data\", \"source\": \"$WORK/source\",
            \"options\": [\"rbind\", \"rro\", \"idmap=uids=0-1000-1;gids=0-1000-1\"]},
        {\"destination\": \"/etc/inner\", \"type\": \"tmpfs\", \"options\": [\"tmpcopyup\", \"noexec\"]}]"
    skep mounts add "$ID" "$WORK/mounts.json"
    exec_script 'stat -c %u:%g /data/file; cat /etc/inner/file; grep " /etc/inner " /proc/mounts'
    assert_contains "$output" $'1000:1000\nimage\n'
    assert_contains "$output" noexec
}

@test "mounts add: on a read-only root what is mounted on has to be there" {
    skep_only
    start_container
    mounts_json '[{"destination": "/scratch", "type": "tmpfs"}]'
    run_skep mounts add "$ID" "$WORK/mounts.json"
    assert_refused "mounts[0]" "mkdir /scratch" "it has to be there already"
    mkdir "$BUNDLE/rootfs/scratch"
    skep mounts add "$ID" "$WORK/mounts.json"
    assert_mounted /scratch
}

@test "mounts add: nothing gets out of the container, and the host's later mounts get in" {
    skep_only
    setup_source
    setup_bundle sleep 1000
    update_config '.root.readonly = false'
    mounts_json "[{\"destination\": \"/data\", \"source\": \"$WORK/source\", \"options\": [\"rbind\"]}]"
    mkdir "$WORK/source/in" "$WORK/source/out"
    in_mount_namespace '
        mount --bind "$WORK/source" "$WORK/source"
        mount --make-shared "$WORK/source"
        "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1
        pid=$("$SKEP" --root "$ROOT" state "$ID" | gojq .pid)
        "$SKEP" --root "$ROOT" mounts add "$ID" "$WORK/mounts.json"
        echo "[{\"destination\": \"/data/out\", \"type\": \"tmpfs\"}]" | "$SKEP" --root "$ROOT" mounts add "$ID" -
        mount -t tmpfs in "$WORK/source/in"
        grep -c "$WORK/source/out" /proc/self/mountinfo || true
        grep -c " /data/in " "/proc/$pid/mountinfo"
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 0
    assert_equal "$output" $'0\n1'
}

@test "mounts: in a container with a user namespace" {
    skep_only
    setup_source
    chmod 711 "$WORK/source"
    chown "$first_id" "$WORK/source/file"
    setup_userns sleep 1000
    update_config '.root.readonly = false'
    start_container
    mounts_json "[{\"destination\": \"/data\", \"source\": \"$WORK/source\", \"options\": [\"rbind\", \"ro\"]},
        {\"destination\": \"/file\", \"source\": \"$WORK/source/file\", \"options\": [\"bind\"]},
        {\"destination\": \"/scratch\", \"type\": \"tmpfs\"}]"
    skep mounts add "$ID" "$WORK/mounts.json"
    exec_script 'stat -c %u /data/file /file /scratch; touch /scratch/x; stat -c %u:%g /scratch/x'
    assert_equal "$output" $'0\n0\n0\n0:0'
    skep mounts remove "$ID" "$WORK/mounts.json"
    assert_not_mounted /data
    assert_not_mounted /scratch
    gojq '. + [{destination: "/scratch", type: "tmpfs", options: ["nonsense=1"]}]' <"$WORK/mounts.json" >"$WORK/bad.json"
    run_skep mounts add "$ID" "$WORK/bad.json"
    assert_refused "mounts[3]" nonsense
    assert_not_mounted /data
    assert_not_mounted /file
    assert_unharmed
}

@test "mounts: a paused container, and one that waits to be started" {
    skep_only
    mounts_json '[{"destination": "/scratch", "type": "tmpfs"}]'
    setup_bundle cat /proc/self/mountinfo
    update_config '.root.readonly = false'
    create
    skep mounts add "$ID" "$WORK/mounts.json"
    skep start "$ID"
    wait_for file_has "$WORK/container.out" " /scratch "
    skep delete --force "$ID"
    set_args sleep 1000
    start_container '.root.readonly = false'
    skep pause "$ID"
    skep mounts add "$ID" "$WORK/mounts.json"
    assert_mounted /scratch
    skep mounts remove "$ID" "$WORK/mounts.json"
    assert_not_mounted /scratch
    skep resume "$ID"
}

@test "mounts: what can't be is refused by name" {
    skep_only
    start_container '.root.readonly = false'
    local json word
    while IFS='~' read -r json word; do
        mounts_json "$json"
        run_skep mounts add "$ID" "$WORK/mounts.json"
        assert_refused "$word"
    done <<'CASES'
{}~array
[{"destination": 1}]~[0].destination
[{"type": "tmpfs"}]~[0].destination
[{"destination": "/x", "type": "tmpfs"}, {"destination": "/"}]~mounts[1].destination
[{"destination": "/x", "options": ["remount", "ro"]}]~mounts[0].options: "remount" adds no mount
[{"destination": "/x", "options": ["bind"]}]~mounts[0].source
nonsense~mounts.json
CASES
    run_skep mounts add "$ID" "$WORK/missing.json"
    assert_refused "$WORK/missing.json" ENOENT
    run_skep mounts change "$ID" "$WORK/mounts.json"
    assert_refused "add or remove"
    mounts_json '[]'
    run_skep mounts add "${ID}x" "$WORK/mounts.json"
    assert_refused "does not exist"
    assert_unharmed
}

@test "mounts: not in a container that has stopped, nor among the host's own mounts" {
    skep_only
    mounts_json '[{"destination": "/scratch", "type": "tmpfs"}]'
    setup_bundle true
    create
    skep start "$ID"
    wait_for status_is stopped
    run_skep mounts add "$ID" "$WORK/mounts.json"
    assert_refused "has stopped"
    skep delete "$ID"
    update_config 'del(.mounts, .linux.maskedPaths, .linux.readonlyPaths) | .root.readonly = false'
    drop_namespace mount
    set_args sleep 1000
    start_container '.root.readonly = false'
    run_skep mounts add "$ID" "$WORK/mounts.json"
    assert_refused "the container's mounts are the host's own"
}
