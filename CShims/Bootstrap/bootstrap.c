// From the decision to be an init to the last step.
#include "internal.h"
#include "skep_bootstrap.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>
#include <linux/futex.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

typedef void step_function(struct skep_init *init, const struct skep_step *step);

static step_function *const functions[SKEP_OP_COUNT] = {
    [SKEP_OP_JOIN] = skep_step_join,
    [SKEP_OP_JOIN_PROCESS] = skep_step_join_process,
    [SKEP_OP_LOOPBACK] = skep_step_loopback,
    [SKEP_OP_PROPAGATION] = skep_step_propagation,
    [SKEP_OP_ROOT] = skep_step_root,
    [SKEP_OP_MOUNT] = skep_step_mount,
    [SKEP_OP_BIND] = skep_step_bind,
    [SKEP_OP_REMOUNT] = skep_step_remount,
    [SKEP_OP_UNMOUNT] = skep_step_unmount,
    [SKEP_OP_MKNOD] = skep_step_mknod,
    [SKEP_OP_LABEL] = skep_step_label,
    [SKEP_OP_DEVICE] = skep_step_device,
    [SKEP_OP_SYMLINK] = skep_step_symlink,
    [SKEP_OP_RUNTIME_HOOKS] = skep_step_runtime_hooks,
    [SKEP_OP_HOOK] = skep_step_hook,
    [SKEP_OP_PIVOT] = skep_step_pivot,
    [SKEP_OP_MASK] = skep_step_mask,
    [SKEP_OP_READONLY] = skep_step_readonly,
    [SKEP_OP_ROOT_ATTR] = skep_step_root_attr,
    [SKEP_OP_HOSTNAME] = skep_step_hostname,
    [SKEP_OP_DOMAINNAME] = skep_step_domainname,
    [SKEP_OP_SYSCTL] = skep_step_sysctl,
    [SKEP_OP_CGROUP] = skep_step_cgroup,
    [SKEP_OP_SETSID] = skep_step_setsid,
    [SKEP_OP_TERMINAL] = skep_step_terminal,
    [SKEP_OP_OOM_SCORE_ADJ] = skep_step_oom_score_adj,
    [SKEP_OP_RLIMIT] = skep_step_rlimit,
    [SKEP_OP_KEYRING] = skep_step_keyring,
    [SKEP_OP_PERSONALITY] = skep_step_personality,
    [SKEP_OP_MEMORY_POLICY] = skep_step_memory_policy,
    [SKEP_OP_AFFINITY] = skep_step_affinity,
    [SKEP_OP_SCHEDULER] = skep_step_scheduler,
    [SKEP_OP_IO_PRIORITY] = skep_step_io_priority,
    [SKEP_OP_APPARMOR] = skep_step_apparmor,
    [SKEP_OP_SELINUX] = skep_step_selinux,
    [SKEP_OP_STDIO_OWNER] = skep_step_stdio_owner,
    [SKEP_OP_LISTEN_PID] = skep_step_listen_pid,
    [SKEP_OP_HOME] = skep_step_home,
    [SKEP_OP_CAP_BOUND] = skep_step_cap_bound,
    [SKEP_OP_USER] = skep_step_user,
    [SKEP_OP_CAPS] = skep_step_caps,
    [SKEP_OP_CAP_AMBIENT] = skep_step_cap_ambient,
    [SKEP_OP_NO_NEW_PRIVS] = skep_step_no_new_privs,
    [SKEP_OP_SECCOMP] = skep_step_seccomp,
    [SKEP_OP_MAKE_CWD] = skep_step_make_cwd,
    [SKEP_OP_CWD] = skep_step_cwd,
    [SKEP_OP_FIND_COMMAND] = skep_step_find_command,
    [SKEP_OP_WAIT] = skep_step_wait,
    [SKEP_OP_EXEC] = skep_step_exec,
    [SKEP_OP_DONE] = skep_step_done,
};

int skep_errno;

// Zeroed by the kernel, and too large for initialisers: those would call memset.
static struct skep_init the_init;
static struct skep_report the_report;

void skep_fail_with(struct skep_init *init, int error, const char *call, const char *detail) {
    the_report.kind = SKEP_REPORT_ERROR;
    the_report.step = init->step;
    the_report.error = error;
    struct skep_builder text = skep_build(the_report.call, sizeof the_report.call);
    skep_add(&text, call);
    text = skep_build(the_report.detail, sizeof the_report.detail);
    if (detail) skep_add(&text, detail);
    // What a filter that was loaded a moment ago refuses to send can still be read there.
    if (init->board) skep_move((char *)&init->board->report, (const char *)&the_report, sizeof the_report);
    skep_undo_mounts(init);
    // A report that nobody is left to hear changes nothing.
    if (init->socket >= 0)
        SKEP_CALL(sendto, init->socket, &the_report, sizeof the_report, MSG_NOSIGNAL, NULL, 0);
    else if (init->report_fifo >= 0)
        SKEP_CALL(write, init->report_fifo, &the_report, sizeof the_report);
    skep_exit(1);
}

void skep_fail(struct skep_init *init, const char *call, const char *detail) {
    skep_fail_with(init, skep_errno, call, detail);
}

const char *skep_text(const struct skep_init *init, const struct skep_step *step, unsigned index) {
    uint32_t offset = step->text[index];
    return offset == 0 ? NULL : init->plan.strings + offset;
}

int skep_slot(struct skep_init *init, const struct skep_step *step) {
    if ((uint32_t)step->slot >= init->fd_count) skep_fail_with(init, 0, "plan", "a step's descriptor was not sent");
    return init->fds[step->slot];
}

int skep_take_slot(struct skep_init *init, const struct skep_step *step) {
    int fd = skep_slot(init, step);
    init->fds[step->slot] = -1;
    return fd;
}

// A process that is to join a container and starts one instead, or the other way round, is somebody's mistake.
static void check_purpose(struct skep_init *init, bool joins) {
    if (joins != (init->plan.steps[0].op == SKEP_OP_JOIN_PROCESS))
        skep_fail_with(init, EPROTO, "plan", joins ? "it joins no container" : SKEP_ENV_PID " is not set");
}

static uint64_t now(void) {
    struct timespec time = {0};
    SKEP_CALL(clock_gettime, CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void skep_bootstrap(int socket, bool joins) {
    struct skep_init *init = &the_init;
    init->socket = socket;
    init->report_fifo = init->root = init->proc = init->null = init->empty_dir = -1;
    init->step = SKEP_NO_STEP;
    // Before anything of the container's can be joined: its processes may not look into this one (CVE-2016-9962).
    if (SKEP_CALL(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) skep_fail(init, "prctl", "PR_SET_DUMPABLE");
    SKEP_CALL(prctl, PR_SET_NAME, "skep:[init]", 0, 0, 0);
    SKEP_CALL(umask, 0);
    skep_receive_plan(init);
    check_purpose(init, joins);
    init->undoes = init->plan.steps[init->plan.step_count - 1].op == SKEP_OP_DONE;
    uint32_t timed = init->board->timed;
    uint32_t awaited = init->board->awaited;
    for (uint32_t i = 0; i < init->plan.step_count; i++) {
        init->step = i;
        init->board->begun = i + 1;
        if (i + 1 == awaited) SKEP_CALL(futex, &init->board->begun, FUTEX_WAKE, 1, 0, 0, 0);
        if (i < timed) init->board->times[i] = now();
        functions[init->plan.steps[i].op](init, &init->plan.steps[i]);
        if (init->plan.steps[i].op == SKEP_OP_SECCOMP) timed = 0;
    }
    skep_fail_with(init, 0, "plan", "the last step came back");
}

// The number of a descriptor, in full; -1 for anything else.
static int parse_descriptor(const char *text) {
    int value = 0;
    if (*text == '\0') return -1;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || value > 100000) return -1;
        value = value * 10 + (*text - '0');
    }
    return value;
}

// The value of a variable, or NULL.
static const char *variable(char *const *environment, const char *name) {
    for (; *environment; environment++) {
        size_t i = 0;
        while (name[i] != '\0' && (*environment)[i] == name[i])
            i++;
        if (name[i] == '\0' && (*environment)[i] == '=') return *environment + i + 1;
    }
    return NULL;
}

void skep_bootstrap_if_init(char *const *environment) {
    const char *text = variable(environment, SKEP_ENV_PIPE);
    if (text == NULL) return;
    int socket = parse_descriptor(text);
    struct stat status;
    if (socket < 0 || skep_stat_fd(socket, &status) < 0 || !S_ISSOCK(status.st_mode)) return;
    SKEP_CALL(fcntl, socket, F_SETFD, FD_CLOEXEC);
    skep_bootstrap(socket, variable(environment, SKEP_ENV_PID) != NULL);
}

// For programs with the C library's own entry point: still before main and before the Swift runtime.
__attribute__((constructor(101))) static void look_at_environment(int count, char **arguments, char **environment) {
    (void)count, (void)arguments;
    if (environment) skep_bootstrap_if_init(environment);
}
