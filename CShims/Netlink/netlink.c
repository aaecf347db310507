#include "skep_netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

_Static_assert((int)SKEP_NETLINK_UP == (int)IFF_UP, "IFF_UP is another bit");

static int close_failed(int fd) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_here(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return -1;
    int on = 1;
    if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on) < 0)
        return close_failed(fd);
    return fd;
}

int skep_netlink_open(int network_namespace) {
    if (network_namespace < 0) return open_here();
    int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (own < 0) return -1;
    if (setns(network_namespace, CLONE_NEWNET) < 0) return close_failed(own);
    int fd = open_here();
    int error = errno;
    if (setns(own, CLONE_NEWNET) < 0) abort();
    close(own);
    errno = error;
    return fd;
}

int skep_netlink_is_namespace(int fd) {
    struct statfs status;
    if (fstatfs(fd, &status) < 0) return -1;
    return status.f_type == NSFS_MAGIC;
}
