// Device nodes and symbolic links below the rootfs.
#include "internal.h"
#include "syscalls.h"

#include <linux/errno.h>

static bool is_same_device(int parent, const char *name, mode_t mode, dev_t device) {
    struct stat status;
    return SKEP_CALL(newfstatat, parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (status.st_mode & S_IFMT) == (mode & S_IFMT) && (S_ISFIFO(mode) || status.st_rdev == device);
}

void skep_step_mknod(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0), *name;
    mode_t mode = (mode_t)step->number[0];
    dev_t device = (dev_t)step->number[1];
    uid_t uid = (uid_t)(step->number[2] >> 32);
    gid_t gid = (gid_t)step->number[2];
    int parent = skep_open_parent_in_root(init, path, &name);
    if (parent < 0) skep_fail(init, "openat2", path);
    if (SKEP_CALL(mknodat, parent, name, mode, device) < 0) {
        // An image may bring the very node; anything else in its place is not what was asked for.
        if (skep_errno != EEXIST || !is_same_device(parent, name, mode, device)) skep_fail(init, "mknod", path);
        if (SKEP_CALL(fchmodat, parent, name, mode & 07777) < 0) skep_fail(init, "chmod", path);
    }
    if ((uid != 0 || gid != 0) && SKEP_CALL(fchownat, parent, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
        skep_fail(init, "chown", path);
    skep_close(parent);
}

void skep_step_device(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0);
    mode_t mode = (mode_t)step->number[0];
    int tree = skep_open_tree(AT_FDCWD, path, 0);
    if (tree < 0) skep_fail(init, "open_tree", path);
    struct stat status;
    if (skep_stat_fd(tree, &status) < 0) skep_fail(init, "fstat", path);
    if ((status.st_mode & S_IFMT) != (mode & S_IFMT) || status.st_rdev != (dev_t)step->number[1])
        skep_fail_with(init, 0, "open_tree", "the host has something else of that name");
    int target = skep_make_in_root(init, path, false);
    if (skep_attach(tree, target) < 0) skep_fail(init, "move_mount", path);
    skep_close(target);
    skep_close(tree);
}

void skep_step_symlink(struct skep_init *init, const struct skep_step *step) {
    const char *target = skep_text(init, step, 0), *path = skep_text(init, step, 1), *name;
    int parent = skep_open_parent_in_root(init, path, &name);
    if (parent < 0) skep_fail(init, "openat2", path);
    if (SKEP_CALL(symlinkat, target, parent, name) < 0 && skep_errno != EEXIST) skep_fail(init, "symlink", path);
    skep_close(parent);
}
