#!/usr/bin/env bats
# features: what the runtime can do, as JSON of the OCI features structure.
load helpers

@test "features: a JSON document with versions, namespaces, mount options and cgroup support" {
    skep features
    gojq -e . <<<"$output" >/dev/null
    assert_matches "$(gojq -r .ociVersionMin <<<"$output")" '^1\.0'
    assert_matches "$(gojq -r .ociVersionMax <<<"$output")" '^1\.'
    local name
    for name in ro rbind nosuid rprivate; do
        gojq -e --arg name "$name" '.mountOptions | index($name)' <<<"$output" >/dev/null ||
            fail "mountOptions lacks $name"
    done
    for name in pid network ipc uts mount cgroup user; do
        gojq -e --arg name "$name" '.linux.namespaces | index($name)' <<<"$output" >/dev/null ||
            fail "linux.namespaces lacks $name"
    done
    assert_equal "$(gojq -r .linux.cgroup.v1 <<<"$output")" true
    assert_equal "$(gojq -r .linux.cgroup.v2 <<<"$output")" true
    assert_equal "$(gojq -r .linux.cgroup.rdma <<<"$output")" true
    gojq -e '.linux.capabilities | index("CAP_KILL")' <<<"$output" >/dev/null
}

@test "features: promises nothing that is refused" {
    skep_only
    skep features
    assert_equal "$(gojq -r '.linux.cgroup.systemd // false' <<<"$output")" true
    assert_equal "$(gojq -c .linux.namespaces <<<"$output")" '["cgroup","ipc","mount","network","pid","time","user","uts"]'
    assert_equal "$(gojq -c '.linux.netDevices.enabled' <<<"$output")" true
}

@test "features: seccomp is all that runc's is" {
    skep_only
    skep features
    local seccomp part
    seccomp=$(runc features | gojq -c .linux.seccomp)
    assert_equal "$(gojq -c .linux.seccomp.enabled <<<"$output")" true
    for part in actions operators archs; do
        assert_equal "$(gojq -c --argjson runc "$seccomp" "\$runc.$part - .linux.seccomp.$part" <<<"$output")" '[]'
    done
    assert_equal "$(gojq -c .linux.seccomp.actions <<<"$output")" "$(gojq -c .actions <<<"$seccomp")"
    assert_equal "$(gojq -c '.linux.seccomp | [.knownFlags, .supportedFlags] | map(map(ltrimstr("SECCOMP_FILTER_FLAG_")))' \
        <<<"$output")" \
        '[["TSYNC","SPEC_ALLOW","LOG","WAIT_KILLABLE_RECV"],["TSYNC","SPEC_ALLOW","LOG","WAIT_KILLABLE_RECV"]]'
    assert_equal "$(gojq -r '.annotations["io.github.seccomp.libseccomp.version"]' <<<"$output")" \
        "$(runc features | gojq -r '.annotations["io.github.seccomp.libseccomp.version"] // "2.5.4"')"
}

@test "features: id-mapped mounts" {
    needs_runc 1.2
    skep features
    assert_equal "$(gojq -r .linux.mountExtensions.idmap.enabled <<<"$output")" true
}

@test "features: annotations that are understood" {
    skep_only
    skep features
    assert_equal "$(gojq -r '.potentiallyUnsafeConfigAnnotations[]' <<<"$output")" "io.skep.network
org.systemd.property.
run.oci.delegate-cgroup
run.oci.hooks.stderr
run.oci.hooks.stdout
run.oci.keep_original_groups
run.oci.mount_context_type
run.oci.pidfd_receiver
run.oci.systemd.subgroup
run.oci.seccomp.receiver
run.oci.seccomp_bpf_data
run.oci.seccomp_fail_unknown_syscall"
}

@test "features: resctrl" {
    skep_only
    skep features
    assert_equal "$(gojq -c '.linux.intelRdt | [.enabled, .schemata, .monitoring]' <<<"$output")" '[true,true,true]'
}

@test "features: memory policies" {
    skep_only
    skep features
    assert_equal "$(gojq -c '.linux.memoryPolicy | .modes, .flags' <<<"$output")" \
        '["MPOL_DEFAULT","MPOL_BIND","MPOL_INTERLEAVE","MPOL_WEIGHTED_INTERLEAVE","MPOL_PREFERRED","MPOL_PREFERRED_MANY","MPOL_LOCAL"]
["MPOL_F_NUMA_BALANCING","MPOL_F_RELATIVE_NODES","MPOL_F_STATIC_NODES"]'
}

@test "features: hooks and security modules" {
    skep features
    assert_equal "$(gojq -c .hooks <<<"$output")" \
        '["prestart","createRuntime","createContainer","startContainer","poststart","poststop"]'
    assert_equal "$(gojq -c '.linux | [.apparmor.enabled, .selinux.enabled]' <<<"$output")" '[true,true]'
}

@test "features: the same parts as runc's, and the version" {
    skep_only
    skep features
    assert_equal "$(gojq -r '.annotations["io.skep.version"]' <<<"$output")" \
        "$("$SKEP" --version | sed -n 's/^skep version //p')"
    local parts
    parts=$(runc features | gojq -c '[keys[], "linux." + (.linux | keys[])]')
    assert_contains "$parts" annotations # the detector works
    assert_equal "$(gojq -c --argjson parts "$parts" '$parts - [keys[], "linux." + (.linux | keys[])]' <<<"$output")" '[]'
}
