# The default bundle: `runc spec` with /bin/true, no terminal, a busybox root file system.
# shellcheck shell=bash

make_bundle() {
    local bundle=$1
    mkdir -p "$bundle/rootfs"/{bin,dev,etc,proc,sys}
    cp "$(command -v busybox)" "$bundle/rootfs/bin/busybox"
    ln -s busybox "$bundle/rootfs/bin/true"
    ln -s busybox "$bundle/rootfs/bin/sleep"
    runc spec --bundle "$bundle"
    jq '.process.args = ["/bin/true"] | .process.terminal = false' "$bundle/config.json" >"$bundle/edited"
    mv "$bundle/edited" "$bundle/config.json"
}

# The same with the filter of Podman's default profile, as Podman makes it of containers-common's for a container with
# its default capabilities. Nothing where there is no such file.
make_filtered() {
    local bundle=$1 other=$2 profile=/usr/share/containers/seccomp.json
    [[ -e $profile ]] || return 0
    mkdir -p "$bundle"
    cp -a "$other/rootfs" "$bundle/rootfs"
    jq --slurpfile profile "$profile" '
        ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETFCAP",
            "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT"] as $held |
        .linux.seccomp = ($profile[0] | {defaultAction, defaultErrnoRet,
            architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            syscalls: [.syscalls[] | select(
                ((.includes.arches // ["amd64"]) | index("amd64")) and ((.excludes.arches // []) | index("amd64") | not)
                and ((.includes.caps // []) - $held == []) and ((.excludes.caps // []) - $held == (.excludes.caps // []))
            ) | {names, action, errnoRet, args} | with_entries(select(.value != null))]})' \
        "$other/config.json" >"$bundle/config.json"
}

# The same, with a process that stays.
make_sleeper() {
    local bundle=$1 other=$2
    mkdir -p "$bundle"
    cp -a "$other/rootfs" "$bundle/rootfs"
    jq '.process.args = ["/bin/sleep", "100000"]' "$other/config.json" >"$bundle/config.json"
}
