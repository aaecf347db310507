// What every init goes through between its clone and its exec, whoever cloned it: system calls only.
#ifndef SKEP_SPAWN_CHILD_H
#define SKEP_SPAWN_CHILD_H

#include "skep_protocol.h"
#include "skep_spawn.h"

struct skep_child {
    const struct skep_spawn *spawn;
    int report; // a descriptor that stays until the exec, or -1
    char pipe_variable[sizeof SKEP_ENV_PIPE + 16];
    char pid_variable[sizeof SKEP_ENV_PID + 16];
    char *environment[3];
};

// Makes the init's environment, before the clone.
void skep_prepare_child(struct skep_child *child, const struct skep_spawn *spawn);

// Becomes the init. Comes back with errno set, and the call that failed, if it can't.
const char *skep_become_init(const struct skep_child *child);

#endif
