// A user namespace that nobody lives in: its mapping is what an id-mapped mount takes.
#include "skep_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Holds the new namespace until the parent has it: raw system calls only, on a copy of the parent's memory.
_Noreturn static void hold(const int ends[2]) {
    char byte;
    syscall(SYS_close, ends[1]);
    syscall(SYS_read, ends[0], &byte, 1);
    for (;;)
        syscall(SYS_exit_group, 0);
}

static bool write_map(pid_t pid, const char *name, const char *map) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    size_t length = strlen(map);
    bool done = write(fd, map, length) == (ssize_t)length;
    int error = errno;
    close(fd);
    errno = error;
    return done;
}

static int open_namespace(pid_t pid, const char *uids, const char *gids, const char **call) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/user", (int)pid);
    *call = "write uid_map";
    if (!write_map(pid, "uid_map", uids)) return -1;
    *call = "write gid_map";
    if (!write_map(pid, "gid_map", gids)) return -1;
    *call = "open ns/user";
    return open(path, O_RDONLY | O_CLOEXEC);
}

int skep_make_user_namespace(const char *uids, const char *gids, const char **call) {
    int ends[2];
    *call = "pipe2";
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    // No signal tells of its end: the program's own children are none of this function's business.
    struct clone_args args = {.flags = CLONE_NEWUSER | CLONE_CLEAR_SIGHAND};
    *call = "clone3";
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) hold(ends);
    int fd = pid < 0 ? -1 : open_namespace(pid, uids, gids, call);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[0]);
    close(ends[1]);
    while (pid > 0 && waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR) {
    }
    errno = error;
    return fd;
}
