# A host's network to play with: a network namespace of the test's own, in which the runtime runs, so that nothing here
# touches the machine's devices.
# shellcheck shell=bash

# setup_host_network: from here on $SKEP runs in a new network namespace, the "host" of the test, whose loopback device
# is up. `host COMMAND...` runs there too.
setup_host_network() {
    hold_namespaces --net
    HOST_NET=/proc/$holder/ns/net
    mkdir -p "$WORK/bin"
    printf '#!/bin/sh\nexec nsenter --net=%s %q "$@"\n' "$HOST_NET" "$SKEP" >"$WORK/bin/$(basename -- "$SKEP")"
    chmod +x "$WORK/bin/$(basename -- "$SKEP")"
    SKEP=$WORK/bin/$(basename -- "$SKEP")
    host ip link set lo up
}

host() {
    nsenter --net="$HOST_NET" "$@"
}

# make_bridge NAME [ADDRESS...]: a bridge on the host that is up.
make_bridge() {
    local name=$1 address
    shift
    host ip link add "$name" type bridge
    for address in "$@"; do
        # An IPv6 address is usable at once if nobody is asked whether they have it too.
        if [[ $address == *:* ]]; then host ip addr add "$address" dev "$name" nodad; else host ip addr add "$address" dev "$name"; fi
    done
    host ip link set "$name" up
}

# make_pair NAME OTHER: two devices on the host that are connected, and down.
make_pair() {
    host ip link add "$1" type veth peer name "$2"
}

# host_device NAME [FILTER]: a device of the host's, as ip has it in JSON.
host_device() {
    host ip -json -details addr show dev "$1" | gojq -r ".[0] | ${2:-.}"
}

# host_devices: the names of the host's devices, in one line.
host_devices() {
    host ip -json link show | gojq -r '[.[].ifname] | sort | join(" ")'
}

# addresses DEVICE: of a device of the host's, those that are for everywhere, in one line.
host_addresses() {
    host_device "$1" '[.addr_info[] | select(.scope == "global") | "\(.local)/\(.prefixlen)"] | join(" ")'
}

# set_network JSON: the networks that `run --network "$NETWORK"` makes.
set_network() {
    NETWORK=$WORK/network.json
    printf '%s\n' "$1" >"$NETWORK"
}

# crash_everywhere CALLS [ARG...]: runs $BUNDLE as often as it takes to have the runtime killed at each of its system
# calls of these names; after each, `delete --force` has to succeed, and assert_after_crash, which the test defines.
crash_everywhere() {
    local calls=$1 when
    shift
    for ((when = 1; when <= 100; when++)); do
        run_injected "$calls:signal=KILL:when=$when" run --bundle "$BUNDLE" "$@" "$ID"
        ((status != 0)) || break
        skep delete --force "$ID"
        assert_after_crash "$when"
    done
    ((when > 10)) || fail "only $when crashes"
}
