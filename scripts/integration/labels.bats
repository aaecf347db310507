#!/usr/bin/env bats
# process.apparmorProfile and selinuxLabel. Hosts have one of the two security modules or none; what a test can see
# depends on that.
load helpers

has_apparmor() {
    [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) == Y ]]
}

# load_profiles NAME...: profiles that allow everything.
load_profiles() {
    printf 'profile %s flags=(attach_disconnected) { file, capability, signal, ptrace, }\n' "$@" >"$WORK/profiles"
    apparmor_parser --replace "$WORK/profiles"
}

has_selinux() {
    [[ -d /sys/fs/selinux ]]
}

@test "process.apparmorProfile: a host without AppArmor is named as the reason" {
    if has_apparmor; then skip "this host has AppArmor"; fi
    setup_bundle
    update_config '.process.apparmorProfile = "docker-default"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.apparmorProfile docker-default "no AppArmor"
    assert_no_leaks
}

@test "process.apparmorProfile: unconfined asks for nothing that a host without AppArmor lacks" {
    skep_only # runc 1.1 fails
    setup_bundle echo hello
    update_config '.process.apparmorProfile = "unconfined"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
}

# bats test_tags=apparmor
@test "process.apparmorProfile: the process is confined by it" {
    has_apparmor || skip "this host has no AppArmor"
    setup_bundle cat /proc/self/attr/current
    load_profiles "skep-$ID"
    update_config --arg name "skep-$ID" '.process.apparmorProfile = $name'
    run_skep run --bundle "$BUNDLE" "$ID"
    apparmor_parser --remove "$WORK/profiles"
    assert_equal "$output" "skep-$ID (enforce)"
}

# bats test_tags=apparmor
@test "process.apparmorProfile: exec's process is confined by the container's, or by one of its own" {
    has_apparmor || skip "this host has no AppArmor"
    setup_bundle sleep 1000
    load_profiles "skep-$ID" "exec-$ID"
    update_config --arg name "skep-$ID" '.process.apparmorProfile = $name'
    skep run --detach --bundle "$BUNDLE" "$ID"
    run_skep exec "$ID" cat /proc/self/attr/current
    local own=$output
    run_skep exec --apparmor "exec-$ID" "$ID" cat /proc/self/attr/current
    local other=$output
    skep delete --force "$ID"
    apparmor_parser --remove "$WORK/profiles"
    assert_equal "$own" "skep-$ID (enforce)"
    assert_equal "$other" "exec-$ID (enforce)"
}

# bats test_tags=apparmor
@test "attack: a container's /proc has a file of its own where exec writes the profile" {
    has_apparmor || skip "this host has no AppArmor"
    skep_only "runc refuses"
    # shellcheck disable=SC2016 # for the container's shell
    setup_bundle sh -c 'mount -t tmpfs tmpfs /proc && mkdir -p /proc/thread-self/attr/apparmor &&
        echo untouched >/proc/thread-self/attr/apparmor/exec && cp -r /proc/thread-self /proc/self
        echo ready; exec sleep 1000'
    load_profiles "exec-$ID"
    update_config '.root.readonly = false | .process.capabilities[] += ["CAP_SYS_ADMIN"]'
    "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" </dev/null >"$WORK/output" 3>&-
    wait_for grep -q ready "$WORK/output"
    skep exec --apparmor "exec-$ID" --detach --pid-file "$WORK/exec.pid" "$ID" sleep 1000
    local profile decoy
    profile=$(cat "/proc/$(cat "$WORK/exec.pid")/attr/current")
    run_skep exec "$ID" cat /proc/thread-self/attr/apparmor/exec
    decoy=$output
    skep delete --force "$ID"
    apparmor_parser --remove "$WORK/profiles"
    assert_equal "$profile" "exec-$ID (enforce)"
    assert_equal "$decoy" untouched
}

# bats test_tags=apparmor
@test "process.apparmorProfile: one that is not loaded is refused by its name" {
    has_apparmor || skip "this host has no AppArmor"
    setup_bundle
    update_config '.process.apparmorProfile = "no-such-profile"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.apparmorProfile apparmor/exec ENOENT
}

@test "process.selinuxLabel: a host without SELinux is named as the reason" {
    if has_selinux; then skip "this host has SELinux"; fi
    setup_bundle
    update_config '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.selinuxLabel container_t "no SELinux"
    assert_no_leaks
}

@test "process.selinuxLabel: the process has it" {
    has_selinux || skip "this host has no SELinux"
    setup_bundle cat /proc/self/attr/current
    update_config '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" system_u:system_r:container_t:s0
}

@test "linux.mountLabel: refused on a host without SELinux" {
    [[ ! -e /sys/fs/selinux ]] || skip "this host has SELinux"
    setup_bundle
    update_config '.linux.mountLabel = "system_u:object_r:container_file_t:s0:c1,c2"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.mountLabel container_file_t "no SELinux"
    assert_no_leaks
}

@test "linux.mountLabel: bad input is refused" {
    skep_only
    setup_bundle
    update_config '.linux.mountLabel = 1'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.mountLabel "a string"
}
