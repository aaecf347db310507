// storm FILE: chains of processes, each of which makes the next one and ends, after a tenth of a millisecond: whoever
// lists them and then kills those of the list comes too late. Says "ready" once all chains are going. FILE has the
// number of processes so far. All end after a minute.
//
// storm --reap COMMAND...: runs the command, and waits for it and for all whose parents have ended; else that would be
// left to the machine's first process.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHAINS = 128, LIFETIME = 100 * 1000, LONGEST = 60 };

// What a new process costs most is a copy of what the old one has, so they share it, but for a stack.
enum { SHARED = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND, PLACES = 4, STACK_SIZE = 8192 };

// Where the processes of a chain are, one after the other. The kernel sets `user` to 0 when a process has ended.
static struct chain {
    unsigned count;
    struct {
        _Atomic int user;
        _Alignas(16) char stack[STACK_SIZE];
    } places[PLACES];
} chains[CHAINS];

static _Atomic unsigned *processes;
static time_t end;

static time_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static int live(void *chain);

static int next(struct chain *chain, unsigned place) {
    _Atomic int *user = &chain->places[place].user;
    if (atomic_load(user)) return -1;
    atomic_store(user, 1);
    char *stack = chain->places[place].stack + STACK_SIZE;
    int pid = clone(live, stack, SHARED | CLONE_CHILD_CLEARTID | SIGCHLD, chain, NULL, NULL, user);
    if (pid < 0) atomic_store(user, 0);
    return pid;
}

static int live(void *argument) {
    struct chain *chain = argument;
    unsigned place = ++chain->count % PLACES;
    atomic_fetch_add(processes, 1);
    while (now() < end) {
        nanosleep(&(struct timespec){.tv_nsec = LIFETIME}, NULL);
        if (next(chain, place) > 0) break;
    }
    return 0;
}

static int reap(char **command) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (fork() == 0) {
        execv(command[0], command);
        _exit(127);
    }
    while (wait(NULL) > 0) {
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count > 2 && strcmp(arguments[1], "--reap") == 0) return reap(arguments + 2);
    int file = count == 2 ? open(arguments[1], O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (file < 0 || ftruncate(file, sizeof *processes) < 0) return 1;
    processes = mmap(NULL, sizeof *processes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (processes == MAP_FAILED) return 1;
    // Whose parent has ended is this process's child then, which need not wait for it.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGCHLD, SIG_IGN);
    end = now() + LONGEST;
    for (int i = 0; i < CHAINS; i++) {
        if (next(&chains[i], 0) < 0) return 1;
    }
    while (atomic_load(processes) < 10 * CHAINS) {
        usleep(1000);
    }
    puts("ready");
    fflush(stdout);
    while (now() < end) {
        usleep(1000);
    }
    return 0;
}
