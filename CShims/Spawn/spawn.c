// The child shares the parent's memory until its exec (CLONE_VM | CLONE_VFORK): nothing is copied however large the
// program is, and nothing but system calls may happen there.
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_STACK 16384

struct child {
    struct skep_child base;
    int error; // written by the child, which shares the memory
    const char *call;
};

// Runs in the child, on its own stack in the parent's memory.
static int child_main(void *argument) {
    struct child *child = argument;
    child->call = skep_become_init(&child->base);
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
    const struct skep_spawn *spawn = child->base.spawn;
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
    struct child child = {.error = 0};
    skep_prepare_child(&child.base, spawn);
    *pidfd = -1;

    // No handler of the program's may run in the child while it shares the memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t pid = clone_child(&child, pidfd);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *call = child.call;
    errno = error;
    return pid;
}
