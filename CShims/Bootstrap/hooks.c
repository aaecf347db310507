// Hooks of the container's namespaces (config.md, POSIX-platform Hooks): createContainer and startContainer.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/close_range.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#define OUTPUT_SHOWN 150 // bytes of a failed hook's last words that fit into a report

static int memory_file(struct skep_init *init) {
    int fd = (int)SKEP_CALL(memfd_create, "skep-hook", MFD_CLOEXEC);
    if (fd < 0) skep_fail(init, "memfd_create", "skep-hook");
    return fd;
}

static void write_text(struct skep_init *init, int fd, const char *text) {
    size_t length = skep_length(text);
    if (SKEP_CALL(write, fd, text, length) != (long)length) skep_fail(init, "write", "the hook's state");
}

// The container's state, for the hook's standard input. The pid is the one that the container knows.
static int state_file(struct skep_init *init, const struct skep_step *step) {
    char pid[16];
    struct skep_builder number = skep_build(pid, sizeof pid);
    skep_add_number(&number, (unsigned)SKEP_CALL(getpid));
    int fd = memory_file(init);
    write_text(init, fd, skep_text(init, step, 1));
    write_text(init, fd, pid);
    write_text(init, fd, skep_text(init, step, 2));
    if (SKEP_CALL(lseek, fd, 0, SEEK_SET) < 0) skep_fail(init, "lseek", "the hook's state");
    return fd;
}

int skep_hook_file(struct skep_init *init, const struct skep_step *step, unsigned stream) {
    if (step->op != SKEP_OP_HOOK || !(step->flags & stream)) return -1;
    bool is_second = stream == SKEP_HOOK_ERRORS && step->flags & SKEP_HOOK_OUTPUT;
    uint32_t slot = (uint32_t)step->slot + is_second;
    if (slot >= init->fd_count) skep_fail_with(init, 0, "plan", "a hook's file was not sent");
    return init->fds[slot];
}

// Where a stream goes: to its file, or to what a failure is told from.
static int stream_target(struct skep_init *init, const struct skep_step *step, unsigned stream, int output) {
    int file = skep_hook_file(init, step, stream);
    return file >= 0 ? file : output;
}

// The child's part: becomes the hook, or says on `failure` why it can't.
_Noreturn static void become(struct skep_init *init, const struct skep_step *step, int input, int output, int failure) {
    int errors = stream_target(init, step, SKEP_HOOK_ERRORS, output);
    output = stream_target(init, step, SKEP_HOOK_OUTPUT, output);
    SKEP_CALL(setsid); // so that a hook that takes too long goes with all that it started
    bool placed = SKEP_CALL(dup3, input, 0, 0) >= 0 && SKEP_CALL(dup3, output, 1, 0) >= 0 &&
                  SKEP_CALL(dup3, errors, 2, 0) >= 0 && SKEP_CALL(close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) >= 0;
    if (placed)
        SKEP_CALL(execve, skep_text(init, step, 0), init->plan.vectors + step->vector,
                  init->plan.vectors + step->number[0]);
    int error = skep_errno;
    SKEP_CALL(write, failure, &error, sizeof error);
    skep_exit(127);
}

// Starts the hook, whose pidfd is left in `pidfd`; its pid.
static pid_t start(struct skep_init *init, const struct skep_step *step, int input, int output, int *pidfd) {
    int errors[2];
    if (SKEP_CALL(pipe2, errors, O_CLOEXEC) < 0) skep_fail(init, "pipe2", NULL);
    pid_t pid = (pid_t)SKEP_CALL(clone, CLONE_PIDFD | SIGCHLD, 0, pidfd, 0, 0);
    if (pid < 0) skep_fail(init, "clone", skep_text(init, step, 0));
    if (pid == 0) become(init, step, input, output, errors[1]);
    skep_close(errors[1]);
    int error = 0;
    long got;
    do
        got = SKEP_CALL(read, errors[0], &error, sizeof error);
    while (got < 0 && skep_errno == EINTR);
    if (got == sizeof error) skep_fail_with(init, error, "execve", skep_text(init, step, 0));
    skep_close(errors[0]);
    return pid;
}

// Waits for the hook's end, which after its timeout is brought about. False if it was. A parent that goes away
// meanwhile takes both along.
static bool await(struct skep_init *init, pid_t pid, int pidfd, uint64_t seconds) {
    struct pollfd waiting[2];
    waiting[0].fd = pidfd, waiting[0].events = POLLIN, waiting[0].revents = 0;
    waiting[1].fd = init->socket, waiting[1].events = 0, waiting[1].revents = 0; // its hang-up is always told
    struct timespec timeout = {.tv_sec = (time_t)seconds}; // what is left of it is written back by the kernel
    long ended;
    do
        ended = SKEP_CALL(ppoll, waiting, 2, seconds > 0 ? &timeout : NULL, NULL, 0);
    while (ended < 0 && skep_errno == EINTR);
    if (ended < 0) skep_fail(init, "ppoll", "a hook");
    bool is_alone = waiting[1].revents & POLLHUP;
    if (ended == 0 || is_alone) SKEP_CALL(kill, -pid, SIGKILL);
    if (is_alone) skep_exit(1);
    return ended > 0;
}

static void add_output(struct skep_builder *text, int output) {
    char last[OUTPUT_SHOWN];
    long size = SKEP_CALL(lseek, output, 0, SEEK_END);
    long from = size > (long)sizeof last ? size - (long)sizeof last : 0;
    long got = size > 0 ? SKEP_CALL(pread64, output, last, sizeof last, from) : 0;
    while (got > 0 && last[got - 1] == '\n')
        got--;
    if (got <= 0) return;
    for (long i = 0; i < got; i++)
        if (last[i] == '\0') last[i] = ' '; // the report's text ends at one
    skep_add(text, ": ");
    skep_add_bytes(text, last, (size_t)got);
}

void skep_step_hook(struct skep_init *init, const struct skep_step *step) {
    int input = state_file(init, step), output = memory_file(init), pidfd = -1;
    pid_t pid = start(init, step, input, output, &pidfd);
    bool in_time = await(init, pid, pidfd, step->number[2]);
    int status = 0;
    if (SKEP_CALL(wait4, pid, &status, 0, NULL) < 0) skep_fail(init, "wait4", "a hook");
    skep_close(pidfd);
    skep_close(input);
    if (in_time && status == 0) {
        skep_close(output);
        return;
    }
    char detail[216];
    struct skep_builder text = skep_build(detail, sizeof detail);
    if (!in_time) {
        skep_add(&text, "killed after its timeout of ");
        skep_add_number(&text, (unsigned)step->number[2]);
        skep_add(&text, " s");
    } else {
        bool killed = status & 0x7f;
        skep_add(&text, killed ? "killed by signal " : "ended with status ");
        skep_add_number(&text, killed ? (unsigned)status & 0x7f : (unsigned)status >> 8 & 0xff);
    }
    add_output(&text, output);
    skep_fail_with(init, 0, "hook", detail);
}
