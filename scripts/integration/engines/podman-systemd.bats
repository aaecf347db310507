#!/usr/bin/env bats
# systemd as process 1 of a container of Podman's. It is the machine's own, below an /etc of a few files.
# bats file_tags=systemd
load helpers
load podman

# systemd_image: the image systemd:test, for a container that has the machine's /usr.
systemd_image() {
    local tree=$WORK/tree
    mkdir -p "$tree"/{dev,etc/systemd/system/multi-user.target.wants,proc,root,run,sys,tmp,usr,var}
    cp -a /bin /sbin /lib /lib64 "$tree/"
    cp -a /etc/{group,ld.so.cache,passwd,shadow} "$tree/etc/"
    # The masks, which save time here as there.
    find /etc/systemd/system -maxdepth 1 -lname /dev/null -exec cp -a {} "$tree/etc/systemd/system/" \;
    : >"$tree/etc/machine-id"
    ln -s /usr/lib/systemd/system/multi-user.target "$tree/etc/systemd/system/default.target"
    ln -s ../own.service "$tree/etc/systemd/system/multi-user.target.wants/own.service"
    cat >"$tree/etc/systemd/system/own.service" <<END
[Service]
ExecStart=/usr/bin/sleep infinity
ExecStop=/usr/bin/sh -c 'echo stopped >>/etc/own.log'
MemoryMax=64M
END
    tar -C "$tree" -c . >"$WORK/systemd.tar"
    podman_here import "$WORK/systemd.tar" systemd:test >/dev/null
}

# is_up: systemd has started all that it was to start; with which success is in $state.
is_up() {
    # Before systemd listens, and while it starts, this is something else.
    state=$(podman_here exec "$ID" systemctl is-system-running 2>/dev/null)
    [[ $state == running || $state == degraded ]]
}

wait_until_up() {
    local until=$((SECONDS + 300))
    until is_up; do
        ((SECONDS < until)) || fail "in 5 minutes it only came to: $state; $(podman_here logs "$ID")"
        sleep 1
    done
    [[ $state == running ]] || fail "failed units: $(in_container systemctl --failed --plain --no-legend)"
}

in_container() {
    podman_here exec "$ID" "$@"
}

@test "podman: systemd in a container starts its units in cgroups of theirs, and stops them in time at its own signal" {
    systemd_image
    # Podman knows it by its path.
    podman_detached --volume /usr:/usr:ro systemd:test /sbin/init
    wait_until_up
    assert_equal "$(in_container cat /proc/1/comm)" systemd
    local unit
    for unit in dbus.service multi-user.target own.service systemd-journald.service; do
        assert_contains "$(in_container systemctl list-units --plain --no-legend --state active)" "$unit"
    done
    # As it sees them, and as the machine does, where they are below the container's.
    local pid scope above='' service
    pid=$(in_container systemctl show --value --property MainPID own.service)
    scope=$(cgroup_in name=systemd <"/proc/$(inspect .State.Pid)/cgroup")
    scope=${scope%/init.scope}
    assert_matches "$scope" '/libpod-[0-9a-f]{64}\.scope'
    # Podman gives a container no namespace of cgroups on version 1.
    is_cgroup_v2 || above=$scope
    assert_equal "$(in_container cat /proc/1/cgroup | cgroup_in name=systemd)" "$above/init.scope"
    assert_equal "$(in_container cat "/proc/$pid/cgroup" | cgroup_in name=systemd)" "$above/system.slice/own.service"
    service=$(cgroup_dir systemd "$scope/system.slice/own.service")
    assert_equal "$(wc -l <"$service/cgroup.procs")" 1
    # Of version 1's hierarchies it may write to that of its units alone.
    ! is_cgroup_v2 || assert_equal "$(cat "$service/memory.max")" 67108864
    in_container systemctl stop own.service
    [[ ! -e $service ]] || fail "its cgroup is still there"
    in_container systemctl start own.service

    assert_equal "$(inspect .Config.StopSignal)" 37
    podman_here stop --time 120 "$ID" >/dev/null
    # Without a SIGKILL, and after its units.
    assert_equal "$(inspect .State.ExitCode)" 0
    podman_here cp "$ID:/etc/own.log" "$WORK/own.log"
    assert_equal "$(cat "$WORK/own.log")" $'stopped\nstopped'
    podman_here rm "$ID" >/dev/null
}
