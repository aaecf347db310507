// tmpcopyup: a new tmpfs begins with what the directory under it holds. That is the image's, which may be hostile: no
// symbolic link is followed, nothing is opened but by its name in an open directory, and a level costs two descriptors
// and a small buffer.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>
#include <linux/limits.h>

#define MAX_DEPTH 128 // far deeper than any image goes

struct copy {
    struct skep_init *init;
    struct skep_builder path; // where it is, as the container sees it
    char buffer[PATH_MAX];
    char names[4096]; // of extended attributes
    char value[XATTR_SIZE_MAX];
};

struct entry { // struct linux_dirent64
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

static _Noreturn void fail(struct copy *copy, const char *call) {
    skep_fail(copy->init, call, copy->buffer);
}

// One without a place for it here (SELinux's under a mount label), and one that is overlayfs's own business, is left.
static void copy_attributes(struct copy *copy, int from, int to) {
    static const char overlay[] = "trusted.overlay.";
    long size = SKEP_CALL(flistxattr, from, copy->names, sizeof copy->names);
    if (size < 0 && skep_errno != EOPNOTSUPP) fail(copy, "listxattr");
    for (long at = 0; at < size; at += (long)skep_length(copy->names + at) + 1) {
        const char *name = copy->names + at;
        size_t same = 0;
        while (overlay[same] != '\0' && name[same] == overlay[same])
            same++;
        if (overlay[same] == '\0') continue;
        long length = SKEP_CALL(fgetxattr, from, name, copy->value, sizeof copy->value);
        if (length < 0) fail(copy, "getxattr");
        if (SKEP_CALL(fsetxattr, to, name, copy->value, length, 0) < 0 && skep_errno != EOPNOTSUPP &&
            skep_errno != EPERM)
            fail(copy, "setxattr");
    }
}

// In this order: a change of owner takes set-id bits and file capabilities away.
static void copy_status(struct copy *copy, int from, int to, const struct stat *status) {
    const struct timespec times[2] = {status->st_atim, status->st_mtim};
    if (SKEP_CALL(fchown, to, status->st_uid, status->st_gid) < 0) fail(copy, "chown");
    if (SKEP_CALL(fchmod, to, status->st_mode & 07777) < 0) fail(copy, "chmod");
    copy_attributes(copy, from, to);
    if (SKEP_CALL(utimensat, to, NULL, times, 0) < 0) fail(copy, "utimensat");
}

static void copy_range(struct copy *copy, int from, int to, off_t at, off_t end) {
    if (SKEP_CALL(lseek, to, at, SEEK_SET) < 0) fail(copy, "lseek");
    while (at < end) {
        long sent = SKEP_CALL(sendfile, to, from, &at, end - at);
        if (sent < 0 && skep_errno == EINTR) continue;
        if (sent < 0) fail(copy, "sendfile");
        if (sent == 0) return; // it has become shorter
    }
}

static void copy_file(struct copy *copy, int from_parent, int to_parent, const char *name) {
    int from = (int)SKEP_CALL(openat, from_parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
    struct stat status;
    if (from < 0 || skep_stat_fd(from, &status) < 0) fail(copy, "open");
    if (!S_ISREG(status.st_mode)) skep_fail_with(copy->init, EAGAIN, "open", copy->buffer);
    int to = (int)SKEP_CALL(openat, to_parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0) fail(copy, "open");
    // Holes stay holes: some logs are nothing else.
    for (off_t at = 0; at < status.st_size;) {
        off_t data = SKEP_CALL(lseek, from, at, 3 /* SEEK_DATA */);
        if (data < 0 && skep_errno == ENXIO) break;
        off_t hole = data < 0 ? -1 : SKEP_CALL(lseek, from, data, 4 /* SEEK_HOLE */);
        if (hole < 0) fail(copy, "lseek");
        copy_range(copy, from, to, data, hole);
        at = hole;
    }
    if (SKEP_CALL(ftruncate, to, status.st_size) < 0) fail(copy, "ftruncate");
    copy_status(copy, from, to, &status);
    skep_close(from);
    skep_close(to);
}

static void copy_node(struct copy *copy, int from, int to, const char *name, const struct stat *status) {
    const struct timespec times[2] = {status->st_atim, status->st_mtim};
    if (S_ISLNK(status->st_mode)) {
        char target[PATH_MAX];
        long length = SKEP_CALL(readlinkat, from, name, target, sizeof target - 1);
        if (length < 0) fail(copy, "readlink");
        target[length] = '\0';
        if (SKEP_CALL(symlinkat, target, to, name) < 0) fail(copy, "symlink");
    } else if (SKEP_CALL(mknodat, to, name, status->st_mode, status->st_rdev) < 0) {
        bool is_device = S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode);
        if (is_device && skep_errno == EPERM) return; // nothing that this container may have
        fail(copy, "mknod");
    } else if (SKEP_CALL(fchmodat, to, name, status->st_mode & 07777) < 0) {
        fail(copy, "chmod");
    }
    if (SKEP_CALL(fchownat, to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0) fail(copy, "chown");
    if (SKEP_CALL(utimensat, to, name, times, AT_SYMLINK_NOFOLLOW) < 0) fail(copy, "utimensat");
}

static void copy_directory(struct copy *copy, int from, int to, unsigned depth);

static void copy_entry(struct copy *copy, int from, int to, const char *name, unsigned depth) {
    struct stat status;
    if (SKEP_CALL(newfstatat, from, name, &status, AT_SYMLINK_NOFOLLOW) < 0) fail(copy, "stat");
    if (S_ISREG(status.st_mode)) {
        copy_file(copy, from, to, name);
        return;
    }
    if (!S_ISDIR(status.st_mode)) {
        copy_node(copy, from, to, name, &status);
        return;
    }
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (SKEP_CALL(mkdirat, to, name, 0700) < 0) fail(copy, "mkdir");
    int inner_from = (int)SKEP_CALL(openat, from, name, flags, 0), inner_to = -1;
    if (inner_from >= 0) inner_to = (int)SKEP_CALL(openat, to, name, flags, 0);
    if (inner_to < 0) fail(copy, "open");
    copy_directory(copy, inner_from, inner_to, depth + 1);
    copy_status(copy, inner_from, inner_to, &status);
    skep_close(inner_from);
    skep_close(inner_to);
}

static bool is_dots(const char *name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static void copy_directory(struct copy *copy, int from, int to, unsigned depth) {
    if (depth > MAX_DEPTH) skep_fail_with(copy->init, ELOOP, "open", copy->buffer);
    _Alignas(8) char entries[1024];
    size_t length = copy->path.length;
    for (long got; (got = SKEP_CALL(getdents64, from, entries, sizeof entries)) != 0;) {
        if (got < 0) fail(copy, "getdents64");
        for (long at = 0; at < got;) {
            const struct entry *entry = (const struct entry *)(const void *)(entries + at);
            at += entry->length;
            if (is_dots(entry->name)) continue;
            skep_add(&copy->path, "/");
            skep_add(&copy->path, entry->name);
            copy_entry(copy, from, to, entry->name, depth);
            copy->path.length = length;
            copy->buffer[length] = '\0';
        }
    }
}

void skep_copy_up(struct skep_init *init, int target, int mount, const char *destination) {
    static struct copy copy; // zeroed by the kernel, and too large for the stack
    copy.init = init;
    copy.path = skep_build(copy.buffer, sizeof copy.buffer);
    skep_add(&copy.path, destination);
    int from = (int)SKEP_CALL(openat, target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    int to = from < 0 ? -1 : (int)SKEP_CALL(openat, mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (to < 0) fail(&copy, "open");
    copy_directory(&copy, from, to, 0);
    skep_close(from);
    skep_close(to);
}
