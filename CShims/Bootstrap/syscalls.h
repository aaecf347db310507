// System calls without the C library: -1 and skep_errno on failure, as everybody is used to.
#ifndef SKEP_SYSCALLS_H
#define SKEP_SYSCALLS_H

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

// What the last call that failed answered. The init has one thread.
extern int skep_errno;

static inline long skep_raw(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = e;
    register long sixth __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long number_register __asm__("x8") = number;
    register long first __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;
    register long fifth __asm__("x4") = e;
    register long sixth __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(first)
                     : "r"(number_register), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "memory");
    return first;
#else
#error "skep_raw knows x86_64 and aarch64"
#endif
}

#ifdef __clang_analyzer__
// To the analyzer what is behind the assembler changes nothing, and a struct that the kernel fills in stays empty. What
// is handed to a function with any arguments may change.
long skep_analyzed(long number, ...);
#endif

static inline long skep_checked(long result) {
    if (result < 0 && result >= -4095) {
        skep_errno = (int)-result;
        return -1;
    }
    return result;
}

// SKEP_CALL(openat2, a, b, ...): the system call of that name with up to six operands.
#ifdef __clang_analyzer__
#define SKEP_CALL(name, ...) skep_checked(skep_analyzed(SYS_##name, ##__VA_ARGS__))
#else
#define SKEP_PICK(_0, _1, _2, _3, _4, _5, _6, chosen, ...) chosen
#define SKEP_L(value)                                      ((long)(value))
#define SKEP_0(n)                                          skep_raw(n, 0, 0, 0, 0, 0, 0)
#define SKEP_1(n, a)                                       skep_raw(n, SKEP_L(a), 0, 0, 0, 0, 0)
#define SKEP_2(n, a, b)                                    skep_raw(n, SKEP_L(a), SKEP_L(b), 0, 0, 0, 0)
#define SKEP_3(n, a, b, c)                                 skep_raw(n, SKEP_L(a), SKEP_L(b), SKEP_L(c), 0, 0, 0)
#define SKEP_4(n, a, b, c, d)                              skep_raw(n, SKEP_L(a), SKEP_L(b), SKEP_L(c), SKEP_L(d), 0, 0)
#define SKEP_5(n, a, b, c, d, e)                           skep_raw(n, SKEP_L(a), SKEP_L(b), SKEP_L(c), SKEP_L(d), SKEP_L(e), 0)
#define SKEP_6(n, a, b, c, d, e, f)                        skep_raw(n, SKEP_L(a), SKEP_L(b), SKEP_L(c), SKEP_L(d), SKEP_L(e), SKEP_L(f))
#define SKEP_CALL(name, ...)                                                                                           \
    skep_checked(SKEP_PICK(_0, ##__VA_ARGS__, SKEP_6, SKEP_5, SKEP_4, SKEP_3, SKEP_2, SKEP_1, SKEP_0)(SYS_##name,      \
                                                                                                      ##__VA_ARGS__))
#endif

static inline int skep_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = 0, .resolve = resolve};
    return (int)SKEP_CALL(openat2, dir, path, &how, sizeof how);
}

static inline int skep_open(const char *path, int flags) {
    return (int)SKEP_CALL(openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
}

static inline void skep_close(int fd) {
    SKEP_CALL(close, fd);
}

static inline int skep_stat_fd(int fd, struct stat *status) {
    return (int)SKEP_CALL(newfstatat, fd, "", status, AT_EMPTY_PATH);
}

static inline int skep_open_tree(int dir, const char *path, unsigned flags) {
    return (int)SKEP_CALL(open_tree, dir, path, flags | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

// Attaches the detached mount `mount` to what `target` refers to.
static inline int skep_attach(int mount, int target) {
    return (int)SKEP_CALL(move_mount, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static inline int skep_set_attributes(int mount, unsigned flags, struct mount_attr *attr) {
    return (int)SKEP_CALL(mount_setattr, mount, "", AT_EMPTY_PATH | flags, attr, sizeof *attr);
}

// A filter may refuse the one and the other; it can't refuse a fault.
_Noreturn static inline void skep_exit(int status) {
    SKEP_CALL(exit_group, status);
    SKEP_CALL(exit, status);
    __builtin_trap();
}

#endif
