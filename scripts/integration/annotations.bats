#!/usr/bin/env bats
# Annotations that mean something to Skep, and to crun.
load helpers
load helpers/hooks
load helpers/exec

annotate() {
    update_config --arg name "$1" --arg value "$2" '.annotations[$name] = $value'
}

@test "annotations: run.oci.keep_original_groups keeps the caller's groups, also for exec" {
    skep_only
    setup_bundle sleep 1000
    annotate run.oci.keep_original_groups 1
    update_config '.process.user = {uid: 1000, gid: 1000}'
    setpriv --groups 4,24,27 "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" </dev/null 3>&-
    assert_matches "$(grep Groups "/proc/$(state .pid)/status")" $'Groups:\t4 24 27'
    setpriv --groups 5 "$SKEP" --root "$ROOT" exec "$ID" grep Groups /proc/self/status \
        </dev/null >"$WORK/stdout" 3>&-
    assert_matches "$(cat "$WORK/stdout")" $'Groups:\t5 '
}

@test "annotations: run.oci.keep_original_groups leaves no place for additionalGids" {
    skep_only
    setup_bundle grep Groups /proc/self/status
    annotate run.oci.keep_original_groups 1
    update_config '.process.user.additionalGids = [77]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_excludes "$output" 77
    assert_contains "$stderr" "warning: process.user.additionalGids: are ignored"
}

@test "annotations: run.oci.hooks.stdout and stderr get what every hook prints" {
    skep_only
    setup_hooks
    add_all_hooks 'echo KIND out; echo KIND err >&2'
    annotate run.oci.hooks.stdout "$WORK/out"
    annotate run.oci.hooks.stderr "$WORK/err"
    echo before >"$WORK/out"
    create
    skep start "$ID"
    wait_for status_is stopped
    skep delete "$ID"
    assert_equal "$(cat "$WORK/out")" "before
$(printf '%s out\n' "${kinds[@]}")"
    assert_equal "$(cat "$WORK/err")" "$(printf '%s err\n' "${kinds[@]}")"
}

@test "annotations: one stream of a hook's alone, and the other in its error" {
    skep_only
    local kind
    for kind in createRuntime createContainer startContainer; do
        rm -rf "$BUNDLE" "$WORK/log"
        setup_hooks
        add_hook "$kind" 'echo to the file; echo to the error >&2; exit 3'
        annotate run.oci.hooks.stdout "$WORK/$kind.out"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "hooks.${kind}[0]" "ended with status 3" "to the error"
        assert_excludes "$stderr" "to the file"
        assert_equal "$(cat "$WORK/$kind.out")" "to the file"
        assert_no_leaks
    done
}

@test "annotations: a file for hooks' output that can't be opened is named" {
    skep_only
    local kind
    for kind in createRuntime createContainer; do
        rm -rf "$BUNDLE" "$WORK/log"
        setup_hooks
        add_hook "$kind" true
        annotate run.oci.hooks.stderr "$WORK/none/err"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused annotations.run.oci.hooks.stderr open "$WORK/none/err" ENOENT
        assert_no_leaks
    done
}

@test "annotations: hooks' files do not reach the container's process" {
    skep_only
    setup_hooks sh -c 'ls /proc/self/fd | tr "\n" " "'
    add_hook startContainer true
    annotate run.oci.hooks.stdout "$WORK/out"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "0 1 2 3 " # the last is of ls
}

@test "annotations: run.oci.pidfd_receiver gets a pidfd of the first process" {
    skep_only
    setup_bundle sleep 1000
    listen_for_pidfd
    annotate run.oci.pidfd_receiver "$WORK/pidfd.socket"
    create
    wait_for test -s "$WORK/pidfd.out"
    assert_contains "$(cat "$WORK/pidfd.out")" "Pid:"$'\t'"$(state .pid)"
    skep delete --force "$ID"
    annotate run.oci.pidfd_receiver "$WORK/nobody.socket"
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused annotations.run.oci.pidfd_receiver connect "$WORK/nobody.socket" ENOENT
    assert_no_leaks
}

@test "annotations: values that mean nothing are refused" {
    skep_only
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local name value
    while read -r name value; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        annotate "$name" "$value"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "annotations.$name" "\"$value\""
        assert_no_leaks
    done <<'CASES'
run.oci.keep_original_groups yes
run.oci.hooks.stdout out
run.oci.hooks.stderr err
run.oci.pidfd_receiver socket
run.oci.mount_context_type label
CASES
    cp "$WORK/good.json" "$BUNDLE/config.json"
    update_config '.annotations = {a: 1}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused annotations.a "a string"
}

@test "annotations: those that are not heard are told with --debug" {
    skep_only
    setup_bundle
    annotate run.oci.handler krun
    annotate com.example.mine 1
    skep --debug run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "debug: annotations.run.oci.handler: has no effect"
    assert_excludes "$stderr" com.example
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$stderr" ""
}
