#!/usr/bin/env bats
# Hundreds of commands at once, and a thousand containers.
load helpers

# at_once NAME COMMAND...: the command in the background; its status goes to $WORK/NAME.status, its errors to NAME.err.
at_once() {
    local name=$1
    shift
    (
        status=0
        "$SKEP" --root "$ROOT" "$@" </dev/null >"$WORK/$name.out" 2>"$WORK/$name.err" 3>&- || status=$?
        echo "$status" >"$WORK/$name.status"
    ) 3>&- &
    pids+=($!)
}

wait_for_all() {
    local pid
    for pid in "${pids[@]}"; do wait "$pid"; done
}

# won NAME: how many of those commands succeeded.
won() {
    cat "$WORK/$1".*.status | grep -cx 0 || true
}

# A process of exec's that has begun can be killed with its container: a status of its own, and no error of the command.
@test "crowd: two hundred commands at once on one id end as some order of theirs would" {
    skep_only
    setup_bundle sleep 1000
    local pids=() n command
    for ((n = 0; n < 20; n++)); do
        at_once "create.$n" create --bundle "$BUNDLE" "$ID"
        at_once "start.$n" start "$ID"
        at_once "exec.$n" exec "$ID" true
        at_once "pause.$n" pause "$ID"
        at_once "state.$n" state "$ID"
        at_once "resume.$n" resume "$ID"
        at_once "update.$n" update --pids-limit 100 "$ID"
        at_once "kill.$n" kill "$ID" KILL
        at_once "delete.$n" delete "$ID"
        at_once "list.$n" list
    done
    wait_for_all
    assert_equal "$(cat "$WORK"/*.status | wc -l)" 200 "commands that ended"
    assert_equal "$(won list)" 20 "lists that succeeded"
    for command in "$WORK"/*.status; do
        if [[ $(cat "$command") == 0 ]]; then
            assert_equal "$(cat "${command%.status}.err")" "" "$command"
        elif [[ $command != */exec.* || $(cat "$command") != 137 || -s ${command%.status}.err ]]; then
            assert_equal "$(grep -c '^skep: ' "${command%.status}.err")" 1 "error lines of $command, which ended with $(cat "$command")"
        fi
    done
    local there=0
    [[ ! -e $ROOT/$ID/state.json ]] || there=1
    assert_equal "$(won create)" "$(($(won delete) + there))" "creates that succeeded"
    (($(won create) > 0)) || fail "no create succeeded"
    (($(won start) <= $(won create))) || fail "$(won start) starts of $(won create) containers"
}

# bats test_tags=cgroup
@test "crowd: two hundred containers at once each do what is theirs" {
    setup_bundle
    # shellcheck disable=SC2016 # for the container's shell
    set_script 'echo $HOSTNAME; exit $((${HOSTNAME#c} % 100))'
    local pids=() n
    for ((n = 0; n < 200; n++)); do
        mkdir "$WORK/bundle.$n"
        gojq --arg name "c$n" --arg root "$BUNDLE/rootfs" '.root.path = $root | .hostname = $name | .process.env += ["HOSTNAME=" + $name]' "$BUNDLE/config.json" \
            >"$WORK/bundle.$n/config.json"
    done
    for ((n = 0; n < 200; n++)); do at_once "run.$n" run --bundle "$WORK/bundle.$n" "${ID}_$n"; done
    wait_for_all
    local ran=0
    for ((n = 0; n < 200; n++)); do
        # A systemd that two hundred want something of may be too slow for some, which don't begin, or end all the same.
        assert_equal "$(grep -v "systemd did not answer within" "$WORK/run.$n.err")" ""
        if [[ -s $WORK/run.$n.err && ! -s $WORK/run.$n.out ]]; then
            assert_equal "$(cat "$WORK/run.$n.status")" 1 "status of what did not begin"
            continue
        fi
        assert_equal "$(cat "$WORK/run.$n.out")" "c$n"
        assert_equal "$(cat "$WORK/run.$n.status")" $((n % 100))
        ((++ran))
    done
    ((ran >= 100)) || fail "$ran of 200 containers did what is theirs"
}

# What the whole machine has of it: processes, mounts, cgroups, open files, keys. Who has ended and waits for the
# machine's own init to notice is no process any more.
count_everything() {
    printf 'processes %d\n' "$(grep -Ls '^State:.Z' /proc/[0-9]*/status | wc -l)"
    printf 'mounts %d\n' "$(wc -l </proc/self/mountinfo)"
    printf 'cgroups %d\n' "$(find /sys/fs/cgroup -type d | wc -l)"
    printf 'files %d\n' "$(cut -f1 /proc/sys/fs/file-nr)"
    printf 'keys %d\n' "$(wc -l </proc/keys)"
}

# bats test_tags=host
@test "crowd: a thousand containers leave the host as it was" {
    setup_bundle sleep 1000
    local before n
    before=$(count_everything)
    for ((n = 0; n < 1000; n++)); do
        "$SKEP" --root "$ROOT" create --bundle "$BUNDLE" "${ID}_$n" </dev/null >/dev/null 2>&1 3>&-
    done
    for ((n = 0; n < 1000; n++)); do
        "$SKEP" --root "$ROOT" start "${ID}_$n" </dev/null >/dev/null 2>&1 3>&-
    done
    assert_equal "$("$SKEP" --root "$ROOT" list | grep -c running)" 1000 "containers that run"
    for ((n = 0; n < 1000; n++)); do
        "$SKEP" --root "$ROOT" delete --force "${ID}_$n" </dev/null >/dev/null 2>&1 3>&-
    done
    local tries grown
    for ((tries = 0; tries < 100; tries++)); do
        grown=$(what_has_grown)
        [[ -n $grown ]] || return 0
        sleep 0.1
    done
    fail "before:"$'\n'"$before"$'\n'"after: $grown"
}

# Others of the machine's come and go, by the dozen; what each container left would be a thousand.
what_has_grown() {
    local kind count
    while read -r kind count; do
        ((count < $(awk -v kind="$kind" '$1 == kind { print $2 }' <<<"$before") + 200)) || echo "$count $kind"
    done < <(count_everything)
}
