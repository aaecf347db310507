// The container's terminal: made by the container's own devpts, so that its name means something inside.
#include "internal.h"
#include "syscalls.h"

#include <linux/errno.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

// A devpts has its multiplexer under a name of its own, which nothing can take the place of: so there is neither a
// path to be trusted nor a device number.
static int open_master(struct skep_init *init) {
    int devpts = skep_open_in_root(init, "/dev/pts", O_PATH | O_DIRECTORY);
    if (devpts < 0) skep_fail(init, "openat2", "/dev/pts");
    struct statfs status;
    if (SKEP_CALL(fstatfs, devpts, &status) < 0) skep_fail(init, "fstatfs", "/dev/pts");
    if (status.f_type != DEVPTS_SUPER_MAGIC)
        skep_fail_with(init, 0, "open", "a terminal needs a devpts mounted on /dev/pts");
    int master = skep_openat2(devpts, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC,
                              RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);
    if (master < 0) skep_fail(init, "openat2", "/dev/pts/ptmx");
    skep_close(devpts);
    return master;
}

// The other end by the master, not by a path in the container (CVE-2025-52565).
static int open_slave(struct skep_init *init, int master) {
    int locked = 0;
    if (SKEP_CALL(ioctl, master, TIOCSPTLCK, &locked) < 0) skep_fail(init, "ioctl TIOCSPTLCK", "/dev/pts/ptmx");
    int slave = (int)SKEP_CALL(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) skep_fail(init, "ioctl TIOCGPTPEER", "/dev/pts/ptmx");
    return slave;
}

static void bind_console(struct skep_init *init, int slave) {
    const char *path = "/dev/console", *name;
    int directory = skep_open_parent_in_root(init, path, &name);
    if (directory < 0) skep_fail(init, "openat2", "/dev");
    if (SKEP_CALL(mknodat, directory, name, S_IFREG | 0620, 0) < 0 && skep_errno != EEXIST)
        skep_fail(init, "mknod", path);
    int target = (int)SKEP_CALL(openat, directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (target < 0) skep_fail(init, "open", path);
    struct stat status;
    if (skep_stat_fd(target, &status) < 0) skep_fail(init, "fstat", path);
    if (S_ISLNK(status.st_mode)) skep_fail_with(init, ELOOP, "open", path);
    if (S_ISDIR(status.st_mode)) skep_fail_with(init, EISDIR, "open", path);
    int tree = skep_open_tree(slave, "", AT_EMPTY_PATH);
    if (tree < 0) skep_fail(init, "open_tree", "the terminal");
    if (skep_attach(tree, target) < 0) skep_fail(init, "move_mount", path);
    skep_close(tree);
    skep_close(target);
    skep_close(directory);
}

void skep_step_terminal(struct skep_init *init, const struct skep_step *step) {
    int master = open_master(init), slave = open_slave(init, master);
    if (step->number[0] > 0 || step->number[1] > 0) {
        struct winsize size = {.ws_row = (unsigned short)step->number[0], .ws_col = (unsigned short)step->number[1]};
        if (SKEP_CALL(ioctl, slave, TIOCSWINSZ, &size) < 0) skep_fail(init, "ioctl TIOCSWINSZ", "the terminal");
    }
    if (step->flags & SKEP_TERMINAL_IS_CONSOLE) bind_console(init, slave);
    skep_send_report(init, SKEP_REPORT_TERMINAL, master);
    skep_close(master);
    if (SKEP_CALL(ioctl, slave, TIOCSCTTY, 0) < 0) skep_fail(init, "ioctl TIOCSCTTY", "the terminal");
    for (int fd = 0; fd < 3; fd++) {
        // Where a standard stream was closed, the terminal may have its number.
        long placed = fd == slave ? SKEP_CALL(fcntl, fd, F_SETFD, 0) : SKEP_CALL(dup3, slave, fd, 0);
        if (placed < 0) skep_fail(init, "dup3", "the terminal");
    }
    if (slave > 2) skep_close(slave);
}
