#!/usr/bin/env bats
# The suite's own check: a test that leaves something behind fails, whatever it was for.
load helpers

# leaves WHAT SCRIPT: a test that does nothing but SCRIPT is failed by its teardown, which names WHAT.
leaves() {
    printf 'load %s\n@test "it" {\n%s\n}\n' "${helpers}" "$2" >"$WORK/inner.bats"
    local status=0
    env -u BATS_TEST_TIMEOUT bats "$WORK/inner.bats" </dev/null >"$WORK/inner" 2>&1 3>&- || status=$?
    ((status == 1)) || fail "ended with $status: $(<"$WORK/inner")"
    assert_contains "$(<"$WORK/inner")" "# left behind:"
    assert_matches "$(<"$WORK/inner")" "# $1"
}

@test "a test fails by what it leaves behind: a process, a mount, a cgroup, a state file" {
    # shellcheck disable=SC2016 # for the inner test
    {
        leaves 'process [0-9]+ it_[0-9a-f]+ 1000' \
            'bash -c "exec -a $ID sleep 1000" </dev/null >/dev/null 2>&1 3>&- & echo $! >'"$WORK/pid"
        kill "$(<"$WORK/pid")"
        leaves 'mount /.*/left' 'mkdir "$WORK/left"; mount -t tmpfs tmpfs "$WORK/left"'
        leaves 'cgroup /.*/it_[0-9a-f]+' 'mkdir "$(cgroup_dir memory "/$ID")"'
        leaves 'state /.*/left' 'mkdir "$ROOT"; touch "$ROOT/left"'
        leaves 'process [0-9]+ .*sleep 1000' 'setup_bundle
            unshare --mount --propagation private sh -c "cd \$0; mount --bind . .; cd \$0; mkdir -p old
                pivot_root . old; exec /bin/sleep 1000" "$BUNDLE/rootfs" </dev/null >/dev/null 2>&1 3>&- &
            wait_for eval "[[ -n \$(container_processes) ]]"'
    }
}
