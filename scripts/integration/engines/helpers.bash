# Loaded by the engines' tests. An engine runs in a room of its own: mount and network namespaces, with an empty /run and
# its own /etc to write to, so that whatever it changes there goes with the room. Its containers are in cgroups below
# $ENGINE. A test is held to leave nothing; `$SKEP` names the runtime, as in the other tests.
#
# ENGINES_LAYOUT=v1 has a room without the version 2 tree of a hybrid machine, which crun does not take.
# shellcheck shell=bash disable=SC1091 # what it sources is linted by itself
bats_require_minimum_version 1.5.0

engines=$(dirname -- "${BASH_SOURCE[0]}")
helpers=$engines/../helpers
source "$helpers/runtime.bash"
source "$helpers/assert.bash"
source "$helpers/cgroup.bash"
source "$helpers/terminal.bash"

# engine_needs COMMAND...: no test of the file runs where one is missing. A failure: Bats 1.8 makes one of a skip there.
engine_needs() {
    local command
    for command; do
        command -v "$command" >/dev/null || fail "$command is not installed (scripts/setup installs it)"
    done
}

# room_open: $ROOM is the process whose namespaces it is, $PLACE the folder of all that the engine keeps, $STATE the
# runtime's state root in the room.
room_open() {
    ENGINE=it_$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
    PLACE=$BATS_FILE_TMPDIR/engine
    STATE=/run/${SKEP##*/}
    mkdir -p "$PLACE"
    PLACE=$PLACE LAYOUT=${ENGINES_LAYOUT-} unshare --mount --net --propagation private bash -euc '
        mkdir "$PLACE"/{etc,work,run}
        mount -t overlay -o "lowerdir=/etc,upperdir=$PLACE/etc,workdir=$PLACE/work" overlay /etc
        mount -t tmpfs -o mode=755 run "$PLACE/run"
        for kept in systemd dbus; do
            [[ -d /run/$kept ]] || continue
            mkdir "$PLACE/run/$kept"
            mount --bind "/run/$kept" "$PLACE/run/$kept"
        done
        mount --no-mtab --move "$PLACE/run" /run
        mount -t tmpfs opt /opt
        mount -t tmpfs -o mode=1777 shm /dev/shm
        [[ $LAYOUT != v1 ]] || umount /sys/fs/cgroup/unified
        ip link set lo up
        touch "$PLACE/ready"
        exec sleep infinity' room </dev/null >"$PLACE/room.log" 2>&1 3>&- &
    ROOM=$!
    export ENGINE PLACE STATE ROOM
    wait_for test -e "$PLACE/ready" || fail "$(cat "$PLACE/room.log")"
    in_room sh -c 'cat /proc/self/mountinfo' >"$PLACE/room.mountinfo"
}

# room_close: ends the room and whoever is still in it.
room_close() {
    local pid
    for pid in $(room_processes); do kill -KILL "$pid" 2>/dev/null || true; done
    kill -KILL "$ROOM" 2>/dev/null || true
    wait "$ROOM" 2>/dev/null || true
    ! is_systemd_manager || systemctl --quiet stop "$ENGINE.slice" 2>/dev/null || true
    engine_cgroups | sort -r | while IFS= read -r dir; do rmdir "$dir" 2>/dev/null || true; done
}

# in_room COMMAND...
in_room() {
    nsenter --target "$ROOM" --mount --net -- "$@" 3>&-
}

# daemon_start NAME READY COMMAND...: the daemon NAME in the room, until the READY words succeed.
daemon_start() {
    local name=$1 ready=$2
    shift 2
    # Not by in_room: the process id is to be the daemon's.
    nsenter --target "$ROOM" --mount --net -- "$@" </dev/null >>"$PLACE/$name.log" 2>&1 3>&- &
    echo $! >"$PLACE/$name.pid"
    # shellcheck disable=SC2086 # several words in one
    wait_for $ready >/dev/null || fail "$(tail "$PLACE/$name.log")"
}

# daemon_stop NAME [SIGNAL]: which may be another test's child.
daemon_stop() {
    local pid
    pid=$(cat "$PLACE/$1.pid") || return 0
    kill -"${2:-TERM}" "$pid" 2>/dev/null || true
    wait_for test ! -e "/proc/$pid/fd/0"
}

# Where the engine's containers have their cgroups.
engine_parent() {
    if is_systemd_manager; then printf '%s.slice\n' "$ENGINE"; else printf '/%s\n' "$ENGINE"; fi
}

engine_cgroups() {
    find "$cgroup_root" -mindepth 1 -type d -path "*$ENGINE*" 2>/dev/null | sort
}

# Process ids of all in the room but its holder, and of all in the engine's cgroups. The pattern comes from a file, as
# grep would find its own argument.
room_processes() {
    printf '%s\n' "$ENGINE" >"$PLACE/pattern"
    {
        # The name of a namespace has brackets, which are a pattern's.
        find /proc/[0-9]*/ns/mnt -lname "$(readlink "/proc/$ROOM/ns/mnt" | sed 's/[][]/\\&/g')" 2>/dev/null | cut -d/ -f3
        grep -lsFf "$PLACE/pattern" /proc/[0-9]*/cgroup | cut -d/ -f3
    } | grep -vx "$ROOM" | sort -un
}

# The runtime's process that makes a container: not the container's, which is of the same program.
runtime_at_work() {
    local pid
    for pid in $(room_processes); do
        # By its name: $SKEP may be a script that calls it with flags of its own.
        [[ $(readlink "/proc/$pid/exe") != */"${SKEP##*/}" ]] ||
            grep -qsE "$ENGINE.*[/-]([0-9a-f]{64}|$ID)(\.scope)?\$" "/proc/$pid/cgroup" || echo "$pid"
    done | head -n 1
}

# The script of a hook at which a create stays until kill_in_create.
halting_hook() {
    printf 'echo >%s; while [ -e %s ]; do sleep 0.05; done' "$WORK/at-work" "$WORK/at-work"
}

# kill_in_create: kills the runtime whose create is at a halting hook, which is nobody's to end, and ends by itself. What
# was spawned has to fail for it.
kill_in_create() {
    wait_for test -s "$WORK/at-work"
    kill -KILL "$(runtime_at_work)"
    rm "$WORK/at-work"
    wait_spawned
    ((status != 0)) || fail "it ran"
}

# What there is of the engine: a line for each process, cgroup, mount, network interface and file of state.
things() {
    local pid state
    for pid in $(room_processes); do
        # None at all: it has been reaped meanwhile.
        state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) || true
        [[ -z $state || $state == Z ]] || printf 'process %s %s\n' "$pid" "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"
    done
    engine_cgroups | sed 's/^/cgroup /'
    in_room sh -c 'cut -d " " -f 5 /proc/self/mountinfo; ip -oneline link | cut -d : -f 2 | sed "s/^/interface/"' |
        sed 's/^\//mount \//' | sort
    in_room find "$STATE" "$@" -mindepth 1 -not -path "*/.cache*" 2>/dev/null | sort | sed 's/^/state /' || true
}

# things_before FOLDER...: keeps what there is, with what the FOLDERs have; things_left compares with it.
things_before() {
    printf '%s\n' "$@" >"$PLACE/folders"
    things "$@" >"$PLACE/before"
}

things_are_as_before() {
    local folders
    mapfile -t folders <"$PLACE/folders"
    things "${folders[@]}" >"$PLACE/after"
    # What may vary is the engine's: said by the file of tests, in a pattern.
    diff <(engine_own "$PLACE/before") <(engine_own "$PLACE/after") >"$PLACE/difference"
}

engine_own() {
    grep -vE "${ENGINE_OWN:-^$}" "$1" || true
}

# assert_nothing_left: all is as it was before the test, in 10 seconds at most: engines clean up in the background.
assert_nothing_left() {
    local until=$((SECONDS + 10))
    until things_are_as_before; do
        ((SECONDS < until)) || {
            # The next test is not to be blamed for it.
            mv "$PLACE/after" "$PLACE/before"
            fail "left behind:"$'\n'"$(cat "$PLACE/difference")"
        }
        sleep 0.1
    done
}

# engine_test_setup: the names of one test.
engine_test_setup() {
    WORK=$BATS_TEST_TMPDIR
    ID=it_$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
    SPAWNED=()
}

end_spawned() {
    local pid
    for pid in "${SPAWNED[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}

# assert_status NUMBER: of the last `run`.
assert_status() {
    ((status == $1)) || fail "exit status: got $status, wanted $1: $output"
}

# image_tar FILE: the root file system of the tests' image.
image_tar() {
    tar -C "$ROOTFS_TEMPLATE" -c . >"$1"
}

# value V1_CONTROLLER PATH V1_FILE V2_FILE: a cgroup's file, of a container's process.
container_cgroup_value() {
    local pid=$1 controller=$2 path
    path=$(cgroup_in "$controller" <"/proc/$pid/cgroup")
    [[ -n $path ]] || fail "process $pid is in no cgroup of the controller \"$controller\""
    cgroup_value "$controller" "$path" "$3" "$4"
}
