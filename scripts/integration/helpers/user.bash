# skep as an ordinary user: the one who runs the test, or where that is root user 1000, who has subordinate ids then.
# shellcheck shell=bash

# Where the user's subordinate ids begin: as the guest's user has them.
readonly first_subid=100000

# become_user: from here on $SKEP runs as the user, whose runtime directory is $USER_RUNTIME.
become_user() {
    skep_only "without root the others take other flags"
    USER_RUNTIME=${XDG_RUNTIME_DIR-}
    ((EUID == 0)) || return 0
    USER_RUNTIME=$WORK/runtime
    install -d -o 1000 -g 1000 "$ROOT" "$USER_RUNTIME"
    install -d "$WORK/user"
    chmod 711 "$BATS_RUN_TMPDIR"
    chmod 777 "$WORK"
    echo "someone:$first_subid:65536" >"$WORK/user/subid"
    { grep -v ':1000:' /etc/passwd; echo 'someone:x:1000:1000::/:/bin/sh'; } >"$WORK/user/passwd"
    REAL_SKEP=$SKEP
    cat >"$WORK/user/skep" <<END
#!/bin/sh
exec unshare --mount --propagation slave sh -c '
    mount --bind "$WORK/user/subid" /etc/subuid
    mount --bind "$WORK/user/subid" /etc/subgid
    mount --bind "$WORK/user/passwd" /etc/passwd
    exec setpriv --reuid 1000 --regid 1000 --clear-groups \\
        env USER=someone HOME=/ XDG_RUNTIME_DIR="$USER_RUNTIME" \${WITHIN-} "$SKEP" "\$@"' sh "\$@"
END
    chmod +x "$WORK/user/skep"
    SKEP=$WORK/user/skep
}

# within WORD... : the command that skep is run by, as that user: `within unshare --user --map-root-user`.
within() {
    if ((EUID == 0)); then
        export WITHIN=$*
        return
    fi
    mkdir "$WORK/within"
    printf '#!/bin/sh\nexec %s %q "$@"\n' "$*" "$SKEP" >"$WORK/within/skep"
    chmod +x "$WORK/within/skep"
    SKEP=$WORK/within/skep
}

# setup_user_bundle [ARG...]: as setup_bundle, with what `spec --rootless` writes, but for the cgroup namespace.
setup_user_bundle() {
    mkdir -p "$BUNDLE"
    cp -a "$ROOTFS_TEMPLATE" "$BUNDLE/rootfs"
    own_bundle
    "$SKEP" spec --rootless --bundle "$BUNDLE"
    update_config '.process.terminal = false | .linux.namespaces |= map(select(.type != "cgroup"))'
    if (($# > 0)); then set_args "$@"; else set_args /bin/true; fi
}

own_bundle() {
    ((EUID != 0)) || chown -R 1000:1000 "$BUNDLE"
}

# map_subids: the container's root is the user, and its other ids are the subordinate ones.
map_subids() {
    update_config --argjson first "$first_subid" --argjson user "$(user_id)" '
        [{containerID: 0, hostID: $user, size: 1}, {containerID: 1, hostID: $first, size: 65536}] as $map
        | .linux.uidMappings = $map | .linux.gidMappings = $map'
}

# The user's number on the host.
user_id() {
    if ((EUID == 0)); then echo 1000; else id -u; fi
}
