// The container's session keyring, and the labels that its security module gives its process.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>
#include <linux/keyctl.h>

// keyctl_setperm(3): everything for its processes; for the same user's, to view, read, search and link it; nothing
// for anybody else.
#define KEYRING_RIGHTS 0x3f1b0000

void skep_step_keyring(struct skep_init *init, const struct skep_step *step) {
    const char *name = skep_text(init, step, 0);
    long keyring = SKEP_CALL(keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
    if (keyring < 0 && skep_errno == ENOSYS) return;
    if (keyring < 0) skep_fail(init, "keyctl JOIN_SESSION_KEYRING", name);
    if (SKEP_CALL(keyctl, KEYCTL_SETPERM, keyring, KEYRING_RIGHTS) < 0) skep_fail(init, "keyctl SETPERM", name);
}

void skep_step_apparmor(struct skep_init *init, const struct skep_step *step) {
    skep_write_proc(init, "thread-self/attr/apparmor/exec", skep_text(init, step, 0));
}

void skep_step_selinux(struct skep_init *init, const struct skep_step *step) {
    skep_write_proc(init, "thread-self/attr/exec", skep_text(init, step, 0));
}

void skep_step_label(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0), *label = skep_text(init, step, 1);
    int fd = skep_open_in_root(init, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) skep_fail(init, "openat2", path);
    if (SKEP_CALL(fsetxattr, fd, "security.selinux", label, skep_length(label) + 1, 0) < 0)
        skep_fail(init, "fsetxattr", path);
    skep_close(fd);
}
