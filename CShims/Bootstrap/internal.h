// What the bootstrap's files share. The whole of it runs in the init, single-threaded, between its exec and the
// container's: every failure reports and ends the process, so there is nothing to clean up and nothing to return.
#ifndef SKEP_BOOTSTRAP_INTERNAL_H
#define SKEP_BOOTSTRAP_INTERNAL_H

#include "skep_plan.h"
#include "skep_protocol.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SKEP_MAX_UNDONE 1024 // mounts that a plan which undoes them may make

struct skep_init {
    struct skep_plan plan;
    volatile struct skep_board *board;
    uint32_t step; // the one being carried out
    int socket;
    int report_fifo; // where failures go once the parent has left; else -1
    int fds[SKEP_MAX_FDS];
    uint32_t fd_count;
    int root;                     // O_PATH: the rootfs, later "/"
    int proc;                     // a procfs: the container's own if it has one, else the host's
    bool makes_proc;              // whether the host's may not be opened, and the container's is not to be trusted
    int null;                     // O_PATH: the container's /dev/null, once it was needed
    bool undoes;                  // whether mounts go again when a later step fails
    int mounted[SKEP_MAX_UNDONE]; // then, what has been mounted
    uint32_t mounted_count;
    int empty_dir;   // O_PATH: the mount that covers masked directories, once it was needed
    bool fds_marked; // whether what the container's process may not inherit closes with the exec
    char command[PATH_MAX];
    char home[PATH_MAX];
    char listen_pid[32];
};

// Reports `call` with errno and `detail`, and ends the process.
_Noreturn void skep_fail(struct skep_init *init, const char *call, const char *detail);
// The same with an errno of its own; 0 for a failure that no errno describes.
_Noreturn void skep_fail_with(struct skep_init *init, int error, const char *call, const char *detail);

// The string of a step's text operand; NULL where it has none.
const char *skep_text(const struct skep_init *init, const struct skep_step *step, unsigned index);
// The descriptor of a step's slot.
int skep_slot(struct skep_init *init, const struct skep_step *step);
// The same, handed over: whoever takes it closes it.
int skep_take_slot(struct skep_init *init, const struct skep_step *step);

// orders.c: the parent's side of the conversation
void skep_receive_plan(struct skep_init *init);
// Waits until the process may be seen in the pid namespace that it joins.
void skep_wait_to_enter(struct skep_init *init);
void skep_step_cgroup(struct skep_init *init, const struct skep_step *step);
void skep_step_runtime_hooks(struct skep_init *init, const struct skep_step *step);
void skep_step_wait(struct skep_init *init, const struct skep_step *step);
// Tells the parent how far the init is; `fd` goes along unless it is -1.
void skep_send_report(struct skep_init *init, uint32_t kind, int fd);

// hooks.c
// The descriptor of a hook's stream (SKEP_HOOK_OUTPUT or SKEP_HOOK_ERRORS) that goes to a file; -1 where it does not.
int skep_hook_file(struct skep_init *init, const struct skep_step *step, unsigned stream);
void skep_step_hook(struct skep_init *init, const struct skep_step *step);

// terminal.c
void skep_step_terminal(struct skep_init *init, const struct skep_step *step);

// paths.c: everything below the rootfs goes through these
// Opens `path` inside the rootfs: symbolic links and ".." can't leave it. -1 with errno when it is not there.
int skep_open_in_root(struct skep_init *init, const char *path, int flags);
// Opens `path` inside the rootfs (O_PATH), making it (a directory or an empty file) where it is missing.
int skep_make_in_root(struct skep_init *init, const char *path, bool directory);
// Opens the directory that holds `path` inside the rootfs, made if missing; `name` is set to the last component.
int skep_open_parent_in_root(struct skep_init *init, const char *path, const char **name);
// The init's procfs, opened if it is not yet: where nothing else leads to one that can be trusted, one of its own.
int skep_proc(struct skep_init *init);
// Writes `value` to a file of the init's procfs, never following a symbolic link or leaving that file system.
void skep_write_proc(struct skep_init *init, const char *path, const char *value);

// mounts.c
void skep_step_mount(struct skep_init *init, const struct skep_step *step);
void skep_step_bind(struct skep_init *init, const struct skep_step *step);
void skep_step_remount(struct skep_init *init, const struct skep_step *step);
int skep_new_mount(struct skep_init *init, const char *type, const char *const *pairs, uint32_t count, uint64_t attr);

// copyup.c: gives the new file system `mount` what the directory `target` (O_PATH) holds
void skep_copy_up(struct skep_init *init, int target, int mount, const char *destination);

// hotplug.c
void skep_step_unmount(struct skep_init *init, const struct skep_step *step);
void skep_step_done(struct skep_init *init, const struct skep_step *step);
// Keeps a mount that is now attached for as long as it may have to go again; else closes it.
void skep_release_mount(struct skep_init *init, int mount);
// Unmounts what is kept, the last first.
void skep_undo_mounts(struct skep_init *init);

// locked.c
// Reports why mount_setattr has refused `attr`, with the flags that are locked.
_Noreturn void skep_fail_to_set(struct skep_init *init, int mount, const struct mount_attr *attr,
                                const char *destination);

// rootfs.c
void skep_step_propagation(struct skep_init *init, const struct skep_step *step);
void skep_step_root(struct skep_init *init, const struct skep_step *step);
void skep_step_pivot(struct skep_init *init, const struct skep_step *step);
void skep_step_mask(struct skep_init *init, const struct skep_step *step);
void skep_step_readonly(struct skep_init *init, const struct skep_step *step);
void skep_step_root_attr(struct skep_init *init, const struct skep_step *step);

// nodes.c
void skep_step_mknod(struct skep_init *init, const struct skep_step *step);
void skep_step_device(struct skep_init *init, const struct skep_step *step);
void skep_step_symlink(struct skep_init *init, const struct skep_step *step);

// namespaces.c
void skep_step_join(struct skep_init *init, const struct skep_step *step);
void skep_step_join_process(struct skep_init *init, const struct skep_step *step);
void skep_step_loopback(struct skep_init *init, const struct skep_step *step);
void skep_step_hostname(struct skep_init *init, const struct skep_step *step);
void skep_step_domainname(struct skep_init *init, const struct skep_step *step);
void skep_step_sysctl(struct skep_init *init, const struct skep_step *step);

// credentials.c
void skep_step_cap_bound(struct skep_init *init, const struct skep_step *step);
void skep_step_user(struct skep_init *init, const struct skep_step *step);
void skep_step_caps(struct skep_init *init, const struct skep_step *step);
void skep_step_cap_ambient(struct skep_init *init, const struct skep_step *step);
void skep_step_no_new_privs(struct skep_init *init, const struct skep_step *step);

// scheduling.c
void skep_step_personality(struct skep_init *init, const struct skep_step *step);
void skep_step_memory_policy(struct skep_init *init, const struct skep_step *step);
void skep_step_affinity(struct skep_init *init, const struct skep_step *step);
void skep_step_scheduler(struct skep_init *init, const struct skep_step *step);
void skep_step_io_priority(struct skep_init *init, const struct skep_step *step);

// security.c
void skep_step_keyring(struct skep_init *init, const struct skep_step *step);
void skep_step_apparmor(struct skep_init *init, const struct skep_step *step);
void skep_step_selinux(struct skep_init *init, const struct skep_step *step);
void skep_step_label(struct skep_init *init, const struct skep_step *step);
void skep_step_seccomp(struct skep_init *init, const struct skep_step *step);

// process.c
// Has all descriptors but the standard streams and `preserved` more closed by the exec.
void skep_mark_descriptors(struct skep_init *init, uint64_t preserved);
void skep_step_setsid(struct skep_init *init, const struct skep_step *step);
void skep_step_oom_score_adj(struct skep_init *init, const struct skep_step *step);
void skep_step_rlimit(struct skep_init *init, const struct skep_step *step);
void skep_step_stdio_owner(struct skep_init *init, const struct skep_step *step);
void skep_step_listen_pid(struct skep_init *init, const struct skep_step *step);
void skep_step_home(struct skep_init *init, const struct skep_step *step);
void skep_step_make_cwd(struct skep_init *init, const struct skep_step *step);
void skep_step_cwd(struct skep_init *init, const struct skep_step *step);
void skep_step_find_command(struct skep_init *init, const struct skep_step *step);
void skep_step_exec(struct skep_init *init, const struct skep_step *step);

#endif
