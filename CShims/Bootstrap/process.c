// The container's process: its limits, its place, its command, its exec.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/close_range.h>
#include <linux/errno.h>

#define NULL_DEVICE 0x103 // makedev(1, 3)

void skep_step_setsid(struct skep_init *init, const struct skep_step *step) {
    (void)step;
    if (SKEP_CALL(setsid) < 0) skep_fail(init, "setsid", NULL);
}

void skep_step_oom_score_adj(struct skep_init *init, const struct skep_step *step) {
    skep_write_proc(init, "self/oom_score_adj", skep_text(init, step, 0));
}

void skep_step_rlimit(struct skep_init *init, const struct skep_step *step) {
    const uint64_t soft_and_hard[2] = {step->number[1], step->number[2]}; // struct rlimit64
    if (SKEP_CALL(prlimit64, 0, step->number[0], soft_and_hard, NULL) < 0) skep_fail(init, "prlimit", NULL);
}

// Lets the container's user open its own /dev/stdout again. Not the null device, which is everybody's; and a file
// whose owner can't be changed (a user namespace, a read-only file system) stays as it is.
void skep_step_stdio_owner(struct skep_init *init, const struct skep_step *step) {
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    uid_t uid = (uid_t)step->number[0];
    for (int fd = 0; fd < 3; fd++) {
        struct stat status;
        if (skep_stat_fd(fd, &status) < 0) continue;
        if (status.st_uid == uid || (S_ISCHR(status.st_mode) && status.st_rdev == NULL_DEVICE)) continue;
        if (SKEP_CALL(fchown, fd, uid, -1) < 0 && skep_errno != EINVAL && skep_errno != EPERM && skep_errno != EROFS)
            skep_fail(init, "fchown", names[fd]);
    }
}

// Whoever gets sockets passed is to see its own pid there (sd_listen_fds(3)), which only the init knows.
void skep_step_listen_pid(struct skep_init *init, const struct skep_step *step) {
    struct skep_builder text = skep_build(init->listen_pid, sizeof init->listen_pid);
    skep_add(&text, "LISTEN_PID=");
    skep_add_number(&text, (unsigned)SKEP_CALL(getpid));
    init->plan.vectors[step->vector] = (uint64_t)(uintptr_t)init->listen_pid;
}

void skep_step_make_cwd(struct skep_init *init, const struct skep_step *step) {
    skep_close(skep_make_in_root(init, skep_text(init, step, 0), true));
}

void skep_step_cwd(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0);
    if (SKEP_CALL(chdir, path) < 0) {
        if ((step->flags & SKEP_CWD_TRY) && (skep_errno == EACCES || skep_errno == EPERM)) return;
        skep_fail(init, "chdir", path);
    }
    // A directory outside the new root has no path in it (CVE-2024-21626).
    char reached[PATH_MAX];
    if (SKEP_CALL(getcwd, reached, sizeof reached) < 0) skep_fail(init, "getcwd", path);
    if (reached[0] != '/') skep_fail_with(init, EPERM, "getcwd", "it lies outside the container's rootfs");
}

// 0, or the errno that says why `path` can't be executed.
static int check_executable(const char *path) {
    struct stat status;
    if (SKEP_CALL(newfstatat, AT_FDCWD, path, &status, 0) < 0) return skep_errno;
    if (!S_ISREG(status.st_mode)) return EACCES;
    return SKEP_CALL(faccessat2, AT_FDCWD, path, 1 /* X_OK */, AT_EACCESS) < 0 ? skep_errno : 0;
}

// Looks for `name` in the directories of `search`; 0, or the errno that says why it was not found. A directory that is
// not there or not to be entered is passed over, as execvp(3) does; what else goes wrong may hide the right program.
static int find_in_path(struct skep_init *init, const char *name, const char *search) {
    int reason = ENOENT;
    for (const char *entry = search; *entry != '\0';) {
        size_t length = skep_until(entry, ':');
        struct skep_builder text = skep_build(init->command, sizeof init->command);
        skep_add_bytes(&text, entry, length);
        skep_add(&text, "/");
        skep_add(&text, name);
        if (entry[0] == '/' && !text.cut) {
            int error = check_executable(init->command);
            if (error == 0) return 0;
            if (error == EACCES)
                reason = EACCES;
            else if (error != ENOENT && error != ENOTDIR)
                return error;
        }
        entry += length + (entry[length] == ':');
    }
    return reason;
}

void skep_step_find_command(struct skep_init *init, const struct skep_step *step) {
    const char *name = skep_text(init, step, 0), *search = skep_text(init, step, 1);
    if (name[skep_until(name, '/')] == '/') {
        struct skep_builder text = skep_build(init->command, sizeof init->command);
        skep_add(&text, name);
        int error = text.cut ? ENAMETOOLONG : check_executable(name);
        if (error != 0) skep_fail_with(init, error, "execve", name);
        return;
    }
    int error = find_in_path(init, name, search ? search : "");
    if (error == 0) return;
    char detail[200];
    struct skep_builder text = skep_build(detail, sizeof detail);
    skep_add(&text, name);
    skep_add(&text, " in PATH");
    skep_fail_with(init, error, "execve", detail);
}

// What came with --preserve-fds stays; the rest goes, whoever opened it (CVE-2024-21626).
void skep_mark_descriptors(struct skep_init *init, uint64_t preserved) {
    if (init->fds_marked) return;
    if (SKEP_CALL(close_range, 3 + preserved, ~0U, CLOSE_RANGE_CLOEXEC) < 0) skep_fail(init, "close_range", NULL);
    init->fds_marked = true;
}

void skep_step_exec(struct skep_init *init, const struct skep_step *step) {
    skep_mark_descriptors(init, step->number[2]);
    SKEP_CALL(execve, init->command, init->plan.vectors + step->vector, init->plan.vectors + step->number[0]);
    skep_fail(init, "execve", init->command);
}
