#!/usr/bin/env bats
# How Podman follows a container's life: terminals, signals, logs, health, restarts.
load helpers
load podman

# in_podman_terminal STEP... -- ARG...: a command of Podman's in a terminal.
in_podman_terminal() {
    local podman steps=()
    podman_words
    while [[ $1 != -- ]]; do
        steps+=("$1")
        shift
    done
    in_terminal 24x80 "${steps[@]}" -- "${podman[@]}" "${@:2}"
}

# bats test_tags=round
@test "podman: run -it has the terminal, follows its size, and gives it back" {
    in_podman_terminal 'expect # ' 'send stty size\n' 'expect 24 80' 'resize 30x100' 'run sleep 0.3' 'send stty size\n' \
        'expect 30 100' 'send exit 3\n' -- run --rm -it --network none \
        --cgroup-parent "$(engine_parent)" busybox:test sh
    assert_status 3
}

# bats test_tags=round
@test "podman: exec -it has a terminal of its own, and Ctrl-C reaches the program" {
    podman_detached busybox:test sleep 1000
    in_podman_terminal 'expect # ' 'send stty size\n' 'expect 24 80' 'send sleep 100\n' 'run sleep 0.3' 'send \x03' \
        'send exit 4\n' -- exec -it "$ID" sh
    assert_status 4
}

@test "podman: input through a pipe, attach, and detached exec" {
    echo typed >"$WORK/input"
    STDIN_FILE=$WORK/input run podman_run --rm --interactive busybox:test cat
    assert_equal "$output" typed
    podman_detached busybox:test sh -c 'while :; do echo again; sleep 0.1; done'
    podman_here exec --detach "$ID" sh -c 'echo made >/made; sleep 1000'
    wait_for podman_here exec "$ID" grep -q made /made
    local podman
    podman_words
    spawn "${podman[@]}" attach --no-stdin "$ID"
    wait_for file_has "$WORK/spawned.out" again
}

# bats test_tags=round
@test "podman: logs has both outputs, in their order, and stays after the end" {
    podman_detached busybox:test sh -c 'for i in 1 2 3; do echo out $i; echo err $i >&2; sleep 0.05; done; exit 3'
    assert_equal "$(podman_here wait "$ID")" 3
    assert_equal "$(podman_here logs "$ID" 2>"$WORK/err")" $'out 1\nout 2\nout 3'
    assert_equal "$(cat "$WORK/err")" $'err 1\nerr 2\nerr 3'
    assert_equal "$(podman_here logs --tail 1 "$ID" 2>&1)" "err 3"
}

# bats test_tags=round
@test "podman: kill sends the signal that is named" {
    podman_detached busybox:test sh -c 'trap "echo got >/got" USR1; trap "exit 6" HUP; echo ready; while :; do sleep 0.05; done'
    wait_for podman_logged ready
    podman_here kill --signal USR1 "$ID" >/dev/null
    wait_for podman_here exec "$ID" test -e /got
    podman_here kill --signal HUP "$ID" >/dev/null
    assert_equal "$(podman_here wait "$ID")" 6
    run podman_here kill "$ID"
    ((status != 0)) || fail "killed what has ended"
}

podman_logged() {
    podman_here logs "$ID" 2>&1 | grep -q "$1"
}

# bats test_tags=round
@test "podman: stop kills what does not stop in time" {
    podman_detached busybox:test sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
    wait_for podman_logged ready
    podman_here stop --time 1 "$ID" >/dev/null 2>&1
    assert_equal "$(inspect '.State.Status') $(inspect .State.ExitCode)" "exited 137"
}

# bats test_tags=round
@test "podman: a paused container stands still, is refused an exec, and can be removed" {
    podman_detached busybox:test sh -c 'while :; do echo .; sleep 0.02; done'
    podman_here pause "$ID" >/dev/null
    assert_equal "$(inspect .State.Status)" paused
    local before
    before=$(podman_here logs "$ID" | wc -l)
    sleep 0.3
    assert_equal "$(podman_here logs "$ID" | wc -l)" "$before" "lines"
    run podman_here exec "$ID" true
    ((status != 0)) || fail "exec in a paused container"
    podman_here unpause "$ID" >/dev/null
    assert_equal "$(inspect .State.Status)" running
    podman_here pause "$ID" >/dev/null
    podman_here rm --force --time 0 "$ID" >/dev/null
}

# bats test_tags=round
@test "podman: restart, and a restart policy with its count" {
    podman_detached busybox:test sh -c 'trap "exit 0" TERM; while :; do sleep 0.05; done'
    local first
    first=$(inspect .State.Pid)
    podman_here restart --time 5 "$ID" >/dev/null
    assert_equal "$(inspect .State.Status)" running
    [[ $(inspect .State.Pid) != "$first" ]] || fail "the process is still the first"
    podman_here rm --force --time 0 "$ID" >/dev/null
    podman_detached --restart on-failure:2 busybox:test false
    wait_for inspect_is .RestartCount 2
    wait_for inspect_is .State.Status exited
}

# bats test_tags=round
@test "podman: a healthcheck tells of health and of its loss" {
    podman_detached --health-cmd 'test -e /healthy' --health-interval disable --health-retries 1 busybox:test \
        sh -c 'touch /healthy; sleep 1000'
    wait_for podman_here healthcheck run "$ID"
    assert_equal "$(inspect .State.Health.Status)" healthy
    podman_here exec "$ID" rm /healthy
    run podman_here healthcheck run "$ID"
    assert_status 1
    assert_equal "$(inspect .State.Health.Status)" unhealthy
}

@test "podman: --init reaps what is left to it" {
    [[ -x /usr/libexec/podman/catatonit ]] || skip "no catatonit"
    podman_detached --init busybox:test sh -c '(sleep 0.1 & exec true) & sleep 1000'
    assert_contains "$(podman_here exec "$ID" cat /proc/1/cmdline | tr '\0' ' ')" "init -- sh -c"
    sleep 0.5
    assert_excludes "$(podman_here exec "$ID" ps)" "Z"
}

@test "podman: a program that a signal ends, from outside too" {
    run podman_run --rm busybox:test sh -c 'kill -SEGV $$; sleep 5'
    podman_detached busybox:test sleep 1000
    kill -KILL "$(inspect .State.Pid)"
    assert_equal "$(podman_here wait "$ID")" 137
    assert_equal "$(inspect .State.Status)" exited
    podman_here start "$ID" >/dev/null
    assert_equal "$(inspect .State.Status)" running
}

@test "podman: create, init, start: the runtime's created state is Podman's" {
    podman_here create --name "$ID" --network none --cgroup-parent "$(engine_parent)" \
        busybox:test sh -c 'echo ran; sleep 1000' >/dev/null
    assert_equal "$(inspect .State.Status)" created
    podman_here init "$ID" >/dev/null
    assert_equal "$(inspect .State.Status)" initialized
    assert_equal "$(in_room "$SKEP" state "$(inspect .Id)" | gojq -r .status)" created
    podman_here start "$ID" >/dev/null
    assert_equal "$(in_room "$SKEP" state "$(inspect .Id)" | gojq -r .status)" running
    assert_equal "$(in_room "$SKEP" state "$(inspect .Id)" | gojq -r .pid)" "$(inspect .State.Pid)"
    assert_equal "$(cat "$(inspect .PidFile)")" "$(inspect .State.Pid)"
}

@test "podman: hooks of a folder, with the state on their input" {
    mkdir "$WORK/hooks"
    printf '{"version": "1.0.0", "when": {"always": true}, "stages": ["createRuntime", "poststop"],
        "hook": {"path": "/bin/sh", "args": ["sh", "-c", "cat >>%s; echo >>%s"]}}' "$WORK/log" "$WORK/log" \
        >"$WORK/hooks/log.json"
    local podman
    podman_words
    "${podman[@]}" --hooks-dir "$WORK/hooks" run --rm --network none \
        --cgroup-parent "$(engine_parent)" busybox:test true
    wait_for test "$(grep -c . "$WORK/log")" = 2
    assert_equal "$(gojq -r .status "$WORK/log" | tr '\n' ' ')" "creating stopped "
}

@test "podman: cp into a running container, commit of a paused one, and diff" {
    podman_detached busybox:test sleep 1000
    echo copied >"$WORK/file"
    podman_here cp "$WORK/file" "$ID:/tmp/file"
    assert_equal "$(podman_here exec "$ID" cat /tmp/file)" copied
    assert_contains "$(podman_here diff "$ID")" "A /tmp/file"
    podman_here commit --quiet --pause "$ID" committed:test >/dev/null
    assert_equal "$(inspect .State.Status)" running
    assert_equal "$(podman_run --rm committed:test cat /tmp/file)" copied
    podman_here rmi committed:test >/dev/null
}
