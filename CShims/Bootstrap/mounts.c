// Mounts, by the descriptor-based API only: made or cloned detached, given their attributes, then attached to a
// destination that was opened inside the rootfs.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>

// Fails with what the file system itself had to say, where it said something.
static _Noreturn void fail_with_log(struct skep_init *init, int fs, const char *call, const char *about) {
    int error = skep_errno;
    char log[200];
    long length = fs < 0 ? -1 : SKEP_CALL(read, fs, log, sizeof log - 1);
    if (length <= 2) skep_fail_with(init, error, call, about);
    log[length] = '\0';
    if (log[length - 1] == '\n') log[length - 1] = '\0';
    skep_fail_with(init, error, call, log + 2); // "e " and "w " say how bad it is
}

static void configure(struct skep_init *init, int fs, const char *const *pairs, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 2) {
        bool flag = pairs[i + 1][0] == '\0';
        if (SKEP_CALL(fsconfig, fs, flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING, pairs[i],
                      flag ? NULL : pairs[i + 1], 0))
            fail_with_log(init, fs, "fsconfig", pairs[i]);
    }
}

// A new mount; -1 where it `may_be_refused` and is, for lack of rights.
static int try_new_mount(struct skep_init *init, const char *type, const char *const *pairs, uint32_t count,
                         uint64_t attr, bool may_be_refused) {
    int fs = (int)SKEP_CALL(fsopen, type, FSOPEN_CLOEXEC);
    if (fs < 0 && may_be_refused && skep_errno == EPERM) return -1;
    if (fs < 0) skep_fail(init, "fsopen", type);
    configure(init, fs, pairs, count);
    const char *call = "fsconfig";
    int mount = (int)SKEP_CALL(fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    if (mount == 0) {
        call = "fsmount";
        mount = (int)SKEP_CALL(fsmount, fs, FSMOUNT_CLOEXEC, attr);
    }
    bool is_refused = mount < 0 && may_be_refused && (skep_errno == EPERM || skep_errno == EBUSY);
    if (mount < 0 && !is_refused) fail_with_log(init, fs, call, type);
    skep_close(fs);
    return mount;
}

int skep_new_mount(struct skep_init *init, const char *type, const char *const *pairs, uint32_t count, uint64_t attr) {
    return try_new_mount(init, type, pairs, count, attr, false);
}

// What a user namespace may not mount is shown as the host has it.
static int bind_substitute(struct skep_init *init, const struct skep_step *step) {
    const char *source = skep_text(init, step, 2);
    int mount = skep_open_tree(AT_FDCWD, source, AT_RECURSIVE);
    if (mount < 0 && skep_errno == ENOENT) skep_fail_with(init, EPERM, "fsmount", skep_text(init, step, 0));
    if (mount < 0) skep_fail(init, "open_tree", source);
    struct mount_attr attr = {.attr_set = step->number[1]};
    if (attr.attr_set != 0 && skep_set_attributes(mount, AT_RECURSIVE, &attr) < 0)
        skep_fail(init, "mount_setattr", source);
    return mount;
}

static const char *const *step_pairs(const struct skep_init *init, const struct skep_step *step) {
    return (const char *const *)(init->plan.vectors + step->vector);
}

// A directory can't be mounted on a file, nor a file on a directory; the kernel only says EINVAL.
static _Noreturn void fail_to_attach(struct skep_init *init, int mount, int target, const char *destination) {
    int error = skep_errno;
    struct stat source, place;
    if (error == EINVAL && skep_stat_fd(mount, &source) == 0 && skep_stat_fd(target, &place) == 0 &&
        S_ISDIR(source.st_mode) != S_ISDIR(place.st_mode))
        error = S_ISDIR(source.st_mode) ? ENOTDIR : EISDIR;
    skep_fail_with(init, error, "move_mount", destination);
}

static void set_attributes(struct skep_init *init, int mount, const struct skep_step *step, const char *destination) {
    for (int shift = 32; shift >= 0; shift -= 32) {
        struct mount_attr attr = {.attr_set = (uint32_t)(step->number[0] >> shift),
                                  .attr_clr = (uint32_t)(step->number[1] >> shift)};
        if ((attr.attr_set | attr.attr_clr) != 0 && skep_set_attributes(mount, shift ? AT_RECURSIVE : 0, &attr) < 0)
            skep_fail_to_set(init, mount, &attr, destination);
    }
}

static void set_propagation(struct skep_init *init, int mount, const struct skep_step *step, const char *destination) {
    uint64_t flags = step->number[2];
    if (flags == 0) return;
    struct mount_attr attr = {.propagation = flags & ~(uint64_t)MS_REC};
    if (skep_set_attributes(mount, flags & MS_REC ? AT_RECURSIVE : 0, &attr) < 0)
        skep_fail(init, "mount_setattr", destination);
}

// Puts the mount where it belongs. Its propagation comes last: below a shared mount everything that is attached is
// made shared.
static void attach(struct skep_init *init, const struct skep_step *step, int mount, int target,
                   const char *destination) {
    if (skep_attach(mount, target) < 0) fail_to_attach(init, mount, target, destination);
    skep_close(target);
    set_propagation(init, mount, step, destination);
}

// Opens the destination, made if it is missing. `existed`, where it is asked for, says whether it was not.
static int open_target(struct skep_init *init, const struct skep_step *step, const char *destination, bool directory,
                       bool *existed) {
    bool follows = !(step->flags & SKEP_MOUNT_DEST_NOFOLLOW);
    if (existed == NULL && follows) return skep_make_in_root(init, destination, directory);
    int fd = skep_open_in_root(init, destination, O_PATH | (follows ? 0 : O_NOFOLLOW));
    if (fd < 0 && skep_errno != ENOENT) skep_fail(init, "openat2", destination);
    if (existed) *existed = fd >= 0;
    return fd >= 0 ? fd : skep_make_in_root(init, destination, directory);
}

// The destination, which must be the real directory of that name: /proc and /sys behind a symbolic link would put
// the files that labels and limits are written to where an image wants them (CVE-2019-19921).
static int open_real_directory(struct skep_init *init, const char *destination) {
    int made = skep_make_in_root(init, destination, true);
    int fd =
        skep_openat2(init->root, destination, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
    if (fd < 0) skep_fail(init, "openat2", destination);
    skep_close(made);
    return fd;
}

static void map_ids(struct skep_init *init, int mount, int user_namespace, const char *destination) {
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)user_namespace};
    if (skep_set_attributes(mount, 0, &attr) < 0) skep_fail(init, "mount_setattr IDMAP", destination);
}

// The new mount, or a bind of what stands in for it.
static int new_mount(struct skep_init *init, const struct skep_step *step, uint64_t attributes) {
    const char *type = skep_text(init, step, 0);
    int mount = try_new_mount(init, type, step_pairs(init, step), step->vector_count, attributes, step->text[2] != 0);
    return mount >= 0 ? mount : bind_substitute(init, step);
}

// Gives the root of a new tmpfs the permissions of the directory under it, and its owner.
static void keep_mode(struct skep_init *init, int target, int mount, const char *destination, bool owner) {
    struct stat status;
    int root = (int)SKEP_CALL(openat, mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (root < 0) skep_fail(init, "open", destination);
    if (skep_stat_fd(target, &status) < 0) skep_fail(init, "fstat", destination);
    if (owner && SKEP_CALL(fchown, root, status.st_uid, status.st_gid) < 0) skep_fail(init, "chown", destination);
    if (SKEP_CALL(fchmod, root, status.st_mode & 07777) < 0) skep_fail(init, "chmod", destination);
    skep_close(root);
}

static void mount_tmpfs(struct skep_init *init, const struct skep_step *step, const char *destination) {
    bool existed, copies = step->flags & SKEP_MOUNT_COPY_UP;
    int target = open_target(init, step, destination, true, &existed);
    int mount = new_mount(init, step, copies ? step->number[0] & ~(uint64_t)MOUNT_ATTR_RDONLY : step->number[0]);
    if (existed && copies) skep_copy_up(init, target, mount, destination);
    if (existed && (step->flags & SKEP_MOUNT_KEEP_MODE)) keep_mode(init, target, mount, destination, copies);
    if (step->slot != 0) map_ids(init, mount, skep_slot(init, step), destination);
    struct mount_attr attr = {.attr_set = step->number[0] & MOUNT_ATTR_RDONLY};
    if (copies && attr.attr_set != 0 && skep_set_attributes(mount, 0, &attr) < 0)
        skep_fail(init, "mount_setattr", destination);
    attach(init, step, mount, target, destination);
    skep_release_mount(init, mount);
}

void skep_step_mount(struct skep_init *init, const struct skep_step *step) {
    const char *destination = skep_text(init, step, 1);
    if (step->flags & (SKEP_MOUNT_COPY_UP | SKEP_MOUNT_KEEP_MODE)) {
        mount_tmpfs(init, step, destination);
        return;
    }
    int target = step->flags & SKEP_MOUNT_REAL_DIR ? open_real_directory(init, destination)
                                                   : open_target(init, step, destination, true, NULL);
    int mount = new_mount(init, step, step->number[0]);
    if (step->slot != 0) map_ids(init, mount, skep_slot(init, step), destination);
    attach(init, step, mount, target, destination);
    if ((step->flags & SKEP_MOUNT_IS_PROC) && !init->undoes) {
        if (init->proc >= 0) skep_close(init->proc);
        init->proc = mount;
        return;
    }
    skep_release_mount(init, mount);
}

// A detached mount of the source: the parent's, where it has opened one.
static int open_source(struct skep_init *init, const struct skep_step *step, const char *source) {
    if (step->slot != 0) return skep_take_slot(init, step);
    unsigned flags = (step->flags & SKEP_MOUNT_RECURSIVE ? AT_RECURSIVE : 0) |
                     (step->flags & SKEP_MOUNT_SOURCE_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0);
    int mount = skep_open_tree(AT_FDCWD, source, flags);
    if (mount < 0) skep_fail(init, "open_tree", source);
    return mount;
}

// Makes the symbolic link `source` (O_PATH) anew. One that is there already, and leads to the same place, is as good.
static void copy_symlink(struct skep_init *init, int source, const char *destination) {
    char target[PATH_MAX], found[PATH_MAX];
    const char *name;
    long length = SKEP_CALL(readlinkat, source, "", target, sizeof target - 1);
    if (length < 0) skep_fail(init, "readlink", destination);
    target[length] = '\0';
    int parent = skep_open_parent_in_root(init, destination, &name);
    if (parent < 0) skep_fail(init, "openat2", destination);
    if (SKEP_CALL(symlinkat, target, parent, name) < 0) {
        int error = skep_errno;
        long size = error == EEXIST ? SKEP_CALL(readlinkat, parent, name, found, sizeof found - 1) : -1;
        if (size < 0) skep_fail_with(init, error, "symlink", destination);
        found[size] = '\0';
        if (!skep_equal(target, found)) skep_fail_with(init, EEXIST, "symlink", destination);
    }
    skep_close(parent);
}

void skep_step_bind(struct skep_init *init, const struct skep_step *step) {
    const char *source = skep_text(init, step, 0), *destination = skep_text(init, step, 1);
    int mount = open_source(init, step, source);
    struct stat status;
    if (skep_stat_fd(mount, &status) < 0) skep_fail(init, "fstat", source);
    if ((step->flags & SKEP_MOUNT_COPY_SYMLINK) && S_ISLNK(status.st_mode)) {
        copy_symlink(init, mount, destination);
        skep_close(mount);
    } else {
        set_attributes(init, mount, step, destination);
        attach(init, step, mount, open_target(init, step, destination, S_ISDIR(status.st_mode), NULL), destination);
        skep_release_mount(init, mount);
    }
}

void skep_step_remount(struct skep_init *init, const struct skep_step *step) {
    const char *destination = skep_text(init, step, 0);
    int target = skep_open_in_root(init, destination, O_PATH);
    if (target < 0) skep_fail(init, "openat2", destination);
    if (step->flags & SKEP_MOUNT_RECONFIGURE) {
        int fs = (int)SKEP_CALL(fspick, target, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
        if (fs < 0) skep_fail(init, "fspick", destination);
        configure(init, fs, step_pairs(init, step), step->vector_count);
        if (SKEP_CALL(fsconfig, fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
            fail_with_log(init, fs, "fsconfig", destination);
        skep_close(fs);
    }
    set_attributes(init, target, step, destination);
    set_propagation(init, target, step, destination);
    skep_close(target);
}
