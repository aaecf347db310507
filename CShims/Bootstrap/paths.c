// Paths below the rootfs, which may be hostile: every look-up is an openat2 that can't leave it, and what follows
// acts on the descriptor.
#include "internal.h"
#include "syscalls.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define IN_ROOT         (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
#define MAX_LINKS       40
#define PROC_FILESYSTEM 0x9fa0

int skep_open_in_root(struct skep_init *init, const char *path, int flags) {
    int fd;
    do // EAGAIN: a rename raced with a ".." of the look-up
        fd = skep_openat2(init->root, path, (uint64_t)flags | O_CLOEXEC, 0, IN_ROOT);
    while (fd < 0 && (errno == EAGAIN || errno == EINTR));
    return fd;
}

// Replaces the symbolic link `path[0..end)` by its target, in place; `path` has room for PATH_MAX.
static bool follow_link(int parent, const char *name, char *path, size_t start, size_t end) {
    char target[PATH_MAX], rest[PATH_MAX];
    ssize_t length = readlinkat(parent, name, target, sizeof target);
    if (length <= 0) return false;
    size_t kept = target[0] == '/' ? 0 : start, left = strlen(path + end);
    if (kept + (size_t)length + left + 1 > PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(rest, path + end, left + 1);
    memcpy(path + kept, target, (size_t)length);
    memcpy(path + kept + (size_t)length, rest, left + 1);
    return true;
}

// Makes the component `path[start..end)` of a path whose parent exists. False with errno set on failure; a dangling
// symbolic link is replaced in `path` by where it points, which is then to be made.
static bool make_component(struct skep_init *init, char *path, size_t start, size_t end, bool directory) {
    char name[NAME_MAX + 1];
    if (end - start > NAME_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(name, path + start, end - start);
    name[end - start] = '\0';
    char saved = path[start];
    path[start] = '\0';
    int parent = skep_open_in_root(init, path[0] ? path : "/", O_PATH | O_DIRECTORY);
    path[start] = saved;
    if (parent < 0) return false;
    int made = directory ? mkdirat(parent, name, 0755) : mknodat(parent, name, S_IFREG | 0644, 0);
    bool done = made == 0;
    if (!done && errno == EEXIST) done = follow_link(parent, name, path, start, end);
    int error = errno;
    close(parent);
    errno = error;
    return done;
}

int skep_make_in_root(struct skep_init *init, const char *path, bool directory) {
    char wanted[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof wanted) skep_fail_with(init, ENAMETOOLONG, "open", path);
    memcpy(wanted, path, length + 1);
    // Each round either finds the path or makes the first component of it that is missing.
    for (int links = 0;;) {
        int fd = skep_open_in_root(init, wanted, O_PATH);
        if (fd >= 0) return fd;
        if (errno != ENOENT) skep_fail(init, "openat2", path);
        size_t start = 0, end = 0;
        for (;;) {
            start = end + strspn(wanted + end, "/");
            end = start + strcspn(wanted + start, "/");
            if (start == end) skep_fail_with(init, ENOENT, "openat2", path); // all of it is there: it raced
            char saved = wanted[end];
            wanted[end] = '\0';
            int prefix = skep_open_in_root(init, wanted, O_PATH);
            wanted[end] = saved;
            if (prefix < 0) break;
            close(prefix);
        }
        bool last = wanted[end + strspn(wanted + end, "/")] == '\0';
        if (!make_component(init, wanted, start, end, directory || !last))
            skep_fail(init, directory || !last ? "mkdir" : "mknod", path);
        if (++links > MAX_LINKS + PATH_MAX / 2) skep_fail_with(init, ELOOP, "openat2", path);
    }
}

int skep_open_parent_in_root(struct skep_init *init, const char *path, const char **name) {
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    char parent[PATH_MAX];
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length >= sizeof parent) skep_fail_with(init, ENAMETOOLONG, "open", path);
    memcpy(parent, path, length);
    parent[length] = '\0';
    return length == 0 ? skep_open_in_root(init, "/", O_PATH | O_DIRECTORY) : skep_make_in_root(init, parent, true);
}

void skep_write_proc(struct skep_init *init, const char *path, const char *value) {
    if (init->proc < 0) {
        init->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (init->proc < 0) skep_fail(init, "open", "/proc");
    }
    struct statfs status;
    if (fstatfs(init->proc, &status) < 0) skep_fail(init, "fstatfs", "/proc");
    if (status.f_type != PROC_FILESYSTEM) skep_fail_with(init, 0, "fstatfs", "/proc is not a procfs");
    int fd = skep_openat2(init->proc, path, O_WRONLY | O_CLOEXEC, 0,
                          RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS);
    if (fd < 0) skep_fail(init, "open", path);
    size_t length = strlen(value);
    if (write(fd, value, length) != (ssize_t)length) skep_fail(init, "write", path);
    close(fd);
}
