# Running the runtime under test.
# shellcheck shell=bash

# Skips a test of what only skep does, when the suite is run on another runtime.
skep_only() {
    is_skep || skip "skep's own behaviour"
}

is_skep() {
    [[ $(basename -- "$SKEP") == skep ]]
}

# Skips on runc older than VERSION: what it lacks, or does wrong.
needs_runc() {
    is_skep && return
    local version
    version=$("$SKEP" --version | sed -n 's/^runc version \([0-9.]*\).*/\1/p')
    [[ -n $version ]] || return 0
    [[ $(printf '%s\n' "$1" "$version" | sort -V | head -n 1) == "$1" ]] || skip "runc before $1 can't"
}

# needs_kernel VERSION WHAT: skips on a kernel from before that.
needs_kernel() {
    [[ $(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1) == "$1" ]] || skip "a kernel before $1 has no $2"
}

# run_skep ARG...: runs the runtime with the test's own root. Leaves $status, $output (standard output)
# and $stderr. Through files, not pipes: a container that lives on would hold a pipe open for ever.
# Standard input is $STDIN_FILE, or empty.
run_skep() {
    capture "$SKEP" --root "$ROOT" "$@"
}

# capture COMMAND...: the same of any command.
capture() {
    status=0
    "$@" <"${STDIN_FILE:-/dev/null}" >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    # Bash leaves NULs out, and says so.
    { output=$(<"$WORK/stdout") stderr=$(<"$WORK/stderr"); } 2>/dev/null
}

# The same for a command that has to succeed.
skep() {
    run_skep "$@"
    ((status == 0)) || fail "$(basename "$SKEP") $* ended with $status: $stderr"
}

# spawn COMMAND...: in the background, ended at teardown. Leaves its process id in $spawned; its output
# goes to $WORK/spawned.out and .err.
spawn() {
    # Here, as the job may come to it later than who waits for a word of it.
    : >"$WORK/spawned.out"
    "$@" </dev/null >"$WORK/spawned.out" 2>"$WORK/spawned.err" 3>&- &
    spawned=$!
    SPAWNED+=("$spawned")
}

# spawn_skep ARG...: the runtime in the background.
spawn_skep() {
    spawn "$SKEP" --root "$ROOT" "$@"
}

# run_injected INJECTION ARG...: as run_skep, with calls of the runtime and its children tampered with, in strace's words
# for -e inject ("unshare:error=EPERM:when=1").
run_injected() {
    inject capture "$@"
}

# spawn_injected INJECTION ARG...: the same as spawn_skep.
spawn_injected() {
    inject spawn "$@"
}

# inject RUNNER INJECTION ARG...: by capture or spawn.
inject() {
    command -v strace >/dev/null || skip "needs strace"
    "$1" strace -f -qq -o /dev/null -e "trace=${2%%:*}" -e "inject=$2" "$SKEP" --root "$ROOT" "${@:3}"
}

# wait_spawned: its exit status in $status. From then on the process id may be another's.
wait_spawned() {
    local pid kept=()
    for pid in "${SPAWNED[@]}"; do
        [[ $pid == "$spawned" ]] || kept+=("$pid")
    done
    SPAWNED=("${kept[@]}")
    status=0
    wait "$spawned" || status=$?
}

# create [ARG...]: creates $ID from $BUNDLE; what the container prints goes to $WORK/container.out.
create() {
    status=0
    "$SKEP" --root "$ROOT" create --bundle "$BUNDLE" "$@" "$ID" \
        </dev/null >"$WORK/container.out" 2>"$WORK/container.err" 3>&- || status=$?
    ((status == 0)) || fail "create ended with $status: $(cat "$WORK/container.err")"
}

# run_script SCRIPT: runs a shell script in a container of $BUNDLE that has to succeed; $output.
run_script() {
    set_script "$1"
    skep run --bundle "$BUNDLE" "$ID"
}

# The container's state as JSON, or the value of a jq FILTER of it.
state() {
    "$SKEP" --root "$ROOT" state "$ID" | gojq -r "${1:-.}"
}

# wait_for CONDITION...: until the command succeeds, 10 seconds at most.
wait_for() {
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        # With a number: in a teardown, which is a trap's, `return` alone would be with the status of before.
        "$@" 2>/dev/null && return 0
        sleep 0.05
    done
    fail "waited 10 seconds in vain for: $*"
}

# Kills the process of $ID from outside, once it is sure that the id which the runtime tells is its own.
kill_container() {
    local pid
    pid=$(state .pid)
    [[ $pid =~ ^[1-9][0-9]*$ ]] || fail "'$pid' is no process id"
    grep -qsF "$ID" "/proc/$pid/cgroup" || fail "$pid is not the container's process"
    kill -KILL "$pid"
}

status_is() {
    [[ $(state .status) == "$1" ]]
}

file_has() {
    grep -q -- "$2" "$1"
}
