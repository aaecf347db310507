#!/usr/bin/env bats
# linux.netDevices: devices of the host's that are the container's while it lives.
load helpers

setup_file() {
    skep_only "netDevices came with runc 1.4"
}

# move_devices JSON [ARG...]: a bundle whose netDevices are JSON, and a host with the pair out0 and peer0.
move_devices() {
    setup_host_network
    make_pair out0 peer0
    local devices=$1
    shift
    setup_bundle "$@"
    update_config --argjson devices "$devices" '.linux.netDevices = $devices'
}

# The container's devices, each with its addresses, in one line each.
show_devices='ip -o addr | awk "{ print \$2, \$3, \$4 }"'

@test "netdev: a device moves in, and is up, with its name, its addresses and its mtu" {
    move_devices '{"out0": {}}' sh -c "$show_devices; ip link show out0"
    host ip link set out0 mtu 1400 up
    host ip addr add 10.9.0.2/24 brd + dev out0
    host ip addr add fd00:9::2/64 dev out0
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "out0 inet 10.9.0.2/24"
    assert_contains "$output" "out0 inet6 fd00:9::2/64"
    assert_contains "$output" "mtu 1400"
    assert_matches "$output" 'out0.*[<,]UP[,>]'
}

@test "netdev: only addresses that are for good and for everywhere move" {
    move_devices '{"out0": {}}' sh -c "$show_devices"
    host ip addr add 10.9.0.2/24 dev out0
    host ip addr add 169.254.9.9/16 scope link dev out0
    host ip addr add 10.9.1.2/24 dev out0 valid_lft 1000 preferred_lft 1000
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "out0 inet 10.9.0.2/24"
    assert_excludes "$output" 169.254.9.9
    assert_excludes "$output" 10.9.1.2
}

@test "netdev: broadcast address, other end, cost and order of addresses stay" {
    move_devices '{"out0": {"name": "net0"}}' sleep 1000
    host ip addr add 10.9.0.2/24 brd 10.9.0.77 dev out0
    host ip addr add 10.9.0.3/24 metric 42 dev out0
    host ip addr add 10.9.5.1 peer 10.9.5.2/32 dev out0
    host ip addr add fd00:9::2/64 nodad dev out0
    local before after
    before=$(host_device out0 '[.addr_info[] | select(.scope == "global") | del(.label, .valid_life_time, .preferred_life_time)]')
    create
    after=$(nsenter --net="/proc/$(state .pid)/ns/net" ip -json addr show dev net0 |
        gojq '.[0] | [.addr_info[] | select(.scope == "global") | del(.label, .valid_life_time, .preferred_life_time)]')
    assert_equal "$after" "$before"
    assert_equal "$(gojq length <<<"$before")" 4
}

@test "netdev: a device gets another name, and two can change theirs" {
    move_devices '{"out0": {"name": "peer0"}, "peer0": {"name": "out0"}}' sh -c "$show_devices"
    host ip addr add 10.9.0.2/24 dev out0
    host ip addr add 10.9.0.3/24 dev peer0
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "peer0 inet 10.9.0.2/24"
    assert_contains "$output" "out0 inet 10.9.0.3/24"
    assert_equal "$(host_addresses out0)" "10.9.0.2/24"
    assert_equal "$(host_addresses peer0)" "10.9.0.3/24"
}

@test "netdev: the kernel puts the number into a name that ends in %d" {
    move_devices '{"out0": {"name": "net%d"}, "peer0": {"name": "net%d"}}' ls /sys/class/net
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(tr '\n' ' ' <<<"$output")" "lo net0 net1 "
    assert_equal "$(host_devices)" "lo out0 peer0"
}

@test "netdev: the device works: the container is reached by it" {
    move_devices '{"out0": {}}' ping -c 1 -W 5 10.9.0.1
    update_config '.process.capabilities |= map_values(. + ["CAP_NET_RAW"])'
    host ip addr add 10.9.0.2/24 dev out0
    host ip addr add 10.9.0.1/24 dev peer0
    host ip link set peer0 up
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "0% packet loss"
}

@test "netdev: after delete the device is back on the host, as it was" {
    move_devices '{"out0": {"name": "net0"}}' sleep 1000
    host ip link set out0 mtu 1400 up
    host ip addr add 10.9.0.2/24 brd + dev out0
    host ip addr add fd00:9::2/64 nodad dev out0
    local filter='{ifname, mtu, address, up: (.flags | index("UP") != null), addr_info: [.addr_info[] | select(.scope == "global") | del(.valid_life_time, .preferred_life_time)]}'
    local before
    before=$(host_device out0 "$filter")
    create
    assert_equal "$(host_devices)" "lo peer0"
    skep delete --force "$ID"
    assert_equal "$(host_device out0 "$filter")" "$before"
    assert_equal "$(gojq -c '[.addr_info[].local]' <<<"$before")" '["10.9.0.2","fd00:9::2"]'
}

@test "netdev: a device that was down comes back down" {
    move_devices '{"out0": {}}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(host_device out0 '.flags | index("UP")')" null
}

@test "netdev: it comes back from a container whose process has ended by itself, and whatever that did to it" {
    move_devices '{"out0": {}}' sh -c \
        'ip link set out0 down; ip link set out0 name other mtu 1300 address 02:00:00:00:00:09; ip addr add 10.1.1.1/24 dev other'
    update_config '.process.capabilities |= map_values(. + ["CAP_NET_ADMIN", "CAP_NET_RAW"])'
    host ip addr add 10.9.0.2/24 dev out0
    local address
    address=$(host_device out0 .address)
    skep run --keep --bundle "$BUNDLE" "$ID"
    assert_equal "$(host_devices)" "lo peer0"
    skep delete "$ID"
    assert_equal "$(host_addresses out0)" "10.9.0.2/24"
    assert_equal "$(host_device out0 '"\(.mtu) \(.address)"')" "1500 $address"
}

@test "netdev: a device that the container has removed is nothing to bring back" {
    move_devices '{"out0": {}}' ip link del out0
    update_config '.process.capabilities |= map_values(. + ["CAP_NET_ADMIN"])'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(host_devices)" lo
}

@test "netdev: where the host has another device of that name by now, it comes back under a new one" {
    move_devices '{"out0": {}}' sleep 1000
    host ip addr add 10.9.0.2/24 dev out0
    create
    host ip link add out0 type veth peer name other0
    skep delete --force "$ID"
    assert_matches "$stderr" 'the host has another network device out0 by now: the container.s comes back as skep[0-9a-f]{8}'
    local name
    name=$(host_devices | tr ' ' '\n' | grep '^skep')
    assert_equal "$(host_addresses "$name")" "10.9.0.2/24"
}

@test "netdev: a joined network namespace: the device moves there and comes back from there" {
    move_devices '{"out0": {"name": "net0"}}' ls /sys/class/net
    local host_holder=$holder
    host ip addr add 10.9.0.2/24 dev out0
    hold_namespaces --net
    join_namespace network "/proc/$holder/ns/net"
    create
    nsenter --net="/proc/$holder/ns/net" ip addr show dev net0 | grep -q 10.9.0.2/24
    skep delete --force "$ID"
    assert_equal "$(host_addresses out0)" "10.9.0.2/24"
    holder=$host_holder
}

@test "netdev: createRuntime hooks and sysctls find the device in its place" {
    source "$BATS_TEST_DIRNAME/helpers/hooks.bash"
    move_devices '{"out0": {"name": "net0"}}' cat /proc/sys/net/ipv4/conf/net0/forwarding
    mkdir -p "$WORK/log"
    host ip addr add 10.9.0.2/24 dev out0
    # shellcheck disable=SC2016 # for the hook's shell
    add_hook createRuntime 'pid=$(sed "s/.*\"pid\":\([0-9]*\).*/\1/"); nsenter --net=/proc/$pid/ns/net ip -o addr show dev net0 >@/seen'
    update_config '.linux.sysctl["net.ipv4.conf.net0.forwarding"] = "1"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1
    assert_contains "$(cat "$WORK/log/seen")" 10.9.0.2/24
}

@test "netdev: into a network namespace that belongs to a user namespace, and back from it" {
    move_devices '{"out0": {"name": "net0"}}' sh -c "$show_devices"
    host ip addr add 10.9.0.2/24 dev out0
    chmod 755 "$WORK" "$BUNDLE"
    new_namespace user
    update_config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
        .linux.gidMappings = .linux.uidMappings | .linux.resources = {}'
    chown -R 100000:100000 "$BUNDLE/rootfs"
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "net0 inet 10.9.0.2/24"
    assert_equal "$(host_addresses out0)" "10.9.0.2/24"
}

@test "netdev: stats have the device" {
    move_devices '{"out0": {"name": "net0"}}' sleep 1000
    skep run --detach --bundle "$BUNDLE" "$ID"
    skep events --stats "$ID"
    assert_equal "$(gojq -c '[.data.network_interfaces[].Name]' <<<"$output")" '["lo","net0"]'
}

@test "netdev: a container that fails later leaves the devices as they were" {
    move_devices '{"out0": {"name": "net0"}, "peer0": {}}' /no/such/program
    host ip link set out0 mtu 1400 up
    host ip addr add 10.9.0.2/24 dev out0
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.args /no/such/program
    assert_equal "$(host_devices)" "lo out0 peer0"
    assert_equal "$(host_addresses out0) $(host_device out0 .mtu)" "10.9.0.2/24 1400"
    assert_equal "$(host_device out0 '.flags | index("UP") != null')" true
}

@test "netdev: all or nothing: one that can't move keeps the others on the host" {
    move_devices '{"bridge0": {}, "peer0": {}, "out0": {"name": "net0"}}'
    make_bridge bridge0 10.5.0.1/24
    host ip addr add 10.9.0.2/24 dev out0
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.netDevices.bridge0: RTM_NEWLINK move bridge0: "
    assert_equal "$(host_devices)" "bridge0 lo out0 peer0"
    assert_equal "$(host_addresses out0)" "10.9.0.2/24"
    assert_equal "$(host_addresses bridge0)" "10.5.0.1/24"
    update_config '.linux.netDevices = {"out0": {}, "zzz0": {}}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.netDevices.zzz0: RTM_GETLINK zzz0" "the host has no such network device"
    assert_equal "$(host_addresses out0)" "10.9.0.2/24"
}

@test "netdev: a name that the namespace has already is refused, and everything stays" {
    move_devices '{"out0": {"name": "taken0"}}'
    hold_namespaces --net
    nsenter --net="/proc/$holder/ns/net" ip link add taken0 type veth peer name taken1
    join_namespace network "/proc/$holder/ns/net"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused 'linux.netDevices.out0.name: the network namespace has a device "taken0" already'
    assert_equal "$(host_devices)" "lo out0 peer0"
}

@test "netdev: refused before anything is done" {
    move_devices '{"out0": {}}'
    local filter reason
    cp "$BUNDLE/config.json" "$WORK/good.json"
    while IFS='#' read -r filter reason; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config "$filter"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "$reason"
        assert_equal "$(host_devices)" "lo out0 peer0"
        assert_no_leaks
    done <<'CASES'
del(.linux.namespaces[] | select(.type == "network"))#linux.netDevices: has no network namespace to move devices to
(.linux.namespaces[] | select(.type == "network")).path = "/proc/self/ns/net"#.path is the host's own network namespace
(.linux.namespaces[] | select(.type == "network")).path = "/no/such/namespace"#.path: open /no/such/namespace
.linux.netDevices = {"lo": {}}#linux.netDevices.lo is the loopback device
.linux.netDevices = {"out0": {"name": "lo"}}#linux.netDevices.out0.name
.linux.netDevices = {"out0": {"name": "a/b"}}#linux.netDevices.out0.name: "a/b" has a "/"
.linux.netDevices = {"out0": {"name": "abcdefghijklmnop"}}#linux.netDevices.out0.name: "abcdefghijklmnop" is longer than
.linux.netDevices = {"out0": {"name": "net0"}, "peer0": {"name": "net0"}}#linux.netDevices.peer0.name
.linux.netDevices = {"out0": {"name": 1}}#linux.netDevices.out0.name: expected a string
.linux.netDevices = ["out0"]#linux.netDevices: expected an object
CASES
}

@test "netdev: check tells which devices the host does not have" {
    move_devices '{"out0": {}, "zzz0": {}}'
    run_skep check --bundle "$BUNDLE"
    assert_contains "$output$stderr" "warning: linux.netDevices.zzz0: the host has no such network device"
    assert_excludes "$output$stderr" out0
}

@test "netdev: an ordinary user is refused" {
    local program=$SKEP_PROGRAM
    move_devices '{"out0": {}}'
    local place
    place=$(mktemp -d)
    chmod 755 "$place"
    mkdir -m 755 "$place/rootfs"
    mkdir -m 777 "$place/state"
    cp "$BUNDLE/config.json" "$place"
    status=0
    host setpriv --reuid 1000 --regid 1000 --clear-groups "$program" --root "$place/state" run --bundle "$place" "$ID" \
        </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || status=$?
    stderr=$(cat "$WORK/stderr")
    local left
    left=$(ls "$place/state")
    rm -r "$place"
    assert_refused "linux.netDevices: needs root"
    assert_equal "$left" ""
}

@test "netdev: the state directory's mount is gone with the container, and its files name no other" {
    move_devices '{"out0": {}}' sleep 1000
    create
    grep -qF "$ROOT/$ID/netns" /proc/self/mountinfo
    assert_equal "$(gojq -r '.devices[0].name' "$ROOT/$ID/network.json")" out0
    skep delete --force "$ID"
    assert_no_leaks
}

@test "netdev: a crash at any moment leaves what delete --force brings back" {
    move_devices '{"out0": {"name": "net0"}, "peer0": {"name": "net%d"}}'
    host ip link set out0 mtu 1400
    host ip addr add 10.9.0.2/24 dev out0
    assert_after_crash() {
        assert_equal "$(host_devices)" "lo out0 peer0" "after call $1"
        assert_equal "$(host_addresses out0) $(host_device out0 .mtu)" "10.9.0.2/24 1400" "after call $1"
    }
    crash_everywhere sendto,mount,rename,umount2
}
