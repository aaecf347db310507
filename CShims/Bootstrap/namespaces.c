// Joining namespaces, and what is set once inside them.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

void skep_step_join(struct skep_init *init, const struct skep_step *step) {
    if (SKEP_CALL(setns, skep_slot(init, step), (int)step->number[0]) < 0)
        skep_fail(init, "setns", skep_text(init, step, 0));
}

// What is made and opened from now on belongs to the container's root: the host's has no number there.
static void become_root(struct skep_init *init) {
    if (SKEP_CALL(setresgid, 0, 0, 0) < 0) skep_fail(init, "setresgid", NULL);
    if (SKEP_CALL(setresuid, 0, 0, 0) < 0) skep_fail(init, "setresuid", NULL);
    if (SKEP_CALL(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) skep_fail(init, "prctl", "PR_SET_DUMPABLE");
}

// A process's own pid namespace never changes, only that of its children. What the child has in hand is seen in there
// as soon as it lives, by whoever may trace others: so nothing leads to the host by then (CVE-2016-9962). The host's
// /proc stays where the container's users are others, who may not trace it, and would not be let mount one.
static void go_on_as_child(struct skep_init *init, bool has_users) {
    skep_wait_to_enter(init);
    if (!has_users) {
        skep_close(init->proc);
        init->proc = -1;
        init->makes_proc = true;
    }
    static struct clone_args args; // zeroed by the kernel: an initialiser would call memset
    args.flags = CLONE_PARENT;
    long pid = SKEP_CALL(clone3, &args, sizeof args);
    if (pid < 0) skep_fail(init, "clone3", "the process that joins the pid namespace");
    if (pid > 0) {
        init->board->successor = (int32_t)pid;
        skep_exit(0);
    }
    long self = SKEP_CALL(getpid);
    int own = (int)SKEP_CALL(pidfd_open, self, 0);
    if (own < 0) skep_fail(init, "pidfd_open", "the process that joins the pid namespace");
    skep_send_report(init, SKEP_REPORT_SUCCESSOR, own);
    skep_close(own);
}

// One call for all namespaces of a running container. Its /proc is not to be trusted, so the host's is opened first.
void skep_step_join_process(struct skep_init *init, const struct skep_step *step) {
    init->proc = skep_open("/proc", O_PATH | O_DIRECTORY);
    if (init->proc < 0) skep_fail(init, "open", "/proc");
    int process = skep_slot(init, step);
    if (step->number[0] != 0 && SKEP_CALL(setns, process, step->number[0]) < 0)
        skep_fail(init, "setns", "the container's init");
    if (step->number[0] & CLONE_NEWUSER) become_root(init);
    if (step->flags & SKEP_JOIN_ROOT) {
        if ((uint32_t)step->slot + 1 >= init->fd_count) skep_fail_with(init, 0, "plan", "the root was not sent");
        if (SKEP_CALL(fchdir, init->fds[step->slot + 1]) < 0) skep_fail(init, "fchdir", "the container's root");
        if (SKEP_CALL(chroot, ".") < 0) skep_fail(init, "chroot", "the container's root");
        skep_close(init->fds[step->slot + 1]);
        init->fds[step->slot + 1] = -1;
    }
    if (step->number[0] & CLONE_NEWPID) go_on_as_child(init, step->number[0] & CLONE_NEWUSER);
    init->root = skep_open("/", O_PATH | O_DIRECTORY);
    if (init->root < 0) skep_fail(init, "open", "/");
}

void skep_step_loopback(struct skep_init *init, const struct skep_step *step) {
    if ((step->flags & SKEP_LOOPBACK_UNSHARE) && SKEP_CALL(unshare, CLONE_NEWNET) < 0)
        skep_fail(init, "unshare", "CLONE_NEWNET");
    int fd = (int)SKEP_CALL(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) skep_fail(init, "socket", "AF_INET");
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    if (SKEP_CALL(ioctl, fd, SIOCSIFFLAGS, &request) < 0) skep_fail(init, "ioctl SIOCSIFFLAGS", "lo");
    skep_close(fd);
}

void skep_step_hostname(struct skep_init *init, const struct skep_step *step) {
    const char *name = skep_text(init, step, 0);
    if (SKEP_CALL(sethostname, name ? name : "", name ? skep_length(name) : 0) < 0)
        skep_fail(init, "sethostname", name);
}

void skep_step_domainname(struct skep_init *init, const struct skep_step *step) {
    const char *name = skep_text(init, step, 0);
    if (SKEP_CALL(setdomainname, name ? name : "", name ? skep_length(name) : 0) < 0)
        skep_fail(init, "setdomainname", name);
}

void skep_step_sysctl(struct skep_init *init, const struct skep_step *step) {
    char path[PATH_MAX];
    const char *value = skep_text(init, step, 1);
    struct skep_builder text = skep_build(path, sizeof path);
    skep_add(&text, "sys/");
    skep_add(&text, skep_text(init, step, 0));
    if (text.cut) skep_fail_with(init, ENAMETOOLONG, "open", skep_text(init, step, 0));
    skep_write_proc(init, path, value ? value : "");
}
