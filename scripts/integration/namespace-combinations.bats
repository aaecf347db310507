#!/usr/bin/env bats
# linux.namespaces in every combination: each of five types the host's, new, or joined by path, beside a mount
# namespace that is new or joined: 486 containers.
load helpers
load helpers/userns

types=(pid network ipc uts cgroup)

# set_kinds NUMBER: $kinds are its five digits to the base 3, one for each type: 0 the host's, 1 new, 2 joined.
set_kinds() {
    local number=$1 type
    kinds=()
    for type in "${types[@]}"; do
        kinds+=($((number % 3)))
        ((number /= 3)) || true
    done
}

# The configuration's namespaces for the kinds in $@, the mount namespace's first.
configure() {
    local list=${user_entry-} kind type path all=(mount "${types[@]}")
    for type in "${all[@]}"; do
        kind=$1
        shift
        case $kind in
        1) list+="{\"type\":\"$type\"}," ;;
        2)
            path=/proc/$holder/ns/${file[$type]}
            [[ $type != mount ]] || path=/proc/$mount_holder/ns/mnt
            list+="{\"type\":\"$type\",\"path\":\"$path\"},"
            ;;
        esac
    done
    printf '%s' "${template/@namespaces@/${list%,}}" >"$BUNDLE/config.json"
}

# The container's namespaces, as it printed them, are what was asked for.
check() {
    local kind type seen wanted number=$1 lines
    mapfile -t lines <<<"$output"
    shift
    for type in "${types[@]}"; do
        kind=$1
        shift
        seen=${lines[0]}
        lines=("${lines[@]:1}")
        case $kind in
        0) wanted=${host[$type]} ;;
        1)
            [[ $seen != "${host[$type]}" && $seen != "${held[$type]}" ]] || fail "combination $number: $type is not new"
            continue
            ;;
        2) wanted=${held[$type]} ;;
        esac
        assert_equal "$seen" "$wanted" "combination $number: $type"
    done
}

# A process in a mount namespace of its own; $mount_holder is its process id. The one before is ended.
hold_mounts() {
    if [[ -n ${mount_holder-} ]]; then
        kill "$mount_holder"
        wait "$mount_holder" 2>/dev/null || true
        unset 'SPAWNED[-1]'
    fi
    unshare --mount --propagation private sh -c 'echo >"$0"; exec sleep 1000' "$WORK/held" </dev/null >/dev/null 2>&1 3>&- &
    mount_holder=$!
    SPAWNED+=("$mount_holder")
    wait_for test -s "$WORK/held"
    rm "$WORK/held"
}

# run_all MOUNT_KIND [USER]: USER is "new" or "joined" for a user namespace, which those that are joined belong to.
run_all() {
    setup_bundle
    local user=${2-} user_entry="" skipped=none
    case $user in
    "") hold_namespaces --mount --propagation private --pid --fork --net --ipc --uts --cgroup ;;
    new)
        map_ids
        user_entry='{"type":"user"},'
        skipped='*2*' # what the host's root has made its /proc would not show
        ;;
    joined)
        hold_namespaces --user --mount --propagation private --pid --fork --net --ipc --uts --cgroup
        echo "0 $first_id 65536" | tee "/proc/$holder/uid_map" >"/proc/$holder/gid_map"
        chown -R "$first_id:$first_id" "$BUNDLE/rootfs"
        user_entry="{\"type\":\"user\",\"path\":\"/proc/$holder/ns/user\"},"
        ;;
    esac
    set_script 'for n in pid net ipc uts cgroup; do readlink /proc/self/ns/$n; done'
    update_config 'del(.hostname) | .mounts |= map(select(.destination == "/proc")) | del(.linux.maskedPaths, .linux.readonlyPaths)
        | .linux.namespaces = ["@namespaces@"]'
    holder=${holder:-self}
    template=$(gojq -c . "$BUNDLE/config.json")
    template=${template/\"@namespaces@\"/@namespaces@}
    declare -A host=() held=() file=()
    local type number kinds
    for type in "${types[@]}"; do
        file[$type]=$(namespace_file "$type")
        host[$type]=$(namespace_of self "$type")
        held[$type]=$(namespace_of "$holder" "$type")
    done
    for ((number = 0; number < 243; number++)); do
        set_kinds "$number"
        # shellcheck disable=SC2053 # a pattern
        [[ ${kinds[*]} != $skipped ]] || continue
        # A fresh one each time: pivot_root changes it for good.
        [[ $1 == 1 ]] || hold_mounts
        configure "$1" "${kinds[@]}"
        skep run --bundle "$BUNDLE" "$ID"
        check "$number" "${kinds[@]}"
    done
}

@test "linux.namespaces: 243 combinations with a new mount namespace" {
    run_all 1
}

@test "linux.namespaces: 243 combinations with a joined mount namespace" {
    run_all 2
}

@test "linux.namespaces: 32 combinations in a new user namespace" {
    skep_only "others find no rootfs below a directory that is root's alone"
    run_all 1 new
}

@test "linux.namespaces: 243 combinations in a joined user namespace" {
    skep_only "others find no rootfs below a directory that is root's alone"
    run_all 1 joined
}
