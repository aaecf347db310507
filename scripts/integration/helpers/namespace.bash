# Namespaces of the tests themselves, so that nothing here changes the machine's mounts.
# shellcheck shell=bash

# in_mount_namespace SCRIPT [ARG...]: a bash script in a mount namespace of its own, whose mounts vanish
# with it. It sees SKEP, ROOT, BUNDLE, WORK and ID. Leaves $status, $output and $stderr.
in_mount_namespace() {
    local script=$1
    shift
    status=0
    SKEP=$SKEP ROOT=$ROOT BUNDLE=$BUNDLE WORK=$WORK ID=$ID \
        unshare --mount --propagation private bash -euc "$script" script "$@" \
        </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    output=$(cat "$WORK/stdout")
    stderr=$(cat "$WORK/stderr")
}

# hold_namespaces UNSHARE_FLAG...: a process that sits in new namespaces; $holder is its process id.
hold_namespaces() {
    local ready=$WORK/holder.pid
    rm -f "$ready"
    spawn unshare "$@" --kill-child sh -c "readlink /proc/self >'$ready'; exec sleep 1000"
    wait_for test -s "$ready"
    holder=$(holder_pid)
}

# The holder seen from here: the forked child of unshare, or unshare itself become sh.
holder_pid() {
    local children
    children=$(cat "/proc/$spawned/task/$spawned/children")
    read -r children _ <<<"$children"
    printf '%s\n' "${children:-$spawned}"
}

# namespace_of PID TYPE: as readlink prints it, with the configuration's name of the type.
namespace_of() {
    readlink "/proc/$1/ns/$(namespace_file "$2")"
}

# The name under /proc/PID/ns of a namespace type of config.json.
namespace_file() {
    case $1 in
    mount) echo mnt ;;
    network) echo net ;;
    *) printf '%s\n' "$1" ;;
    esac
}
