// The plan: what Swift decides and the bootstrap carries out. This header is the single source of the format's
// numbers: Planning (Swift) writes it, the reader beside it checks it, CShims/Bootstrap follows it.
//
//   header | steps | vectors | strings
//
// A step names its strings by their offset into the string table (offset 0 is the empty string and means "none")
// and its lists by their index into the vectors. A vector entry is either the offset of a string, which the reader
// turns into a pointer, or a plain number: the step's opcode says which.
#ifndef SKEP_PLAN_H
#define SKEP_PLAN_H

#include <stddef.h>
#include <stdint.h>

#define SKEP_PLAN_MAGIC   0x4e4c5053u
#define SKEP_PLAN_VERSION 1u

// Limits that bound what a reader has to look at.
#define SKEP_PLAN_MAX_SIZE  (64u << 20)
#define SKEP_PLAN_MAX_STEPS 65536u
#define SKEP_MAX_FDS        1024
#define SKEP_MAX_FILTER     4096u // the kernel's BPF_MAXINSNS

// The descriptors that arrive with the plan, in this order. The namespaces to join follow, then what the parent has
// opened for mounts, since the init can't: detached mounts and user namespaces that map ids.
enum skep_fd_slot {
    SKEP_FD_PLAN = 0,
    SKEP_FD_BOARD,
    SKEP_FD_EXEC_FIFO,   // the read end of exec.fifo, or anything where nothing waits for it
    SKEP_FD_REPORT_FIFO, // exec.report, for what fails after the wait; likewise
    SKEP_FD_FIRST_NAMESPACE,
};

struct skep_plan_header {
    uint32_t magic;
    uint32_t version;
    uint32_t size; // of the whole plan, in bytes
    uint32_t step_count;
    uint32_t vector_count;
    uint32_t string_size; // bytes of the string table, the last of which is NUL
};

enum skep_op {
    SKEP_OP_NONE = 0,
    // Namespaces
    SKEP_OP_JOIN,         // slot: namespace descriptor; number[0]: its CLONE_NEW* type; text[0]: its path
    SKEP_OP_JOIN_PROCESS, // slot: a pidfd; number[0]: the CLONE_NEW* types to join of its namespaces. Its "/" is the
                          // root. With CLONE_NEWUSER it becomes root there; with CLONE_NEWPID a child of the
                          // same parent goes on in its place. flags: SKEP_JOIN_*
    SKEP_OP_LOOPBACK,     // brings "lo" up; flags: SKEP_LOOPBACK_UNSHARE
    // The mount tree. Destinations are resolved inside the rootfs and acted on through descriptors.
    SKEP_OP_PROPAGATION,   // number[0]: MS_* propagation flags for "/" and everything below
    SKEP_OP_ROOT,          // text[0]: rootfs. Bound on itself unless SKEP_ROOT_PLAIN; slot: where not 0, a detached
                           // mount of it, put over "/"
    SKEP_OP_MOUNT,         // text: type, destination, what is bound with all below if the kernel refuses; vector: key,
                           // value pairs for fsconfig; number: see below, but number[1]: MOUNT_ATTR_* of what is bound;
                           // slot: where not 0, a user namespace whose mapping the mount gets
    SKEP_OP_BIND,          // text: source, destination; slot: where not 0, a detached mount of the source
    SKEP_OP_REMOUNT,       // text[0]: destination; vector as for SKEP_OP_MOUNT
    SKEP_OP_UNMOUNT,       // text[0]: destination; flags: SKEP_UNMOUNT_CHECK, SKEP_MOUNT_DEST_NOFOLLOW
    SKEP_OP_MKNOD,         // text[0]: path; number: mode with type, device (makedev), uid << 32 | gid
    SKEP_OP_LABEL,         // text: path of a directory, its SELinux label
    SKEP_OP_DEVICE,        // text[0]: path, here and on the host, whose device is bound; number: mode with type, device
    SKEP_OP_SYMLINK,       // text: target, path. An existing path is left alone
    SKEP_OP_RUNTIME_HOOKS, // says that the hooks of the runtime's namespaces are due, and waits until they have run
    SKEP_OP_HOOK,          // a hook of the container's namespaces. text: program, its state's JSON before and behind
                           // the pid; vector: argv; number: first vector entry of envp, its count, timeout in seconds
                           // (0: none); slot: where not 0, files for its output; flags: SKEP_HOOK_*
    SKEP_OP_PIVOT,         // the rootfs becomes "/"; flags: SKEP_PIVOT_*
    SKEP_OP_MASK,          // text[0]: path; vector: pairs for a directory's cover. Nothing there: nothing to mask
    SKEP_OP_READONLY,      // text[0]: path. Nothing there: nothing to do
    SKEP_OP_ROOT_ATTR,     // number[0]: MOUNT_ATTR_* to set on "/"; number[2]: propagation (MS_*)
    // Kernel settings of the new namespaces
    SKEP_OP_HOSTNAME,   // text[0]
    SKEP_OP_DOMAINNAME, // text[0]
    SKEP_OP_SYSCTL,     // text: path below /proc/sys, value
    SKEP_OP_CGROUP,     // waits for the parent's SKEP_ORDER_CGROUP and joins what it brings; SKEP_CGROUP_UNSHARE
    // The process
    SKEP_OP_SETSID,
    SKEP_OP_TERMINAL,      // makes a pseudo-terminal in the container's devpts, sends its master to the parent and
                           // becomes its session's leader; number: rows, columns (0: as they are); flags:
                           // SKEP_TERMINAL_*
    SKEP_OP_OOM_SCORE_ADJ, // text[0]: the number in decimal
    SKEP_OP_RLIMIT,        // number: resource, soft, hard
    SKEP_OP_KEYRING,       // text[0]: the session keyring's name. A kernel without keyrings: nothing to do
    SKEP_OP_PERSONALITY,   // number[0]: personality(2)'s persona
    SKEP_OP_MEMORY_POLICY, // number[0]: MPOL_* with MPOL_F_*; vector: the mask of nodes (numbers), the lowest first
    SKEP_OP_AFFINITY,      // vector: the mask of CPUs (numbers), the lowest first
    SKEP_OP_SCHEDULER,     // vector: policy, SCHED_FLAG_*, nice, priority (numbers); number: runtime, deadline, period
    SKEP_OP_IO_PRIORITY,   // number: class, level
    SKEP_OP_APPARMOR,      // text[0]: what /proc/thread-self/attr/apparmor/exec takes ("exec PROFILE")
    SKEP_OP_SELINUX,       // text[0]: what /proc/thread-self/attr/exec takes, a label
    SKEP_OP_STDIO_OWNER,   // number[0]: uid
    SKEP_OP_LISTEN_PID,    // vector: the one environment entry to set to LISTEN_PID=...
    SKEP_OP_HOME,          // number[0]: uid; vector: the one environment entry to set to HOME=...
    SKEP_OP_CAP_BOUND,     // number[0]: the bounding set
    SKEP_OP_USER,          // number: uid, gid, umask; vector: additional gids (numbers); flags: SKEP_USER_*
    SKEP_OP_CAPS,          // number: effective, permitted, inheritable
    SKEP_OP_CAP_AMBIENT,   // number[0]: the ambient set
    SKEP_OP_NO_NEW_PRIVS,  //
    SKEP_OP_SECCOMP,       // vector: the filter's instructions (struct sock_filter, 1 to 4096 numbers); number:
                           // SECCOMP_FILTER_FLAG_*, preserved descriptors. From here on every call goes through it
    SKEP_OP_MAKE_CWD,      // text[0]: made inside the rootfs if it is missing
    SKEP_OP_CWD,           // text[0]: entered, and verified to lie inside the rootfs; flags: SKEP_CWD_*
    SKEP_OP_FIND_COMMAND,  // text: args[0], PATH
    SKEP_OP_WAIT,          // says ready, then waits for the go; flags: SKEP_WAIT_*
    SKEP_OP_EXEC,          // vector: argv; number: first vector entry of envp, its count, preserved descriptors
    SKEP_OP_DONE,          // in place of exec: the process ends well. If a step before it fails, what was mounted is
                           // unmounted
    SKEP_OP_COUNT
};

// Flags of SKEP_OP_MOUNT, SKEP_OP_BIND and SKEP_OP_REMOUNT.
// number[0]: MOUNT_ATTR_* to set; number[1]: MOUNT_ATTR_* to clear, each with those of the mount and all below it in
// the upper half, which come first; number[2]: propagation (MS_*, with MS_REC), 0 for none
#define SKEP_MOUNT_IS_PROC         0x01u  // the container's own /proc: settings are written through it
#define SKEP_MOUNT_REAL_DIR        0x02u  // refuse a destination that is not the real directory of that name
#define SKEP_MOUNT_RECURSIVE       0x04u  // rbind
#define SKEP_MOUNT_RECONFIGURE     0x08u  // SKEP_OP_REMOUNT: the superblock too, not the mount alone
#define SKEP_MOUNT_DEST_NOFOLLOW   0x10u  // a destination that is a symbolic link is itself mounted on
#define SKEP_MOUNT_SOURCE_NOFOLLOW 0x20u  // a source that is a symbolic link is itself the source
#define SKEP_MOUNT_COPY_SYMLINK    0x40u  // such a source is made anew at the destination
#define SKEP_MOUNT_COPY_UP         0x80u  // it begins with a copy of what the directory under it holds
#define SKEP_MOUNT_KEEP_MODE       0x100u // it takes that directory's permissions, if there was one; a copy its owner

#define SKEP_UNMOUNT_CHECK 0x01u // only whether there is a mount that can be unmounted

#define SKEP_JOIN_ROOT 0x01u // the next descriptor is its root: without a mount namespace, nothing else leads there

#define SKEP_ROOT_PLAIN          0x01u // no mount namespace of its own: open it, mount nothing
#define SKEP_ROOT_PRIVATE_PARENT 0x02u // the mount that holds the rootfs is made private first
#define SKEP_PIVOT_MOVE          0x01u // MS_MOVE and chroot in place of pivot_root
#define SKEP_PIVOT_CHROOT        0x02u // chroot alone
#define SKEP_PIVOT_SLAVE         0x04u // the old root is made a slave before it goes: its mounts stay on the host

#define SKEP_LOOPBACK_UNSHARE 0x01u // in a new network namespace

#define SKEP_CGROUP_UNSHARE 0x01u // a new cgroup namespace, rooted in what was just joined

#define SKEP_TERMINAL_IS_CONSOLE 0x01u // it is /dev/console too

// Which streams go to the files: the first has the step's slot, the second the next.
#define SKEP_HOOK_OUTPUT 0x01u
#define SKEP_HOOK_ERRORS 0x02u

#define SKEP_USER_KEEP_GROUPS 0x01u // the groups stay as they are
#define SKEP_USER_NO_GROUPS   0x02u // in a user namespace that lets nobody set groups, none are to be set

#define SKEP_CWD_TRY 0x01u // first try with the runtime's rights: EACCES is left to the second

#define SKEP_WAIT_FIFO 0x01u // after the parent's order to go on, wait for exec.fifo

struct skep_step {
    uint16_t op;
    uint16_t flags;
    uint32_t origin; // the writer's own: which property the step came from
    uint64_t number[3];
    uint32_t text[3];
    int32_t slot;
    uint32_t vector;
    uint32_t vector_count;
};

_Static_assert(sizeof(struct skep_plan_header) == 24, "the header is followed by 8-byte aligned steps");
_Static_assert(sizeof(struct skep_step) == 56, "steps are written by another language");

// A plan that has been read: every offset in it was checked.
struct skep_plan {
    const struct skep_step *_Nullable steps;
    uint64_t *_Nullable vectors; // string entries are pointers by now
    const char *_Nullable strings;
    uint32_t step_count;
};

// Checks `size` bytes at `bytes` (8-byte aligned, writable: vectors of strings are made pointers in place) and fills
// `plan`. Returns NULL, or what is wrong with them. It makes no system call.
const char *_Nullable skep_plan_read(void *_Nonnull bytes, size_t size, struct skep_plan *_Nonnull plan);

// The opcode's name ("mount", "pivot"), or NULL for a number that is none.
const char *_Nullable skep_op_name(unsigned op);

#endif
