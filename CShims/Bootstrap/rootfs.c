// The rootfs: made a mount, filled, made "/", and closed off.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>

#define MNT_DETACH  2
#define NULL_DEVICE 0x103 // makedev(1, 3)

void skep_step_propagation(struct skep_init *init, const struct skep_step *step) {
    if (SKEP_CALL(mount, NULL, "/", NULL, step->number[0], NULL) < 0) skep_fail(init, "mount", "/");
}

// pivot_root refuses a new root whose parent mount is shared. Which one that is only a mount point's path tells:
// EINVAL means that the path is not one, so the walk goes up until it is.
static void make_parent_private(struct skep_init *init, const char *rootfs) {
    char path[PATH_MAX];
    struct skep_builder text = skep_build(path, sizeof path);
    skep_add(&text, rootfs);
    if (text.cut) skep_fail_with(init, ENAMETOOLONG, "mount", rootfs);
    size_t length = text.length;
    while (SKEP_CALL(mount, NULL, path, NULL, MS_PRIVATE, NULL) < 0) {
        if (skep_errno != EINVAL || length <= 1) skep_fail(init, "mount", path);
        while (length > 0 && path[length - 1] != '/')
            length--;
        if (length > 1) length--; // the slash goes too, but for the root's
        path[length] = '\0';
    }
}

// A rootfs that the parent has opened is put over "/": where its path leads, the init may not be let in.
static void attach_over_root(struct skep_init *init, int tree, const char *rootfs) {
    int place = skep_open("/", O_PATH | O_DIRECTORY);
    if (place < 0) skep_fail(init, "open", "/");
    if (skep_attach(tree, place) < 0) skep_fail(init, "move_mount", rootfs);
    skep_close(place);
    init->root = tree;
}

void skep_step_root(struct skep_init *init, const struct skep_step *step) {
    const char *rootfs = skep_text(init, step, 0);
    if (step->slot != 0) {
        if (step->flags & SKEP_ROOT_PRIVATE_PARENT) make_parent_private(init, "/");
        attach_over_root(init, skep_take_slot(init, step), rootfs);
        return;
    }
    if (step->flags & SKEP_ROOT_PRIVATE_PARENT) make_parent_private(init, rootfs);
    int place = skep_open(rootfs, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (place < 0) skep_fail(init, "open", rootfs);
    init->root = place;
    if (step->flags & SKEP_ROOT_PLAIN) return;
    int tree = skep_open_tree(place, "", AT_EMPTY_PATH | AT_RECURSIVE);
    if (tree < 0) skep_fail(init, "open_tree", rootfs);
    if (skep_attach(tree, place) < 0) skep_fail(init, "move_mount", rootfs);
    skep_close(place);
    init->root = tree;
}

// The old root, after pivot_root stacked over the new one, is made a slave. It has to be reached by a descriptor: "."
// would be the new root, whose own mounts would be slaves then.
static void enslave(struct skep_init *init, int old_root) {
    struct mount_attr attr = {.propagation = MS_SLAVE};
    if (skep_set_attributes(old_root, AT_RECURSIVE, &attr) < 0) skep_fail(init, "mount_setattr", "the old root");
    skep_close(old_root);
}

void skep_step_pivot(struct skep_init *init, const struct skep_step *step) {
    int old_root = step->flags & SKEP_PIVOT_SLAVE ? skep_open("/", O_PATH | O_DIRECTORY) : -1;
    if (SKEP_CALL(fchdir, init->root) < 0) skep_fail(init, "fchdir", NULL);
    if (step->flags & SKEP_PIVOT_MOVE) {
        if (SKEP_CALL(move_mount, init->root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
            skep_fail(init, "move_mount", "/");
    }
    if (step->flags & (SKEP_PIVOT_MOVE | SKEP_PIVOT_CHROOT)) {
        if (SKEP_CALL(chroot, ".") < 0) skep_fail(init, "chroot", NULL);
    } else {
        // The old root ends up stacked over the new one, where "." reaches it (pivot_root(2), NOTES).
        if (SKEP_CALL(pivot_root, ".", ".") < 0) skep_fail(init, "pivot_root", NULL);
        if (old_root >= 0) enslave(init, old_root);
        if (SKEP_CALL(umount2, ".", MNT_DETACH) < 0) skep_fail(init, "umount2", "the old root");
    }
    if (SKEP_CALL(chdir, "/") < 0) skep_fail(init, "chdir", "/");
}

static int clone_onto(struct skep_init *init, int source, int target, const char *path) {
    int tree = skep_open_tree(source, "", AT_EMPTY_PATH);
    if (tree < 0) skep_fail(init, "open_tree", path);
    if (skep_attach(tree, target) < 0) skep_fail(init, "move_mount", path);
    return tree;
}

// The container's own /dev/null, but only if that is what it is (CVE-2025-31133).
static void open_null(struct skep_init *init) {
    init->null = skep_open_in_root(init, "/dev/null", O_PATH);
    if (init->null < 0) skep_fail(init, "openat2", "/dev/null");
    struct stat status;
    if (skep_stat_fd(init->null, &status) < 0) skep_fail(init, "fstat", "/dev/null");
    if (!S_ISCHR(status.st_mode) || status.st_rdev != NULL_DEVICE)
        skep_fail_with(init, 0, "fstat", "/dev/null is not the null device");
}

// Masked directories share one empty read-only tmpfs: the first is covered by it, the others by clones.
static void mask_directory(struct skep_init *init, const struct skep_step *step, int target, const char *path) {
    if (init->empty_dir >= 0) {
        skep_close(clone_onto(init, init->empty_dir, target, path));
        return;
    }
    const char *const *pairs = (const char *const *)(init->plan.vectors + step->vector);
    init->empty_dir = skep_new_mount(init, "tmpfs", pairs, step->vector_count, MOUNT_ATTR_RDONLY);
    if (skep_attach(init->empty_dir, target) < 0) skep_fail(init, "move_mount", path);
}

void skep_step_mask(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0);
    int target = skep_open_in_root(init, path, O_PATH);
    if (target < 0 && (skep_errno == ENOENT || skep_errno == ENOTDIR)) return;
    if (target < 0) skep_fail(init, "openat2", path);
    struct stat status;
    if (skep_stat_fd(target, &status) < 0) skep_fail(init, "fstat", path);
    if (S_ISDIR(status.st_mode)) {
        mask_directory(init, step, target, path);
    } else {
        if (init->null < 0) open_null(init);
        skep_close(clone_onto(init, init->null, target, path));
    }
    skep_close(target);
}

void skep_step_readonly(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0);
    int target = skep_open_in_root(init, path, O_PATH);
    if (target < 0 && (skep_errno == ENOENT || skep_errno == ENOTDIR)) return;
    if (target < 0) skep_fail(init, "openat2", path);
    int tree = skep_open_tree(target, "", AT_EMPTY_PATH | AT_RECURSIVE);
    if (tree < 0) skep_fail(init, "open_tree", path);
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    if (skep_set_attributes(tree, 0, &attr) < 0) skep_fail(init, "mount_setattr", path);
    if (skep_attach(tree, target) < 0) skep_fail(init, "move_mount", path);
    skep_close(tree);
    skep_close(target);
}

void skep_step_root_attr(struct skep_init *init, const struct skep_step *step) {
    struct mount_attr attr = {.attr_set = step->number[0]};
    if (attr.attr_set && skep_set_attributes(init->root, 0, &attr) < 0) skep_fail(init, "mount_setattr", "/");
    if (step->number[2] && SKEP_CALL(mount, NULL, "/", NULL, step->number[2], NULL) < 0) skep_fail(init, "mount", "/");
}
