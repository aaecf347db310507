#!/usr/bin/env bats
# Several commands at once.
load helpers

@test "concurrency: of many creates with one id exactly one wins" {
    setup_bundle sleep 1000
    local n pids=() pid won=0
    for n in 1 2 3 4 5 6; do
        "$SKEP" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>"$WORK/err.$n" 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        if wait "$pid"; then won=$((won + 1)); fi
    done
    assert_equal "$won" 1 "creates that succeeded"
    assert_equal "$(state .status)" created
    assert_equal "$(owned_processes | wc -l)" 1 processes
    skep_only
    assert_equal "$(cat "$WORK"/err.* | grep -c '')" 5 "error lines"
    assert_equal "$(grep -l "$ID" "$WORK"/err.* | wc -l)" 5 "error lines with the id"
}

# bats test_tags=cgroup
@test "concurrency: many containers side by side" {
    setup_bundle sh -c 'echo hello'
    local n pids=() pid
    for n in 1 2 3 4 5 6 7 8; do
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "${ID}_$n" </dev/null >"$WORK/out.$n" 2>&1 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
    assert_equal "$(cat "$WORK"/out.* | sort | uniq -c | tr -s ' ')" " 8 hello"
}

@test "concurrency: of two starts one wins" {
    setup_bundle sleep 1000
    create
    local pids=() pid won=0 n
    for n in 1 2; do
        "$SKEP" --root "$ROOT" start "$ID" </dev/null >/dev/null 2>"$WORK/err.$n" 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        if wait "$pid"; then won=$((won + 1)); fi
    done
    assert_equal "$won" 1 "starts that succeeded"
    assert_equal "$(state .status)" running
}

@test "concurrency: deletes at once leave nothing, and one of them may lose" {
    setup_bundle sleep 1000
    create
    skep start "$ID"
    assert_equal "$(state .status)" running
    local n pids=() pid
    for n in 1 2 3; do
        "$SKEP" --root "$ROOT" delete --force "$ID" </dev/null >/dev/null 2>&1 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || true; done
    assert_no_leaks
}

@test "concurrency: a list while containers come and go never fails" {
    setup_bundle echo hello
    local n
    (for n in 1 2 3 4 5 6; do
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "${ID}_$n" </dev/null || exit 1
    done) >"$WORK/out" 2>&1 3>&- &
    local loop=$!
    while kill -0 "$loop" 2>/dev/null; do
        run_skep list --quiet
        ! is_skep || assert_status 0
    done
    wait "$loop"
    assert_equal "$(sort "$WORK/out" | uniq -c | tr -s ' ')" " 6 hello"
}

@test "concurrency: a creator that is killed leaves what delete --force removes" {
    setup_bundle sleep 1000
    # Killed at moments that spread over the whole command.
    local delay
    for delay in 0.001 0.003 0.005 0.008 0.012 0.02 0.03; do
        "$SKEP" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- &
        local pid=$!
        sleep "$delay"
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
        run_skep delete --force "$ID"
        is_skep || { rm -rf "${ROOT:?}/$ID" && sweep; }
        assert_no_leaks
    done
    create
    assert_equal "$(state .status)" created
}
