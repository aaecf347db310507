// floor: the least a Linux container lifecycle can cost.
//
// Performs, with raw system calls and nothing else, the kernel work that a default OCI bundle asks of
// any runtime: cgroups made and joined, six namespaces, the default mounts and devices, masked and
// read-only paths, pivot_root, capabilities dropped, exec, wait, cgroups removed. No JSON, no state, no
// safety: a lower bound to hold a real runtime against, measured in the same run.
//
//   floor BUNDLE [COMMAND...]      (runs as root; BUNDLE/rootfs is the root file system)
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what) {
    perror(what);
    _exit(1);
}
#define CHECK(e)                                                                                                       \
    do {                                                                                                               \
        if ((e) < 0) die(#e);                                                                                          \
    } while (0)

static void spit(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) die(path);
    if (write(fd, text, strlen(text)) < 0) die(path);
    close(fd);
}

static const char *v1[] = {"cpu",     "cpuacct", "cpuset", "memory",  "devices",
                           "freezer", "blkio",   "pids",   "systemd", NULL};

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    char path[4096], name[64], pid_text[32], dir[8][4096];
    snprintf(name, sizeof name, "floor-%d", getpid());
    int v2 = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
    char groups[16][256];
    int n = 0;
    if (v2)
        snprintf(groups[n++], 256, "/sys/fs/cgroup/%s", name);
    else
        for (int i = 0; v1[i]; i++) {
            snprintf(path, sizeof path, "/sys/fs/cgroup/%s", v1[i]);
            if (access(path, F_OK) == 0) snprintf(groups[n++], 256, "/sys/fs/cgroup/%s/%s", v1[i], name);
        }
    for (int i = 0; i < n; i++)
        CHECK(mkdir(groups[i], 0755));
    if (!v2) { // cpuset v1 wants its values before a process can join
        char b[256];
        int fd, k;
        const char *f[] = {"cpuset.cpus", "cpuset.mems"};
        for (int i = 0; i < 2; i++) {
            snprintf(path, sizeof path, "/sys/fs/cgroup/cpuset/%s", f[i]);
            if ((fd = open(path, O_RDONLY)) < 0) continue;
            k = read(fd, b, sizeof b - 1);
            close(fd);
            if (k < 0) k = 0;
            b[k] = 0;
            snprintf(path, sizeof path, "/sys/fs/cgroup/cpuset/%s/%s", name, f[i]);
            spit(path, b);
        }
    }
    int go[2];
    CHECK(pipe2(go, O_CLOEXEC));
    pid_t pid = syscall(SYS_clone, SIGCHLD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS, 0,
                        0, 0, 0);
    if (pid < 0) die("clone");
    if (pid == 0) {
        char c;
        if (read(go[0], &c, 1) != 1) _exit(1);
        CHECK(unshare(CLONE_NEWCGROUP));
        CHECK(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL));
        snprintf(path, sizeof path, "%s/rootfs", argv[1]);
        CHECK(mount(path, path, NULL, MS_BIND | MS_REC, NULL));
        CHECK(chdir(path));
        mkdir("proc", 0755);
        mkdir("dev", 0755);
        mkdir("sys", 0755);
        CHECK(mount("proc", "proc", "proc", 0, NULL));
        CHECK(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"));
        mkdir("dev/pts", 0755);
        mkdir("dev/shm", 0755);
        mkdir("dev/mqueue", 0755);
        CHECK(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"));
        CHECK(mount("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NOEXEC | MS_NODEV, "mode=1777,size=65536k"));
        CHECK(mount("mqueue", "dev/mqueue", "mqueue", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL));
        CHECK(mount("sysfs", "sys", "sysfs", MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY, NULL));
        if (v2)
            mount("cgroup", "sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY, NULL);
        else {
            CHECK(mount("tmpfs", "sys/fs/cgroup", "tmpfs", MS_NOSUID | MS_NOEXEC | MS_NODEV, "mode=755"));
            for (int i = 0; i < n; i++) {
                const char *ctl = groups[i] + strlen("/sys/fs/cgroup/");
                char s[64];
                snprintf(s, sizeof s, "%.*s", (int)(strchr(ctl, '/') - ctl), ctl);
                snprintf(path, sizeof path, "sys/fs/cgroup/%s", s);
                mkdir(path, 0755);
                CHECK(mount("cgroup", path, "cgroup", MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY,
                            strcmp(s, "systemd") ? s : "none,name=systemd"));
            }
        }
        struct {
            const char *p;
            int a, b;
        } nodes[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
                     {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
        for (int i = 0; i < 6; i++)
            CHECK(mknod(nodes[i].p, S_IFCHR | 0666, makedev(nodes[i].a, nodes[i].b)));
        symlink("/proc/self/fd", "dev/fd");
        symlink("pts/ptmx", "dev/ptmx");
        symlink("/proc/self/fd/0", "dev/stdin");
        symlink("/proc/self/fd/1", "dev/stdout");
        symlink("/proc/self/fd/2", "dev/stderr");
        CHECK(syscall(SYS_pivot_root, ".", "."));
        CHECK(umount2(".", MNT_DETACH));
        const char *masked[] = {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug",
                                "/proc/latency_stats"};
        for (int i = 0; i < 5; i++)
            mount("/dev/null", masked[i], NULL, MS_BIND, NULL);
        const char *maskdir[] = {"/proc/acpi", "/sys/firmware", "/proc/scsi"};
        for (int i = 0; i < 3; i++)
            mount("tmpfs", maskdir[i], "tmpfs", MS_RDONLY, NULL);
        const char *ro[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
        for (int i = 0; i < 5; i++)
            if (mount(ro[i], ro[i], NULL, MS_BIND | MS_REC, NULL) == 0)
                mount(NULL, ro[i], NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
        CHECK(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
        CHECK(sethostname("floor", 5));
        unsigned keep = (1u << CAP_AUDIT_WRITE) | (1u << CAP_KILL) | (1u << CAP_NET_BIND_SERVICE);
        for (int c2 = 0; c2 <= 40; c2++)
            if (c2 > 31 || !(keep >> c2 & 1)) prctl(PR_CAPBSET_DROP, c2, 0, 0, 0);
        struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
        struct __user_cap_data_struct d[2] = {{keep, keep, 0}, {0, 0, 0}};
        CHECK(syscall(SYS_capset, &h, d));
        CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        execv(argv[2], argv + 2);
        die("execv");
    }
    snprintf(pid_text, sizeof pid_text, "%d", pid);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/cgroup.procs", groups[i]);
        spit(path, pid_text);
    }
    CHECK(write(go[1], "x", 1));
    int status;
    CHECK(waitpid(pid, &status, 0));
    for (int i = 0; i < n; i++)
        CHECK(rmdir(groups[i]));
    (void)dir;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
