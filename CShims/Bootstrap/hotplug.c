// Mounts of a container that runs already: all of a plan's, or none.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>
#include <linux/stat.h>

#define MNT_DETACH 2

// Unmounts what `mount` is the root of. The only name it has is the one in a /proc that is not the container's.
static long unmount(struct skep_init *init, int mount) {
    char path[32];
    struct skep_builder text = skep_build(path, sizeof path);
    skep_add(&text, "self/fd/");
    skep_add_number(&text, (unsigned)mount);
    if (SKEP_CALL(fchdir, skep_proc(init)) < 0) return -1;
    return SKEP_CALL(umount2, path, MNT_DETACH);
}

void skep_release_mount(struct skep_init *init, int mount) {
    if (!init->undoes) {
        skep_close(mount);
        return;
    }
    if (init->mounted_count == SKEP_MAX_UNDONE) skep_fail_with(init, E2BIG, "move_mount", "too many mounts at once");
    init->mounted[init->mounted_count++] = mount;
}

void skep_undo_mounts(struct skep_init *init) {
    while (init->mounted_count > 0)
        unmount(init, init->mounted[--init->mounted_count]);
}

static void look_at(struct skep_init *init, int fd, struct statx *status, const char *path) {
    if (SKEP_CALL(statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MNT_ID, status) < 0) skep_fail(init, "statx", path);
}

void skep_step_unmount(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0);
    int target = skep_open_in_root(init, path, O_PATH | (step->flags & SKEP_MOUNT_DEST_NOFOLLOW ? O_NOFOLLOW : 0));
    if (target < 0) skep_fail(init, "openat2", path);
    struct statx status, root;
    look_at(init, target, &status, path);
    look_at(init, init->root, &root, "/");
    if (!(status.stx_attributes & STATX_ATTR_MOUNT_ROOT)) skep_fail_with(init, EINVAL, "umount2", path);
    // A symbolic link may lead there.
    if (status.stx_mnt_id == root.stx_mnt_id) skep_fail_with(init, EBUSY, "umount2", path);
    if (!(step->flags & SKEP_UNMOUNT_CHECK) && unmount(init, target) < 0) skep_fail(init, "umount2", path);
    skep_close(target);
}

_Noreturn void skep_step_done(struct skep_init *init, const struct skep_step *step) {
    (void)init, (void)step;
    skep_exit(0);
}
