#!/usr/bin/env bats
# The end of a container's cgroup: who is killed with it, and what is said where it can't be removed.
# bats file_tags=cgroup,legacy
load helpers

setup_file() {
    export STORM=$BATS_FILE_TMPDIR/storm
    gcc -O2 -static -Wall -Wextra -Werror -o "$STORM" "$BATS_TEST_DIRNAME/helpers/storm.c"
}

# start_storm: a container whose processes fork faster than they could be looked for, none in a namespace that would
# end with its first one. A storm ends after a minute, whatever becomes of the test.
start_storm() {
    rm -rf "$BUNDLE"
    setup_bundle /storm /forks
    cp "$STORM" "$BUNDLE/rootfs/"
    drop_namespace pid
    set_cgroup
    update_config '.root.readonly = false | .linux.resources.pids.limit = 1000'
    spawn "$STORM" --reap "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID"
    wait_for file_has "$WORK/spawned.out" ready
}

# forks [FILE]: how many processes a storm has had so far.
forks() {
    od -An -tu4 "${1-$BUNDLE/rootfs/forks}"
}

# Who is still in a cgroup of the container.
survivors() {
    cgroups_named "$ID" | while IFS= read -r directory; do cat "$directory/cgroup.procs"; done
}

no_survivors() {
    [[ -z $(survivors) ]]
}

# assert_storm_over [FILE]: nobody is left, and nobody forks somewhere else.
assert_storm_over() {
    wait_for no_survivors
    local before
    before=$(forks "$@")
    sleep 0.2
    assert_equal "$(forks "$@")" "$before" "the storm goes on: forks"
}

# The other tests show nothing unless this one is true.
@test "cgroup's end: who lists the processes once and kills each is outlived by some" {
    local turn pids
    for turn in 1 2 3 4 5; do
        start_storm
        mapfile -t pids <"$(v1_or_v2 "$cgroup_root/pids" "$cgroup_root")$CGROUP/cgroup.procs"
        ((${#pids[@]} > 1))
        kill -KILL "${pids[@]}" 2>/dev/null || true
        wait_for status_is stopped
        if [[ -n $(survivors) ]]; then break; fi
        skep delete "$ID"
    done
    [[ -n $(survivors) ]] || fail "nobody is left after $turn turns"
    skep delete --force "$ID"
    assert_storm_over
}

@test "cgroup's end: processes that fork all die by kill --all" {
    local turn
    for turn in 1 2 3; do
        start_storm
        skep kill --all "$ID" KILL
        wait_for status_is stopped
        assert_storm_over
        skep delete "$ID"
    done
}

@test "cgroup's end: processes that fork all die by delete --force" {
    local turn
    for turn in 1 2 3; do
        start_storm
        skep delete --force "$ID"
        assert_equal "$(cgroups_named "$ID")" ""
        assert_storm_over
    done
}

@test "cgroup's end: processes that fork in cgroups of their own all die" {
    start_storm
    local directory directories
    mapfile -t directories < <(cgroups_named "$ID")
    # Version 2 takes processes in a cgroup that has others below, as long as it hands no controller down.
    for directory in "${directories[@]}"; do
        mkdir -p "$directory/inner/most"
        # A cgroup has as much of version 1's CPU time as each of the storm's processes: too little for a second storm.
        [[ ! -e $directory/inner/cpu.shares ]] || echo 262144 >"$directory/inner/cpu.shares"
    done
    # shellcheck disable=SC2016 # for the shell
    spawn sh -c 'for directory; do echo $$ >"$directory/inner/most/cgroup.procs"; done; exec "$STORM" "$0"' \
        "$WORK/forks" "${directories[@]}"
    wait_for file_has "$WORK/spawned.out" ready
    assert_equal "$(state .status)" running "the container's storm"
    skep delete --force "$ID"
    assert_equal "$(cgroups_named "$ID")" ""
    assert_storm_over
    assert_storm_over "$WORK/forks"
}

@test "cgroup's end: a process from outside goes along" {
    setup_bundle sleep 1000
    set_cgroup
    create
    spawn sleep 1000
    local directory
    for directory in $(cgroups_named "$ID"); do echo "$spawned" >"$directory/cgroup.procs"; done
    skep delete --force "$ID"
    wait_spawned
    assert_status 137
    assert_equal "$(cgroups_named "$ID")" ""
}

# bats test_tags=cgroup,cgroupfs,legacy
@test "cgroup's end: one that can't be removed is given up in time, and what is left is named" {
    skep_only
    ! is_cgroup_v2 || skip "in version 2 a frozen process dies as any other"
    setup_bundle sleep 1000
    update_config --arg path "/${ID}_above/$ID" '.linux.cgroupsPath = $path'
    create
    local above=$cgroup_root/freezer/${ID}_above began=$SECONDS
    # A frozen process waits with its end, and a cgroup with its removal.
    echo FROZEN >"$above/freezer.state"
    run_skep delete --force "$ID"
    assert_refused "$ID" "$(state .pid)" "a cgroup above" "frozen"
    ((SECONDS - began < 60))
    echo THAWED >"$above/freezer.state"
    skep kill "$ID" KILL || true
    wait_for status_is stopped
    # The same of one that is not the container's.
    spawn sleep 1000
    echo "$spawned" >"$above/$ID/cgroup.procs"
    echo FROZEN >"$above/freezer.state"
    began=$SECONDS
    run_skep delete "$ID"
    assert_refused "$above/$ID: Device or resource busy (EBUSY)" "still in it: [$spawned]" "frozen"
    ((SECONDS - began < 60))
    echo THAWED >"$above/freezer.state"
    skep delete --force "$ID"
    for above in $(cgroups_named "${ID}_above"); do rmdir "$above"; done
}
