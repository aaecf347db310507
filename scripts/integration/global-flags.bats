#!/usr/bin/env bats
# The flags before the command, --version, --help, and what is neither a flag nor a command.
load helpers

@test "--root: made with mode 0700, and its containers are its own" {
    setup_bundle sleep 1000
    create
    assert_equal "$(stat -c %a "$ROOT")" 700
    status=0
    "$SKEP" --root "$WORK/other" state "$ID" >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    ((status != 0))
    [[ -d $ROOT/$ID ]]
}

@test "--root=DIR: with an equals sign" {
    setup_bundle sleep 1000
    create
    assert_equal "$("$SKEP" "--root=$ROOT" state "$ID" | gojq -r .id)" "$ID"
}

@test "--log: errors go to the file as well" {
    run_skep --log "$WORK/log" state "$ID"
    assert_refused "$ID"
    assert_contains "$(cat "$WORK/log")" "does not exist"
}

@test "--log-format json: as containerd's shim reads it" {
    run_skep --log "$WORK/log" --log-format json state "$ID"
    assert_refused "$ID"
    local line
    line=$(tail -n 1 "$WORK/log")
    assert_equal "$(gojq -r .level <<<"$line")" error
    assert_contains "$(gojq -r .msg <<<"$line")" "does not exist"
    date -d "$(gojq -r .time <<<"$line")"
}

@test "--log-format json: with the fields that a program wants" {
    skep_only
    setup_bundle
    update_config '.process.cwd = "relative"'
    run_skep --log "$WORK/log" --log-format json run --bundle "$BUNDLE" "$ID"
    assert_refused process.cwd
    assert_equal "$(tail -n 1 "$WORK/log" | gojq -r .origin)" process.cwd
    assert_equal "$(tail -n 1 "$WORK/log" | gojq -r .code)" configInvalid
}

@test "--log: appends" {
    echo earlier >"$WORK/log"
    run_skep --log "$WORK/log" state "$ID"
    assert_equal "$(head -n 1 "$WORK/log")" earlier
    (($(wc -l <"$WORK/log") == 2))
}

@test "an unknown option is named by the word that it is in" {
    skep_only
    run_skep list -q -Xq
    assert_refused "unknown option \"-xq\""
    run_skep list -qX --quiet
    assert_refused "unknown option \"-qx\""
}

@test "--log: a file that can't be opened is refused" {
    run_skep --log "$WORK/no/such/log" list
    assert_refused "$WORK/no/such/log"
}

@test "--log-format: an unknown one is refused" {
    run_skep --log-format xml list
    assert_refused log-format xml
}

@test "--debug: tells more, and changes nothing else" {
    setup_bundle echo hello
    run_skep --debug --log "$WORK/log" run --bundle "$BUNDLE" "$ID"
    assert_status 0
    assert_equal "$output" hello
    [[ -s $WORK/log ]]
}

@test "--rootless: true, false and auto, and what else runc takes for those" {
    local value
    for value in true false auto 1 0 T FALSE; do
        run_skep --rootless "$value" list
        assert_status 0
    done
    skep_only # runc looks at it where it is used
    run_skep --rootless perhaps list
    assert_refused rootless perhaps
}

# bats test_tags=cgroupfs
@test "--rootless: true does without a cgroup where none can be made, false and auto do not" {
    skep_only "runc refuses limits then"
    setup_bundle echo hello
    update_config '.linux.resources.pids.limit = 20'
    local value
    for value in true false auto; do
        # shellcheck disable=SC2016 # for the script
        in_mount_namespace 'awk "\$5 ~ /^\/sys\/fs\/cgroup/ { print \$5 }" /proc/self/mountinfo |
                while read -r point; do mount -o remount,bind,ro "$point"; done
            exec "$SKEP" --root "$ROOT" --rootless "$1" run --bundle "$BUNDLE" "$ID"' "$value"
        if [[ $value == true ]]; then
            assert_status 0
            assert_equal "$output" hello
            assert_contains "$stderr" "not applied: linux.resources.pids.limit, linux.resources.devices: the container has no cgroup of its own, since root may not write to /sys/fs/cgroup"
        else
            assert_refused linux.cgroupsPath EROFS
        fi
    done
}

@test "--systemd-cgroup: refused where there is no systemd" {
    skep_only
    [[ ! -d /run/systemd/system ]] || skip "this host has one"
    setup_bundle
    run_skep --systemd-cgroup run --bundle "$BUNDLE" "$ID"
    assert_refused systemd-cgroup
}

@test "--version: program and specification" {
    status=0
    output=$("$SKEP" --version) || status=$?
    assert_status 0
    assert_matches "$output" '^[a-z]+ version [0-9]+\.[0-9]+'
    assert_matches "$output" $'\nspec: 1\.[0-9]'
    assert_equal "$("$SKEP" -v)" "$output"
}

@test "--help: every command" {
    run_skep --help
    assert_status 0
    local command
    for command in create start run state kill delete list spec features; do assert_contains "$output" "$command"; done
    assert_equal "$stderr" ""
}

@test "--help: of a command" {
    local command
    for command in create start run state kill delete list spec features; do
        run_skep "$command" --help
        assert_status 0
        assert_contains "$output" "$command"
    done
    run_skep run --help
    for command in --bundle --pid-file --detach --keep --no-pivot; do assert_contains "$output" "$command"; done
}

@test "an unknown command is refused by name" {
    run_skep nonsense
    ((status != 0))
    assert_contains "$output$stderr" nonsense
    skep_only
    assert_refused nonsense
}

@test "an unknown flag is refused by name" {
    run_skep list --nonsense
    ((status != 0))
    assert_contains "$output$stderr" nonsense
    run_skep --nonsense list
    ((status != 0))
    assert_contains "$output$stderr" nonsense
    skep_only
    assert_refused nonsense
}

@test "too many arguments are refused" {
    run_skep state "$ID" more
    ((status != 0))
    run_skep list more
    skep_only
    assert_refused list
}
