#!/usr/bin/env bats
# Mounts and devices of a container in a user namespace.
load helpers
load helpers/userns

setup_file() {
    skep_only "others find no rootfs below a directory that is root's alone"
}

@test "userns mounts: sources and a rootfs that only the host's root can reach" {
    setup_userns sh -c 'cat /data/file; cat /file; cat /data/below/file; stat -c %u /data/file'
    mkdir -p "$WORK/closed/data/below"
    echo content | tee "$WORK/closed/data/file" "$WORK/closed/data/below/file" >/dev/null
    chmod 700 "$WORK/closed" "$BUNDLE"
    chown 100000 "$WORK/closed/data/file"
    add_mount /data bind "$WORK/closed/data" rbind ro
    add_mount /file bind "$WORK/closed/data/file" bind
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" $'content\ncontent\ncontent\n0'
}

@test "userns mounts: binds keep their options" {
    setup_userns sh -c 'grep " /data " /proc/self/mountinfo; echo x >/data/file || echo refused'
    mkdir -m 777 "$WORK/data"
    add_mount /data bind "$WORK/data" rbind ro nosuid nodev noexec
    skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$output" "ro,nosuid,nodev,noexec"
    assert_contains "$output" refused
}

@test "userns mounts: nothing that is mounted inside shows on the host" {
    setup_userns sh -c 'mkdir -p /m; mount -t tmpfs none /m && echo mounted'
    update_config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"]) | .root.readonly = false'
    mkdir "$WORK/data"
    add_mount /data bind "$WORK/data" rbind
    cp "$BUNDLE/config.json" "$WORK/rslave.json"
    update_config '.linux.rootfsPropagation = "shared"'
    cp "$BUNDLE/config.json" "$WORK/shared.json"
    # shellcheck disable=SC2016 # for the script
    in_mount_namespace '
        mount --bind "$WORK" "$WORK"
        mount --make-shared "$WORK"
        for propagation in rslave shared; do
            cp "$WORK/$propagation.json" "$BUNDLE/config.json"
            before=$(grep -c "" /proc/self/mountinfo)
            "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
            [ "$(grep -c "" /proc/self/mountinfo)" = "$before" ] || { cat /proc/self/mountinfo; exit 5; }
        done'
    assert_status 0
    assert_equal "$output" $'mounted\nmounted'
}

@test "userns mounts: what is mounted on the host later comes to a slave" {
    setup_userns sleep 1000
    mkdir "$WORK/data"
    add_mount /data bind "$WORK/data" rbind rslave
    # shellcheck disable=SC2016 # for the script
    in_mount_namespace '
        mount -t tmpfs none "$WORK/data"
        mount --make-shared "$WORK/data"
        mkdir "$WORK/data/m"
        "$SKEP" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID"
        mount -t tmpfs none "$WORK/data/m"
        "$SKEP" --root "$ROOT" exec "$ID" grep -c " /data/m " /proc/self/mountinfo
        "$SKEP" --root "$ROOT" delete --force "$ID"'
    assert_status 0
    assert_equal "$output" 1
}

@test "userns mounts: the default devices are the host's, and work" {
    setup_userns
    run_script 'for d in null zero full random urandom tty; do stat -c "%n %F %t:%T" /dev/$d; done
        grep -c "devtmpfs\|/dev/" /proc/self/mountinfo >/dev/null && echo x >/dev/null && head -c 4 /dev/zero | wc -c
        head -c 4 /dev/urandom | wc -c; echo x 2>/dev/null >/dev/full || echo full'
    assert_equal "$output" "/dev/null character special file 1:3
/dev/zero character special file 1:5
/dev/full character special file 1:7
/dev/random character special file 1:8
/dev/urandom character special file 1:9
/dev/tty character special file 5:0
4
4
full"
}

@test "userns mounts: own devices are bound, and a fifo is made" {
    setup_userns
    update_config '.linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11, fileMode: 438, uid: 0, gid: 0},
        {path: "/dev/pipe", type: "p", fileMode: 416, uid: 3, gid: 4}]'
    run_script 'stat -c "%F %t:%T" /dev/kmsg; stat -c "%F %a %u:%g" /dev/pipe'
    assert_equal "$output" $'character special file 1:b\nfifo 640 3:4'
}

@test "userns mounts: a device that the host does not have, or has as another, is an error" {
    setup_userns
    assert_config_refused '.linux.devices = [{path: "/dev/nothing", type: "c", major: 1, minor: 3}]' \
        "linux.devices[0]: open_tree /dev/nothing: No such file or directory (ENOENT); in a user namespace a container gets the host's own device, and there is none of that name"
    assert_config_refused '.linux.devices = [{path: "/dev/null", type: "c", major: 1, minor: 5}]' \
        "linux.devices[0]: open_tree the host has something else of that name: refused"
    assert_config_refused '.linux.devices = [{path: "/dev/null", type: "b", major: 1, minor: 3}]' \
        "linux.devices[0]: open_tree the host has something else of that name: refused"
}

@test "userns mounts: sysfs without a network namespace is the host's /sys, read-only" {
    setup_userns
    drop_namespace network
    run_script 'cat /proc/self/mountinfo; ls /sys/kernel >/dev/null && echo "net:" $(ls /sys/class/net)'
    assert_contains "$(mount_line /sys <<<"$output")" " ro,nosuid,nodev,noexec,"
    local device
    for device in /sys/class/net/*; do assert_contains "$output" " ${device##*/}"; done
}

@test "userns mounts: sysfs with a network namespace is its own" {
    setup_userns
    run_script 'ls /sys/class/net'
    assert_equal "$output" lo
}

@test "userns mounts: mqueue without an ipc namespace is the host's" {
    setup_userns sh -c 'grep " /dev/mqueue " /proc/self/mountinfo; ls /dev/mqueue'
    drop_namespace ipc
    # shellcheck disable=SC2016 # for the script
    in_mount_namespace '
        mount -t tmpfs none /dev
        for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
            IFS=: read -r name major minor <<<"$device"
            mknod -m 666 "/dev/$name" c "$major" "$minor"
        done
        mkdir /dev/mqueue
        mount -t mqueue none /dev/mqueue
        "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"'
    assert_status 0
    assert_contains "$output" "rw,nosuid,nodev,noexec,"
    assert_contains "$output" " - mqueue "
}

@test "userns mounts: proc without a pid namespace is the host's" {
    setup_userns
    drop_namespace pid
    run_script 'stat -c %u /proc/1; test -d /proc/self/fd && echo $$'
    assert_equal "$(head -n 1 <<<"$output")" 65534
    (($(sed -n 2p <<<"$output") > 1)) || fail "$output"
}

# bats test_tags=cgroup
@test "userns mounts: cgroups with a namespace of their own, and without" {
    setup_userns
    new_namespace cgroup
    run_script 'grep -c " - cgroup" /proc/self/mountinfo; cat /proc/self/cgroup'
    (($(head -n 1 <<<"$output") >= 1)) || fail "$output"
    assert_excludes "$output" "$ID"
    drop_namespace cgroup
    run_script 'grep -c " - cgroup" /proc/self/mountinfo; ls /sys/fs/cgroup >/dev/null; cat /proc/self/cgroup'
    (($(head -n 1 <<<"$output") >= 1)) || fail "$output"
    assert_contains "$output" "$ID"
}

@test "userns mounts: masked and read-only paths, and a read-only rootfs" {
    setup_userns
    update_config '.linux.maskedPaths += ["/etc", "/proc/self/environ"] | .linux.readonlyPaths += ["/root"] | .root.readonly = true'
    run_script 'ls -A /etc; wc -c </proc/self/environ; touch /root/x 2>/dev/null || echo ro; touch /x 2>/dev/null || echo ro'
    assert_equal "$output" $'0\nro\nro'
}

@test "userns mounts: the source of a bind that is not there is an error with the host's path" {
    setup_userns
    assert_config_refused ".mounts += [{destination: \"/d\", type: \"bind\", source: \"$WORK/nothing\", options: [\"rbind\"]}]" \
        "mounts[$(gojq '.mounts | length' "$BUNDLE/config.json")]: open_tree $WORK/nothing: No such file or directory (ENOENT); the source of the mount does not exist on the host"
}

@test "userns mounts: a destination that the container's root can't make is an error" {
    setup_userns
    chown -R 0:0 "$BUNDLE/rootfs"
    mkdir "$WORK/data"
    update_config '.mounts |= map(select(.destination == "/proc"))'
    add_mount /new/place bind "$WORK/data" rbind
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "mounts[1]" "mkdir /new/place" EACCES
}

@test "userns mounts: flags that are locked are named" {
    setup_bundle true
    chown -R "$first_id:$first_id" "$BUNDLE/rootfs"
    chmod 711 "$BATS_RUN_TMPDIR" "$WORK"
    mkdir "$WORK/data"
    join_namespace user @user@
    join_namespace mount @mount@
    update_config '.mounts |= map(select(.destination == "/proc" or .destination == "/dev"))
        | del(.linux.maskedPaths, .linux.readonlyPaths)'
    local index
    index=$(gojq '.mounts | length' "$BUNDLE/config.json")
    for options in 'suid dev' 'rw' 'strictatime' 'exec' 'nosuid'; do
        cp "$BUNDLE/config.json" "$WORK/kept.json"
        # shellcheck disable=SC2086 # words
        add_mount /data bind "$WORK/data" bind $options
        cp "$BUNDLE/config.json" "$WORK/wanted.json"
        cp "$WORK/kept.json" "$BUNDLE/config.json"
        # shellcheck disable=SC2016 # for the script
        in_mount_namespace '
            mount -t tmpfs -o ro,nosuid,nodev,noexec none "$WORK/data"
            unshare --user --mount --propagation private sh -c "echo >\"$WORK/held\"; exec sleep 1000" &
            holder=$!
            trap "kill $holder" EXIT
            until [ -s "$WORK/held" ]; do sleep 0.02; done
            rm "$WORK/held"
            echo "0 100000 65536" | tee "/proc/$holder/uid_map" >"/proc/$holder/gid_map"
            sed "s|@user@|/proc/$holder/ns/user|; s|@mount@|/proc/$holder/ns/mnt|" "$WORK/wanted.json" >"$BUNDLE/config.json"
            "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID"'
        cp "$WORK/kept.json" "$BUNDLE/config.json"
        case $options in
        nosuid) assert_status 0 ;;
        'suid dev') assert_refused "mounts[$index]" "change locked nosuid, nodev on /data" EPERM ;;
        rw) assert_refused "mounts[$index]" "change locked ro on /data" ;;
        exec) assert_refused "mounts[$index]" "change locked noexec on /data" ;;
        strictatime) assert_refused "mounts[$index]" "change locked the access time's mode on /data" ;;
        esac
    done
}
