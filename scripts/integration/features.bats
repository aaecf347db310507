#!/usr/bin/env bats
# features: what the runtime can do, as JSON of the OCI features structure.
load helpers

@test "features: a JSON document with versions, namespaces, mount options and cgroup support" {
    skep features
    jq -e . <<<"$output" >/dev/null
    assert_matches "$(jq -r .ociVersionMin <<<"$output")" '^1\.0'
    assert_matches "$(jq -r .ociVersionMax <<<"$output")" '^1\.'
    local name
    for name in ro rbind nosuid rprivate; do
        jq -e --arg name "$name" '.mountOptions | index($name)' <<<"$output" >/dev/null ||
            fail "mountOptions lacks $name"
    done
    for name in pid network ipc uts mount cgroup; do
        jq -e --arg name "$name" '.linux.namespaces | index($name)' <<<"$output" >/dev/null ||
            fail "linux.namespaces lacks $name"
    done
    assert_equal "$(jq -r .linux.cgroup.v1 <<<"$output")" true
    assert_equal "$(jq -r .linux.cgroup.v2 <<<"$output")" true
    jq -e '.linux.capabilities | index("CAP_KILL")' <<<"$output" >/dev/null
}

@test "features: promises nothing that is refused" {
    skep_only
    skep features
    assert_equal "$(jq -r '.linux.cgroup.systemd // false' <<<"$output")" false
    assert_equal "$(jq -r '.linux.seccomp.enabled // false' <<<"$output")" false
    assert_equal "$(jq -r '.linux.namespaces | index("time")' <<<"$output")" null
    assert_equal "$(jq -r '.linux.namespaces | index("user")' <<<"$output")" null
}
