# Hooks that tell what they see: in a folder which the container has as /log.
# shellcheck shell=bash

# setup_hooks [ARG...]: a bundle whose container runs ARGs (default: true), without hooks yet.
setup_hooks() {
    setup_bundle "${@:-true}"
    mkdir -p "$WORK/log"
    add_mount /log bind "$WORK/log" bind rw
}

# add_hook KIND SCRIPT [FILTER]: one more hook, a shell script, for which @/ is the log folder; FILTER changes the
# hook's object.
add_hook() {
    local log=$WORK/log
    [[ $1 != startContainer ]] || log=/log
    update_config --arg kind "$1" --arg script "${2//@\//$log/}" \
        ".hooks[\$kind] += [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \$script]} | ${3:-.}]"
}

kinds=(prestart createRuntime createContainer startContainer poststart poststop)

# add_all_hooks SCRIPT: to every kind, with "KIND" in it replaced by its name.
add_all_hooks() {
    local kind
    for kind in "${kinds[@]}"; do add_hook "$kind" "${1//KIND/$kind}"; done
}

# What a hook has left in the log.
logged() {
    cat "$WORK/log/$1"
}

# assert_hook_failed PROPERTY WORD...: of the last run_skep, for a hook that failed. Other runtimes name no property.
assert_hook_failed() {
    if is_skep; then
        assert_refused "$@"
    else
        assert_refused
    fi
}
