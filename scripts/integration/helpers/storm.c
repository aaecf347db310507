// Chains of processes, each of which forks the next one and ends after a tenth of a millisecond: whoever lists them and
// then kills those of the list comes too late. The first process says "ready" once all chains are going. The folder
// given has a file "forks", the number of processes so far, as long as one of them lives. All end after a minute.
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { CHAINS = 32, LIFETIME = 100 * 1000, LONGEST = 60 };

static _Atomic unsigned *forks;

static time_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static void pass_on(time_t end) {
    while (now() < end) {
        nanosleep(&(struct timespec){.tv_nsec = LIFETIME}, NULL);
        pid_t child = fork();
        if (child > 0) _exit(0);
        if (child == 0) atomic_fetch_add(forks, 1);
    }
    _exit(0);
}

int main(int count, char **arguments) {
    int file = count == 2 ? open(arguments[1], O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (file < 0 || ftruncate(file, sizeof *forks) < 0) return 1;
    forks = mmap(NULL, sizeof *forks, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (forks == MAP_FAILED) return 1;
    // Those that end are this process's to wait for, which then means nobody's.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGCHLD, SIG_IGN);
    time_t end = now() + LONGEST;
    for (int i = 0; i < CHAINS; i++)
        if (fork() == 0) pass_on(end);
    while (atomic_load(forks) < 10 * CHAINS) usleep(1000);
    puts("ready");
    fflush(stdout);
    while (now() < end) usleep(1000);
    return 0;
}
