// The child shares the parent's memory until its exec (CLONE_VM | CLONE_VFORK): nothing is copied however large the
// program is, and nothing but system calls may happen there.
#include "skep_protocol.h"
#include "skep_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_STACK 16384

struct child {
    const struct skep_spawn *spawn;
    char pipe_variable[sizeof SKEP_ENV_PIPE + 16];
    char pid_variable[sizeof SKEP_ENV_PID + 16];
    char *environment[3];
    int error; // written by the child, which shares the memory
    const char *call;
};

// Puts the three descriptors in their places, also where they are each other's.
static bool place_stdio(const int stdio[3]) {
    int from[3];
    for (int i = 0; i < 3; i++) {
        from[i] = stdio[i] >= 0 && stdio[i] < 3 ? fcntl(stdio[i], F_DUPFD_CLOEXEC, 3) : stdio[i];
        if (stdio[i] >= 0 && from[i] < 0) return false;
    }
    for (int i = 0; i < 3; i++)
        if (from[i] >= 0 && dup2(from[i], i) < 0) return false;
    return true;
}

// Runs in the child, on its own stack in the parent's memory.
static int child_main(void *argument) {
    struct child *child = argument;
    const struct skep_spawn *spawn = child->spawn;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    child->call = "dup2";
    bool ready = place_stdio(spawn->stdio);
    if (ready) child->call = "fcntl";
    if (ready && fcntl(spawn->socket, F_SETFD, 0) == 0) {
        child->call = "execveat";
        syscall(SYS_execveat, spawn->binary, "", spawn->argv, child->environment, AT_EMPTY_PATH);
    }
    child->error = errno;
    _exit(127);
}

// clone3 whose child calls `function(argument)` on the stack in `args`: C can't return twice onto two stacks.
static long clone3_call(struct clone_args *args, int (*function)(void *), void *argument) {
    long result;
#if defined(__x86_64__)
    register int (*child_function)(void *) __asm__("r12") = function;
    register void *child_argument __asm__("r13") = argument;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(result)
                     : "0"((long)SYS_clone3), "D"(args), "S"(sizeof *args), "r"(child_function), "r"(child_argument)
                     : "rcx", "r11", "memory", "cc");
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_clone3;
    register long first __asm__("x0") = (long)args;
    register long second __asm__("x1") = sizeof *args;
    register int (*child_function)(void *) __asm__("x20") = function;
    register void *child_argument __asm__("x21") = argument;
    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, x21\n\t"
                     "blr x20\n\t"
                     "brk #1\n"
                     "1:"
                     : "+r"(first)
                     : "r"(number), "r"(second), "r"(child_function), "r"(child_argument)
                     : "x30", "memory", "cc");
    result = first;
#else
#error "clone3_call knows x86_64 and aarch64"
#endif
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

static pid_t clone_child(struct child *child, int *pidfd) {
    const struct skep_spawn *spawn = child->spawn;
    _Alignas(16) char stack[CHILD_STACK];
    struct clone_args args = {
        .flags = spawn->clone_flags | CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
        .stack = (uint64_t)(uintptr_t)stack,
        .stack_size = sizeof stack,
    };
    if (spawn->cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)spawn->cgroup;
    }
    child->call = "clone3";
    pid_t pid = (pid_t)clone3_call(&args, child_main, child);
    if (pid < 0) return -1;
    if (child->error != 0) { // it never got as far as its exec
        int status;
        waitpid(pid, &status, 0);
        close(*pidfd);
        *pidfd = -1;
        errno = child->error;
        return -1;
    }
    return pid;
}

pid_t skep_spawn_init(const struct skep_spawn *spawn, int *pidfd, const char **call) {
    struct child child = {.spawn = spawn};
    snprintf(child.pipe_variable, sizeof child.pipe_variable, "%s=%d", SKEP_ENV_PIPE, spawn->socket);
    child.environment[0] = child.pipe_variable;
    if (spawn->joined_init > 0) {
        snprintf(child.pid_variable, sizeof child.pid_variable, "%s=%d", SKEP_ENV_PID, (int)spawn->joined_init);
        child.environment[1] = child.pid_variable;
    }
    *pidfd = -1;

    int own_pid_namespace = -1;
    if (spawn->pid_namespace >= 0) {
        own_pid_namespace = open("/proc/thread-self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
        *call = "open /proc/thread-self/ns/pid_for_children";
        if (own_pid_namespace < 0) return -1;
        *call = "setns";
        if (setns(spawn->pid_namespace, CLONE_NEWPID) < 0) {
            int error = errno;
            close(own_pid_namespace);
            errno = error;
            return -1;
        }
    }
    // No handler of the program's may run in the child while it shares the memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t pid = clone_child(&child, pidfd);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (own_pid_namespace >= 0) {
        setns(own_pid_namespace, CLONE_NEWPID);
        close(own_pid_namespace);
    }
    *call = child.call;
    errno = error;
    return pid;
}

static int detached_mount(const char *path) {
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd < 0) return -1;
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
    if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &read_only, sizeof read_only) == 0) return fd;
    close(fd);
    return -1;
}

static int sealed_copy(const char *path) {
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0) return -1;
    int to = memfd_create("skep", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct stat status;
    bool done = to >= 0 && fstat(from, &status) == 0;
    for (off_t left = done ? status.st_size : 0; done && left > 0;) {
        ssize_t sent = sendfile(to, from, NULL, (size_t)left);
        if (sent < 0 && errno == EINTR) continue;
        if (sent == 0) errno = EIO;
        done = sent > 0;
        left -= sent;
    }
    done = done && fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
    int error = errno;
    close(from);
    if (!done && to >= 0) close(to);
    errno = error;
    return done ? to : -1;
}

int skep_protect_binary(const char *path) {
    int fd = detached_mount(path);
    return fd >= 0 ? fd : sealed_copy(path);
}
