// The program file as the init executes it, out of a container's reach (CVE-2019-5736).
#include "skep_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int detached_mount(const char *path) {
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd < 0) return -1;
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
    if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &read_only, sizeof read_only) == 0) return fd;
    close(fd);
    return -1;
}

static int sealed_copy(const char *path, mode_t mode) {
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0) return -1;
    int to = memfd_create("skep", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct stat status;
    bool done = to >= 0 && fstat(from, &status) == 0;
    for (off_t left = done ? status.st_size : 0; done && left > 0;) {
        ssize_t sent = sendfile(to, from, NULL, (size_t)left);
        if (sent < 0 && errno == EINTR) continue;
        if (sent == 0) errno = EIO;
        done = sent > 0;
        left -= sent;
    }
    done = done && fchmod(to, mode) == 0;
    done = done && fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
    int error = errno;
    close(from);
    if (!done && to >= 0) close(to);
    errno = error;
    return done ? to : -1;
}

int skep_protect_binary(const char *path) {
    int fd = detached_mount(path);
    return fd >= 0 ? fd : sealed_copy(path, 0755);
}

int skep_hide_binary(const char *path) {
    return sealed_copy(path, 0111);
}
