// The parent's side of a container's birth: one clone3 with every new namespace, and the exec of a protected binary.
// In C because the child of a multi-threaded program may only make system calls until its exec.
#ifndef SKEP_SPAWN_H
#define SKEP_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

struct skep_spawn {
    uint64_t clone_flags;                 // the new namespaces (CLONE_NEW*)
    int binary;                           // what to execute: an O_PATH or plain descriptor, see skep_protect_binary
    int socket;                           // the child's end of the protocol's socket pair
    int cgroup;                           // a cgroup v2 directory to be born in, or -1
    int pid_namespace;                    // a pid namespace to be born in, or -1
    pid_t joined_init;                    // the init of the container that is joined, or 0
    int stdio[3];                         // what becomes its descriptors 0, 1 and 2; -1 leaves one as it is
    char *_Nullable const *_Nonnull argv; // of the init; the environment is the protocol's own
};

// Clones the init and executes `binary` in it. Returns its pid and sets `pidfd`, or returns -1 with errno set and
// `call` naming the system call that failed. The calling thread's signal mask and pid namespace are as before.
pid_t skep_spawn_init(const struct skep_spawn *_Nonnull spawn, int *_Nonnull pidfd,
                      const char *_Nullable *_Nonnull call);

// A user namespace with these mappings (the text of uid_map and gid_map), for id-mapped mounts. Returns a descriptor,
// or -1 with errno set and `call` naming what failed. In C because the child that makes it is a copy of a program
// that may have several threads.
int skep_make_user_namespace(const char *_Nonnull uids, const char *_Nonnull gids,
                             const char *_Nullable *_Nonnull call);

// A handle of the program file `path` that a container can't use to write the file (CVE-2019-5736): a detached
// read-only mount of it, or where the kernel refuses that a sealed copy in memory. Close it as soon as the init is
// spawned: a closed detached mount can't be changed any more. Returns a descriptor, or -1 with errno set.
int skep_protect_binary(const char *_Nonnull path);

#endif
