#!/usr/bin/env bats
# An image, or a process that shares a volume, leads mounts out of the root file system (CVE-2019-19921, CVE-2021-30465,
# CVE-2024-45310): bind-mounts.bats and mount-kinds.bats have the links that stand still.
load helpers
load helpers/attack

setup_file() {
    skep_only "each test says what skep answers"
    compile_attack
}

# A volume where a directory and a symbolic link to $WORK/outside change places for ever.
setup_race() {
    mkdir -p "$WORK/volume/place" "$WORK/outside"
    ln -s "$WORK/outside" "$WORK/volume/link"
    spawn "$ATTACK" exchange "$WORK/volume/place" "$WORK/volume/link"
    add_mount /volume bind "$WORK/volume" rbind rw
}

@test "attack: a mount's target and a link to the host change places while it is mounted" {
    setup_bundle grep -c raced /proc/self/mountinfo
    update_config '.root.readonly = false'
    setup_race
    # Inside, the link leads here.
    mkdir -p "$BUNDLE/rootfs$WORK/outside"
    add_mount /volume/place tmpfs raced
    local tries
    for ((tries = 0; tries < 150; tries++)); do
        run_skep run --bundle "$BUNDLE" "$ID"
        if ((status == 0)) && [[ $output == 1 ]]; then continue; fi
        assert_refused 'mounts[8]'
    done
}

@test "attack: what is made for a mount is made behind a link to the host that was a directory" {
    setup_bundle true
    update_config '.root.readonly = false'
    setup_race
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        update_config --arg path "/volume/place/made-$tries/deep" \
            '.mounts = .mounts[:8] + [{destination: $path, type: "tmpfs", source: "tmpfs"}]'
        run_skep run --bundle "$BUNDLE" "$ID"
        ((status == 0)) || assert_refused 'mounts[8]'
        [[ -z $(ls -A "$WORK/outside") ]] || fail "made on the host: $(ls -A "$WORK/outside")"
    done
}

@test "attack: /sys of an image is a symbolic link" {
    setup_bundle
    rm -r "$BUNDLE/rootfs/sys"
    mkdir "$BUNDLE/rootfs/elsewhere"
    ln -s elsewhere "$BUNDLE/rootfs/sys"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "openat2 /sys" ELOOP
}
