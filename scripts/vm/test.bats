#!/usr/bin/env bats
# The guest itself: what scripts/vm/run promises whoever runs something in it.
bats_require_minimum_version 1.5.0

setup_file() {
    vm=$BATS_TEST_DIRNAME
    image=$("$vm/image")
    export vm image
}

setup() {
    # Of the guest's run, so that what it leaves can be seen.
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
}

teardown() {
    [[ -n $BATS_TEST_COMPLETED ]] || printf 'the last run in the guest: %s\n' "$status" "$output" "$stderr"
    assert_nothing_left
}

# No temporary file, and no QEMU that works on one.
assert_nothing_left() {
    local left
    left=$(find "$TMPDIR" -mindepth 1; grep -lsF "$TMPDIR" /proc/[0-9]*/cmdline) || true
    [[ -z $left ]] || { printf 'left behind: %s\n' "$left"; false; }
}

# in_guest [OPTION...] SCRIPT: a bash script in the guest. Leaves $status, $output and $stderr.
in_guest() {
    run --separate-stderr "$vm/run" --out "$BATS_TEST_TMPDIR/out" "${@:1:$#-1}" bash -c "${*: -1}"
}

# An image that differs from the real one in a file: image_with NAME CONTENT. Leaves its cache in $SKEP_VM_CACHE.
image_with() {
    export SKEP_VM_CACHE=$BATS_TEST_TMPDIR/cache
    local copy
    copy=$SKEP_VM_CACHE/$(basename "$image")
    mkdir -p "$copy"
    ln -s "$image"/disk.img "$image"/*.kernel "$image"/*.initrd "$copy/"
    [[ $# == 0 ]] || { rm "$copy/$1"; printf '%s' "$2" >"$copy/$1"; }
}

saved_states() {
    find "$SKEP_VM_CACHE" -name '*.state' | wc -l
}

@test "vm: output, exit status and files come back" {
    in_guest 'echo out; echo err >&2; echo kept >out/file; chmod 640 out/file; printf "no end"; exit 42'
    [[ $status == 42 ]]
    [[ $output == $'out\nerr\nno end' ]]
    [[ $(cat "$BATS_TEST_TMPDIR/out/file") == kept ]]
    [[ $(stat -c %a "$BATS_TEST_TMPDIR/out/file") == 640 ]]
}

@test "vm: a command's words arrive as they were given" {
    run --separate-stderr "$vm/run" --out "$BATS_TEST_TMPDIR/out" printf '<%s>' 'a b' '$HOME' "it's" '' $'two\nlines'
    [[ $status == 0 ]]
    # shellcheck disable=SC2016 # as it was given
    [[ $output == '<a b><$HOME><it'"'"'s><><two'$'\n''lines>' ]]
}

@test "vm: bytes of any kind, and many of them, pass" {
    "$vm/run" --out "$BATS_TEST_TMPDIR/out" bash -c 'printf "\\x00\\x0d\\x0a\\xff"; seq 200000' \
        >"$BATS_TEST_TMPDIR/got"
    printf '\x00\x0d\x0a\xff' >"$BATS_TEST_TMPDIR/wanted"
    seq 200000 >>"$BATS_TEST_TMPDIR/wanted"
    cmp "$BATS_TEST_TMPDIR/got" "$BATS_TEST_TMPDIR/wanted"
}

@test "vm: skep, the tests, their compiler and every capability are there, and systemd is process 1" {
    # shellcheck disable=SC2016 # for the guest
    in_guest '"$SKEP" --version; ls scripts/integration/setup_suite.bash; gcc --version >/dev/null && echo gcc
        grep CapEff /proc/self/status; cat /proc/1/comm; echo "$(cat /sys/kernel/security/lsm)"; [[ -t 1 ]] || echo "no terminal"'
    [[ $status == 0 ]]
    [[ $output == "skep version"*$'\n'scripts/integration/setup_suite.bash$'\n'gcc$'\n'CapEff:*1ffffffffff$'\n'systemd$'\n'*apparmor*$'\n'"no terminal" ]]
}

@test "vm: --cgroup v2 has version 2 alone" {
    in_guest --cgroup v2 'stat -f -c %T /sys/fs/cgroup; cat /sys/fs/cgroup/cgroup.controllers'
    [[ $output == $'cgroup2fs\ncpuset cpu io memory hugetlb pids'* ]]
}

@test "vm: --cgroup v1 has every controller of version 1, and no version 2" {
    in_guest --cgroup v1 'cd /sys/fs/cgroup; echo *; ls memory/memory.limit_in_bytes cpuset/cpuset.cpus; grep -c cgroup2 /proc/self/mountinfo'
    [[ $output == "blkio cpu cpu,cpuacct cpuacct cpuset devices freezer hugetlb memory misc net_cls net_cls,net_prio net_prio perf_event pids rdma systemd"* ]]
    [[ $output == *memory/memory.limit_in_bytes*$'\n'0 ]]
}

@test "vm: --cgroup hybrid has version 2 beside version 1" {
    in_guest --cgroup hybrid 'ls /sys/fs/cgroup/memory/memory.limit_in_bytes; stat -f -c %T /sys/fs/cgroup/unified'
    [[ $output == /sys/fs/cgroup/memory/memory.limit_in_bytes$'\n'cgroup2fs ]]
}

@test "vm: --user is an ordinary user, with a bus, a manager and cgroups of their own" {
    # shellcheck disable=SC2016 # for the guest
    in_guest --user 'id -un; grep CapEff /proc/self/status; systemctl --user is-system-running; busctl --user list | wc -l
        own=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup); mkdir "$own/sub" && cat "$own/cgroup.controllers"
        unshare --user --map-users 100000,1,10 --map-groups 100000,1,10 cat /proc/self/uid_map || echo "no ids"
        echo mine >out/file; [[ -w /dev/stdout ]] && echo writable'
    [[ $status == 0 ]]
    [[ $output == user$'\n'CapEff:*0000000000000000$'\n'running$'\n'*"cpu memory pids"*100000*10$'\n'writable ]]
    [[ $(cat "$BATS_TEST_TMPDIR/out/file") == mine ]]
}

@test "vm: a kernel that rewrites its own code, while both processors run in it, goes on" {
    # The first limit of a CPU's time turns a switch in the scheduler's code, and the last that goes turns it back.
    in_guest --seconds 120 'cd /sys/fs/cgroup; echo +cpu >cgroup.subtree_control; mkdir turns
        for pair in 1 2 3; do yes | cat >/dev/null & done
        for turn in {1..100}; do echo "50000 100000" >turns/cpu.max; echo max >turns/cpu.max; done; echo "turned $turn times"'
    [[ $status == 0 && $output == "turned 100 times" ]]
}

@test "vm: one run does not see what another has done" {
    in_guest 'touch /root/mark'
    in_guest 'ls /root'
    [[ $status == 0 && -z $output ]]
}

@test "vm: a command that takes too long is ended with 124, and its output and files come back" {
    in_guest --seconds 2 'echo begun; echo kept >out/file; echo "last words" >/dev/ttyS0; sleep 1000'
    [[ $status == 124 ]]
    [[ $output == begun ]]
    [[ $stderr == *"took longer than 2 s"*"the end of its console:"*"last words"* ]]
    [[ $(cat "$BATS_TEST_TMPDIR/out/file") == kept ]]
}

@test "vm: 124 of the command's own is no time-out" {
    in_guest 'exit 124'
    [[ $status == 124 && -z $stderr ]]
}

@test "vm: what a command leaves running does not hold the run up" {
    in_guest 'sleep 1000 & setsid sleep 1000 & echo through'
    [[ $status == 0 && $output == through ]]
}

@test "vm: a guest that crashes is 125, with its console's end" {
    in_guest 'echo c >/proc/sysrq-trigger; sleep 1000'
    [[ $status == 125 ]]
    [[ $stderr == *"ended without a word"*"sysrq triggered crash"* ]]
}

@test "vm: a kernel that QEMU can't load is 125, with what QEMU says" {
    image_with current.kernel "no kernel"
    in_guest true
    [[ $status == 125 ]]
    [[ $stderr == *"qemu said:"*kernel* ]]
    (($(saved_states) == 0))
}

@test "vm: a guest that doesn't come up is 125, with its console's end" {
    image_with current.initrd ""
    in_guest true
    [[ $status == 125 ]]
    [[ $stderr == *"ended before it said SKEP-VM READY"*"Kernel panic"* ]]
    (($(saved_states) == 0))
}

@test "vm: a guest that fails before its job is tried once more, and told of" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    cat >"$BATS_TEST_TMPDIR/bin/qemu-system-x86_64" <<EOF
#!/bin/sh
[ "\$1" = --version ] || [ -e "$BATS_TEST_TMPDIR/failed" ] || { echo "not this time" | tee "$BATS_TEST_TMPDIR/failed" >&2; exit 1; }
exec $(command -v qemu-system-x86_64) "\$@"
EOF
    chmod +x "$BATS_TEST_TMPDIR/bin/qemu-system-x86_64"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH in_guest 'echo two'
    [[ $status == 0 && $output == two ]]
    [[ $stderr == *"not this time"*"once more"* ]]
}

@test "vm: of two first runs at once, one makes the state and both use it; the next makes none" {
    image_with
    "$vm/run" --out "$BATS_TEST_TMPDIR/one" echo one >"$BATS_TEST_TMPDIR/one.log" 2>&1 3>&- &
    local other=$!
    in_guest 'echo two'
    wait "$other"
    [[ $status == 0 && $output == two ]]
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/one.log") == one ]]
    (($(saved_states) == 1))
    [[ $(cat "$BATS_TEST_TMPDIR/one.log" - <<<"$stderr" | grep -c "booting the guest once") == 1 ]]
}

@test "vm: a run that is ended while it boots leaves nothing that hinders the next" {
    image_with
    "$vm/run" echo one >/dev/null 2>"$BATS_TEST_TMPDIR/one.err" 3>&- &
    local ended=$!
    until grep -q booting "$BATS_TEST_TMPDIR/one.err"; do sleep 0.1; done
    until [[ -n $(find "$TMPDIR" -name console) ]]; do sleep 0.1; done
    kill -TERM "$ended"
    status=0
    wait "$ended" || status=$?
    [[ $status == 143 ]]
    assert_nothing_left
    (($(saved_states) == 0))
    in_guest 'echo two'
    [[ $status == 0 && $output == two ]]
}

@test "vm: a run that is killed takes its QEMU with it" {
    "$vm/run" bash -c 'echo begun; sleep 1000' >"$BATS_TEST_TMPDIR/one.log" 2>&1 3>&- &
    local killed=$! tries
    until grep -q begun "$BATS_TEST_TMPDIR/one.log"; do sleep 0.1; done
    kill -KILL "$killed"
    wait "$killed" || true
    for ((tries = 0; tries < 100; tries++)); do
        grep -qsF "$TMPDIR" /proc/[0-9]*/cmdline || break
        sleep 0.1
    done
    ((tries < 100))
    rm -r "$TMPDIR"/skep-vm.* # which nobody was left to do
}

@test "vm: the image is the recipe's: the same for the same, another for another" {
    [[ $("$vm/image") == "$image" ]]
    cp -r "$vm" "$BATS_TEST_TMPDIR/vm"
    cp "$vm/../common.bash" "$BATS_TEST_TMPDIR/"
    mkdir -p "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/cache/old" "$BATS_TEST_TMPDIR/cache/making.killed"
    touch -d "2 days ago" "$BATS_TEST_TMPDIR/cache/old"
    printf '#!/bin/sh\necho made anew\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/mmdebstrap"
    chmod +x "$BATS_TEST_TMPDIR/bin/mmdebstrap"
    local file
    for file in recipe.bash customize guest/init; do
        echo '# changed' >>"$BATS_TEST_TMPDIR/vm/$file"
        PATH=$BATS_TEST_TMPDIR/bin:$PATH SKEP_VM_CACHE=$BATS_TEST_TMPDIR/cache run "$BATS_TEST_TMPDIR/vm/image"
        [[ $status == 1 && $output == *"made anew"* ]]
    done
    # The one that failed has left nothing, and those of yore are gone.
    [[ $(ls "$BATS_TEST_TMPDIR/cache") == lock ]]
}

@test "vm: what can't be is refused in words, before any guest" {
    local arguments
    while read -r -a arguments; do
        run "$vm/run" "${arguments[@]}"
        [[ $status == 1 ]]
        [[ $output == run:* ]]
    done <<'END'

--cgroup
--cgroup v3 true
--seconds soon true
--seconds 0 true
--colour true
END
}
