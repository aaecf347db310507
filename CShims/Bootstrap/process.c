// The container's process: its limits, its place, its command, its exec.
#include "internal.h"
#include "syscalls.h"

#include <errno.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define PASSWD_LIMIT (1 << 20) // an image's passwd is read this far

void skep_step_setsid(struct skep_init *init, const struct skep_step *step) {
    (void)step;
    if (setsid() < 0) skep_fail(init, "setsid", NULL);
}

void skep_step_oom_score_adj(struct skep_init *init, const struct skep_step *step) {
    skep_write_proc(init, "self/oom_score_adj", skep_text(init, step, 0));
}

void skep_step_rlimit(struct skep_init *init, const struct skep_step *step) {
    struct rlimit64 limit = {.rlim_cur = step->number[1], .rlim_max = step->number[2]};
    if (syscall(SYS_prlimit64, 0, (int)step->number[0], &limit, NULL) < 0) skep_fail(init, "prlimit", NULL);
}

// Lets the container's user open its own /dev/stdout again. Not the null device, which is everybody's; and a file
// whose owner can't be changed (a user namespace, a read-only file system) stays as it is.
void skep_step_stdio_owner(struct skep_init *init, const struct skep_step *step) {
    uid_t uid = (uid_t)step->number[0];
    for (int fd = 0; fd < 3; fd++) {
        struct stat status;
        if (fstat(fd, &status) < 0) continue;
        if (status.st_uid == uid || (S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3))) continue;
        if (fchown(fd, uid, (gid_t)-1) < 0 && errno != EINVAL && errno != EPERM && errno != EROFS)
            skep_fail(init, "fchown", fd == 0 ? "stdin" : fd == 1 ? "stdout" : "stderr");
    }
}

// The fields of a passwd line, ended in place. False if it isn't one.
static bool split_passwd(char *line, char *fields[7]) {
    for (int i = 0; i < 7; i++) {
        fields[i] = line;
        char *colon = strchr(line, ':');
        if (i < 6 && colon == NULL) return false;
        if (colon) {
            *colon = '\0';
            line = colon + 1;
        }
    }
    return true;
}

static bool home_in_line(char *line, const char *uid, char *home, size_t size) {
    char *fields[7];
    if (!split_passwd(line, fields) || strcmp(fields[2], uid) != 0 || fields[5][0] == '\0') return false;
    return (size_t)snprintf(home, size, "HOME=%s", fields[5]) < size;
}

static void find_home(int passwd, const char *uid, char *home, size_t size) {
    char buffer[4096];
    size_t have = 0, seen = 0;
    while (seen < PASSWD_LIMIT) {
        ssize_t got = read(passwd, buffer + have, sizeof buffer - 1 - have);
        if (got <= 0) break;
        have += (size_t)got, seen += (size_t)got;
        buffer[have] = '\0';
        char *line = buffer;
        for (char *end; (end = memchr(line, '\n', have - (size_t)(line - buffer))); line = end + 1) {
            *end = '\0';
            if (home_in_line(line, uid, home, size)) return;
        }
        have -= (size_t)(line - buffer);
        memmove(buffer, line, have);
        if (have == sizeof buffer - 1) return; // no such line is real
    }
    buffer[have] = '\0';
    home_in_line(buffer, uid, home, size);
}

// HOME as the container's own passwd has it, "/" otherwise. A passwd that isn't a plain file is not waited for.
void skep_step_home(struct skep_init *init, const struct skep_step *step) {
    char uid[24];
    snprintf(uid, sizeof uid, "%u", (unsigned)step->number[0]);
    strcpy(init->home, "HOME=/");
    struct stat status;
    int passwd = skep_open_in_root(init, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (passwd >= 0 && fstat(passwd, &status) == 0 && S_ISREG(status.st_mode))
        find_home(passwd, uid, init->home, sizeof init->home);
    if (passwd >= 0) close(passwd);
    init->plan.vectors[step->vector] = (uint64_t)(uintptr_t)init->home;
}

void skep_step_make_cwd(struct skep_init *init, const struct skep_step *step) {
    close(skep_make_in_root(init, skep_text(init, step, 0), true));
}

void skep_step_cwd(struct skep_init *init, const struct skep_step *step) {
    const char *path = skep_text(init, step, 0);
    if (chdir(path) < 0) {
        if ((step->flags & SKEP_CWD_TRY) && (errno == EACCES || errno == EPERM)) return;
        skep_fail(init, "chdir", path);
    }
    // A directory outside the new root has no path in it (CVE-2024-21626).
    char reached[PATH_MAX];
    if (syscall(SYS_getcwd, reached, sizeof reached) < 0) skep_fail(init, "getcwd", path);
    if (reached[0] != '/') skep_fail_with(init, EPERM, "getcwd", "it lies outside the container's rootfs");
}

// 0, or the errno that says why `path` can't be executed.
static int check_executable(const char *path) {
    struct stat status;
    if (fstatat(AT_FDCWD, path, &status, 0) < 0) return errno;
    if (!S_ISREG(status.st_mode)) return EACCES;
    return syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? errno : 0;
}

void skep_step_find_command(struct skep_init *init, const struct skep_step *step) {
    const char *name = skep_text(init, step, 0), *search = skep_text(init, step, 1);
    if (strchr(name, '/')) {
        int error = check_executable(name);
        if (error != 0) skep_fail_with(init, error, "execve", name);
        if ((size_t)snprintf(init->command, sizeof init->command, "%s", name) >= sizeof init->command)
            skep_fail_with(init, ENAMETOOLONG, "execve", name);
        return;
    }
    int reason = ENOENT;
    for (const char *entry = search ? search : ""; *entry != '\0';) {
        size_t length = strcspn(entry, ":");
        int printed = snprintf(init->command, sizeof init->command, "%.*s/%s", (int)length, entry, name);
        if (entry[0] == '/' && (size_t)printed < sizeof init->command) {
            int error = check_executable(init->command);
            if (error == 0) return;
            if (error == EACCES) reason = EACCES;
        }
        entry += length + (entry[length] == ':');
    }
    char detail[200];
    snprintf(detail, sizeof detail, "%s in PATH", name);
    skep_fail_with(init, reason, "execve", detail);
}

void skep_step_exec(struct skep_init *init, const struct skep_step *step) {
    // What came with --preserve-fds stays; the rest goes, whoever opened it (CVE-2024-21626).
    if (skep_close_range(3 + (unsigned)step->number[2], ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        skep_fail(init, "close_range", NULL);
    execve(init->command, (char *const *)(init->plan.vectors + step->vector),
           (char *const *)(init->plan.vectors + step->number[0]));
    skep_fail(init, "execve", init->command);
}
