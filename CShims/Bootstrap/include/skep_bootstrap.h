// The bootstrap: the C that runs between clone and execve. In C because nothing of the Swift runtime may run there:
// the child of a multi-threaded program may only make system calls, and the re-executed init has to be gone from
// memory before the container's process starts.
#ifndef SKEP_BOOTSTRAP_H
#define SKEP_BOOTSTRAP_H

#include <stdint.h>
#include <sys/types.h>

struct skep_spawn {
    uint64_t clone_flags;                 // the new namespaces (CLONE_NEW*)
    int binary;                           // what to execute: an O_PATH or plain descriptor, see skep_protect_binary
    int socket;                           // the child's end of the protocol's socket pair
    int cgroup;                           // a cgroup v2 directory to be born in, or -1
    int pid_namespace;                    // a pid namespace to be born in, or -1
    int stdio[3];                         // what becomes its descriptors 0, 1 and 2; -1 leaves one as it is
    char *_Nullable const *_Nonnull argv; // of the init; the environment is the protocol's own
};

// Clones the init and executes `binary` in it. Returns its pid and sets `pidfd`, or returns -1 with errno set and
// `call` naming the system call that failed. The calling thread's signal mask and pid namespace are as before.
pid_t skep_spawn_init(const struct skep_spawn *_Nonnull spawn, int *_Nonnull pidfd,
                      const char *_Nullable *_Nonnull call);

// A handle of the program file `path` that a container can't use to write the file (CVE-2019-5736): a detached
// read-only mount of it, or where the kernel refuses that a sealed copy in memory. Close it as soon as the init is
// spawned: a closed detached mount can't be changed any more. Returns a descriptor, or -1 with errno set.
int skep_protect_binary(const char *_Nonnull path);

// Carries out the plan that arrives on `socket` and becomes the container's process. Does not return.
_Noreturn void skep_bootstrap(int socket);

// Makes sure that a static library's constructor is linked: refer to it from any function that is called.
void skep_bootstrap_anchor(void);

#endif
