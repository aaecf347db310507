#!/usr/bin/env bats
# hooks: those that can't be run, that fail, and that take too long.
load helpers
load helpers/hooks

early=(prestart createRuntime createContainer)

@test "hooks: a failing one before the start is create's and run's failure, and nothing is left" {
    local kind verb
    for kind in "${early[@]}"; do
        for verb in create "run --detach" run; do
            setup_hooks sh -c 'echo ran >/log/ran'
            add_hook "$kind" 'echo first >>@/order'
            add_hook "$kind" 'echo "out of luck"; echo "and of hope" >&2; exit 3'
            add_hook "$kind" 'echo third >>@/order'
            add_hook poststart 'echo poststart >>@/order'
            add_hook poststop 'echo poststop >>@/order'
            # shellcheck disable=SC2086 # a command and its option
            run_skep $verb --bundle "$BUNDLE" "$ID"
            assert_hook_failed "hooks.${kind}[1]" "status 3" "out of luck" "and of hope"
            # runc runs poststop hooks only for what it has created.
            ! is_skep || assert_equal "$(logged order)" $'first\npoststop' "$verb with $kind"
            [[ ! -e $WORK/log/ran ]] || fail "the process ran"
            assert_no_leaks
            rm -r "$BUNDLE" "$WORK/log"
        done
    done
}

@test "hooks: a failing startContainer is start's failure; then the container is stopped" {
    setup_hooks sh -c 'echo ran >/log/ran'
    add_hook startContainer 'echo first >>@/order'
    add_hook startContainer 'echo "out of luck" >&2; exit 3'
    add_hook startContainer 'echo third >>@/order'
    add_hook poststart 'echo poststart >>@/order'
    add_hook poststop 'echo poststop >>@/order'
    create
    if is_skep; then
        run_skep start "$ID"
        assert_refused hooks.startContainer "status 3" "out of luck"
    else
        run_skep start "$ID"
    fi
    wait_for status_is stopped
    skep delete "$ID"
    assert_equal "$(logged order | grep -v poststart)" $'first\npoststop'
    ! is_skep || assert_excludes "$(logged order)" poststart
    [[ ! -e $WORK/log/ran ]] || fail "the process ran"
}

@test "hooks: which startContainer failed is told" {
    skep_only
    setup_hooks true
    add_hook startContainer true
    add_hook startContainer 'exit 3'
    create
    run_skep start "$ID"
    assert_refused 'hooks.startContainer[1]' "status 3"
}

@test "hooks: a failing startContainer with run" {
    setup_hooks sh -c 'echo ran >/log/ran'
    add_hook startContainer 'echo "out of luck" >&2; exit 3'
    add_hook poststop 'echo poststop >>@/order'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_hook_failed 'hooks.startContainer[0]' "status 3" "out of luck"
    [[ ! -e $WORK/log/ran ]] || fail "the process ran"
    ! is_skep || assert_equal "$(logged order)" poststop
    assert_no_leaks
}

@test "hooks: a failing poststart is only a warning, and the next ones run" {
    skep_only # runc ends the container
    setup_hooks sleep 1000
    add_hook poststart 'echo "out of luck" >&2; exit 3'
    add_hook poststart 'echo second >>@/order'
    create
    skep start "$ID"
    assert_matches "$stderr" '^skep: warning: hooks\.poststart\[0\].*status 3.*out of luck'
    assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error"
    assert_equal "$(state .status)" running
    assert_equal "$(logged order)" second
    skep delete --force "$ID"
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "hooks.poststart[0]"
    assert_equal "$(state .status)" running
}

@test "hooks: a failing poststop is only a warning, and the next ones run" {
    skep_only # older runcs stop at the first
    setup_hooks true
    add_hook poststop 'echo "out of luck" >&2; exit 3'
    add_hook poststop 'echo second >>@/order'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(logged order)" second
    create
    skep delete --force "$ID"
    assert_equal "$(logged order)" $'second\nsecond'
    assert_no_leaks
    assert_matches "$stderr" '^skep: warning: hooks\.poststop\[0\].*status 3.*out of luck'
    assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error"
}

@test "hooks: run's exit status is the process's, whatever poststart and poststop say" {
    skep_only # runc ends the container
    setup_hooks sh -c 'exit 37'
    add_hook poststart 'exit 3'
    add_hook poststop 'exit 3'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 37
    assert_no_leaks
}

# runs_long: what a hook does that starts a process, tells of it, and does not end by itself. TERM does not help.
runs_long='trap "" TERM; sleep 1000 & echo $! >@/child; echo so far; wait; sleep 1000'

# What the hook has started has ended. Its number is the hook's namespace's, so it is looked for by what it does.
assert_hook_ended() {
    local child
    child=$(logged child)
    wait_for ended "$child"
}

ended() {
    [[ ! -e /proc/$1 ]] || grep -q '^State:.*Z' "/proc/$1/status"
}

@test "hooks: one that takes longer than its timeout ends with all that it started, and fails" {
    skep_only # runc waits for whatever holds the output
    local kind
    for kind in prestart createRuntime; do
        setup_hooks sh -c 'echo ran >/log/ran'
        add_hook "$kind" "$runs_long" '.timeout = 1'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_hook_failed "hooks.${kind}[0]" timeout "1 s" "so far"
        assert_hook_ended
        [[ ! -e $WORK/log/ran ]] || fail "the process ran"
        assert_no_leaks
        rm -r "$BUNDLE" "$WORK/log"
    done
}

@test "hooks: createContainer and startContainer that take longer than their timeout" {
    skep_only # runc waits for whatever holds the output
    local kind
    for kind in createContainer startContainer; do
        setup_hooks sh -c 'echo ran >/log/ran'
        add_hook "$kind" "$runs_long" '.timeout = 1'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_hook_failed "hooks.${kind}[0]" timeout "1 s" "so far"
        [[ ! -e $WORK/log/ran ]] || fail "the process ran"
        assert_no_leaks
        rm -r "$BUNDLE" "$WORK/log"
    done
}

@test "hooks: the same in a container that shares the host's pid namespace" {
    skep_only
    setup_hooks sh -c 'echo ran >/log/ran'
    drop_namespace pid
    local kind
    for kind in createContainer startContainer; do
        update_config 'del(.hooks)'
        add_hook "$kind" "$runs_long" '.timeout = 1'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "hooks.${kind}[0]" timeout "1 s"
        assert_hook_ended
        assert_no_leaks
    done
}

@test "hooks: poststart and poststop that take longer than their timeout" {
    skep_only
    setup_hooks sleep 1000
    add_hook poststart "$runs_long" '.timeout = 1'
    add_hook poststop "$runs_long" '.timeout = 1'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_matches "$stderr" 'warning: hooks\.poststart\[0\].*timeout of 1 s'
    assert_hook_ended
    assert_equal "$(state .status)" running
    skep delete --force "$ID"
    assert_matches "$stderr" 'warning: hooks\.poststop\[0\].*timeout of 1 s'
    assert_hook_ended
}

@test "hooks: a timeout that is none" {
    local timeout kind
    setup_hooks true
    for timeout in 0 -1 -2147483649; do
        for kind in "${kinds[@]}"; do
            # The specification wants it above zero; runc takes it.
            skep_only
            update_config --argjson timeout "$timeout" --arg kind "$kind" \
                '.hooks = {($kind): [{path: "/bin/true"}, {path: "/bin/true", $timeout}]}'
            run_skep run --bundle "$BUNDLE" "$ID"
            assert_refused "hooks.${kind}[1].timeout" 0
        done
    done
    for timeout in '"1"' 1.5 '[]'; do
        update_config --arg timeout @ '.hooks = {poststop: [{path: "/bin/true", $timeout}]}'
        sed -i "s/\"@\"/$timeout/" "$BUNDLE/config.json"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused 'hooks.poststop[0].timeout'
    done
    assert_no_leaks
}

@test "hooks: a path that is missing, empty or not absolute is refused by its property" {
    skep_only
    setup_hooks true
    local kind
    for kind in "${kinds[@]}"; do
        update_config --arg kind "$kind" '.hooks = {($kind): [{path: "bin/true"}]}'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "hooks.${kind}[0].path" bin/true
        update_config --arg kind "$kind" '.hooks = {($kind): [{path: "/bin/true"}, {path: ""}]}'
        run_skep create --bundle "$BUNDLE" "$ID"
        assert_refused "hooks.${kind}[1].path"
        update_config --arg kind "$kind" '.hooks = {($kind): [{args: ["true"]}]}'
        run_skep create --bundle "$BUNDLE" "$ID"
        assert_refused "hooks.${kind}[0].path"
    done
    assert_no_leaks
}

@test "hooks: values of the wrong type are refused by their property" {
    setup_hooks true
    local filter
    for filter in '[]@hooks' '"x"@hooks' '{prestart: {}}@hooks.prestart' '{poststop: ["/bin/true"]}@hooks.poststop[0]' \
        '{prestart: [{path: 1}]}@hooks.prestart[0].path' \
        '{prestart: [{path: "/bin/true", args: "x"}]}@hooks.prestart[0].args' \
        '{prestart: [{path: "/bin/true", env: [1]}]}@hooks.prestart[0].env'; do
        update_config ".hooks = ${filter%@*}"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "${filter##*@}"
    done
}

@test "hooks: a program that is missing or not executable: the hook's property, its path and why" {
    setup_hooks sh -c 'echo ran >/log/ran'
    touch "$WORK/plain" "$BUNDLE/rootfs/root/plain"
    local kind missing=/no/such/hook plain
    for kind in "${early[@]}" startContainer; do
        plain=$WORK/plain
        [[ $kind != startContainer ]] || plain=/root/plain
        update_config --arg kind "$kind" --arg path "$missing" '.hooks = {($kind): [{$path}]}'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_hook_failed "hooks.${kind}[0]" "$missing" "no such file"
        update_config --arg kind "$kind" --arg path "$plain" '.hooks = {($kind): [{$path}]}'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_hook_failed "hooks.${kind}[0]" "$plain" "permission denied"
        assert_no_leaks
    done
    [[ ! -e $WORK/log/ran ]] || fail "the process ran"
}

@test "hooks: a startContainer program that is missing in the container, with create and start" {
    skep_only # runc's start does not wait for it
    setup_hooks sh -c 'echo ran >/log/ran'
    # The host has it.
    update_config --arg path "$(command -v gojq)" '.hooks.startContainer = [{$path}]'
    create
    run_skep start "$ID"
    assert_refused hooks.startContainer "$(command -v gojq)" "no such file"
    assert_excludes "$stderr" process.args
    wait_for status_is stopped
    [[ ! -e $WORK/log/ran ]] || fail "the process ran"
}

@test "hooks: poststart and poststop programs that are missing are only warnings" {
    skep_only
    setup_hooks sleep 1000
    update_config '.hooks = {poststart: [{path: "/no/such/hook"}], poststop: [{path: "/no/such/hook"}]}'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "hooks.poststart[0]"
    assert_contains "$stderr" "/no/such/hook"
    skep delete --force "$ID"
    assert_contains "$stderr" "hooks.poststop[0]"
    assert_no_leaks
}

@test "hooks: one that a signal ends" {
    skep_only
    local kind
    setup_hooks true
    for kind in "${early[@]}" startContainer; do
        update_config 'del(.hooks)'
        add_hook "$kind" 'kill -KILL $$'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "hooks.${kind}[0]" "signal 9"
        assert_no_leaks
    done
}

@test "hooks: what a failed one has printed is in the error's one line, from its end" {
    skep_only
    local kind
    setup_hooks true
    for kind in "${early[@]}" startContainer; do
        update_config 'del(.hooks)'
        add_hook "$kind" 'head -c 100000 /dev/zero | tr "\0" x; echo; echo second line; echo last word; exit 1'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "hooks.${kind}[0]" "second line" "last word"
    done
}

@test "hooks: output that is no text does not harm the error" {
    skep_only
    local kind
    setup_hooks true
    for kind in "${early[@]}" startContainer; do
        update_config 'del(.hooks)'
        add_hook "$kind" 'printf "\\033[31m\\377\\376\\000\\007bytes\\n"; exit 1'
        run_skep --log "$WORK/log.json" --log-format json run --bundle "$BUNDLE" "$ID"
        assert_equal "$(wc -l <"$WORK/stderr")" 1 "lines on standard error"
        assert_contains "$stderr" bytes
        # Not to whoever's terminal this is.
        run ! grep -qaP '[\x00-\x09\x0b-\x1f]' "$WORK/stderr"
    done
    gojq -se 'length == 4' "$WORK/log.json" >/dev/null
}

@test "hooks: one that deletes its container's process before the start" {
    setup_hooks sh -c 'echo ran >/log/ran'
    add_hook createRuntime 'kill -KILL $(gojq .pid)'
    run_skep create --bundle "$BUNDLE" "$ID"
    ((status != 0)) || fail "succeeded"
    ! is_skep || assert_equal "$(grep -c '' "$WORK/stderr")" 1 "lines on standard error ($stderr)"
    assert_no_leaks
}

@test "hooks: none runs for a configuration that is refused" {
    setup_hooks true
    add_all_hooks 'echo KIND >>@/order'
    update_config '.process.args = []'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.args
    ! is_skep || [[ ! -e $WORK/log/order ]] || fail "ran: $(logged order)"
}

@test "hooks: a mount that fails after createRuntime would have run leaves nothing" {
    setup_hooks true
    add_all_hooks 'echo KIND >>@/order'
    add_mount /nowhere bind "$WORK/no-such-source" bind
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused no-such-source
    ! is_skep || assert_excludes "$(cat "$WORK/log/order" 2>/dev/null)" start
    assert_no_leaks
}

@test "hooks: a create that is killed amid a hook leaves what delete --force removes" {
    skep_only
    setup_hooks sleep 1000
    local kind
    for kind in "${early[@]}"; do
        update_config 'del(.hooks)'
        add_hook "$kind" 'echo running >@/running; sleep 2'
        spawn_skep create --bundle "$BUNDLE" "$ID"
        wait_for test -s "$WORK/log/running"
        sleep 0.1
        kill -KILL "$spawned"
        wait_spawned
        rm "$WORK/log/running"
        skep delete --force "$ID"
        sleep 2
        assert_no_leaks
    done
}

@test "hooks: another command sees the container as being created while a hook runs" {
    skep_only
    setup_hooks sleep 1000
    add_hook createRuntime 'echo running >@/running; while [ ! -e @/go ]; do sleep 0.05; done'
    spawn_skep create --bundle "$BUNDLE" "$ID"
    wait_for test -s "$WORK/log/running"
    run_skep exec "$ID" true
    assert_status 255
    assert_contains "$stderr" "being created"
    run_skep start "$ID"
    assert_refused "$ID" "being created"
    touch "$WORK/log/go"
    wait_spawned
    assert_status 0
    skep start "$ID"
    assert_equal "$(state .status)" running
}
