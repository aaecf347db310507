#!/usr/bin/env bats
# Bundles that can't work: each is refused with one line that names the fault, and leaves nothing.
load helpers

# refused_bundle WORD...: both create and run refuse $BUNDLE.
refused_bundle() {
    run_skep create --bundle "$BUNDLE" "$ID"
    assert_refused "$@"
    assert_no_leaks
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused "$@"
    assert_no_leaks
}

# refused_config FILTER WORD...: the default bundle after a jq edit.
refused_config() {
    local filter=$1
    shift
    setup_bundle
    update_config "$filter"
    refused_bundle "$@"
}

@test "bundle: the folder is missing" {
    BUNDLE=$WORK/no-such-bundle
    refused_bundle no-such-bundle "no such file"
}

@test "bundle: is a file" {
    BUNDLE=$WORK/file
    touch "$BUNDLE"
    refused_bundle "$BUNDLE"
}

@test "bundle: config.json is missing" {
    setup_bundle
    rm "$BUNDLE/config.json"
    refused_bundle config.json "no such file"
}

@test "bundle: config.json is a folder" {
    setup_bundle
    rm "$BUNDLE/config.json"
    mkdir "$BUNDLE/config.json"
    refused_bundle config.json
}

@test "config.json: is empty" {
    setup_bundle
    : >"$BUNDLE/config.json"
    refused_bundle config.json
}

@test "config.json: a syntax error is named by line and column" {
    setup_bundle
    printf '{\n\t"ociVersion": "1.0.2",\n\t"process": {,}\n}\n' >"$BUNDLE/config.json"
    refused_bundle config.json "line 3" "column 14"
}

@test "config.json: cut off in the middle" {
    setup_bundle
    head -c 500 "$BUNDLE/config.json" >"$WORK/cut"
    mv "$WORK/cut" "$BUNDLE/config.json"
    refused_bundle config.json
}

@test "config.json: text after the document" {
    setup_bundle
    echo '}' >>"$BUNDLE/config.json"
    if is_skep; then refused_bundle config.json; else refused_or_run; fi
}

@test "config.json: is no object" {
    setup_bundle
    echo '[]' >"$BUNDLE/config.json"
    refused_bundle config.json object
}

@test "config.json: nested without end" {
    setup_bundle
    head -c 100000 /dev/zero | tr '\0' '[' >"$BUNDLE/config.json"
    refused_bundle config.json
}

# runc reads the first document only.
refused_or_run() {
    run_skep run --bundle "$BUNDLE" "$ID"
}

@test "config.json: wrong types are named by property and what was wanted" {
    setup_bundle
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter property
    while IFS='|' read -r filter property; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config "$filter"
        refused_bundle "$property"
    done <<'CASES'
.ociVersion = 1|ociVersion
.process = []|process
.process.args = "sh"|process.args
.process.args = ["sh", 1]|process.args[1]
.process.env = [null]|process.env[0]
.process.cwd = {}|process.cwd
.process.terminal = "no"|process.terminal
.process.user.uid = "root"|process.user.uid
.process.user.uid = -1|process.user.uid
.process.user.uid = 4294967296|process.user.uid
.process.user.gid = 1.5|process.user.gid
.process.capabilities.bounding = "CAP_KILL"|process.capabilities.bounding
.process.rlimits[0].soft = "many"|process.rlimits[0].soft
.root = "rootfs"|root
.root.readonly = 1|root.readonly
.hostname = 7|hostname
.mounts = {}|mounts
.mounts[2].destination = 5|mounts[2].destination
.mounts[1].options = "ro"|mounts[1].options
.mounts[1].options[0] = 1|mounts[1].options[0]
.annotations = {"a": 1}|annotations
.linux.namespaces[1].type = 1|linux.namespaces[1].type
.linux.maskedPaths = "/proc"|linux.maskedPaths
.linux.resources.memory = {limit: "1G"}|linux.resources.memory.limit
.linux.resources.pids = {limit: true}|linux.resources.pids.limit
.linux.resources.devices[0].allow = "yes"|linux.resources.devices[0].allow
.linux.sysctl = {"kernel.msgmax": 1}|linux.sysctl
CASES
}

@test "process: missing" {
    refused_config 'del(.process)' process
}

@test "process.args: missing" {
    refused_config 'del(.process.args)' process.args
}

@test "process.args: empty" {
    refused_config '.process.args = []' process.args
}

@test "process.cwd: missing" {
    refused_config 'del(.process.cwd)' process.cwd
}

@test "process.cwd: relative" {
    refused_config '.process.cwd = "here"' process.cwd absolute
}

@test "process.args: the command is not found" {
    refused_config '.process.args = ["no-such-command"]' process.args no-such-command
}

@test "process.args: the command is not found by its path" {
    refused_config '.process.args = ["/no/such/command"]' process.args /no/such/command "no such file"
}

@test "process.args: the command is not executable" {
    refused_config '.process.args = ["/etc/passwd"]' process.args /etc/passwd "permission denied"
}

@test "process.args: the command is a folder" {
    refused_config '.process.args = ["/etc"]' process.args /etc
}

@test "process.args: the command is no program" {
    setup_bundle /not-a-program
    printf 'nonsense' >"$BUNDLE/rootfs/not-a-program"
    chmod +x "$BUNDLE/rootfs/not-a-program"
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused process.args /not-a-program "exec format error"
    assert_no_leaks
}

@test "process.env: an entry without '=' is passed on or refused by name" {
    setup_bundle env
    update_config '.process.env += ["NONSENSE"]'
    run_skep run --bundle "$BUNDLE" "$ID"
    if ((status == 0)); then assert_contains "$output" PATH=; else assert_refused process.env; fi
}

@test "process.rlimits: an unknown type" {
    refused_config '.process.rlimits = [{type: "RLIMIT_NONSENSE", soft: 1, hard: 1}]' \
        'process.rlimits[0]' RLIMIT_NONSENSE
}

@test "process.rlimits: soft above hard" {
    refused_config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 2, hard: 1}]' 'process.rlimits[0]'
}

@test "process.rlimits: the same type twice" {
    skep_only
    refused_config '.process.rlimits += .process.rlimits' 'process.rlimits[1]' RLIMIT_NOFILE
}

@test "root: missing" {
    refused_config 'del(.root)' root
}

@test "root.path: empty" {
    skep_only
    refused_config '.root.path = ""' root.path
}

@test "root.path: the folder is missing" {
    refused_config '.root.path = "no-such-rootfs"' root.path no-such-rootfs "no such file"
}

@test "root.path: is a file" {
    refused_config '.root.path = "config.json"' root.path config.json
}

@test "root.path: is a symlink" {
    setup_bundle
    mv "$BUNDLE/rootfs" "$BUNDLE/real"
    ln -s real "$BUNDLE/rootfs"
    refused_bundle root.path link
}

@test "linux.namespaces: an unknown type" {
    refused_config '.linux.namespaces[2].type = "nonsense"' 'linux.namespaces[2].type' nonsense
}

@test "linux.namespaces: a duplicate" {
    refused_config '.linux.namespaces += [{type: "ipc"}]' 'linux.namespaces[5]' ipc
}

@test "linux.namespaces: a path that is missing" {
    refused_config '.linux.namespaces[2].path = "/no/such/namespace"' \
        'linux.namespaces[2].path' /no/such/namespace "no such file"
}

@test "linux.namespaces: a path that is no namespace" {
    refused_config '.linux.namespaces[2].path = "/etc/passwd"' 'linux.namespaces[2].path' /etc/passwd
}

@test "linux.namespaces: a path to a namespace of another type" {
    refused_config '.linux.namespaces[2].path = "/proc/self/ns/uts"' 'linux.namespaces[2].path' /proc/self/ns/uts
}

@test "linux.namespaces: a relative path" {
    skep_only
    refused_config '.linux.namespaces[2].path = "ns"' 'linux.namespaces[2].path' absolute
}

@test "linux.namespaces: no mount namespace" {
    refused_config '.linux.namespaces |= map(select(.type != "mount"))' 'linux.namespaces' mount
}

@test "linux.rootfsPropagation: an unknown one" {
    refused_config '.linux.rootfsPropagation = "sideways"' linux.rootfsPropagation sideways
}

@test "linux.maskedPaths: a relative path" {
    skep_only
    refused_config '.linux.maskedPaths += ["secret"]' 'linux.maskedPaths[10]' absolute
}

@test "mounts: the source is missing" {
    setup_bundle
    add_mount /data bind /no/such/source rbind
    refused_bundle 'mounts[7]' /no/such/source "no such file"
}

@test "mounts: a folder onto a file" {
    setup_bundle
    add_mount /etc/passwd bind "$WORK" rbind
    refused_bundle 'mounts[7]' /etc/passwd "not a directory"
}

@test "mounts: a target below a file" {
    setup_bundle
    add_mount /etc/passwd/inner tmpfs tmpfs
    refused_bundle 'mounts[7]' /etc/passwd
}

@test "mounts: a target that is a symlink to itself" {
    setup_bundle
    ln -s loop "$BUNDLE/rootfs/loop"
    add_mount /loop tmpfs tmpfs
    refused_bundle 'mounts[7]' /loop
}

@test "mounts: without a destination" {
    skep_only
    setup_bundle
    update_config '.mounts += [{type: "tmpfs", source: "tmpfs"}]'
    refused_bundle 'mounts[7].destination'
}

@test "ociVersion: missing" {
    skep_only
    refused_config 'del(.ociVersion)' ociVersion
}

@test "ociVersion: of another major version" {
    skep_only
    refused_config '.ociVersion = "2.0.0"' ociVersion 2.0.0
}

@test "linux.resources.memory.limit: a value that makes no sense" {
    refused_config '.linux.resources.memory = {limit: -5}' linux.resources.memory
}

@test "ociVersion: what is no version, or another specification's, is refused" {
    skep_only
    setup_bundle
    local version
    for version in "" 1 1.0 v1.0.0 2.0.0; do
        update_config --arg version "$version" '.ociVersion = $version'
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused ociVersion "$version"
    done
    update_config '.ociVersion = "1.0.2-dev"'
    skep run --bundle "$BUNDLE" "$ID"
}

@test "sections of other platforms are ignored, and told with --debug" {
    setup_bundle echo hello
    update_config '.windows = {layerFolders: ["C:"]} | .solaris = {} | .vm = {kernel: {path: "/k"}} | .zos = {}
        | .freebsd = {devices: []}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" hello
    skep_only
    assert_equal "$stderr" ""
    skep --debug run --bundle "$BUNDLE" "$ID"
    local name
    for name in windows solaris vm zos freebsd; do
        assert_contains "$stderr" "debug: $name is ignored: it is for another platform"
    done
}
