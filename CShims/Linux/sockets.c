#include "skep_linux.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

ssize_t skep_linux_receive(int socket, void *bytes, size_t size, int *fd) {
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    *fd = -1;
    ssize_t got;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(fd, CMSG_DATA(header), sizeof(int));
    return got;
}

// Fills in the address of `path`; its length, or 0 with errno set where it is too long.
static socklen_t make_address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    if (length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return 0;
    }
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

// Closes `fd`, leaving errno as it is; -1.
static int give_up(int fd) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int skep_linux_connect(const char *path) {
    struct sockaddr_un address;
    socklen_t length = make_address(path, &address);
    if (length == 0) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    return connect(fd, (struct sockaddr *)&address, length) == 0 ? fd : give_up(fd);
}

int skep_linux_try_connect(const void *name, size_t length, bool is_abstract) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t start = is_abstract ? 1 : 0; // a name in the abstract namespace begins with a NUL, another one ends with it
    if (length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path + start, name, length);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    return connect(fd, (struct sockaddr *)&address, size) == 0 ? fd : give_up(fd);
}

int skep_linux_bind_datagram(const char *path) {
    struct sockaddr_un address;
    socklen_t length = make_address(path, &address);
    if (length == 0) return -1;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    if (bind(fd, (struct sockaddr *)&address, length) == 0 && chmod(path, 0777) == 0) return fd;
    return give_up(fd);
}

int skep_linux_connect_datagram(const char *path) {
    struct sockaddr_un address;
    socklen_t length = make_address(path, &address);
    if (length == 0) return -1;
    if (address.sun_path[0] == '@') {
        address.sun_path[0] = '\0';
        length--; // no NUL ends an abstract name
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    return connect(fd, (struct sockaddr *)&address, length) == 0 ? fd : give_up(fd);
}
