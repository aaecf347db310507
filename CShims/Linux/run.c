#include "skep_linux.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

char **skep_linux_environment(void) {
    return environ;
}

static int set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                  const struct skep_linux_command *command) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0) error = posix_spawnattr_setsigdefault(attributes, &all);
    if (error == 0)
        error =
            posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    for (int i = 0; error == 0 && i < 3; i++)
        error = posix_spawn_file_actions_adddup2(actions, command->stdio[i], i);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (error == 0 && command->directory) error = posix_spawn_file_actions_addchdir_np(actions, command->directory);
    return error;
}

pid_t skep_linux_run(const struct skep_linux_command *command) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        errno = error;
        return -1;
    }
    posix_spawnattr_init(&attributes);
    error = set_up(&actions, &attributes, command);
    pid_t pid = -1;
    if (error == 0) error = posix_spawnp(&pid, command->path, &actions, &attributes, command->argv, command->envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error == 0) return pid;
    errno = error;
    return -1;
}
