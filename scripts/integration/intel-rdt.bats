#!/usr/bin/env bats
# linux.intelRdt. This machine may have no resctrl; then a directory stands for it, whose groups are there already, as
# nothing but the kernel fills new ones.
load helpers

# use_directory: every command from here on sees $WORK/resctrl as /sys/fs/resctrl.
use_directory() {
    [[ ! -e /sys/fs/resctrl/schemata ]] || skip "this machine has a resctrl"
    mkdir -p "$WORK/resctrl/gold/mon_groups" "$WORK/resctrl/mon_groups" "$WORK/view"
    printf '    MB:0=100\n    L3:0=fffff\n' >"$WORK/resctrl/schemata"
    printf '    MB:0=100\n    L3:0=000ff\n' >"$WORK/resctrl/gold/schemata"
    touch "$WORK/resctrl/gold/tasks" "$WORK/resctrl/tasks"
    cat >"$WORK/view/enter" <<SCRIPT
set -e
mkdir '$WORK/view/fs'
mount -t tmpfs view '$WORK/view/fs'
mkdir '$WORK/view/fs/cgroup' '$WORK/view/fs/resctrl'
mount --rbind /sys/fs/cgroup '$WORK/view/fs/cgroup'
mount --bind '$WORK/resctrl' '$WORK/view/fs/resctrl'
mount --rbind '$WORK/view/fs' /sys/fs
SCRIPT
    spawn unshare --mount --propagation private sh -c \
        "sh '$WORK/view/enter' && echo ready >'$WORK/view/ready'; exec sleep 1000"
    wait_for test -e "$WORK/view/ready" || fail "$(cat "$WORK/spawned.err")"
    printf '#!/bin/sh\nexec nsenter --mount=/proc/%s/ns/mnt %s "$@"\n' "$spawned" "'$SKEP'" >"$WORK/view/skep"
    chmod +x "$WORK/view/skep"
    SKEP=$WORK/view/skep
}

@test "linux.intelRdt: refused where there is no resctrl" {
    skep_only
    [[ ! -e /sys/fs/resctrl/schemata ]] || skip "this machine has one"
    setup_bundle
    update_config '.linux.intelRdt = {closID: "gold"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.intelRdt /sys/fs/resctrl/schemata ENOENT "not mounted"
    assert_no_leaks
}

@test "linux.intelRdt.closID: the first process and those of exec are put into the group, which stays" {
    skep_only
    use_directory
    setup_bundle sleep 1000
    update_config '.linux.intelRdt = {closID: "gold"}'
    create
    skep start "$ID"
    assert_equal "$(cat "$WORK/resctrl/gold/tasks")" "$(state .pid)"
    : >"$WORK/resctrl/gold/tasks"
    skep exec --detach --pid-file "$WORK/pid" "$ID" sleep 1000
    assert_equal "$(cat "$WORK/resctrl/gold/tasks")" "$(cat "$WORK/pid")"
    skep events --stats "$ID"
    assert_equal "$(gojq -r '.data.intel_rdt | .l3_cache_schema, .mem_bw_schema_root' <<<"$output")" $'L3:0=000ff\nMB:0=100'
    skep delete --force "$ID"
    [[ -d $WORK/resctrl/gold ]]
}

@test "linux.intelRdt: schemata that the group has, and that it has not" {
    skep_only
    use_directory
    setup_bundle
    update_config '.linux.intelRdt = {closID: "gold", l3CacheSchema: "L3:0=ff", memBwSchema: "MB:0=100"}'
    skep run --bundle "$BUNDLE" "$ID"
    update_config '.linux.intelRdt = {closID: "gold", l3CacheSchema: "L3:0=f"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.intelRdt.l3CacheSchema "L3:0=f " "has L3:0=000ff"
    update_config '.linux.intelRdt = {closID: "gold", schemata: ["L2:0=f"]}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.intelRdt.schemata[0]" "controls MB, L3"
    update_config '.linux.intelRdt = {closID: "silver"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.intelRdt.closID resctrl/silver ENOENT
    update_config '.linux.intelRdt = {closID: "silver", memBwSchema: "MB:0=50"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.intelRdt.memBwSchema resctrl/silver/schemata
    [[ ! -e $WORK/resctrl/silver ]]
    assert_no_leaks
}

@test "linux.intelRdt.closID: / is the default group" {
    skep_only
    use_directory
    setup_bundle sleep 1000
    update_config '.linux.intelRdt = {closID: "/"}'
    create
    assert_equal "$(cat "$WORK/resctrl/tasks")" "$(state .pid)"
    skep delete --force "$ID"
    [[ -d $WORK/resctrl/gold ]]
}

@test "linux.intelRdt: bad input is refused" {
    skep_only
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter words
    while IFS='|' read -r filter words; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config ".linux.intelRdt = $filter"
        run_skep run --bundle "$BUNDLE" "$ID"
        # shellcheck disable=SC2086 # words
        assert_refused $words
        assert_no_leaks
    done <<'CASES'
{closID: "a/b"}|linux.intelRdt.closID "a/b"
{closID: ".."}|linux.intelRdt.closID
{closID: 1}|linux.intelRdt.closID string
{l3CacheSchema: "ff"}|linux.intelRdt.l3CacheSchema "ff"
{memBwSchema: "L3:0=f"}|linux.intelRdt.memBwSchema MB:
{schemata: "L3:0=f"}|linux.intelRdt.schemata array
{schemata: ["x"]}|linux.intelRdt.schemata[0] "x"
{enableMonitoring: 1}|linux.intelRdt.enableMonitoring boolean
CASES
}
