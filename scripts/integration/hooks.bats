#!/usr/bin/env bats
# hooks (config.md, POSIX-platform Hooks): when, where and how they run. What is wrong with them: hooks-bad-input.bats.
load helpers
load helpers/hooks

@test "hooks: run in their order, each kind at its time" {
    skep_only # runc before 1.3 runs poststart hooks at the end of create
    setup_hooks sh -c 'echo process >>/log/order'
    local kind
    for kind in "${kinds[@]}"; do
        add_hook "$kind" "echo $kind 1 >>@/order"
        add_hook "$kind" "echo $kind 2 >>@/order"
    done
    create
    assert_equal "$(logged order)" $'prestart 1\nprestart 2\ncreateRuntime 1\ncreateRuntime 2
createContainer 1\ncreateContainer 2'
    skep start "$ID"
    wait_for status_is stopped
    assert_equal "$(logged order | grep -v process | tail -n +7)" $'startContainer 1\nstartContainer 2
poststart 1\npoststart 2'
    # The process runs at some time after startContainer.
    assert_matches "$(logged order | grep -B1 process | head -n 1)" '^(startContainer|poststart)'
    skep delete "$ID"
    assert_equal "$(logged order | tail -n 2)" $'poststop 1\npoststop 2'
}

@test "hooks: with run" {
    skep_only # runc before 1.3 runs poststart hooks at the end of create
    setup_hooks sh -c 'echo process >>/log/order'
    add_all_hooks 'echo KIND >>@/order'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(logged order | grep -v process)" "$(printf '%s\n' "${kinds[@]}")"
    assert_equal "$(logged order | grep -c process)" 1
    assert_equal "$stderr" ""
    assert_no_leaks
}

@test "hooks: with run --detach, and delete --force" {
    skep_only # runc before 1.3 runs poststart hooks at the end of create
    setup_hooks sleep 1000
    add_all_hooks 'echo KIND >>@/order'
    skep run --detach --bundle "$BUNDLE" "$ID"
    assert_equal "$(logged order)" "$(printf '%s\n' "${kinds[@]::5}")"
    skep delete --force "$ID"
    assert_equal "$(logged order)" "$(printf '%s\n' "${kinds[@]}")"
    assert_no_leaks
}

@test "hooks: poststop follows also a container that was never started" {
    skep_only # runc before 1.3 runs poststart hooks at the end of create
    setup_hooks sleep 1000
    add_all_hooks 'echo KIND >>@/order'
    create
    skep delete --force "$ID"
    assert_equal "$(logged order | tail -n 1)" poststop
    assert_excludes "$(logged order)" poststart
    assert_excludes "$(logged order)" startContainer
}

@test "hooks: the namespaces that they run in" {
    setup_hooks sleep 1000
    local type
    add_all_hooks 'for n in mnt net uts ipc pid; do readlink /proc/self/ns/$n; done >@/KIND.ns'
    skep run --detach --bundle "$BUNDLE" "$ID"
    local pid inside outside kind
    pid=$(state .pid)
    inside=$(for type in mnt net uts ipc pid; do readlink "/proc/$pid/ns/$type"; done)
    outside=$(for type in mnt net uts ipc pid; do readlink "/proc/self/ns/$type"; done)
    skep delete --force "$ID"
    for kind in prestart createRuntime poststart poststop; do
        assert_equal "$(logged "$kind.ns")" "$outside" "$kind"
    done
    # The container's own /proc hides nothing of that before it is the hook's root.
    assert_equal "$(logged startContainer.ns)" "$inside" startContainer
    assert_equal "$(logged createContainer.ns)" "$inside" createContainer
}

@test "hooks: createRuntime and createContainer come before the rootfs is the root, startContainer after it" {
    setup_hooks sleep 1000
    add_all_hooks '{ [ -e /usr/lib ] && echo host || echo container; } >@/KIND.root'
    skep run --detach --bundle "$BUNDLE" "$ID"
    skep delete --force "$ID"
    local kind
    for kind in prestart createRuntime createContainer poststart poststop; do
        assert_equal "$(logged "$kind.root")" host "$kind"
    done
    assert_equal "$(logged startContainer.root)" container
}

@test "hooks: createContainer sees the container's mounts below the rootfs, and those that it makes stay inside" {
    setup_hooks sh -c 'cat /mnt/from-hook; ls -d /log'
    mkdir "$BUNDLE/rootfs/mnt" "$WORK/source"
    echo hello >"$WORK/source/from-hook"
    add_hook createContainer "mount --bind $WORK/source $BUNDLE/rootfs/mnt
        grep -c ' $BUNDLE/rootfs/log ' /proc/self/mountinfo >@/mounts"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'hello\n/log'
    assert_equal "$(logged mounts)" 1
    run ! grep -q "$BUNDLE/rootfs/mnt" /proc/self/mountinfo
}

@test "hooks: createRuntime can set up the container's network" {
    command -v ip >/dev/null || skip "no ip(8) to do it with"
    setup_hooks sh -c 'grep -o 10.9.8.7 /proc/net/fib_trie | head -n 1'
    add_hook createRuntime 'pid=$(gojq .pid); nsenter -t $pid -n ip address add 10.9.8.7/32 dev lo'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 10.9.8.7
    run ! grep -q 10.9.8.7 /proc/net/fib_trie
}

@test "hooks: createRuntime finds the container's loopback interface up" {
    setup_hooks true
    add_hook createRuntime 'nsenter -t $(gojq .pid) -n cat /proc/self/net/dev /proc/self/net/fib_trie >@/net'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$(logged net)" lo:
    assert_contains "$(logged net)" 127.0.0.1
}

# bats test_tags=cgroup
@test "hooks: createRuntime and createContainer see the process in its cgroups" {
    setup_hooks sleep 1000
    set_cgroup
    add_hook prestart 'cat /proc/$(gojq .pid)/cgroup >@/prestart'
    add_hook createRuntime 'cat /proc/$(gojq .pid)/cgroup >@/createRuntime'
    add_hook poststart 'cat /proc/$(gojq .pid)/cgroup >@/poststart'
    skep run --detach --bundle "$BUNDLE" "$ID"
    local kind want
    want=$(cat "/proc/$(state .pid)/cgroup")
    assert_contains "$want" ":$CGROUP"
    for kind in prestart createRuntime poststart; do
        assert_equal "$(logged "$kind")" "$want" "$kind"
    done
}

# bats test_tags=cgroup
@test "hooks: those of the runtime's namespaces are not in the container's cgroups" {
    setup_hooks true
    local kind
    for kind in prestart createRuntime poststart poststop; do
        add_hook "$kind" "cat /proc/self/cgroup >@/$kind"
    done
    skep run --bundle "$BUNDLE" "$ID"
    for kind in prestart createRuntime poststart poststop; do
        assert_excludes "$(logged "$kind")" "$ID"
    done
}

@test "hooks: args are the program's arguments from \$0 on, byte for byte" {
    setup_hooks true
    local kind
    for kind in "${kinds[@]}"; do
        # shellcheck disable=SC2016
        add_hook "$kind" 'printf "<%s>" "$@" >@/'"$kind"'
            { tr "\0" "\n" | head -n 1; } </proc/self/cmdline >>@/'"$kind" \
            '.args += ["name", "a b", "", "$HOME", "ü\"\\", "x\ny"]'
    done
    skep run --bundle "$BUNDLE" "$ID"
    for kind in "${kinds[@]}"; do
        assert_equal "$(logged "$kind")" $'<a b><><$HOME><ü"\\><x\ny>sh' "$kind"
    done
}

@test "hooks: args[0] need not be the path" {
    setup_hooks true
    add_hook createRuntime '{ tr "\0" "\n" | head -n 1; } </proc/self/cmdline >@/name' '.args[0] = "another-name"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(logged name)" another-name
}

@test "hooks: without args the program is called by its path, with none" {
    setup_hooks true
    printf '#!/bin/sh\necho "$0 $#" >%s\n' "$WORK/log/called" >"$WORK/hook"
    chmod +x "$WORK/hook"
    update_config --arg path "$WORK/hook" '.hooks.createRuntime = [{$path}]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(logged called)" "$WORK/hook 0"
}

@test "hooks: env is the whole environment" {
    setup_hooks true
    export LEAKED_FROM_HOST=1
    # A shell adds variables of its own.
    add_all_hooks '{ tr "\0" "\n"; } </proc/self/environ >@/KIND'
    update_config '.hooks[][] += {env: ["PATH=/usr/bin:/bin", "A=1", "B=x y=z"]}'
    skep run --bundle "$BUNDLE" "$ID"
    local kind
    for kind in "${kinds[@]}"; do
        assert_equal "$(logged "$kind")" $'PATH=/usr/bin:/bin\nA=1\nB=x y=z' "$kind"
    done
}

@test "hooks: without env they have the runtime's, and startContainer the process's" {
    needs_runc 1.3
    setup_hooks true
    update_config '.process.env = ["PATH=/bin", "INSIDE=1"]'
    add_all_hooks '{ tr "\0" "\n"; } </proc/self/environ >@/KIND'
    export OF_THE_RUNTIME=1
    skep run --bundle "$BUNDLE" "$ID"
    local kind
    for kind in prestart createRuntime createContainer poststart poststop; do
        grep -qx OF_THE_RUNTIME=1 "$WORK/log/$kind" || fail "$kind: $(logged "$kind")"
        run ! grep -q INSIDE "$WORK/log/$kind"
    done
    grep -qx INSIDE=1 "$WORK/log/startContainer"
    run ! grep -q OF_THE_RUNTIME "$WORK/log/startContainer"
}

@test "hooks: an empty env is an empty environment" {
    setup_hooks true
    add_hook createRuntime '{ tr "\0" "\n"; } </proc/self/environ >@/env' '.env = []'
    export OF_THE_RUNTIME=1
    skep run --bundle "$BUNDLE" "$ID"
    assert_excludes "$(logged env)" OF_THE_RUNTIME
}

@test "hooks: the state on standard input, as the container is then and the hook's namespace counts" {
    skep_only # runc before 1.3 runs poststart hooks at the end of create
    setup_hooks sleep 1000
    update_config '.annotations = {"a.b": "c d", "ü": "\"\\\n"}'
    add_all_hooks 'cat >@/KIND'
    create
    local pid kind wanted
    pid=$(state .pid)
    skep start "$ID"
    skep delete --force "$ID"
    for kind in prestart:creating:$pid createRuntime:creating:$pid createContainer:creating:1 \
        startContainer:created:1 poststart:running:$pid poststop:stopped:0; do
        IFS=: read -r kind wanted pid <<<"$kind"
        assert_equal "$(logged "$kind" | gojq -r .status)" "$wanted" "$kind's status"
        assert_equal "$(logged "$kind" | gojq -r '.pid // 0')" "$pid" "$kind's pid"
        assert_equal "$(logged "$kind" | gojq -r .id)" "$ID"
        assert_equal "$(logged "$kind" | gojq -r .bundle)" "$BUNDLE"
        assert_equal "$(logged "$kind" | gojq -r .ociVersion)" "$(gojq -r .ociVersion "$BUNDLE/config.json")"
        assert_equal "$(logged "$kind" | gojq -r '.annotations["a.b"]')" "c d"
        assert_equal "$(logged "$kind" | gojq -r '.annotations["ü"]')" $'"\\'
        ! is_skep || assert_equal "$(logged "$kind" | gojq -rc keys)" "$(gojq -nc --argjson pid "$pid" \
            '["id", "bundle", "status", "ociVersion", "annotations"] + if $pid > 0 then ["pid"] else [] end | sort')"
    done
}

@test "hooks: one that reads nothing of a large state hurts nobody" {
    setup_hooks true
    update_config '.annotations = {large: ("x" * 300000)}'
    add_all_hooks 'wc -c >@/KIND'
    add_all_hooks 'exec <&-; echo closed >>@/KIND'
    skep run --bundle "$BUNDLE" "$ID"
    local kind
    for kind in "${kinds[@]}"; do
        (($(logged "$kind" | head -n 1) > 300000)) || fail "$kind: $(logged "$kind")"
        assert_equal "$(logged "$kind" | tail -n 1)" closed
    done
}

@test "hooks: nothing of what they print comes out when all is well" {
    setup_hooks echo process
    add_all_hooks 'echo noise; echo noise >&2'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" process
    assert_equal "$stderr" ""
}

@test "hooks: much output does not stop them" {
    setup_hooks echo process
    add_all_hooks 'head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" process
}

@test "hooks: no descriptor of the runtime's reaches them" {
    skep_only
    setup_hooks true
    add_all_hooks 'ls /proc/self/fd | tr "\n" " " >@/KIND'
    status=0
    # shellcheck disable=SC2094 # only opened
    "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
        7<"$BUNDLE" </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    assert_status 0
    local kind
    # The fourth is the folder that ls itself reads.
    for kind in "${kinds[@]}"; do assert_equal "$(logged "$kind")" "0 1 2 3 " "$kind"; done
}

@test "hooks: have no signal blocked or ignored" {
    skep_only
    setup_hooks true
    local kind
    for kind in prestart createRuntime createContainer poststart poststop; do
        add_hook "$kind" "grep -E '^Sig(Blk|Ign)' /proc/self/status >@/$kind"
    done
    # The container's shell ignores SIGQUIT.
    add_hook startContainer 'grep -E "^Sig(Blk|Ign)" /proc/self/status | sed "/Ign/s/4$/0/" >@/startContainer'
    skep run --bundle "$BUNDLE" "$ID"
    # Signals 32 and 33 belong to the C library, which lets nobody reset them.
    for kind in "${kinds[@]}"; do
        assert_matches "$(logged "$kind")" $'SigBlk:\t0000000000000000'
        assert_matches "$(logged "$kind")" $'SigIgn:\t[0-9a-f]{8}[08]0000000'
    done
}

@test "hooks: startContainer runs as the container's process will" {
    setup_hooks true
    chmod 777 "$WORK/log"
    update_config '.process.user = {uid: 1000, gid: 1001}'
    add_hook startContainer 'id -u >@/id; id -g >>@/id; hostname >>@/id'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(logged id)" $'1000\n1001\n'"$(gojq -r .hostname "$BUNDLE/config.json")"
}

@test "hooks: one that takes less than its timeout is let be" {
    setup_hooks true
    add_all_hooks 'sleep 0.2; echo ended >@/KIND'
    update_config '.hooks[][] += {timeout: 100}'
    skep run --bundle "$BUNDLE" "$ID"
    local kind
    for kind in "${kinds[@]}"; do assert_equal "$(logged "$kind")" ended "$kind"; done
}

@test "hooks: the largest timeout that a number can be" {
    setup_hooks true
    add_all_hooks 'echo done >@/KIND'
    skep_only
    update_config '.hooks[][] += {timeout: 2147483648000}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(logged poststop)$(logged startContainer)" donedone
}

@test "hooks: a background process of a hook's does not hold the runtime up" {
    setup_hooks echo process
    add_hook createRuntime 'sleep 3 >/dev/null 2>&1 </dev/null & echo $! >@/pid'
    local start=$EPOCHREALTIME
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" process
    kill -0 "$(logged pid)" || (((${EPOCHREALTIME/./} - ${start/./}) > 3000000))
}

@test "hooks: in a container that shares the host's pid namespace, the pid is the host's everywhere" {
    setup_hooks sleep 1000
    drop_namespace pid
    add_all_hooks 'cat >@/KIND'
    skep run --detach --bundle "$BUNDLE" "$ID"
    local kind
    for kind in prestart createRuntime createContainer startContainer poststart; do
        assert_equal "$(logged "$kind" | gojq .pid)" "$(state .pid)" "$kind"
    done
}

@test "hooks: in a container without a mount namespace" {
    skep_only
    setup_hooks sleep 1000
    drop_namespace mount
    update_config '.mounts = [] | .linux.maskedPaths = [] | .linux.readonlyPaths = [] | .root.readonly = false'
    local kind
    for kind in prestart createRuntime createContainer poststart poststop; do
        add_hook "$kind" "echo $kind >>@/order"
    done
    skep run --detach --bundle "$BUNDLE" "$ID"
    skep delete --force "$ID"
    assert_equal "$(logged order | tr '\n' ' ')" "prestart createRuntime createContainer poststart poststop "
}

@test "hooks: none runs for exec" {
    setup_hooks sleep 1000
    add_all_hooks 'echo KIND >>@/order'
    skep run --detach --bundle "$BUNDLE" "$ID"
    local before
    before=$(logged order)
    skep exec "$ID" true
    assert_equal "$(logged order)" "$before"
}
