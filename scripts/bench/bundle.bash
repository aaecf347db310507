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

# The same, with a process that stays.
make_sleeper() {
    local bundle=$1 other=$2
    mkdir -p "$bundle"
    cp -a "$other/rootfs" "$bundle/rootfs"
    jq '.process.args = ["/bin/sleep", "100000"]' "$other/config.json" >"$bundle/config.json"
}
