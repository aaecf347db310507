# Bundles: a busybox root file system and a config.json that gojq edits: jq takes ten times as long to start.
# shellcheck shell=bash

# setup_bundle [ARG...]: makes $BUNDLE with the runtime's own default configuration, without a terminal,
# to run ARGs (default: /bin/true).
setup_bundle() {
    mkdir -p "$BUNDLE"
    cp -a "$ROOTFS_TEMPLATE" "$BUNDLE/rootfs"
    cp "$CONFIG_TEMPLATE" "$BUNDLE/config.json"
    (($# == 0)) || set_args "$@"
}

# update_config [JQ_OPTION...] FILTER: edits $BUNDLE/config.json in place.
update_config() {
    gojq "$@" <"$BUNDLE/config.json" >"$BUNDLE/config.json.new"
    mv "$BUNDLE/config.json.new" "$BUNDLE/config.json"
}

# set_args ARG...: what the container runs.
set_args() {
    update_config '.process.args = $ARGS.positional' --args -- "$@"
}

# set_script SCRIPT: the container runs it in a shell.
set_script() {
    set_args /bin/sh -c "$1"
}

# add_mount DESTINATION TYPE SOURCE [OPTION...]
add_mount() {
    local destination=$1 type=$2 source=$3
    shift 3
    update_config --arg destination "$destination" --arg type "$type" --arg source "$source" \
        '.mounts += [{$destination, $type, $source, options: $ARGS.positional}]' --args -- "$@"
}

# drop_namespace TYPE: the container shares the host's.
drop_namespace() {
    update_config --arg type "$1" 'del(.linux.namespaces[] | select(.type == $type))'
}

# new_namespace TYPE: the container gets one of its own.
new_namespace() {
    drop_namespace "$1"
    update_config --arg type "$1" '.linux.namespaces += [{$type}]'
}

# join_namespace TYPE PATH
join_namespace() {
    drop_namespace "$1"
    update_config --arg type "$1" --arg path "$2" '.linux.namespaces += [{$type, $path}]'
}

# The mount table's line for a mount POINT, in mountinfo text on standard input; the last one is on top.
mount_line() {
    awk -v point="$1" '$5 == point { line = $0 } END { print line }'
}
