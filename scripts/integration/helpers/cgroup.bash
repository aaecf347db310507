# The three cgroup layouts: v2 ("unified"), v1, and v1 with a v2 tree beside it ("hybrid"); and the two managers, one of
# which SKEP_CGROUP_MANAGER names for a whole run of the suite: "cgroupfs", or "systemd".
# shellcheck shell=bash

readonly cgroup_root=/sys/fs/cgroup

is_cgroup_v2() {
    [[ -e $cgroup_root/cgroup.controllers ]]
}

# Where version 2 is mounted, alone or beside version 1; nothing if it isn't.
cgroup2_root() {
    local dir
    for dir in "$cgroup_root" "$cgroup_root/unified"; do
        [[ $(stat -f -c %T "$dir" 2>/dev/null) != cgroup2fs ]] || printf '%s\n' "$dir"
    done
}

# cgroup_dir CONTROLLER PATH: the folder of a cgroup in this layout.
cgroup_dir() {
    if is_cgroup_v2; then printf '%s%s\n' "$cgroup_root" "$2"; else printf '%s/%s%s\n' "$cgroup_root" "$1" "$2"; fi
}

# v1_or_v2 V1 V2: the one of this layout.
v1_or_v2() {
    if is_cgroup_v2; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi
}

# cgroup_value CONTROLLER PATH V1_FILE V2_FILE
cgroup_value() {
    cat "$(cgroup_dir "$1" "$2")/$(v1_or_v2 "$3" "$4")"
}

# cgroup_in HIERARCHY: out of a /proc/PID/cgroup, the process's cgroup in this layout's hierarchy of a controller, or of
# a name ("name=systemd").
cgroup_in() {
    local hierarchy=''
    # One may have several controllers: systemd mounts cpu with cpuacct.
    is_cgroup_v2 || hierarchy="([^:]*,)?$1(,[^:]*)?"
    sed -nE "s/^[0-9]+:$hierarchy://p"
}

# Every cgroup folder whose name has TEXT, in every hierarchy.
cgroups_named() {
    find "$cgroup_root" -mindepth 1 -type d -name "*$1*" 2>/dev/null | sort
}

is_systemd_manager() {
    [[ ${SKEP_CGROUP_MANAGER-} == systemd ]]
}

# set_cgroup [NAME]: $BUNDLE's container gets a cgroup by name ($ID): a path, or with systemd a scope. $CGROUP is its path
# in a hierarchy then.
set_cgroup() {
    local name=${1:-$ID} path
    path=/$name
    CGROUP=/$name
    if is_systemd_manager; then
        path=system.slice:it:$name
        CGROUP=/system.slice/it-$name.scope
    fi
    update_config --arg path "$path" '.linux.cgroupsPath = $path'
}
