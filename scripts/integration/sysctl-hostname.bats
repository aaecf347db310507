#!/usr/bin/env bats
# linux.sysctl, hostname and domainname.
load helpers

@test "linux.sysctl: of the ipc and network namespaces" {
    setup_bundle cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward
    update_config '.linux.sysctl = {"kernel.msgmax": "4096", "net.ipv4.ip_forward": "1"}'
    local before
    before=$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward)
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'4096\n1'
    assert_equal "$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward)" "$before" "the host's"
}

@test "linux.sysctl: a name with slashes" {
    setup_bundle cat /proc/sys/net/ipv4/ip_forward
    update_config '.linux.sysctl = {"net/ipv4/ip_forward": "1"}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1
}

@test "linux.sysctl: one of the whole machine is refused" {
    setup_bundle true
    update_config '.linux.sysctl = {"vm.swappiness": "1"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl vm.swappiness
}

@test "linux.sysctl: one of a namespace shared with the host is refused" {
    setup_bundle true
    drop_namespace network
    update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl net.ipv4.ip_forward
    drop_namespace ipc
    update_config '.linux.sysctl = {"kernel.msgmax": "4096"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl kernel.msgmax
}

@test "linux.sysctl: an unknown name is refused" {
    setup_bundle true
    update_config '.linux.sysctl = {"net.nonsense": "1"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused net.nonsense
}

@test "linux.sysctl: a name that climbs is refused" {
    setup_bundle true
    update_config '.linux.sysctl = {"net/../vm/swappiness": "1"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    ((status != 0)) || [[ $(cat /proc/sys/vm/swappiness) != 1 ]] || fail "written to the host"
    skep_only
    assert_refused linux.sysctl
}

@test "hostname: set in the container only" {
    setup_bundle hostname
    local before
    before=$(uname -n)
    update_config '.hostname = "box.example"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" box.example
    assert_equal "$(uname -n)" "$before"
}

@test "hostname: without a uts namespace it is refused" {
    setup_bundle true
    drop_namespace uts
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused hostname uts
}

@test "hostname: none leaves the host's" {
    setup_bundle hostname
    update_config 'del(.hostname)'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "$(uname -n)"
}

@test "domainname: set in the container only" {
    needs_runc 1.2
    setup_bundle cat /proc/sys/kernel/domainname
    local before
    before=$(cat /proc/sys/kernel/domainname)
    update_config '.domainname = "example.org"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" example.org
    assert_equal "$(cat /proc/sys/kernel/domainname)" "$before"
}

@test "domainname: without a uts namespace it is refused" {
    needs_runc 1.2
    setup_bundle true
    drop_namespace uts
    update_config 'del(.hostname) | .domainname = "example.org"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused domainname uts
}

@test "linux.sysctl: a user namespace's needs one" {
    skep_only
    setup_bundle true
    update_config '.linux.sysctl = {"user.max_mnt_namespaces": "10"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl.user.max_mnt_namespaces "user namespace"
}

@test "linux.sysctl: of a user namespace" {
    skep_only
    setup_bundle cat /proc/sys/user/max_mnt_namespaces
    new_namespace user
    update_config '.linux.sysctl = {"user.max_mnt_namespaces": "10"}
        | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
        | .linux.gidMappings = .linux.uidMappings'
    local before
    before=$(cat /proc/sys/user/max_mnt_namespaces)
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 10
    assert_equal "$(cat /proc/sys/user/max_mnt_namespaces)" "$before" "the host's"
}

@test "linux.sysctl: an interface with a dot in its name, in both forms" {
    skep_only
    setup_bundle cat /proc/sys/net/ipv4/conf/lo/forwarding
    update_config '.linux.sysctl = {"net/ipv4/conf/eth0.100/forwarding": "1"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.sysctl.net/ipv4/conf/eth0.100/forwarding" net/ipv4/conf/eth0.100/forwarding ENOENT
    update_config '.linux.sysctl = {"net.ipv4.conf.eth0/100.forwarding": "1"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "linux.sysctl.net.ipv4.conf.eth0/100.forwarding" net/ipv4/conf/eth0.100/forwarding ENOENT
    update_config '.linux.sysctl = {"net/ipv4/conf/lo/forwarding": "1"}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" 1
}

@test "linux.sysctl: two spellings of one, and a value that the kernel refuses" {
    skep_only
    setup_bundle true
    update_config '.linux.sysctl = {"kernel.msgmax": "4096", "kernel/msgmax": "8192"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl.kernel/msgmax "second value"
    update_config '.linux.sysctl = {"kernel.msgmax": "many"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl.kernel.msgmax EINVAL
    update_config '.linux.sysctl = {"kernel.msgmax": 4096}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl kernel.msgmax "a string"
}

@test "linux.sysctl: a value that ends its line" {
    setup_bundle cat /proc/sys/kernel/sem
    update_config '.linux.sysctl = {"kernel.sem": "100 200 30 40\n"}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'100\t200\t30\t40'
}

@test "hostname and domainname: too long for the kernel is refused by their names" {
    skep_only
    setup_bundle true
    update_config '.hostname = "a" * 65'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused hostname "65 bytes"
    update_config '.hostname = "a" * 64 | .domainname = "b" * 65'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused domainname "65 bytes"
    update_config '.domainname = "b" * 64 | .process.args = ["hostname"]'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "${#output}" 64
}

@test "linux.sysctl and hostname: of a joined namespace that is the runtime's own are refused" {
    skep_only
    setup_bundle true
    local before
    before=$(uname -n)
    join_namespace network /proc/self/ns/net
    update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.sysctl.net.ipv4.ip_forward "would change the host" "linux.namespaces["
    new_namespace network
    join_namespace uts "/proc/$$/ns/uts"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused hostname "would change the host" "linux.namespaces["
    update_config 'del(.hostname)'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$(uname -n)" "$before"
}
