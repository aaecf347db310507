#include "skep_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int skep_linux_open_tree(const char *path, bool recursive, bool follow) {
    unsigned flags =
        OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
    return (int)syscall(SYS_open_tree, AT_FDCWD, path, flags);
}

static int set_attributes(int mount, bool recursive, struct mount_attr *attributes) {
    unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    return (int)syscall(SYS_mount_setattr, mount, "", flags, attributes, sizeof *attributes);
}

int skep_linux_map_ids(int mount, bool recursive, int user_namespace) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)user_namespace};
    return set_attributes(mount, recursive, &attributes);
}

int skep_linux_set_propagation(int mount, uint64_t propagation) {
    struct mount_attr attributes = {.propagation = propagation & ~(uint64_t)MS_REC};
    return set_attributes(mount, propagation & MS_REC, &attributes);
}
