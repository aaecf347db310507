// Paths below the rootfs, which may be hostile: every look-up is an openat2 that can't leave it, and what follows
// acts on the descriptor.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#define IN_ROOT    (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
#define MAX_ROUNDS 4096 // components made plus links followed

int skep_open_in_root(struct skep_init *init, const char *path, int flags) {
    int fd;
    do // EAGAIN: a rename raced with a ".." of the look-up
        fd = skep_openat2(init->root, path, (uint64_t)(unsigned)flags | O_CLOEXEC, IN_ROOT);
    while (fd < 0 && (skep_errno == EAGAIN || skep_errno == EINTR));
    return fd;
}

// Where the last component of `path[0..end)` begins, and in `parent_end` where the one before it ends.
static size_t last_component(const char *path, size_t end, size_t *parent_end) {
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    *parent_end = start;
    while (*parent_end > 0 && path[*parent_end - 1] == '/')
        (*parent_end)--;
    return start;
}

// Opens `path[0..end)`, or the rootfs for an empty one.
static int open_prefix(struct skep_init *init, char *path, size_t end) {
    if (end == 0) return skep_open_in_root(init, "/", O_PATH | O_DIRECTORY);
    char saved = path[end];
    path[end] = '\0';
    int fd = skep_open_in_root(init, path, O_PATH | O_DIRECTORY);
    path[end] = saved;
    return fd;
}

// Replaces `path[0..end)`, whose last component is the symbolic link `name` in `parent`, by where the link points.
static bool follow_link(int parent, const char *name, char *path, size_t start, size_t end) {
    char target[PATH_MAX], rest[PATH_MAX];
    long length = SKEP_CALL(readlinkat, parent, name, target, sizeof target);
    if (length <= 0) return false;
    struct skep_builder tail = skep_build(rest, sizeof rest);
    skep_add(&tail, path + end);
    struct skep_builder text = {.buffer = path, .size = PATH_MAX, .length = target[0] == '/' ? 0 : start};
    skep_add_bytes(&text, target, (size_t)length);
    skep_add(&text, rest);
    if (text.cut) skep_errno = ENAMETOOLONG;
    return !text.cut;
}

// Makes the last component of `path[0..end)` in `parent`. A dangling symbolic link in its place is replaced in `path`
// by where it points, which is then to be made.
static bool make_component(int parent, char *path, size_t start, size_t end, bool directory) {
    char name[NAME_MAX + 1];
    struct skep_builder text = skep_build(name, sizeof name);
    skep_add_bytes(&text, path + start, end - start);
    if (text.cut) {
        skep_errno = ENAMETOOLONG;
        return false;
    }
    long made =
        directory ? SKEP_CALL(mkdirat, parent, name, 0755) : SKEP_CALL(mknodat, parent, name, S_IFREG | 0644, 0);
    return made == 0 || (skep_errno == EEXIST && follow_link(parent, name, path, start, end));
}

// Makes the outermost component of `wanted` that is missing, looking from the end, since usually it is the last.
static void make_missing(struct skep_init *init, char *wanted, const char *path, bool directory) {
    size_t end = skep_length(wanted);
    while (end > 1 && wanted[end - 1] == '/')
        end--;
    for (bool last = true;; last = false) {
        size_t parent_end, start = last_component(wanted, end, &parent_end);
        int parent = open_prefix(init, wanted, parent_end);
        if (parent >= 0) {
            bool as_directory = directory || !last;
            if (!make_component(parent, wanted, start, end, as_directory))
                skep_fail(init, as_directory ? "mkdir" : "mknod", path);
            skep_close(parent);
            return;
        }
        if (skep_errno != ENOENT || parent_end == 0) skep_fail(init, "openat2", path);
        end = parent_end;
    }
}

int skep_make_in_root(struct skep_init *init, const char *path, bool directory) {
    char wanted[PATH_MAX];
    struct skep_builder text = skep_build(wanted, sizeof wanted);
    skep_add(&text, path);
    if (text.cut) skep_fail_with(init, ENAMETOOLONG, "openat2", path);
    for (int round = 0; round < MAX_ROUNDS; round++) {
        int fd = skep_open_in_root(init, wanted, O_PATH);
        if (fd >= 0) return fd;
        if (skep_errno != ENOENT) skep_fail(init, "openat2", path);
        make_missing(init, wanted, path, directory);
    }
    skep_fail_with(init, ELOOP, "openat2", path);
}

int skep_open_parent_in_root(struct skep_init *init, const char *path, const char **name) {
    char parent[PATH_MAX];
    size_t parent_end, start = last_component(path, skep_length(path), &parent_end);
    *name = path + start;
    if (parent_end == 0) return skep_open_in_root(init, "/", O_PATH | O_DIRECTORY);
    struct skep_builder text = skep_build(parent, sizeof parent);
    skep_add_bytes(&text, path, parent_end);
    if (text.cut) skep_fail_with(init, ENAMETOOLONG, "openat2", path);
    return skep_make_in_root(init, parent, true);
}

int skep_proc(struct skep_init *init) {
    if (init->proc >= 0) return init->proc;
    if (init->makes_proc) {
        // Of processes only: what is masked in the container is not in here either.
        static const char *const pairs[] = {"subset", "pid"};
        init->proc = skep_new_mount(init, "proc", pairs, 2, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    } else {
        init->proc = skep_open("/proc", O_PATH | O_DIRECTORY);
    }
    if (init->proc < 0) skep_fail(init, "open", "/proc");
    return init->proc;
}

void skep_write_proc(struct skep_init *init, const char *path, const char *value) {
    struct statfs status;
    if (SKEP_CALL(fstatfs, skep_proc(init), &status) < 0) skep_fail(init, "fstatfs", "/proc");
    if (status.f_type != PROC_SUPER_MAGIC) skep_fail_with(init, 0, "fstatfs", "/proc is not a procfs");
    int fd =
        skep_openat2(init->proc, path, O_WRONLY | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS);
    if (fd < 0) skep_fail(init, "open", path);
    size_t length = skep_length(value);
    if (SKEP_CALL(write, fd, value, length) != (long)length) skep_fail(init, "write", path);
    skep_close(fd);
}
