// Who the container's process is and what it may do. libcap serves Swift for names; here the sets are applied by
// the system calls themselves, since nothing may be allocated.
#include "internal.h"
#include "syscalls.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <sys/prctl.h>

#define MAX_GROUPS 1024

void skep_step_cap_bound(struct skep_init *init, const struct skep_step *step) {
    for (unsigned cap = 0; cap < 64; cap++) {
        if (step->number[0] >> cap & 1) continue;
        if (SKEP_CALL(prctl, PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
            if (skep_errno == EINVAL && cap > 0) return; // one past the kernel's last
            skep_fail(init, "prctl", "PR_CAPBSET_DROP");
        }
    }
}

void skep_step_user(struct skep_init *init, const struct skep_step *step) {
    gid_t groups[MAX_GROUPS];
    uint32_t count = step->vector_count;
    if (count > MAX_GROUPS) skep_fail_with(init, EINVAL, "setgroups", "too many groups");
    for (uint32_t i = 0; i < count; i++)
        groups[i] = (gid_t)init->plan.vectors[step->vector + i];
    uid_t uid = (uid_t)step->number[0];
    gid_t gid = (gid_t)step->number[1];
    SKEP_CALL(umask, step->number[2]);
    // Permitted capabilities outlive the change of user; the next steps say which of them stay.
    if (SKEP_CALL(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) skep_fail(init, "prctl", "PR_SET_KEEPCAPS");
    bool keeps = step->flags & SKEP_USER_KEEP_GROUPS;
    bool may_be_denied = count == 0 && (step->flags & SKEP_USER_NO_GROUPS);
    if (!keeps && SKEP_CALL(setgroups, count, groups) < 0 && !(may_be_denied && skep_errno == EPERM))
        skep_fail(init, "setgroups", NULL);
    if (SKEP_CALL(setresgid, gid, gid, gid) < 0) skep_fail(init, "setresgid", NULL);
    if (SKEP_CALL(setresuid, uid, uid, uid) < 0) skep_fail(init, "setresuid", NULL);
    if (SKEP_CALL(prctl, PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0) skep_fail(init, "prctl", "PR_SET_KEEPCAPS");
    // A change of user makes a process dumpable again where /proc/sys/fs/suid_dumpable says so.
    if (SKEP_CALL(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) skep_fail(init, "prctl", "PR_SET_DUMPABLE");
}

void skep_step_caps(struct skep_init *init, const struct skep_step *step) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    for (unsigned i = 0; i < 2; i++) {
        data[i].effective = (uint32_t)(step->number[0] >> (32 * i));
        data[i].permitted = (uint32_t)(step->number[1] >> (32 * i));
        data[i].inheritable = (uint32_t)(step->number[2] >> (32 * i));
    }
    if (SKEP_CALL(capset, &header, data) < 0) skep_fail(init, "capset", NULL);
}

void skep_step_cap_ambient(struct skep_init *init, const struct skep_step *step) {
    if (SKEP_CALL(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        skep_fail(init, "prctl", "PR_CAP_AMBIENT");
    for (unsigned cap = 0; cap < 64; cap++)
        if ((step->number[0] >> cap & 1) && SKEP_CALL(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
            skep_fail(init, "prctl", "PR_CAP_AMBIENT_RAISE");
}

void skep_step_no_new_privs(struct skep_init *init, const struct skep_step *step) {
    (void)step;
    if (SKEP_CALL(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) skep_fail(init, "prctl", "PR_SET_NO_NEW_PRIVS");
}
