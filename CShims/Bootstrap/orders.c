// The conversation with the parent: skep_protocol.h has its diagram.
#include "internal.h"
#include "syscalls.h"

#include <linux/errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

// Receives an order and its descriptors. The parent's end going away means that it has given up, and has said why
// to whoever asked: there is nothing left to report.
static struct skep_order receive_order(struct skep_init *init, uint32_t kind, int *fds) {
    struct skep_order order;
    union {
        char bytes[CMSG_SPACE(sizeof(int) * SKEP_MAX_ORDER_FDS)];
        struct cmsghdr align;
    } control;
    struct iovec part = {.iov_base = &order, .iov_len = sizeof order};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    long received;
    do
        received = SKEP_CALL(recvmsg, init->socket, &message, MSG_CMSG_CLOEXEC);
    while (received < 0 && skep_errno == EINTR);
    if (received == 0 || (received < 0 && skep_errno == ECONNRESET)) skep_exit(1);
    if (received < 0) skep_fail(init, "recvmsg", NULL);
    if (received != sizeof order || order.kind != kind || (message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)))
        skep_fail_with(init, EPROTO, "recvmsg", "an order of another kind was due");
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    uint32_t count = 0;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        count = (uint32_t)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        const int *sent = (const int *)(const void *)CMSG_DATA(header);
        for (uint32_t i = 0; i < count; i++)
            fds[i] = sent[i];
    }
    if (count != order.fd_count) skep_fail_with(init, EPROTO, "recvmsg", "descriptors are missing from an order");
    return order;
}

// Has every descriptor of the plan's in init->fds, however many messages they came in.
static void receive_descriptors(struct skep_init *init) {
    struct skep_order order = receive_order(init, SKEP_ORDER_PLAN, init->fds);
    init->fd_count = order.fd_count;
    while (order.following > 0) {
        if (init->fd_count > SKEP_MAX_FDS - SKEP_MAX_ORDER_FDS)
            skep_fail_with(init, EPROTO, "plan", "too many descriptors");
        order = receive_order(init, SKEP_ORDER_SOURCES, init->fds + init->fd_count);
        init->fd_count += order.fd_count;
    }
    if (init->fd_count < SKEP_FD_FIRST_NAMESPACE) skep_fail_with(init, EPROTO, "plan", "descriptors are missing");
}

static void *map(struct skep_init *init, int fd, size_t size, int flags) {
    long memory = SKEP_CALL(mmap, NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (memory == -1) skep_fail(init, "mmap", NULL);
    skep_close(fd);
    return (void *)memory;
}

// The board with the times, which are only there where somebody wants to know them.
static void map_times(struct skep_init *init) {
    size_t size = sizeof *init->board + init->board->timed * sizeof init->board->times[0];
    long board = SKEP_CALL(mremap, init->board, sizeof *init->board, size, MREMAP_MAYMOVE);
    if (board == -1) skep_fail(init, "mremap", NULL);
    init->board = (volatile struct skep_board *)board;
}

void skep_receive_plan(struct skep_init *init) {
    receive_descriptors(init);
    init->board = map(init, init->fds[SKEP_FD_BOARD], sizeof *init->board, MAP_SHARED);
    if (init->board->timed > 0) map_times(init);

    int fd = init->fds[SKEP_FD_PLAN];
    struct stat status;
    if (skep_stat_fd(fd, &status) < 0) skep_fail(init, "fstat", "the plan");
    int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if ((SKEP_CALL(fcntl, fd, F_GET_SEALS, 0) & seals) != seals)
        skep_fail_with(init, EPERM, "plan", "it is not sealed");
    if (status.st_size <= 0) skep_fail_with(init, 0, "plan", "it is empty");
    void *bytes = map(init, fd, (size_t)status.st_size, MAP_PRIVATE);
    const char *wrong = skep_plan_read(bytes, (size_t)status.st_size, &init->plan);
    if (wrong) skep_fail_with(init, 0, "plan", wrong);
}

void skep_wait_to_enter(struct skep_init *init) {
    int none[SKEP_MAX_ORDER_FDS];
    receive_order(init, SKEP_ORDER_ENTER, none);
}

// Joins the v1 hierarchies whose `tasks` files the parent has opened. A thread that moves itself skips the lock that
// makes a write to cgroup.procs wait for an RCU grace period; this process has only the one thread.
void skep_step_cgroup(struct skep_init *init, const struct skep_step *step) {
    int fds[SKEP_MAX_ORDER_FDS];
    struct skep_order order = receive_order(init, SKEP_ORDER_CGROUP, fds);
    for (uint32_t i = 0; i < order.fd_count; i++) {
        if (SKEP_CALL(write, fds[i], "0", 1) != 1) skep_fail(init, "write", "tasks");
        skep_close(fds[i]);
    }
    if ((step->flags & SKEP_CGROUP_UNSHARE) && SKEP_CALL(unshare, CLONE_NEWCGROUP) < 0)
        skep_fail(init, "unshare", "CLONE_NEWCGROUP");
}

void skep_send_report(struct skep_init *init, uint32_t kind, int fd) {
    // Zeroed by the kernel: an initialiser would call memset.
    static struct skep_report report;
    static struct msghdr message;
    static union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr header;
    } control;
    static struct iovec part;
    report.kind = kind;
    report.step = init->step;
    part.iov_base = &report;
    part.iov_len = sizeof report;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = fd >= 0 ? &control : NULL;
    message.msg_controllen = fd >= 0 ? sizeof control : 0;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)(void *)CMSG_DATA(&control.header) = fd;
    if (SKEP_CALL(sendmsg, init->socket, &message, MSG_NOSIGNAL) < 0) skep_exit(1);
}

void skep_step_runtime_hooks(struct skep_init *init, const struct skep_step *step) {
    (void)step;
    skep_send_report(init, SKEP_REPORT_HOOKS, -1);
    int none[SKEP_MAX_ORDER_FDS];
    receive_order(init, SKEP_ORDER_HOOKS_DONE, none);
}

// Whether a later step is a hook whose output goes to the file.
static bool is_hook_file(struct skep_init *init, int fd) {
    for (uint32_t i = init->step + 1; i < init->plan.step_count; i++) {
        const struct skep_step *step = &init->plan.steps[i];
        if (skep_hook_file(init, step, SKEP_HOOK_OUTPUT) == fd) return true;
        if (skep_hook_file(init, step, SKEP_HOOK_ERRORS) == fd) return true;
    }
    return false;
}

// Only what the wait, its hooks and the exec need stays open: a waiting init has nothing else of the host's in its
// hands.
static void close_all_but_fifos(struct skep_init *init) {
    for (uint32_t i = SKEP_FD_FIRST_NAMESPACE; i < init->fd_count; i++)
        if (init->fds[i] >= 0 && !is_hook_file(init, init->fds[i])) skep_close(init->fds[i]);
    int owned[] = {init->root, init->proc, init->null, init->empty_dir};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        if (owned[i] >= 0) skep_close(owned[i]);
}

static void wait_for_fifo(struct skep_init *init) {
    int fifo = init->fds[SKEP_FD_EXEC_FIFO];
    init->report_fifo = init->fds[SKEP_FD_REPORT_FIFO];
    skep_close(init->socket);
    init->socket = -1;
    char byte;
    long got;
    do
        got = SKEP_CALL(read, fifo, &byte, 1);
    while (got < 0 && skep_errno == EINTR);
    if (got != 1) {
        int error = skep_errno;
        // Nobody would hear of it before somebody starts the container.
        struct pollfd start = {.fd = fifo, .events = POLLIN};
        SKEP_CALL(ppoll, &start, 1, NULL, NULL, 0);
        skep_fail_with(init, error, "read", "exec.fifo");
    }
    skep_close(fifo);
}

// Looks for an order without waiting: more than 0 if there is one, 0 if the parent has gone away and left none.
static long look_for_order(struct skep_init *init) {
    uint32_t kind;
    return SKEP_CALL(recvfrom, init->socket, &kind, sizeof kind, MSG_PEEK | MSG_DONTWAIT, NULL, NULL);
}

void skep_step_wait(struct skep_init *init, const struct skep_step *step) {
    close_all_but_fifos(init);
    bool was_told = look_for_order(init) > 0;
    if (!was_told) skep_send_report(init, SKEP_REPORT_READY, -1);
    int none[SKEP_MAX_ORDER_FDS];
    receive_order(init, SKEP_ORDER_GO, none);
    // Who was frozen until now may have been given up since that was sent.
    if (was_told && look_for_order(init) == 0) skep_exit(1);
    if (step->flags & SKEP_WAIT_FIFO) wait_for_fifo(init);
}
