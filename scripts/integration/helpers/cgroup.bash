# The three cgroup layouts: v2 ("unified"), v1, and v1 with a v2 tree beside it ("hybrid").
# shellcheck shell=bash

readonly cgroup_root=/sys/fs/cgroup

is_cgroup_v2() {
    [[ -e $cgroup_root/cgroup.controllers ]]
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

# Every cgroup folder whose name has TEXT, in every hierarchy.
cgroups_named() {
    find "$cgroup_root" -mindepth 1 -type d -name "*$1*" 2>/dev/null | sort
}
