// Stands in for a runtime, and notes how long each of its calls took: a line of the command's name and nanoseconds.
//
//   gcc -DRUNTIME='"/usr/bin/crun"' -DLOG='"/tmp/log"' timed.c
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

// The first argument that names a command, which may follow flags with values.
static const char *command_of(char **arguments) {
    static const char *const commands[] = {"create", "start", "state", "kill", "delete", "run", "exec", "features"};
    for (; *arguments; arguments++)
        for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
            if (!strcmp(*arguments, commands[i])) return commands[i];
    return "other";
}

int main(int count, char **arguments) {
    (void)count;
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    pid_t child;
    if (posix_spawn(&child, RUNTIME, NULL, NULL, arguments, environ)) return 127;
    int status;
    if (waitpid(child, &status, 0) != child) return 127;
    clock_gettime(CLOCK_MONOTONIC, &after);
    long long took = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
    char line[100];
    int length = snprintf(line, sizeof line, "%s %lld\n", command_of(arguments + 1), took);
    int log = open(LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log < 0 || write(log, line, (size_t)length) != length) return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
