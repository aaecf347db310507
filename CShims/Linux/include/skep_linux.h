// System calls and macros that Swift's Glibc module does not show. Each function is the call of its name: the return
// value unchanged, errno set. Layouts and flags are the kernel's; see the man page of the name without its prefix.
#ifndef SKEP_LINUX_H
#define SKEP_LINUX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// O_PATH, which needs _GNU_SOURCE.
enum { SKEP_LINUX_O_PATH = 010000000 };

int skep_linux_pidfd_open(pid_t pid);
int skep_linux_pidfd_send_signal(int pidfd, int signal);

// pidfd_getfd(2): a descriptor of the process's, close-on-exec.
int skep_linux_pidfd_getfd(int pidfd, int fd);

// Whether a process has the caller's memory, as the child of a vfork has (kcmp(2), KCMP_VM). False if the kernel does
// not tell.
bool skep_linux_shares_memory(pid_t pid);

// How many processors the calling thread may run on: sched_getaffinity(2). -1 and errno if that can't be told.
int skep_linux_processors(void);

// sched_getcpu(3): the processor that the calling thread is on. -1 if that can't be told.
int skep_linux_processor(void);

// pthread_create(3), with the thread kept off one of the processors that the caller may run on; -1 for none.
int skep_linux_thread_off(int processor, pthread_t *_Nonnull thread, void *_Nullable (*_Nonnull run)(void *_Nullable),
                          void *_Nullable argument);

// Whether the kernel knows these flags of seccomp(2) (SECCOMP_FILTER_FLAG_*).
bool skep_linux_has_filter_flags(unsigned flags);

// waitid(P_PIDFD, WEXITED). Returns 1 and sets `status` as wait(2) gives it, 0 where `block` is false and the process
// still runs, or -1.
int skep_linux_wait(int pidfd, bool block, int *_Nonnull status);

// prlimit(2): sets a resource limit of another process.
int skep_linux_set_limit(pid_t pid, int resource, uint64_t soft, uint64_t hard);

// prctl(PR_SET_CHILD_SUBREAPER).
int skep_linux_set_subreaper(bool on);

// Takes the exclusive lock of an open file or directory (flock), which ends with its last descriptor.
int skep_linux_lock(int fd, bool block);

// A memfd holding `size` bytes of `bytes`, sealed against every change. Close-on-exec.
int skep_linux_sealed_memory(const char *_Nonnull name, const void *_Nonnull bytes, size_t size);

// An empty memfd. Close-on-exec.
int skep_linux_memory_file(const char *_Nonnull name);

// A memfd of `size` bytes of zeros, mapped shared at `mapping`. Close-on-exec.
int skep_linux_shared_memory(const char *_Nonnull name, size_t size, void *_Nullable *_Nonnull mapping);

// Waits while the word, which processes may share, has that value: until somebody wakes its waiters, or for so long.
void skep_linux_wait_while(const uint32_t *_Nonnull word, uint32_t value, unsigned milliseconds);

// A pair of connected SOCK_SEQPACKET sockets, close-on-exec.
int skep_linux_socket_pair(int sockets[_Nonnull 2]);

// Sends one packet with descriptors. Never raises SIGPIPE.
ssize_t skep_linux_send(int socket, const void *_Nonnull bytes, size_t size, const int *_Nullable fds, size_t count);

// Receives a packet of at most `size` bytes, and in `fd` the descriptor that came with it, close-on-exec, or -1.
ssize_t skep_linux_receive(int socket, void *_Nonnull bytes, size_t size, int *_Nonnull fd);

// A stream socket connected to the one at `path`, close-on-exec.
int skep_linux_connect(const char *_Nonnull path);

// The same, of a name that may lie in the abstract namespace and have NULs in it, without ever blocking: -1 with EAGAIN
// where the listener's queue is full. The socket does not block either.
int skep_linux_try_connect(const void *_Nonnull name, size_t length, bool is_abstract);

// A datagram socket, close-on-exec and never blocking: bound to `path` (0777: whoever can reach it may write), or, as
// a sender, connected to `path`, where a leading "@" stands for the abstract namespace.
int skep_linux_bind_datagram(const char *_Nonnull path);
int skep_linux_connect_datagram(const char *_Nonnull path);

// The calling program's environment, NULL-terminated.
char *_Nullable *_Nonnull skep_linux_environment(void);

// A program to be run beside this one.
struct skep_linux_command {
    const char *_Nonnull path; // one without a slash is looked for in PATH
    char *_Nullable const *_Nonnull argv;
    char *_Nullable const *_Nonnull envp;
    const char *_Nullable directory; // where it begins; NULL for the caller's own
    int stdio[3];                    // its descriptors 0, 1 and 2; it gets no others
};

// Runs a program in a session of its own, with no signal blocked or ignored. Returns its pid, or -1.
pid_t skep_linux_run(const struct skep_linux_command *_Nonnull command);

// open_tree(OPEN_TREE_CLONE): a detached mount of `path`, with `recursive` of those below it as well; of a symbolic
// link itself unless `follow` is set. Close-on-exec.
int skep_linux_open_tree(const char *_Nonnull path, bool recursive, bool follow);

// openat2(O_PATH, RESOLVE_IN_ROOT): a file by its path inside the directory `root`, which nothing leads out of.
// Close-on-exec.
int skep_linux_open_inside(int root, const char *_Nonnull path);

// mount_setattr: MOUNT_ATTR_IDMAP, by the mapping of an open user namespace; a propagation, MS_* with MS_REC.
int skep_linux_map_ids(int mount, bool recursive, int user_namespace);
int skep_linux_set_propagation(int mount, uint64_t propagation);

// What statfs says of `path`: a cgroup v1 hierarchy, a cgroup2 tree, something else, or nothing there.
enum skep_linux_cgroup_kind { SKEP_LINUX_CGROUP_NONE, SKEP_LINUX_CGROUP_V1, SKEP_LINUX_CGROUP_V2 };
int skep_linux_cgroup_kind(const char *_Nonnull path);

// Loads a BPF_PROG_TYPE_CGROUP_DEVICE program of `count` instructions (struct bpf_insn, as 64-bit words) under a name
// of at most 15 bytes. Close-on-exec.
int skep_linux_load_device_program(const uint64_t *_Nonnull instructions, size_t count, const char *_Nonnull name);

// Attaches a device program to the cgroup v2 directory `cgroup`, in the place of `replaced`, or, if that is -1, beside
// any that are there.
int skep_linux_attach_device_program(int cgroup, int program, int replaced);

// The numbers of the device programs that are attached to a cgroup itself: how many there are, `count` at most.
int skep_linux_attached_device_programs(int cgroup, uint32_t *_Nonnull ids, size_t count);

// Opens a loaded BPF program by its number, if it has this name; ENOENT if it has another. Close-on-exec.
int skep_linux_open_program(uint32_t id, const char *_Nonnull name);

// Clones a process with these flags (CLONE_NEW*), into the version 2 cgroup `cgroup` unless that is -1, which makes a
// detached mount of `file_system` there unless that is NULL, and ends. Returns 0, or the errno of what was refused.
int skep_linux_try_clone(uint64_t flags, int cgroup, const char *_Nullable file_system);

// Whether a program gives its caller more rights: setuid root, or by file capabilities.
bool skep_linux_gives_rights(const char *_Nonnull path);

// "ENOENT" and "No such file or directory"; NULL for a number that is no errno.
const char *_Nullable skep_linux_error_name(int error);
const char *_Nullable skep_linux_error_text(int error);

// The number of a signal by its name without "SIG" ("TERM", "RTMIN+3"), or -1.
int skep_linux_signal_number(const char *_Nonnull name);

// A command's option, for skep_linux_parse_options.
struct skep_linux_option {
    const char *_Nonnull name; // without its dashes
    char letter;               // its short form, or 0
    bool takes_value;
};

// Called for each option found, with its index in the table and its value, if it takes one.
typedef void (*skep_linux_option_found)(void *_Nonnull context, int index, const char *_Nullable value);

enum skep_linux_option_problem { SKEP_LINUX_OPTION_UNKNOWN = -1, SKEP_LINUX_OPTION_WITHOUT_VALUE = -2 };

// getopt_long(3) over a table of at most 64 options, stopping at the first operand. Returns the index of the first
// operand in `argv`, or a skep_linux_option_problem with the offending argument in `problem`.
int skep_linux_parse_options(int argc, char *_Nullable const *_Nonnull argv,
                             const struct skep_linux_option *_Nonnull options, int count,
                             skep_linux_option_found _Nonnull found, void *_Nonnull context,
                             const char *_Nullable *_Nonnull problem);

// Blocks every signal in the calling thread, and returns a signalfd for them all. Close-on-exec.
int skep_linux_block_signals(void);

// The next pending signal of a signalfd, or -1.
int skep_linux_next_signal(int signalfd);

// Reaps every child that has ended, but for `spared`.
void skep_linux_reap_others(pid_t spared);

// eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK).
int skep_linux_eventfd(void);

// fcntl(F_GETFD): whether `fd` is open.
bool skep_linux_is_open(int fd);

// The character that ends the input of a terminal that collects lines; -1 where it does not collect.
int skep_linux_end_of_input(int terminal);

// The size of a terminal in characters. Returns -1 where it is none.
int skep_linux_window_size(int terminal, unsigned short *_Nonnull rows, unsigned short *_Nonnull columns);
int skep_linux_set_window_size(int terminal, unsigned short rows, unsigned short columns);

// A terminal in raw mode, to be restored.
struct skep_linux_raw_mode {
    int terminal;
    pid_t guard;           // the process that restores it should this one be killed
    int guard_socket;      // which tells it so
    void *_Nullable saved; // struct termios
};

// Puts a terminal into raw mode: nothing that passes through it is changed or acted on.
int skep_linux_begin_raw_mode(int terminal, struct skep_linux_raw_mode *_Nonnull mode);
void skep_linux_end_raw_mode(struct skep_linux_raw_mode *_Nonnull mode);

#endif
