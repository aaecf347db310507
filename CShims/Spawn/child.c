#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

void skep_prepare_child(struct skep_child *child, const struct skep_spawn *spawn) {
    *child = (struct skep_child){.spawn = spawn, .report = -1};
    snprintf(child->pipe_variable, sizeof child->pipe_variable, "%s=%d", SKEP_ENV_PIPE, spawn->socket);
    child->environment[0] = child->pipe_variable;
    if (spawn->joined_init > 0) {
        snprintf(child->pid_variable, sizeof child->pid_variable, "%s=%d", SKEP_ENV_PID, (int)spawn->joined_init);
        child->environment[1] = child->pid_variable;
    }
}

// Puts the three descriptors in their places, also where they are each other's.
static bool place_stdio(const int stdio[3]) {
    int from[3];
    for (int i = 0; i < 3; i++) {
        from[i] = stdio[i] >= 0 && stdio[i] < 3 ? fcntl(stdio[i], F_DUPFD_CLOEXEC, 3) : stdio[i];
        if (stdio[i] >= 0 && from[i] < 0) return false;
    }
    for (int i = 0; i < 3; i++)
        if (from[i] >= 0 && dup2(from[i], i) < 0) return false;
    return true;
}

// Closes all but what the init gets and what is needed until then. Were anything of the runtime's caller left, the path
// of an image's program could lead through it to the host (CVE-2024-21626).
static bool close_others(const struct skep_child *child) {
    const struct skep_spawn *spawn = child->spawn;
    const int kept[] = {spawn->socket, spawn->binary, child->report};
    for (unsigned from = 3 + spawn->preserved;;) {
        unsigned next = ~0U; // the lowest one from there on that is kept
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
            if (kept[i] >= 0 && (unsigned)kept[i] >= from && (unsigned)kept[i] < next) next = (unsigned)kept[i];
        if (next > from && close_range(from, next == ~0U ? next : next - 1, 0) < 0) return false;
        if (next == ~0U) return true;
        from = next + 1;
    }
}

const char *skep_become_init(const struct skep_child *child) {
    const struct skep_spawn *spawn = child->spawn;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!place_stdio(spawn->stdio)) return "dup2";
    if (!close_others(child)) return "close_range";
    if (fcntl(spawn->socket, F_SETFD, 0) < 0) return "fcntl";
    syscall(SYS_execveat, spawn->binary, "", spawn->argv, child->environment, AT_EMPTY_PATH);
    return "execveat";
}
