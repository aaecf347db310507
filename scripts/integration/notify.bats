#!/usr/bin/env bats
# NOTIFY_SOCKET, sd_notify(3): what a container tells the host's service manager.
load helpers
load helpers/terminal

setup_file() {
    export SD_NOTIFY=$BATS_FILE_TMPDIR/sd-notify
    gcc -static -Wall -Werror -o "$SD_NOTIFY" "$BATS_TEST_DIRNAME/helpers/sd-notify.c"
}

# setup_notify_bundle SCRIPT: a container whose shell finds sd-notify in its PATH.
setup_notify_bundle() {
    setup_bundle
    set_script "$1"
    cp "$SD_NOTIFY" "$BUNDLE/rootfs/bin/sd-notify"
}

# The datagrams that came, as one line.
notifications() {
    sed 1d "$WORK/notifications" | tr '\n' '|'
}

notified() {
    [[ $(notifications) == *"$1"* ]]
}

@test "notify: run passes on that it is ready, and the process as the host counts" {
    skep_only "runc sends two messages"
    setup_notify_bundle 'sd-notify READY=1; echo told; sleep 1000'
    listen_for_notifications
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for notified READY=1
    wait_for notified "MAINPID=$spawned"
    assert_equal "$(cat "$WORK/spawned.out")" told
}

@test "notify: READY=1 and MAINPID are one message" {
    skep_only "runc sends two"
    setup_notify_bundle 'sd-notify READY=1; sleep 1000'
    listen_for_notifications
    skep run --detach --bundle "$BUNDLE" "$ID"
    wait_for notified READY=1
    assert_equal "$(notifications)" "READY=1|MAINPID=$(state .pid)|"
}

@test "notify: STATUS gets through, before and after READY" {
    skep_only "runc passes on nothing but READY"
    setup_notify_bundle 'sd-notify "STATUS=warming up" "READY=1|STATUS=serving" "STATUS=still here"; sleep 1000'
    listen_for_notifications
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for notified "still here"
    assert_contains "$(notifications)" "STATUS=warming up|"
    assert_contains "$(notifications)" "READY=1|STATUS=serving|MAINPID=$spawned|"
}

@test "notify: nothing else gets through" {
    skep_only "runc sends two messages"
    setup_notify_bundle 'sd-notify MAINPID=1 FDSTORE=1 WATCHDOG=1 STOPPING=1 RELOADING=1 "ERRNO=5|BUSERROR=x" "" "|||" \
            XREADY=1 "READY=1|MAINPID=1|FDSTORE=1|MAINPIDFDID=7"; sleep 1000'
    listen_for_notifications
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for notified "MAINPID=$spawned"
    sleep 0.2
    assert_equal "$(notifications | tr '|' '\n' | sed '/^$/d' | sort)" "MAINPID=$spawned"$'\nREADY=1'
}

@test "notify: a message without a line that may get through sends nothing" {
    skep_only "runc waits for READY for ever"
    setup_notify_bundle 'sd-notify MAINPID=1 EXTEND_TIMEOUT_USEC=5; echo told; sleep 0.3'
    listen_for_notifications
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" told
    assert_equal "$(notifications)" ""
}

@test "notify: the last words of a process that ends at once are passed on" {
    skep_only "runc is gone before"
    setup_notify_bundle 'exec sd-notify STATUS=a READY=1 STATUS=z'
    local i
    for ((i = 0; i < 10; i++)); do
        listen_for_notifications
        skep run --bundle "$BUNDLE" "$ID"
        wait_for notified STATUS=z
        assert_contains "$(notifications)" READY=1
    done
}

@test "notify: run --detach returns when the container is ready" {
    setup_notify_bundle 'until [ -e /tmp/go ]; do sleep 0.02; done; sd-notify READY=1; sleep 1000'
    listen_for_notifications
    spawn_skep run --detach --bundle "$BUNDLE" "$ID"
    wait_for status_is running
    sleep 0.3
    kill -0 "$spawned" || fail "it returned before the container was ready"
    touch "$BUNDLE/rootfs/tmp/go"
    wait_spawned
    assert_status 0
    wait_for notified READY=1
    wait_for notified "MAINPID=$(state .pid)"
}

@test "notify: run --detach returns when the process has ended without a word" {
    setup_notify_bundle 'sleep 0.3; exit 3'
    listen_for_notifications
    needs_runc 1.1.6
    spawn_skep run --detach --bundle "$BUNDLE" "$ID"
    wait_spawned
    assert_status 0
    assert_equal "$(notifications)" ""
    assert_equal "$(state .status)" stopped
}

@test "notify: READY=0 and READY=10 are not ready" {
    skep_only
    setup_notify_bundle 'sd-notify READY=0 READY=10 STATUS=no; sleep 0.3; touch /tmp/late; sd-notify READY=1; sleep 1000'
    update_config '.root.readonly = false'
    listen_for_notifications
    skep run --detach --bundle "$BUNDLE" "$ID"
    [[ -e $BUNDLE/rootfs/tmp/late ]] || fail "it returned before the container was ready"
}

@test "notify: create, then start waits until it is ready" {
    setup_notify_bundle 'until [ -e /tmp/go ]; do sleep 0.02; done; sd-notify READY=1; sleep 1000'
    listen_for_notifications
    create
    assert_equal "$(notifications)" ""
    spawn_skep start "$ID"
    wait_for status_is running
    sleep 0.3
    kill -0 "$spawned" || fail "start returned before the container was ready"
    touch "$BUNDLE/rootfs/tmp/go"
    wait_spawned
    assert_status 0
    wait_for notified READY=1
    wait_for notified "MAINPID=$(state .pid)"
}

@test "notify: start returns when the process has ended without a word" {
    setup_notify_bundle 'exit 3'
    needs_runc 1.1.6
    listen_for_notifications
    create
    skep start "$ID"
    wait_for status_is stopped
    skep delete "$ID"
}

@test "notify: start of a container that was made without it does not wait" {
    skep_only "runc fails to start it"
    setup_notify_bundle 'sleep 1000'
    create
    listen_for_notifications
    skep start "$ID"
    assert_equal "$(state .status)" running
}

@test "notify: start without it, of a container that was made with it, does not wait" {
    setup_notify_bundle 'sleep 1000'
    listen_for_notifications
    create
    unset NOTIFY_SOCKET
    skep start "$ID"
    assert_equal "$(state .status)" running
}

@test "notify: an abstract socket" {
    setup_notify_bundle 'sd-notify READY=1; sleep 1000'
    listen_for_notifications "@$ID"
    skep run --detach --bundle "$BUNDLE" "$ID"
    wait_for notified READY=1
}

@test "notify: a socket that is not there is refused, and nothing is left" {
    setup_notify_bundle 'echo ran'
    skep_only "runc runs the container all the same"
    export NOTIFY_SOCKET=$WORK/no.sock
    local command
    for command in create run "run --detach"; do
        # shellcheck disable=SC2086 # words
        run_skep $command --bundle "$BUNDLE" "$ID"
        assert_refused NOTIFY_SOCKET "$WORK/no.sock" "no such file"
        assert_equal "$output" ""
        [[ ! -e $ROOT/$ID ]]
        assert_no_leaks
    done
}

@test "notify: an empty NOTIFY_SOCKET is none" {
    setup_notify_bundle 'echo "<$NOTIFY_SOCKET>"'
    export NOTIFY_SOCKET=
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "<>"
}

@test "notify: a container that fails to start leaves nothing of it" {
    setup_notify_bundle true
    set_args /no/such/program
    listen_for_notifications
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused /no/such/program
    [[ ! -e $ROOT/$ID ]]
    assert_no_leaks
}

@test "notify: nothing is left after the end" {
    setup_notify_bundle 'sd-notify READY=1'
    listen_for_notifications
    skep run --bundle "$BUNDLE" "$ID"
    [[ ! -e $ROOT/$ID ]]
    assert_no_leaks
    create
    skep delete "$ID"
    [[ ! -e $ROOT/$ID ]]
}

# What the container sees.

@test "notify: the variable is the container's own, once" {
    setup_notify_bundle 'env | grep NOTIFY_SOCKET; sd-notify @/run/notify/notify.sock READY=1'
    listen_for_notifications
    update_config '.process.env += ["NOTIFY_SOCKET=/of/the/configuration"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" NOTIFY_SOCKET=/run/notify/notify.sock
}

@test "notify: without it there is neither variable nor mount" {
    setup_notify_bundle 'env; ls -d /run/notify; cat /proc/self/mountinfo'
    unset NOTIFY_SOCKET
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_excludes "$output" NOTIFY_SOCKET
    assert_excludes "$output" notify
}

@test "notify: an ordinary user's process, with a read-only rootfs" {
    setup_notify_bundle 'id -u; sd-notify READY=1 && echo told'
    update_config '.root.readonly = true | .process.user = {uid: 1000, gid: 1000} | .process.capabilities = {}'
    listen_for_notifications
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'1000\ntold'
    wait_for notified READY=1
}

@test "notify: a process of exec's may speak, too" {
    skep_only "runc sends two messages"
    setup_notify_bundle 'sleep 1000'
    listen_for_notifications
    spawn_skep run --bundle "$BUNDLE" "$ID"
    wait_for status_is running
    skep exec "$ID" sd-notify @/run/notify/notify.sock READY=1
    wait_for notified "MAINPID=$spawned"
}

@test "notify: the mount takes no other file" {
    skep_only
    setup_notify_bundle 'touch /run/notify/file; rm -f /run/notify/notify.sock; grep " /run/notify " /proc/self/mountinfo'
    listen_for_notifications
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "Read-only file system"
    assert_matches "$output" ' ro,nosuid,nodev,noexec'
}

@test "notify: /run/notify of the image is a symlink out of it: followed inside only" {
    setup_notify_bundle 'sd-notify READY=1 && echo told'
    mkdir -p "$WORK/victim" "$BUNDLE/rootfs/run"
    ln -s "$WORK/victim" "$BUNDLE/rootfs/run/notify"
    listen_for_notifications
    run_skep run --bundle "$BUNDLE" "$ID"
    ((status != 0)) || assert_equal "$output" told
    assert_equal "$(ls -A "$WORK/victim")" ""
}

@test "notify: together with a terminal" {
    setup_notify_bundle 'sd-notify READY=1; echo told; read line; echo "got <$line>"'
    update_config '.process.terminal = true'
    listen_for_notifications
    run_in_terminal 'expect told' 'send typed\n' 'expect got <typed>' --
    assert_status 0
    wait_for notified READY=1
}

@test "notify: more messages than a service manager takes at once: that it is ready is not lost" {
    skep_only
    local many
    many=$(($(cat /proc/sys/net/unix/max_dgram_qlen) * 3))
    # shellcheck disable=SC2016 # for the shell inside
    setup_notify_bundle 'i=0; while [ $i -lt '"$many"' ]; do sd-notify STATUS=$i; i=$((i + 1)); done
        sd-notify READY=1; sleep 1000'
    listen_for_notifications
    kill -STOP "${SPAWNED[-1]}"
    spawn_skep run --bundle "$BUNDLE" "$ID"
    sleep 1.5
    kill -CONT "${SPAWNED[-2]}"
    wait_for notified READY=1
}

@test "notify: a state root too deep for a socket's path" {
    skep_only
    setup_notify_bundle 'sd-notify READY=1 && echo told'
    ROOT=$WORK/$(printf 'x%.0s' {1..100})/state
    mkdir -p "$ROOT"
    listen_for_notifications
    run_skep run --bundle "$BUNDLE" "$ID"
    ((status == 0)) || assert_refused NOTIFY_SOCKET notify.sock "file name too long"
    [[ ! -e $ROOT/$ID ]]
    assert_no_leaks
}
