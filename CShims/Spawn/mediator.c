// A process between the runtime and an init that lives in another user or time namespace, or in a pid namespace that is
// joined: skep_spawn.h says why.
//
//   parent                                   mediator
//     | <---------------- EVENT_USER_NAMESPACE  |  it is in the init's user namespace
//     | a byte: its ids are mapped -----------> |  becomes root there
//     | <---------------- EVENT_TIME_NAMESPACE  |  it has made the init's time namespace
//     | a byte: its clocks are set -----------> |
//     | <------------------ EVENT_INIT + pidfd  |  the init is cloned, a child of the parent's; the mediator ends
//     | <-------------------------------- EOF   |  the init has become `binary`
//     | <------------------------ EVENT_FAILED  |  at any point, by the mediator or the init
#include "child.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// What the mediator and the init's first instructions have in hand. Nothing here may allocate, and nothing may call a
// C library's function that knows of threads (setresuid): these are copies of a program that may have had some.
struct mediator {
    const struct skep_mediation *order;
    const struct skep_child *child;
    int socket;
};

static ssize_t send_event(int socket, const struct skep_mediator_event *event, int fd) {
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr header;
    } control = {.header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))}};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    struct iovec part = {.iov_base = (void *)event, .iov_len = sizeof *event};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

static _Noreturn void fail(const struct mediator *self, const char *call, int joined) {
    struct skep_mediator_event event = {.kind = SKEP_EVENT_FAILED, .error = errno, .call = call, .joined = joined};
    send_event(self->socket, &event, -1);
    _exit(127);
}

// Tells the parent how far it is, and waits to be let on. A parent that is gone has said why to whoever asked.
static void report(const struct mediator *self, enum skep_mediator_event_kind kind) {
    struct skep_mediator_event event = {.kind = kind};
    char word;
    ssize_t got = -1;
    if (send_event(self->socket, &event, -1) >= 0) do
            got = read(self->socket, &word, 1);
        while (got < 0 && errno == EINTR);
    if (got < 0) fail(self, "read", -1);
    if (got != 1) _exit(127);
}

// Joins all but the user namespace. Some of them only the host's rights reach, and some only those that come with
// the user namespace: what is refused the first time is tried again there.
static void join_others(const struct mediator *self, bool *done, bool last) {
    const struct skep_mediation *order = self->order;
    for (size_t i = 0; i < order->joined_count; i++) {
        if (done[i] || order->joined[i].kind == CLONE_NEWUSER) continue;
        done[i] = setns(order->joined[i].fd, order->joined[i].kind) == 0;
        if (!done[i] && (last || errno != EPERM)) fail(self, "setns", (int)i);
    }
}

static bool enter_user_namespace(const struct mediator *self) {
    const struct skep_mediation *order = self->order;
    if (order->spawn->clone_flags & CLONE_NEWUSER) {
        if (unshare(CLONE_NEWUSER) < 0) fail(self, "unshare CLONE_NEWUSER", -1);
        return true;
    }
    for (size_t i = 0; i < order->joined_count; i++) {
        if (order->joined[i].kind != CLONE_NEWUSER) continue;
        if (setns(order->joined[i].fd, CLONE_NEWUSER) < 0) fail(self, "setns", (int)i);
        return true;
    }
    return false;
}

// Nobody's before: only root keeps its capabilities across the init's exec.
static void become_root(const struct mediator *self) {
    // Where groups can't be set (user_namespaces(7), setgroups), there are none to be had by it.
    if (syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM) fail(self, "setgroups", -1);
    if (syscall(SYS_setresgid, 0, 0, 0) < 0) fail(self, "setresgid", -1);
    if (syscall(SYS_setresuid, 0, 0, 0) < 0) fail(self, "setresuid", -1);
}

// Out of sight for the processes of a namespace that is joined (CVE-2016-9962).
static void hide(const struct mediator *self) {
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) fail(self, "prctl PR_SET_DUMPABLE", -1);
}

// A process's time namespace is that of its children only, and only a child that shares no memory is in it at once.
static _Noreturn void clone_init(const struct mediator *self) {
    int pidfd = -1;
    uint64_t flags = self->order->spawn->clone_flags & ~(uint64_t)(CLONE_NEWUSER | CLONE_NEWTIME);
    struct clone_args args = {.flags = flags | CLONE_PARENT | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
                              .pidfd = (uint64_t)(uintptr_t)&pidfd};
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid < 0) fail(self, "clone3", -1);
    if (pid == 0) fail(self, skep_become_init(self->child), -1);
    struct skep_mediator_event event = {.kind = SKEP_EVENT_INIT, .pid = (int32_t)pid};
    _exit(send_event(self->socket, &event, pidfd) < 0 ? 127 : 0);
}

static _Noreturn void mediate(const struct mediator *self) {
    bool done[SKEP_MAX_JOINED] = {false};
    if (!self->order->is_seen_while_mapped) hide(self);
    join_others(self, done, false);
    if (enter_user_namespace(self)) {
        report(self, SKEP_EVENT_USER_NAMESPACE);
        become_root(self);
        hide(self);
    }
    join_others(self, done, true);
    if (self->order->spawn->clone_flags & CLONE_NEWTIME) {
        if (unshare(CLONE_NEWTIME) < 0) fail(self, "unshare CLONE_NEWTIME", -1);
        report(self, SKEP_EVENT_TIME_NAMESPACE);
    }
    clone_init(self);
}

// `ends` are the parent's and the mediator's.
static pid_t clone_mediator(const struct skep_mediation *order, const struct skep_child *child, const int ends[2],
                            int *pidfd) {
    struct clone_args args = {
        .flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    if (order->spawn->cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)order->spawn->cgroup;
    }
    // No handler of the program's may run in the copy.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) {
        close(ends[0]); // so that the parent's going away shows
        struct mediator self = {.order = order, .child = child, .socket = ends[1]};
        mediate(&self);
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return pid;
}

int skep_mediator_begin(const struct skep_mediation *order, struct skep_mediator *mediator, const char **call) {
    struct skep_child child;
    int ends[2];
    *call = "socketpair";
    if (order->joined_count > SKEP_MAX_JOINED) {
        errno = E2BIG;
        return -1;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -1;
    skep_prepare_child(&child, order->spawn);
    child.report = ends[1];
    *call = "clone3";
    *mediator = (struct skep_mediator){.pidfd = -1, .socket = ends[0]};
    mediator->pid = clone_mediator(order, &child, ends, &mediator->pidfd);
    int error = errno;
    close(ends[1]);
    if (mediator->pid >= 0) return 0;
    close(ends[0]);
    errno = error;
    return -1;
}

int skep_mediator_next(int socket, struct skep_mediator_event *event, int *fd) {
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {.iov_base = event, .iov_len = sizeof *event};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    *fd = -1;
    ssize_t got;
    // One that went with a word unread is told of by ECONNRESET once, before what it has said itself.
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got < 0) return -1;
    if (got != sizeof *event) return 0;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS) memcpy(fd, CMSG_DATA(header), sizeof *fd);
    return 1;
}
