// The container's session keyring, the labels that its security module gives its process, and its filter.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>

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

void skep_step_seccomp(struct skep_init *init, const struct skep_step *step) {
    // Before the filter, which need not allow it.
    skep_mark_descriptors(init, step->number[1]);
    struct sock_fprog program = {
        .len = (unsigned short)step->vector_count,
        .filter = (struct sock_filter *)(init->plan.vectors + step->vector),
    };
    // Said beforehand: once the filter is there, it may be this process that waits for its agent's answer.
    bool listens = step->number[0] & SECCOMP_FILTER_FLAG_NEW_LISTENER;
    if (listens) skep_send_report(init, SKEP_REPORT_LISTENER, -1);
    long listener = SKEP_CALL(seccomp, SECCOMP_SET_MODE_FILTER, step->number[0], &program);
    if (listener < 0) skep_fail(init, "seccomp", NULL);
    if (listens) init->board->listener = (int32_t)listener + 1;
}
