// What a process of this one's may do: found out by a child that does it, and ends.
#include "skep_linux.h"

#include <errno.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int make_mount(const char *file_system) {
    long fs = syscall(SYS_fsopen, file_system, FSOPEN_CLOEXEC);
    if (fs < 0) return errno;
    if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) return errno;
    return syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0) < 0 ? errno : 0;
}

int skep_linux_try_clone(uint64_t flags, int cgroup, const char *file_system) {
    struct clone_args args = {.flags = flags};
    if (cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)cgroup;
    }
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid < 0) return errno;
    if (pid == 0) {
        // A copy of a program that may have had several threads: raw system calls only. An errno fits in the status.
        int error = file_system ? make_mount(file_system) : 0;
        for (;;)
            syscall(SYS_exit_group, error);
    }
    int status = 0;
    while (waitpid((pid_t)pid, &status, __WCLONE) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

bool skep_linux_gives_rights(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0 && status.st_uid == 0 && status.st_mode & S_ISUID) return true;
    return getxattr(path, "security.capability", NULL, 0) > 0;
}
