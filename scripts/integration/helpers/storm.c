// Processes that fork whenever they can, each of which lives for a moment only; the first says "ready" and goes on.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { LIFETIME = 20 };

int main(void) {
    signal(SIGCHLD, SIG_IGN);
    puts("ready");
    fflush(stdout);
    int left = -1;
    while (left != 0) {
        pid_t child = fork();
        if (child == 0) left = LIFETIME;
        if (child < 0) usleep(100);
        if (left > 0) left--;
    }
    return 0;
}
