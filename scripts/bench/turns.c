// turns: how long commands take that run in turns, so that a drift of the machine meets all alike.
//
//   turns RUNS WARMUPS NAME COMMAND [NAME COMMAND]...     a COMMAND's words are separated by single spaces
//
// Prints a line for each: its name, the median and the least time in milliseconds. For machines without hyperfine, or
// too slow for its shells. posix_spawn, since to fork a program costs by its size.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

// The command's time in milliseconds; ends the program where it fails.
static double run(char **words, const char *name) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    double begin = now();
    pid_t pid;
    int status = 0;
    int error = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
    if (error || waitpid(pid, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "turns: %s: error %d, wait status %d\n", name, error, status);
        exit(1);
    }
    double end = now();
    posix_spawn_file_actions_destroy(&actions);
    return end - begin;
}

static int by_size(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

int main(int argc, char **argv) {
    int runs = argc > 1 ? atoi(argv[1]) : 0, warmups = argc > 2 ? atoi(argv[2]) : 0;
    int count = (argc - 3) / 2;
    if (runs < 1 || count < 1 || argc != 3 + 2 * count) return 2;
    double *times = calloc((size_t)count * runs, sizeof *times);
    if (times == NULL) return 1;
    char *words[count][64];
    for (int i = 0; i < count; i++) {
        char *rest = argv[4 + 2 * i];
        int n = 0;
        while (n < 63 && (words[i][n] = strsep(&rest, " ")) != NULL)
            n++;
        words[i][n] = NULL;
    }
    for (int turn = -warmups; turn < runs; turn++)
        for (int i = 0; i < count; i++) {
            double time = run(words[i], argv[3 + 2 * i]);
            if (turn >= 0) times[i * runs + turn] = time;
        }
    for (int i = 0; i < count; i++) {
        double *own = times + i * runs;
        qsort(own, runs, sizeof *own, by_size);
        double median = runs % 2 ? own[runs / 2] : (own[runs / 2 - 1] + own[runs / 2]) / 2;
        printf("%s %.2f %.2f\n", argv[3 + 2 * i], median, own[0]);
    }
    free(times);
    return 0;
}
