# User and time namespaces.
# shellcheck shell=bash

# Where the tests' container ids lie on the host.
readonly first_id=100000

# map_ids [FIRST [SIZE]]: a new user namespace for $BUNDLE, whose ids from 0 on are the host's from FIRST on, and a
# rootfs that belongs to it.
# shellcheck disable=SC2120 # tests give them
map_ids() {
    local first=${1:-$first_id} size=${2:-65536}
    new_namespace user
    update_config --argjson first "$first" --argjson size "$size" \
        '[{containerID: 0, hostID: $first, size: $size}] as $map | .linux.uidMappings = $map | .linux.gidMappings = $map'
    chown -R "$first:$first" "$BUNDLE/rootfs"
}

# setup_userns [ARG...]: a bundle whose container has a user namespace and runs ARGs.
setup_userns() {
    setup_bundle "$@"
    map_ids "$first_id"
}

# setup_time [ARG...]: a bundle whose container has a time namespace and runs ARGs.
setup_time() {
    setup_bundle "$@"
    new_namespace time
}

# owner_of PID TYPE: the user namespace that a namespace of a process belongs to, as readlink would print it.
owner_of() {
    python3 -c '
import fcntl, os, sys
namespace = os.open(sys.argv[1], os.O_RDONLY)
owner = fcntl.ioctl(namespace, 0xb701)  # NS_GET_USERNS
print("user:[%d]" % os.fstat(owner).st_ino)
' "/proc/$1/ns/$(namespace_file "$2")"
}

# assert_config_refused FILTER MESSAGE: the configuration that a jq FILTER makes of $BUNDLE's is refused in these words.
assert_config_refused() {
    cp "$BUNDLE/config.json" "$WORK/good.json"
    update_config "$1"
    run_skep run --bundle "$BUNDLE" "$ID"
    cp "$WORK/good.json" "$BUNDLE/config.json"
    assert_refused
    is_skep || return 0
    assert_equal "$stderr" "skep: $2"
    assert_no_leaks
}
