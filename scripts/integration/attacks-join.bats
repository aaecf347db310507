#!/usr/bin/env bats
# What a container's processes find in one of `exec` before it is theirs (CVE-2016-9962).
load helpers
load helpers/attack

setup_file() {
    skep_only "attacks on skep's own way into a container"
    compile_attack
}

# exec_until_looked COUNT COMMAND...: execs until the attacker has looked at that many of them.
exec_until_looked() {
    local count=$1 tries
    shift
    for ((tries = 0; tries < count * 3; tries++)); do
        "$@" --root "$ROOT" exec "$ID" /bin/sleep 0.1 </dev/null >/dev/null 2>"$WORK/exec.err" 3>&-
        (($(grep -c looked "$WORK/spawned.out") < count)) || return 0
    done
    fail "the attacker saw too little: $(cat "$WORK/spawned.out")"
}

@test "attack: a container that may trace finds nothing of the host's in exec's process" {
    touch "$WORK/marker"
    setup_attacker CAP_SYS_PTRACE CAP_KILL -- look "$WORK/marker"
    start_attacker
    exec_until_looked 30 "$SKEP"
    said fds || fail "the attacker could not look: $(say_all)"
    assert_equal "$(say_all)" $'fds\nlooked'
}

@test "attack: a container with the runtime's own rights can't look into exec's process without that of tracing" {
    local without=(setpriv --bounding-set -sys_ptrace "$SKEP")
    touch "$WORK/marker"
    # shellcheck disable=SC2046 # names without spaces
    setup_attacker $(own_capabilities | grep -v SYS_PTRACE) -- look "$WORK/marker"
    spawn "${without[@]}" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
    wait_for status_is running
    exec_until_looked 30 "${without[@]}"
    assert_equal "$(say_all)" looked
}

@test "attack: exec goes on although its process is stopped and let go in the middle" {
    setup_attacker CAP_KILL -- look /none
    start_attacker
    exec_until_looked 10 "$SKEP"
    assert_equal "$(say_all)" looked
    assert_equal "$(state .status)" running
}
