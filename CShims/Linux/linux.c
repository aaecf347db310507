#include "skep_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_SENT_FDS 253 // SCM_MAX_FD

_Static_assert(SKEP_LINUX_O_PATH == O_PATH, "O_PATH differs on this architecture");

int skep_linux_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int skep_linux_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int skep_linux_pidfd_getfd(int pidfd, int fd) {
    return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

bool skep_linux_shares_memory(pid_t pid) {
    return syscall(SYS_kcmp, getpid(), pid, KCMP_VM, 0, 0) == 0;
}

int skep_linux_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) < 0 ? -1 : CPU_COUNT(&set);
}

int skep_linux_processor(void) {
    return sched_getcpu();
}

int skep_linux_thread_off(int processor, pthread_t *thread, void *(*run)(void *), void *argument) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error) return error;
    cpu_set_t set;
    if (processor >= 0 && sched_getaffinity(0, sizeof set, &set) == 0) {
        CPU_CLR((size_t)processor, &set);
        pthread_attr_setaffinity_np(&attributes, sizeof set, &set);
    }
    error = pthread_create(thread, &attributes, run, argument);
    pthread_attr_destroy(&attributes);
    return error;
}

bool skep_linux_has_filter_flags(unsigned flags) {
    // Flags are looked at first, and then a filter that is nowhere.
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) < 0 && errno == EFAULT;
}

int skep_linux_wait(int pidfd, bool block, int *status) {
    siginfo_t info = {.si_pid = 0};
    int result;
    do
        result = waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED | (block ? 0 : WNOHANG));
    while (result < 0 && errno == EINTR);
    if (result < 0) return -1;
    if (info.si_pid == 0) return 0;
    *status = info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8 : info.si_status & 0x7f;
    return 1;
}

int skep_linux_set_limit(pid_t pid, int resource, uint64_t soft, uint64_t hard) {
    const uint64_t limit[2] = {soft, hard}; // struct rlimit64
    return (int)syscall(SYS_prlimit64, pid, resource, limit, NULL);
}

int skep_linux_set_subreaper(bool on) {
    return prctl(PR_SET_CHILD_SUBREAPER, on ? 1 : 0, 0, 0, 0);
}

int skep_linux_lock(int fd, bool block) {
    int result;
    do
        result = flock(fd, LOCK_EX | (block ? 0 : LOCK_NB));
    while (result < 0 && errno == EINTR);
    return result;
}

static int close_failed(int fd) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int skep_linux_sealed_memory(const char *name, const void *bytes, size_t size) {
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -1;
    for (size_t done = 0; done < size;) {
        ssize_t wrote = write(fd, (const char *)bytes + done, size - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return close_failed(fd);
        done += (size_t)wrote;
    }
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    return fcntl(fd, F_ADD_SEALS, seals) < 0 ? close_failed(fd) : fd;
}

int skep_linux_memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC);
}

int skep_linux_shared_memory(const char *name, size_t size, void **mapping) {
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0) return -1;
    if (ftruncate(fd, (off_t)size) < 0) return close_failed(fd);
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) return close_failed(fd);
    *mapping = memory;
    return fd;
}

void skep_linux_wait_while(const uint32_t *word, uint32_t value, unsigned milliseconds) {
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    syscall(SYS_futex, word, FUTEX_WAIT, value, &time, NULL, 0);
}

int skep_linux_socket_pair(int sockets[2]) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets);
}

ssize_t skep_linux_send(int socket, const void *bytes, size_t size, const int *fds, size_t count) {
    if (count > MAX_SENT_FDS) {
        errno = EMSGSIZE;
        return -1;
    }
    union {
        char bytes[CMSG_SPACE(sizeof(int) * MAX_SENT_FDS)];
        struct cmsghdr align;
    } control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fds != NULL && count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        struct cmsghdr *header = &control.align;
        *header = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int) * count)};
        memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

int skep_linux_cgroup_kind(const char *path) {
    struct statfs status;
    if (statfs(path, &status) < 0) return errno == ENOENT || errno == ENOTDIR ? SKEP_LINUX_CGROUP_NONE : -1;
    if (status.f_type == CGROUP2_SUPER_MAGIC) return SKEP_LINUX_CGROUP_V2;
    return status.f_type == CGROUP_SUPER_MAGIC ? SKEP_LINUX_CGROUP_V1 : SKEP_LINUX_CGROUP_NONE;
}

const char *skep_linux_error_name(int error) {
    return strerrorname_np(error);
}

const char *skep_linux_error_text(int error) {
    return strerrordesc_np(error);
}

int skep_linux_signal_number(const char *name) {
    for (int signal = 1; signal < SIGRTMIN; signal++) {
        const char *known = sigabbrev_np(signal);
        if (known && strcmp(known, name) == 0) return signal;
    }
    if (strcmp(name, "IOT") == 0) return SIGIOT;
    if (strcmp(name, "CLD") == 0) return SIGCHLD;
    if (strcmp(name, "POLL") == 0 || strcmp(name, "IO") == 0) return SIGPOLL;
    bool from_end = strncmp(name, "RTMAX", 5) == 0;
    if (!from_end && strncmp(name, "RTMIN", 5) != 0) return -1;
    int base = from_end ? SIGRTMAX : SIGRTMIN;
    if (name[5] == '\0') return base;
    if (name[5] != (from_end ? '-' : '+') || name[6] < '0' || name[6] > '9') return -1;
    char *end;
    long offset = strtol(name + 6, &end, 10);
    if (*end != '\0' || offset > SIGRTMAX - SIGRTMIN) return -1;
    return base + (int)(from_end ? -offset : offset);
}

bool skep_linux_is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

int skep_linux_parse_options(int argc, char *const *argv, const struct skep_linux_option *options, int count,
                             skep_linux_option_found found, void *context, const char **problem) {
    enum { MAX_OPTIONS = 64, LONG_BASE = 256 };
    struct option table[MAX_OPTIONS + 1] = {0};
    char letters[2 * MAX_OPTIONS + 3] = "+:";
    size_t used = 2;
    for (int i = 0; i < count && i < MAX_OPTIONS; i++) {
        int argument = options[i].takes_value ? required_argument : no_argument;
        table[i] = (struct option){.name = options[i].name, .has_arg = argument, .val = LONG_BASE + i};
        if (options[i].letter == 0) continue;
        letters[used++] = options[i].letter;
        if (options[i].takes_value) letters[used++] = ':';
    }
    letters[used] = '\0';
    optind = 0; // starts anew, also after another command's options
    opterr = 0;
    // The word that is being read: a cluster of letters is left behind with its last.
    for (int word = 1, got; (got = getopt_long(argc, argv, letters, table, NULL)) != -1; word = optind) {
        if (got == '?' || got == ':') {
            *problem = argv[word];
            return got == '?' ? SKEP_LINUX_OPTION_UNKNOWN : SKEP_LINUX_OPTION_WITHOUT_VALUE;
        }
        int index = got - LONG_BASE;
        for (int i = 0; got < LONG_BASE && i < count; i++)
            if (options[i].letter == got) index = i;
        found(context, index, optarg);
    }
    return optind;
}

int skep_linux_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    int error = pthread_sigmask(SIG_BLOCK, &all, NULL);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

int skep_linux_next_signal(int signalfd) {
    struct signalfd_siginfo info;
    return read(signalfd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : -1;
}

void skep_linux_reap_others(pid_t spared) {
    for (;;) {
        siginfo_t info = {.si_pid = 0};
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0) return;
        if (info.si_pid == spared) return; // its own waiter reaps it, and then comes back for the others
        waitpid(info.si_pid, NULL, WNOHANG);
    }
}

int skep_linux_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int skep_linux_open_inside(int root, const char *path) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}
