#!/usr/bin/env bats
# linux.seccomp: what a filter does to a container's processes.
load helpers

# seccomp JSON: the container's filter.
seccomp() {
    update_config --argjson seccomp "$1" '.linux.seccomp = $seccomp'
}

# denying ACTION [ERRNO]: allows all but mkdir(2).
denying() {
    local errno=${2:+, \"errnoRet\": $2}
    seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"],
        \"syscalls\": [{\"names\": [\"mkdir\", \"mkdirat\"], \"action\": \"$1\"$errno}]}"
}

# probe SOURCE: compiles a C program into the container as /probe, to be run there.
probe() {
    command -v gcc >/dev/null || skip "gcc is not installed"
    printf '%s\n' '#define _GNU_SOURCE' '#include <errno.h>' '#include <stdio.h>' '#include <string.h>' \
        '#include <sys/prctl.h>' '#include <sys/syscall.h>' '#include <unistd.h>' \
        'int main(void) {' "$1" 'return 0; }' >"$WORK/probe.c"
    gcc -static -o "$BUNDLE/rootfs/probe" "$WORK/probe.c"
    set_args /probe
}

# no_new_privs FLAG: with it the filter is loaded last, without by a right that is dropped then.
no_new_privs() {
    update_config ".process.noNewPrivileges = $1"
}

@test "seccomp: the container's processes have the filter, with and without no_new_privs" {
    setup_bundle
    denying SCMP_ACT_ERRNO
    set_script 'grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status; sh -c "mkdir /tmp/x; echo \$?"'
    update_config '.root.readonly = false'
    local flag
    for flag in true false; do
        no_new_privs "$flag"
        skep run --bundle "$BUNDLE" "$ID"
        assert_contains "$output" $'Seccomp:\t2\n1'
        assert_contains "$stderr" "Operation not permitted"
    done
}

@test "seccomp: the right to load a filter is gone when the program runs" {
    setup_bundle
    update_config 'del(.process.capabilities) | .process.noNewPrivileges = false'
    set_script 'grep -E "^Cap(Prm|Eff|Bnd)" /proc/self/status'
    skep run --bundle "$BUNDLE" "$ID"
    local without=$output
    denying SCMP_ACT_ERRNO
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "$without"
    assert_contains "$output" $'CapPrm:\t0000000000000000'
}

@test "seccomp: a user without any right gets the filter too" {
    setup_bundle
    denying SCMP_ACT_ERRNO
    update_config '.root.readonly = false | .process.user = {uid: 1000, gid: 1000}'
    set_script 'id -u; grep -E "^(Seccomp|CapPrm):" /proc/self/status; mkdir /tmp/x'
    local flag
    for flag in true false; do
        no_new_privs "$flag"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_status 1
        assert_equal "$output" $'1000\nCapPrm:\t0000000000000000\nSeccomp:\t2'
        assert_contains "$stderr" "Operation not permitted"
    done
}

@test "seccomp: ERRNO with an errno of its own" {
    setup_bundle mkdir /tmp/x
    local number text
    while read -r number text; do
        denying SCMP_ACT_ERRNO "$number"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_status 1
        assert_contains "$stderr" "$text"
    done <<'CASES'
1 Operation not permitted
28 No space left on device
CASES
}

@test "seccomp: KILL, KILL_THREAD, KILL_PROCESS and TRAP end the process with SIGSYS" {
    setup_bundle mkdir /tmp/x
    local action
    for action in KILL KILL_THREAD KILL_PROCESS TRAP; do
        denying "SCMP_ACT_$action"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_status 159
    done
}

@test "seccomp: TRACE without a tracer is ENOSYS, LOG lets the call through" {
    setup_bundle mkdir /tmp/x
    update_config '.root.readonly = false'
    denying SCMP_ACT_TRACE 5
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 1
    assert_contains "$stderr" "not implemented"
    denying SCMP_ACT_LOG
    skep run --bundle "$BUNDLE" "$ID"
    [[ -d $BUNDLE/rootfs/tmp/x ]]
}

@test "seccomp: a list of what is allowed, and the default's errno" {
    setup_bundle
    probe '
        errno = 0; syscall(SYS_getppid); printf("getppid %d\n", errno);
        errno = 0; syscall(SYS_getuid); printf("getuid %d\n", errno);
        errno = 0; syscall(9999); printf("9999 %d\n", errno);'
    seccomp '{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 6, "syscalls": [{"action": "SCMP_ACT_ALLOW",
        "names": ["arch_prctl", "brk", "capset", "close", "execve", "exit", "exit_group", "fstat", "getppid", "getrandom",
        "mmap", "mprotect", "munmap", "newfstatat", "ppoll", "prlimit64", "read", "readlink", "readlinkat", "recvmsg",
        "rseq", "sendmsg", "set_robust_list", "set_tid_address", "write"]}]}'
    local flag
    for flag in true false; do
        no_new_privs "$flag"
        skep run --bundle "$BUNDLE" "$ID"
        # What is newer than all of the list does not exist, so that programs try what is older.
        assert_equal "$output" $'getppid 0\ngetuid 6\n9999 38'
    done
}

@test "seccomp: the kernel goes without a call that is newer than the profile, unless all is allowed" {
    setup_bundle
    probe 'errno = 0; syscall(9999); printf("%s\n", strerrorname_np(errno));'
    update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
        {names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" ENOSYS
}

@test "seccomp: every operator compares 64 bits" {
    setup_bundle
    probe '
        unsigned long values[] = {0, 6, 7, 8, 0x100000007};
        for (int i = 0; i < 5; i++) { errno = 0; syscall(SYS_alarm, 0), errno = 0;
            syscall(SYS_getpriority, 99, values[i]); printf("%d ", errno == 28); }
        printf("\n");'
    local op value two wanted
    while read -r op value two wanted; do
        seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"getpriority\"],
            \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 28,
            \"args\": [{\"index\": 1, \"op\": \"SCMP_CMP_$op\", \"value\": $value, \"valueTwo\": $two}]}]}"
        skep run --bundle "$BUNDLE" "$ID"
        assert_equal "$output" "$wanted " "$op"
    done <<'CASES'
EQ 7 0 0 0 1 0 0
NE 7 0 1 1 0 1 1
LT 7 0 1 1 0 0 0
LE 7 0 1 1 1 0 0
GT 7 0 0 0 0 1 1
GE 7 0 0 0 1 1 1
MASKED_EQ 7 7 0 0 1 0 1
MASKED_EQ 4294967296 4294967296 0 0 0 0 1
CASES
}

@test "seccomp: conditions on two arguments have to hold together, two on one are alternatives" {
    setup_bundle
    probe '
        int values[][2] = {{1, 2}, {1, 3}, {5, 2}, {5, 3}};
        for (int i = 0; i < 4; i++) { errno = 0; syscall(SYS_getpriority, values[i][0], values[i][1]);
            printf("%d ", errno == 28); }
        printf("\n");'
    local args='{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}'
    local rule='{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getpriority"],
        "action": "SCMP_ACT_ERRNO", "errnoRet": 28, "args": [ARGS]}]}'
    seccomp "${rule/ARGS/$args}"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "1 0 0 0 "
    seccomp "${rule/ARGS/$args, {\"index\": 0, \"value\": 5, \"op\": \"SCMP_CMP_EQ\"\}}"
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$output" "1 1 1 1 "
}

@test "seccomp: 32-bit programs are filtered by their own numbers where the profile says so, and else killed" {
    setup_bundle
    local code='
        long got; __asm__ volatile("int $0x80" : "=a"(got) : "0"(20L), "b"(0L) : "memory"); // getpid of i386
        printf("%s\n", got == -28 ? "refused" : got > 0 ? "allowed" : "else");'
    probe "$code"
    seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"],
        "syscalls": [{"names": ["getpid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
    run_skep run --bundle "$BUNDLE" "$ID"
    ((status != 139)) || skip "the kernel has no 32-bit programs"
    assert_equal "$output" refused
    update_config 'del(.linux.seccomp.architectures)'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_status 159
}

@test "seccomp: flags reach the kernel" {
    setup_bundle
    command -v strace >/dev/null || skip "strace is not installed"
    denying SCMP_ACT_ERRNO
    local flags wanted
    while IFS='|' read -r flags wanted; do
        update_config --argjson flags "$flags" '.linux.seccomp.flags = $flags | if $flags == null then del(.linux.seccomp.flags) else . end'
        strace -f -qq -e trace=seccomp -o "$WORK/trace" "$SKEP" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
            </dev/null >/dev/null 3>&-
        assert_contains "$(grep SECCOMP_SET_MODE_FILTER, "$WORK/trace" | grep -v NULL)" "_MODE_FILTER, $wanted, {len="
    done <<'CASES'
null|SECCOMP_FILTER_FLAG_SPEC_ALLOW
[]|0
["SECCOMP_FILTER_FLAG_LOG"]|SECCOMP_FILTER_FLAG_LOG
["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]|SECCOMP_FILTER_FLAG_TSYNC|SECCOMP_FILTER_FLAG_SPEC_ALLOW
CASES
}

@test "seccomp: start tells of a filter that does not let the init wait for it" {
    skep_only
    setup_bundle true
    seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_ERRNO", "errnoRet": 38,
        "names": ["read"]}]}'
    # With no_new_privs the filter is loaded last of all.
    no_new_privs false
    create
    run_skep start "$ID"
    assert_refused "read exec.fifo: Function not implemented (ENOSYS)" linux.seccomp
    skep delete --force "$ID"
}

@test "seccomp: an exec'd process has the container's filter" {
    setup_bundle sleep 1000
    denying SCMP_ACT_ERRNO
    update_config '.root.readonly = false'
    skep run --detach --bundle "$BUNDLE" "$ID"
    run_skep exec "$ID" mkdir /tmp/x
    assert_status 1
    assert_contains "$stderr" "Operation not permitted"
    skep exec --user 1000 "$ID" grep Seccomp: /proc/self/status
    assert_equal "$output" $'Seccomp:\t2'
    skep exec --no-new-privs "$ID" grep Seccomp: /proc/self/status
    assert_equal "$output" $'Seccomp:\t2'
}

@test "seccomp: create and start, with startContainer hooks, which are filtered as well" {
    setup_bundle sh -c 'grep Seccomp: /proc/self/status'
    denying SCMP_ACT_ERRNO
    update_config '.root.readonly = false | .hooks.startContainer = [{path: "/bin/sh",
        args: ["sh", "-c", "grep Seccomp: /proc/self/status >/tmp/hook"]}]'
    local flag
    for flag in true false; do
        no_new_privs "$flag"
        create
        skep start "$ID"
        wait_for status_is stopped
        assert_equal "$(cat "$WORK/container.out")" $'Seccomp:\t2'
        assert_equal "$(cat "$BUNDLE/rootfs/tmp/hook")" $'Seccomp:\t2'
        skep delete "$ID"
    done
}

@test "seccomp: a name of no system call is a line in the debug log, also when the filter is a known one" {
    skep_only
    setup_bundle
    seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "no_such_call"],
        "action": "SCMP_ACT_ERRNO"}]}'
    local time
    for time in first second; do
        skep --debug run --bundle "$BUNDLE" "$ID"
        assert_contains "$stderr" 'linux.seccomp.syscalls[0].names[1]: unknown system call "no_such_call" is ignored'
    done
    skep run --bundle "$BUNDLE" "$ID"
    assert_equal "$stderr" ""
    update_config '.annotations["run.oci.seccomp_fail_unknown_syscall"] = "0"'
    skep run --bundle "$BUNDLE" "$ID"
    update_config '.annotations["run.oci.seccomp_fail_unknown_syscall"] = "1"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused 'linux.seccomp.syscalls[0].names[1]' "no system call"
}

@test "seccomp: a filter in an annotation is used as it is" {
    skep_only
    setup_bundle mkdir /tmp/x
    denying SCMP_ACT_KILL
    # ld [0]; jeq #83, 0, 1; ret #SECCOMP_RET_ERRNO|28; ret #SECCOMP_RET_ALLOW
    update_config '.annotations["run.oci.seccomp_bpf_data"] = "IAAAAAAAAAAVAAABUwAAAAYAAAAcAAUABgAAAAAA/38="'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "No space left on device"
    update_config 'del(.linux.seccomp)'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_contains "$stderr" "No space left on device"
    # It loads from beyond struct seccomp_data.
    update_config '.annotations["run.oci.seccomp_bpf_data"] = "IAAAAP8AAAAGAAAAAAD/fw=="'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused run.oci.seccomp_bpf_data seccomp EINVAL
    update_config '.annotations["run.oci.seccomp_bpf_data"] = "nonsense?"'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused run.oci.seccomp_bpf_data base64
}

@test "seccomp: bad input is refused by its property, and changes nothing" {
    skep_only
    setup_bundle
    denying SCMP_ACT_ERRNO
    cp "$BUNDLE/config.json" "$WORK/good.json"
    local filter property reason
    while IFS='#' read -r filter property reason; do
        cp "$WORK/good.json" "$BUNDLE/config.json"
        update_config "$filter"
        run_skep run --bundle "$BUNDLE" "$ID"
        assert_refused "$property" "$reason"
        run_skep create --bundle "$BUNDLE" "$ID"
        assert_refused "$property" "$reason"
        assert_no_leaks
    done <<'CASES'
.linux.seccomp.defaultAction = "SCMP_ACT_MAYBE"#linux.seccomp.defaultAction#SCMP_ACT_MAYBE
del(.linux.seccomp.defaultAction)#linux.seccomp.defaultAction#missing
.linux.seccomp.defaultErrnoRet = 1#linux.seccomp.defaultErrnoRet#takes no errno
.linux.seccomp.architectures = ["SCMP_ARCH_VAX"]#linux.seccomp.architectures[0]#SCMP_ARCH_VAX
.linux.seccomp.architectures = ["SCMP_ARCH_S390X"]#linux.seccomp.architectures[0]#byte order
.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_FAST"]#linux.seccomp.flags[0]#SECCOMP_FILTER_FLAG_FAST
.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]#linux.seccomp.flags[0]#SCMP_ACT_NOTIFY
.linux.seccomp.syscalls[0].action = "SCMP_ACT_MAYBE"#linux.seccomp.syscalls[0].action#SCMP_ACT_MAYBE
.linux.seccomp.syscalls[0].names = "mkdir"#linux.seccomp.syscalls[0].names#array
.linux.seccomp.syscalls[0].names = []#linux.seccomp.syscalls[0].names#at least one
.linux.seccomp.syscalls[0].names[1] = ""#linux.seccomp.syscalls[0].names[1]#empty
.linux.seccomp.syscalls[0].errnoRet = 4096#linux.seccomp.syscalls[0].errnoRet#4095
.linux.seccomp.syscalls[0] += {action: "SCMP_ACT_TRAP", errnoRet: 1}#linux.seccomp.syscalls[0].errnoRet#takes no errno
.linux.seccomp.syscalls[0].args = [{index: 6, value: 0, op: "SCMP_CMP_EQ"}]#linux.seccomp.syscalls[0].args[0].index#between 0 and 5
.linux.seccomp.syscalls[0].args = [{index: 0, value: 0, op: "SCMP_CMP_IS"}]#linux.seccomp.syscalls[0].args[0].op#SCMP_CMP_IS
.linux.seccomp.syscalls[0].args = [{index: 0, value: -1, op: "SCMP_CMP_EQ"}]#linux.seccomp.syscalls[0].args[0].value#out of range
.linux.seccomp.syscalls[0].args = [{index: 0, value: 1, op: "SCMP_CMP_EQ"}] | .linux.seccomp.syscalls[1] = (.linux.seccomp.syscalls[0] | .action = "SCMP_ACT_LOG")#linux.seccomp.syscalls[1]#contradicts
.linux.seccomp.listenerMetadata = "m"#linux.seccomp.listenerMetadata#listenerPath
CASES
}

@test "seccomp: a filter that the init itself does not survive is named" {
    skep_only
    setup_bundle
    seccomp '{"defaultAction": "SCMP_ACT_KILL_PROCESS"}'
    update_config '.process.noNewPrivileges = false'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused linux.seccomp "killed by signal 31" "it has to allow"
    seccomp '{"defaultAction": "SCMP_ACT_ERRNO"}'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused capset EPERM "linux.seccomp"
    update_config '.process.noNewPrivileges = true'
    run_skep run --bundle "$BUNDLE" "$ID"
    assert_refused execve EPERM "linux.seccomp"
}
