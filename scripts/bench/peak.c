// peak: the most memory that a command, or any process below it that was waited for, ever held.
//
//   peak COMMAND [ARGUMENT...]      prints kilobytes; the command's own output is thrown away
//
// posix_spawn, not fork: a forked copy of a larger program would itself count as the command's peak.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    int error = posix_spawnp(&pid, argv[1], &actions, NULL, argv + 1, environ);
    if (error) {
        fprintf(stderr, "peak: %s: error %d\n", argv[1], error);
        return 1;
    }
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) < 0) {
        perror("peak: wait4");
        return 1;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "peak: %s ended with wait status %d\n", argv[1], status);
        return 1;
    }
    printf("%ld\n", usage.ru_maxrss);
    return 0;
}
