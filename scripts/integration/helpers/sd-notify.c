// The container's end of sd_notify(3), as busybox has none: sends each argument to $NOTIFY_SOCKET, or with a first
// argument "@PATH" to that one. In an argument "|" is the end of a line.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    int first = 1;
    if (argc > 1 && argv[1][0] == '@') path = argv[first++] + 1;
    if (path == NULL) {
        fputs("NOTIFY_SOCKET is not set\n", stderr);
        return 2;
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    for (int i = first; i < argc; i++) {
        for (char *end = argv[i]; (end = strchr(end, '|'));)
            *end = '\n';
        if (sendto(fd, argv[i], strlen(argv[i]), 0, (struct sockaddr *)&address, sizeof address) < 0) {
            perror(path);
            return 1;
        }
    }
    return 0;
}
