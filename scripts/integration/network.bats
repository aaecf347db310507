#!/usr/bin/env bats
# Networks that Skep makes itself: run and create --network, and the annotation (docs/network.md).
load helpers

setup_file() {
    skep_only "Skep's own extension"
}

# setup_network JSON [ARG...]: a host with the bridge br0 (10.8.0.1, fd00:8::1), and a container on it.
setup_network() {
    setup_host_network
    make_bridge br0 10.8.0.1/24 fd00:8::1/64
    set_network "$1"
    shift
    setup_bundle "$@"
    update_config '.process.capabilities |= map_values(. + ["CAP_NET_RAW"])'
}

one='{"networks": [{"type": "veth", "bridge": "br0", "address": "10.8.0.2/24", "gateway": "10.8.0.1",
    "ipv6_address": "fd00:8::2/64", "ipv6_gateway": "fd00:8::1"}]}'

# host_ends: the devices of the host's that are the bridge's ports.
host_ends() {
    host ip -json link show master br0 | gojq -r '[.[].ifname] | join(" ")'
}

in_container() {
    nsenter --net="/proc/$(state .pid)/ns/net" "$@"
}

@test "network: a container on a bridge has addresses, routes, and reaches the host by IPv4 and IPv6 at once" {
    setup_network "$one" sh -c 'ping -c 1 -W 5 10.8.0.1 && ping -6 -c 1 -W 5 fd00:8::1 && ip -o addr && ip route && ip -6 route'
    skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "eth0    inet 10.8.0.2/24 brd 10.8.0.255 scope global eth0"
    assert_contains "$output" "inet6 fd00:8::2/64"
    assert_contains "$output" "default via 10.8.0.1 dev eth0"
    assert_contains "$output" "default via fd00:8::1 dev eth0"
    assert_equal "$(host_devices)" "br0 lo"
}

@test "network: two containers reach each other over the bridge" {
    setup_network "$one" sleep 1000
    skep run --detach --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    set_network '{"networks": [{"type": "veth", "bridge": "br0", "address": "10.8.0.3/24"}]}'
    set_args ping -c 1 -W 5 10.8.0.2
    skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID.b"
    assert_contains "$output" "0% packet loss"
    assert_equal "$(wc -w <<<"$(host_ends)")" 1
    skep delete --force "$ID"
    assert_equal "$(host_devices)" "br0 lo"
}

@test "network: everything that a network can say" {
    setup_network '{"networks": [{"type": "loopback"}, {"type": "veth", "name": "net0", "bridge": "br0",
        "mac_address": "02:42:ac:11:00:02", "address": "10.8.0.2/24", "gateway": "10.8.0.1", "mtu": 1400,
        "txqueuelen": 77, "host_interface_name": "host0", "hairpin_mode": true}],
        "routes": [{"destination": "10.99.0.0/16", "gateway": "10.8.0.9", "source": "10.8.0.2"},
            {"destination": "192.168.7.0/24", "interface_name": "net0"}]}' sleep 1000
    create --network "$NETWORK"
    assert_equal "$(in_container ip -json link show net0 | gojq -c '.[0] | [.address, .mtu, .txqlen, .operstate]')" \
        '["02:42:ac:11:00:02",1400,77,"UP"]'
    assert_equal "$(in_container ip -json route | gojq -r '[.[] | "\(.dst) \(.gateway // "-") \(.prefsrc // "-") \(.dev)"] | sort[]')" \
        "10.8.0.0/24 - 10.8.0.2 net0
10.99.0.0/16 10.8.0.9 10.8.0.2 net0
192.168.7.0/24 - - net0
default 10.8.0.1 - net0"
    assert_equal "$(in_container ip -json link show lo | gojq -r '.[0].flags | index("UP") != null')" true
    assert_equal "$(host_ends)" host0
    assert_equal "$(host_device host0 '[.mtu, .txqlen, .linkinfo.info_slave_data.hairpin]|@json')" '[1400,77,true]'
    skep delete --force "$ID"
    assert_equal "$(host_devices)" "br0 lo"
}

@test "network: without a bridge there is a pair, whose end on the host is the caller's to use" {
    setup_network '{"networks": [{"type": "veth", "address": "10.7.0.2/24", "host_interface_name": "host0"}]}' sleep 1000
    skep run --detach --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    host ip addr add 10.7.0.1/24 dev host0
    host busybox ping -c 1 -W 5 10.7.0.2
    skep delete --force "$ID"
    assert_equal "$(host_devices)" "br0 lo"
}

@test "network: two networks, with names in their order" {
    setup_network '{"networks": [{"type": "veth", "address": "10.7.0.2/24"}, {"type": "veth", "bridge": "br0"}]}' ls /sys/class/net
    skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_equal "$(tr '\n' ' ' <<<"$output")" "eth0 eth1 lo "
}

@test "network: a container without --network has only its loopback device" {
    setup_network "$one" ls /sys/class/net
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" lo
    set_network '{"networks": [{"type": "loopback"}]}'
    skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_equal "$output" lo
}

@test "network: the annotation says the same" {
    setup_network "$one" ping -c 1 -W 5 10.8.0.1
    update_config --arg network "$one" '.annotations["io.skep.network"] = $network'
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "0% packet loss"
    run_skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_refused annotations.io.skep.network "and so has --network"
    assert_equal "$(host_devices)" "br0 lo"
}

@test "network: check reads the annotation" {
    setup_bundle
    update_config '.annotations["io.skep.network"] = "{\"networks\": [{\"type\": \"veth\", \"address\": \"10.0.0.5\"}]}"'
    run_skep check --bundle "$BUNDLE"
    assert_contains "$output$stderr" 'error: networks[0].address: "10.0.0.5" lacks a prefix length'
}

@test "network: with devices that move in, and routes by them" {
    setup_network '{"networks": [{"type": "veth", "bridge": "br0", "address": "10.8.0.2/24"}],
        "routes": [{"destination": "10.99.0.0/16", "interface_name": "wan"}]}' ip route
    make_pair out0 peer0
    update_config '.linux.netDevices = {"out0": {"name": "wan"}}'
    skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "10.99.0.0/16 dev wan scope link"
    assert_equal "$(host_devices)" "br0 lo out0 peer0"
}

@test "network: createRuntime hooks and sysctls find it set up" {
    source "$BATS_TEST_DIRNAME/helpers/hooks.bash"
    setup_network "$one" cat /proc/sys/net/ipv4/conf/eth0/forwarding
    mkdir -p "$WORK/log"
    # shellcheck disable=SC2016 # for the hook's shell
    add_hook createRuntime 'pid=$(sed "s/.*\"pid\":\([0-9]*\).*/\1/"); nsenter --net=/proc/$pid/ns/net ip -o addr show dev eth0 >@/seen'
    update_config '.linux.sysctl["net.ipv4.conf.eth0.forwarding"] = "1"'
    skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1
    assert_contains "$(cat "$WORK/log/seen")" 10.8.0.2/24
}

@test "network: stats, exec and pause are what they are elsewhere" {
    setup_network "$one" sleep 1000
    skep run --detach --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    skep exec "$ID" ping -c 1 -W 5 10.8.0.1
    assert_contains "$output" "0% packet loss"
    skep pause "$ID"
    skep resume "$ID"
    skep events --stats "$ID"
    assert_equal "$(gojq -c '[.data.network_interfaces[].Name]' <<<"$output")" '["lo","eth0"]'
    assert_matches "$(gojq '.data.network_interfaces[1].TxPackets' <<<"$output")" '^[1-9]'
}

@test "network: a container whose process has ended leaves nothing once it is deleted" {
    setup_network "$one" sleep 1000
    skep run --detach --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    kill_container
    wait_for status_is stopped
    skep delete "$ID"
    assert_equal "$(host_devices)" "br0 lo"
}

@test "network: a device that took the name of the host's end by now is left alone" {
    setup_network '{"networks": [{"type": "veth", "host_interface_name": "host0"}]}' sleep 1000
    skep run --detach --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    host ip link del host0
    make_pair host0 other0
    skep delete --force "$ID"
    assert_equal "$(host_devices)" "br0 host0 lo other0"
}

@test "network: a container that fails later leaves nothing" {
    setup_network "$one" /no/such/program
    run_skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_refused process.args /no/such/program
    assert_equal "$(host_devices)" "br0 lo"
}

@test "network: what the host lacks, or has already, is named" {
    setup_network "$one"
    make_pair host0 other0
    local document reason
    while IFS='|' read -r document reason; do
        set_network "$document"
        run_skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
        assert_refused "$reason"
        assert_equal "$(host_devices)" "br0 host0 lo other0"
        assert_no_leaks
    done <<'CASES'
{"networks": [{"type": "veth", "bridge": "br7"}]}|networks[0].bridge: RTM_GETLINK br7: No such device (ENODEV); "ip link add br7 type bridge; ip link set br7 up" makes such a bridge
{"networks": [{"type": "veth", "bridge": "host0"}]}|networks[0].bridge: "host0" is a device of kind veth, not a bridge
{"networks": [{"type": "veth", "bridge": "lo"}]}|networks[0].bridge: "lo" is a physical device, not a bridge
{"networks": [{"type": "veth"}, {"type": "veth", "host_interface_name": "host0"}]}|networks[1].host_interface_name: RTM_NEWLINK host0: File exists (EEXIST)
{"networks": [{"type": "veth", "address": "10.8.0.2/24"}], "routes": [{"destination": "10.99.0.0/16", "gateway": "10.55.0.1"}]}|routes[0]: RTM_NEWROUTE 10.99.0.0/16: Network is unreachable (ENETUNREACH)
CASES
}

@test "network: a document that is wrong is refused by file and property" {
    setup_network "$one"
    local document reason
    while IFS='|' read -r document reason; do
        set_network "$document"
        run_skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
        assert_refused "$reason"
        assert_equal "$(host_devices)" "br0 lo"
        assert_no_leaks
    done <<CASES
{"networks": [{"type": "veth", "address": "10.0.0.5"}]}|networks[0].address: "10.0.0.5" lacks a prefix length
{"networks": [{"type": "veth", "mtu": "big"}]}|$WORK/network.json: networks[0].mtu: expected an integer
{"networks": [{"type": "macvlan"}]}|$WORK/network.json: networks[0].type: unknown value "macvlan"
{"networks": [{"type": "veth", "adress": "10.0.0.5/8"}]}|$WORK/network.json: networks[0].adress: no such property
networks|$WORK/network.json: line 1, column 2
CASES
    run_skep run --network "$WORK/no-such-file" --bundle "$BUNDLE" "$ID"
    assert_refused "--network: open $WORK/no-such-file: No such file or directory"
}

@test "network: refused where the container has no network namespace of its own" {
    setup_network "$one"
    drop_namespace network
    run_skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_refused "networks: has no network namespace of the container's"
    join_namespace network "$HOST_NET"
    run_skep run --network "$NETWORK" --bundle "$BUNDLE" "$ID"
    assert_refused "networks: would change a network namespace of somebody else's"
    assert_equal "$(host_devices)" "br0 lo"
}

# bats test_tags=host
@test "network: from a Swift program, by the library" {
    local probe
    probe=$(dirname -- "$SKEP_PROGRAM")/library-probe
    setup_network "$one"
    run host "$probe" "$ROOTFS_TEMPLATE" "$ROOT" br0
    assert_equal "$output" "inet 10.8.0.2/24
it ended with status 0"
    assert_equal "$(host_devices)" "br0 lo"
    assert_equal "$(ls "$ROOT")" ""
}

@test "network: plan shows what would be made, and makes nothing" {
    setup_network "$one"
    skep plan --network "$NETWORK" --bundle "$BUNDLE"
    assert_matches "$output" 'network +veth eth0 on br0 10.8.0.2/24 fd00:8::2/64 +networks\[0\]'
    assert_matches "$output" 'network +route default via 10.8.0.1 dev eth0 +networks\[0\].gateway'
    assert_equal "$(host_devices)" "br0 lo"
}

@test "network: a crash at any moment leaves nothing that delete --force does not remove" {
    setup_network "$one"
    assert_after_crash() {
        assert_equal "$(host_devices)" "br0 lo" "after call $1"
    }
    crash_everywhere sendto,rename --network "$NETWORK"
}

@test "network: the example of docs/network.md works as it is written" {
    setup_host_network
    setup_bundle
    local example
    example=$(sed -n '/^```sh$/,/^```$/p' "$BATS_TEST_DIRNAME/../../docs/network.md" | sed '/^```/d')
    assert_contains "$example" "skep run"
    (
        cd "$BUNDLE"
        PATH=$WORK/bin:$PATH SKEP_ROOT=$ROOT host bash -euc "skep() { command skep --root '$ROOT' \"\$@\"; }; $example" \
            </dev/null >"$WORK/stdout" 2>"$WORK/stderr" 3>&- || fail "$(cat "$WORK/stderr")"
    )
    assert_contains "$(cat "$WORK/stdout")" "0% packet loss"
    assert_equal "$(host_devices)" lo
}
