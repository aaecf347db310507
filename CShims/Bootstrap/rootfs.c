// The rootfs: made a mount, filled, made "/", and closed off.
#include "internal.h"
#include "syscalls.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

void skep_step_propagation(struct skep_init *init, const struct skep_step *step) {
    if (mount(NULL, "/", NULL, step->number[0], NULL) < 0) skep_fail(init, "mount", "/");
}

// pivot_root refuses a new root whose parent mount is shared. Which one that is only a mount point's path tells:
// EINVAL means that the path is not one, so the walk goes up until it is.
static void make_parent_private(struct skep_init *init, const char *rootfs) {
    char path[PATH_MAX];
    size_t length = strlen(rootfs);
    if (length >= sizeof path) skep_fail_with(init, ENAMETOOLONG, "mount", rootfs);
    memcpy(path, rootfs, length + 1);
    while (mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0) {
        char *slash = strrchr(path, '/');
        if (errno != EINVAL || slash == NULL || strcmp(path, "/") == 0) skep_fail(init, "mount", path);
        slash[slash == path ? 1 : 0] = '\0';
    }
}

void skep_step_root(struct skep_init *init, const struct skep_step *step) {
    const char *rootfs = skep_text(init, step, 0);
    if (step->flags & SKEP_ROOT_PRIVATE_PARENT) make_parent_private(init, rootfs);
    int place = open(rootfs, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place < 0) skep_fail(init, "open", rootfs);
    init->root = place;
    if (step->flags & SKEP_ROOT_PLAIN) return;
    int tree = skep_open_tree(place, "", AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0) skep_fail(init, "open_tree", rootfs);
    if (skep_move_mount(tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        skep_fail(init, "move_mount", rootfs);
    close(place);
    init->root = tree;
}

void skep_step_pivot(struct skep_init *init, const struct skep_step *step) {
    if (fchdir(init->root) < 0) skep_fail(init, "fchdir", NULL);
    if (step->flags & SKEP_PIVOT_MOVE) {
        if (skep_move_mount(init->root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
            skep_fail(init, "move_mount", "/");
    }
    if (step->flags & (SKEP_PIVOT_MOVE | SKEP_PIVOT_CHROOT)) {
        if (chroot(".") < 0) skep_fail(init, "chroot", NULL);
    } else {
        // The old root ends up stacked over the new one, where "." reaches it (pivot_root(2), NOTES).
        if (syscall(SYS_pivot_root, ".", ".") < 0) skep_fail(init, "pivot_root", NULL);
        if ((step->flags & SKEP_PIVOT_SLAVE) && mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0)
            skep_fail(init, "mount", "the old root");
        if (umount2(".", MNT_DETACH) < 0) skep_fail(init, "umount2", "the old root");
    }
    if (chdir("/") < 0) skep_fail(init, "chdir", "/");
}

static int clone_onto(struct skep_init *init, int source, int target, const char *path) {
    int tree = skep_open_tree(source, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0) skep_fail(init, "open_tree", path);
    if (skep_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        skep_fail(init, "move_mount", path);
    return tree;
}

// The container's own /dev/null, but only if that is what it is (CVE-2025-31133).
static void open_null(struct skep_init *init) {
    init->null = skep_open_in_root(init, "/dev/null", O_PATH);
    if (init->null < 0) skep_fail(init, "openat2", "/dev/null");
    struct stat status;
    if (fstat(init->null, &status) < 0) skep_fail(init, "fstat", "/dev/null");
    if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3))
        skep_fail_with(init, 0, "fstat", "/dev/null is not the null device");
}

// Masked directories share one empty read-only tmpfs: the first is covered by it, the others by clones.
static void mask_directory(struct skep_init *init, int target, const char *path) {
    if (init->empty_dir >= 0) {
        close(clone_onto(init, init->empty_dir, target, path));
        return;
    }
    init->empty_dir = skep_new_mount(init, "tmpfs", NULL, 0, MOUNT_ATTR_RDONLY);
    if (skep_move_mount(init->empty_dir, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        skep_fail(init, "move_mount", path);
}

void skep_step_mask(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0);
    int target = skep_open_in_root(init, path, O_PATH);
    if (target < 0 && (errno == ENOENT || errno == ENOTDIR)) return;
    if (target < 0) skep_fail(init, "openat2", path);
    struct stat status;
    if (fstat(target, &status) < 0) skep_fail(init, "fstat", path);
    if (S_ISDIR(status.st_mode)) {
        mask_directory(init, target, path);
    } else {
        if (init->null < 0) open_null(init);
        close(clone_onto(init, init->null, target, path));
    }
    close(target);
}

void skep_step_readonly(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0);
    int target = skep_open_in_root(init, path, O_PATH);
    if (target < 0 && (errno == ENOENT || errno == ENOTDIR)) return;
    if (target < 0) skep_fail(init, "openat2", path);
    int tree = skep_open_tree(target, "", AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0) skep_fail(init, "open_tree", path);
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    if (skep_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0) skep_fail(init, "mount_setattr", path);
    if (skep_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        skep_fail(init, "move_mount", path);
    close(tree);
    close(target);
}

void skep_step_root_attr(struct skep_init *init, const struct skep_step *step) {
    struct mount_attr attr = {.attr_set = step->number[0]};
    if (attr.attr_set && skep_mount_setattr(init->root, "", AT_EMPTY_PATH, &attr) < 0)
        skep_fail(init, "mount_setattr", "/");
    if (step->number[2] && mount(NULL, "/", NULL, step->number[2], NULL) < 0) skep_fail(init, "mount", "/");
}
