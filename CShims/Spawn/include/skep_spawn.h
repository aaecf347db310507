// The parent's side of a container's birth: one clone3 with every new namespace, and the exec of a protected binary.
// In C because the child of a multi-threaded program may only make system calls until its exec.
#ifndef SKEP_SPAWN_H
#define SKEP_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct skep_spawn {
    uint64_t clone_flags;                 // the new namespaces (CLONE_NEW*)
    int binary;                           // what to execute: an O_PATH or plain descriptor, see skep_protect_binary
    int socket;                           // the child's end of the protocol's socket pair
    int cgroup;                           // a cgroup v2 directory to be born in, or -1
    pid_t joined_init;                    // the init of the container that is joined, or 0
    int stdio[3];                         // what becomes its descriptors 0, 1 and 2; -1 leaves one as it is
    unsigned preserved;                   // how many descriptors from 3 on it has, too; it has no others
    char *_Nullable const *_Nonnull argv; // of the init; the environment is the protocol's own
};

// Clones the init and executes `binary` in it. Returns its pid and sets `pidfd`, or returns -1 with errno set and
// `call` naming the system call that failed. The calling thread's signal mask is as before.
pid_t skep_spawn_init(const struct skep_spawn *_Nonnull spawn, int *_Nonnull pidfd,
                      const char *_Nullable *_Nonnull call);

// A user namespace with these mappings (the text of uid_map and gid_map), for id-mapped mounts. Returns a descriptor,
// or -1 with errno set and `call` naming what failed. In C because the child that makes it is a copy of a program
// that may have several threads.
int skep_make_user_namespace(const char *_Nonnull uids, const char *_Nonnull gids,
                             const char *_Nullable *_Nonnull call);

// The namespaces that only a child can be in change a process that is between: a new or joined user namespace has to
// be there before the others, which then belong to it; ids have to be mapped from outside before the init executes
// `binary`, or that would cost it its capabilities; a time namespace is only for children; and whoever lives in a pid
// namespace that is joined must not find a child there that shares the program's memory. So a mediator, a copy of the
// program that makes system calls only, goes there, clones the init with the program for its parent, and ends.
#define SKEP_MAX_JOINED 8

// A namespace to be joined on the way.
struct skep_joined {
    int fd;
    int kind; // CLONE_NEW*
};

struct skep_mediation {
    const struct skep_spawn *_Nonnull spawn; // `clone_flags` may have CLONE_NEWUSER and CLONE_NEWTIME
    const struct skep_joined *_Nullable joined;
    size_t joined_count;       // SKEP_MAX_JOINED at most
    bool is_seen_while_mapped; // newuidmap(1) wants to see the process; only for a namespace without others in it
};

struct skep_mediator {
    pid_t pid;
    int pidfd;
    int socket;
};

enum skep_mediator_event_kind {
    SKEP_EVENT_USER_NAMESPACE = 1, // its ids are to be mapped or looked at; then send a byte
    SKEP_EVENT_TIME_NAMESPACE,     // its clocks are to be set; then send a byte
    SKEP_EVENT_INIT,               // the init is there, its pidfd comes along; the mediator ends
    SKEP_EVENT_FAILED,
};

struct skep_mediator_event {
    int32_t kind;
    int32_t error;
    int32_t pid;
    int32_t joined;             // which of the joined namespaces was refused, or -1
    const char *_Nullable call; // a constant, at the same address in the copy
};

// Clones the mediator. Returns 0, or -1 with errno set and `call` naming what failed.
int skep_mediator_begin(const struct skep_mediation *_Nonnull order, struct skep_mediator *_Nonnull mediator,
                        const char *_Nullable *_Nonnull call);

// Waits for what comes next. Returns 1; 0 once neither the mediator nor an init that has not executed `binary` yet is
// left; or -1. `fd` is the descriptor that came along, or -1.
int skep_mediator_next(int socket, struct skep_mediator_event *_Nonnull event, int *_Nonnull fd);

// A handle of the program file `path` that a container can't use to write the file (CVE-2019-5736): a detached
// read-only mount of it, or where the kernel refuses that a sealed copy in memory. Close it as soon as the init is
// spawned: a closed detached mount can't be changed any more. Returns a descriptor, or -1 with errno set.
int skep_protect_binary(const char *_Nonnull path);

// The same for an init in a user namespace that others are in: a copy that its root can execute but not read, so that
// the kernel holds the init to be the host's business and lets nobody in there trace it (ptrace(2), dumpable).
int skep_hide_binary(const char *_Nonnull path);

#endif
