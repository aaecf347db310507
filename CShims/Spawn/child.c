#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

void skep_prepare_child(struct skep_child *child, const struct skep_spawn *spawn) {
    *child = (struct skep_child){.spawn = spawn};
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

const char *skep_become_init(const struct skep_child *child) {
    const struct skep_spawn *spawn = child->spawn;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!place_stdio(spawn->stdio)) return "dup2";
    if (fcntl(spawn->socket, F_SETFD, 0) < 0) return "fcntl";
    syscall(SYS_execveat, spawn->binary, "", spawn->argv, child->environment, AT_EMPTY_PATH);
    return "execveat";
}
