# What a test's containers own on the machine, and the check that nothing of it is left.
#
# The test's id and work folder are random enough to be nobody else's. Nothing here ends a process or
# takes a mount away that these two do not show to be the test's own.
# shellcheck shell=bash

# Prints a line for each: process, mount, cgroup and state file that belongs to this test.
resources() {
    owned_processes
    ! grep -qF " $WORK/" /proc/self/mountinfo ||
        awk -v work="$WORK/" 'index($5, work) == 1 { print "mount " $5 }' /proc/self/mountinfo
    find "$cgroup_root" -mindepth 1 -type d -name "*$ID*" -printf 'cgroup %p\n' 2>/dev/null || true
    [[ ! -d $ROOT ]] || find "$ROOT" -mindepth 1 -not -path "$ROOT/.cache*" -printf 'state %p\n'
}

# Processes of the test's containers, and runtimes that still name one; no zombies.
# The patterns come from files, as grep would find its own arguments.
owned_processes() {
    local pid state
    while IFS= read -r pid; do
        # None at all: it has been reaped meanwhile.
        state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) || true
        [[ -z $state || $state == Z ]] ||
            printf 'process %s %s\n' "$pid" "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"
    done < <(processes_with cmdline)
}

# Process ids that are in a cgroup of the test, or whose root file system lies in its work folder: not all
# that merely see a mount there, as every process of the machine sees one that is left on the host.
container_processes() {
    processes_with
}

# processes_with [NAME]: the same, and those that have the test's id in their file of that name, each once.
processes_with() {
    local fields='^[0-9]+ [0-9]+ [0-9:]+' path
    local -A seen=()
    printf '%s\n' "$ID" >"$WORK/pattern.id"
    printf '%s ([^ ]*%s/[^ ]* / |[^ ]+ / .*%s/)\n' "$fields" "$WORK" "$WORK" >"$WORK/pattern.root"
    while IFS= read -r path; do
        path=${path#/proc/}
        seen[${path%%/*}]=1
    done < <(
        grep -lsFf "$WORK/pattern.id" /proc/[0-9]*/cgroup ${1:+/proc/[0-9]*/"$1"}
        grep -lsEf "$WORK/pattern.root" /proc/[0-9]*/mountinfo
    )
    ((${#seen[@]} == 0)) || printf '%s\n' "${!seen[@]}"
}

# Fails with the list of what the test has left. A killed process may take a moment to go; everything else has to be
# gone by then.
assert_no_leaks() {
    local tries left
    for ((tries = 0; tries < 40; tries++)); do
        left=$(resources)
        [[ $left == *"process "* ]] || break
        sleep 0.05
    done
    [[ -z $left ]] || {
        sweep
        fail "left behind:"$'\n'"$left"
    }
}

# Deletes the test's containers by force, and says nothing where there are none.
remove_containers() {
    local dir
    for dir in "$ROOT"/*/; do
        [[ -d $dir ]] || continue
        "$SKEP" --root "$ROOT" delete --force "$(basename "$dir")" </dev/null >/dev/null 2>&1 3>&- || true
    done
}

# Kills whoever is in a cgroup of the test, and can't fork faster than that.
end_cgroups() {
    local directory pid
    for directory in $(cgroups_named "$ID"); do
        if [[ -e $directory/cgroup.kill ]]; then
            echo 1 >"$directory/cgroup.kill" || true
        elif [[ -e $directory/freezer.state ]]; then
            echo FROZEN >"$directory/freezer.state" || true
            while IFS= read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done <"$directory/cgroup.procs"
            echo THAWED >"$directory/freezer.state" || true
        fi
    done
}

# Clears what a runtime has left, so that one failed test does not disturb the rest.
sweep() {
    local kind rest pid
    end_cgroups
    for pid in $(container_processes); do
        kill -KILL "$pid" 2>/dev/null || true
    done
    while read -r kind rest; do
        [[ $kind != mount ]] || umount -l "$rest" 2>/dev/null || true
    done < <(resources)
    sleep 0.1
    cgroups_named "$ID" | sort -r | while IFS= read -r rest; do rmdir "$rest" 2>/dev/null || true; done
}
