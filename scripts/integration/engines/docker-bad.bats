#!/usr/bin/env bats
# What is left under Docker of a runtime that is killed at work.
load helpers
load containerd
load docker

# $SKEP becomes a program of the same name that adds the hooks in the file $HOOKS, where it is, to what it creates:
# Docker has no option for that.
setup_file() {
    local folder=$BATS_FILE_TMPDIR/hooked
    HOOKS=$BATS_FILE_TMPDIR/hooks.json
    mkdir "$folder"
    cat >"$folder/${SKEP##*/}" <<END
#!/bin/bash
create=' create .*--bundle ([^ ]+)'
if [[ -e $HOOKS && \$* =~ \$create ]]; then
    configuration=\${BASH_REMATCH[1]}/config.json
    gojq --slurpfile hooks $HOOKS '.hooks += \$hooks[0]' "\$configuration" >"\$configuration.new"
    mv "\$configuration.new" "\$configuration"
fi
exec $SKEP "\$@"
END
    chmod 755 "$folder/${SKEP##*/}"
    SKEP=$folder/${SKEP##*/}
    export SKEP HOOKS
    docker_setup_file null
}

# bats test_tags=round,cgroup
@test "docker: what is left of a runtime that is killed in the middle of create is taken away by rm" {
    skep_only "runc leaves the cgroups of a create that was killed"
    local stage docker
    docker_words
    for stage in createRuntime createContainer; do
        gojq -n --arg stage "$stage" \
            --arg script "$(halting_hook)" \
            '{($stage): [{path: "/bin/sh", args: ["sh", "-c", $script]}]}' >"$HOOKS"
        spawn "${docker[@]}" run --name "$ID" --network none busybox:test true
        kill_in_create
        assert_contains "$(cat "$WORK/spawned.err")" "OCI runtime create failed"
        rm "$HOOKS"
        docker_here rm --force "$ID" >/dev/null
        assert_nothing_left
        # The daemon is none the worse for it.
        assert_equal "$(docker_run --rm busybox:test echo hello)" hello
    done
}
