// record: runs a program and writes down which of its functions are called, in the order of their first call.
//
//   record FUNCTIONS OUTPUT PROGRAM [ARGUMENT...]     FUNCTIONS: lines of "ADDRESS NAME" (nm)
//
// Every function's first byte is made a breakpoint, which goes when it is hit, so a run is hardly slower than without.
// Threads, forks and clones of the program are followed up to their exec.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct function {
    uint64_t address;
    char *name;
    unsigned char byte; // what the breakpoint replaced
    int set;
};

static struct function *functions;
static size_t count;

static _Noreturn void die(const char *what) {
    perror(what);
    exit(1);
}

static int by_address(const void *a, const void *b) {
    uint64_t x = ((const struct function *)a)->address, y = ((const struct function *)b)->address;
    return x < y ? -1 : x > y;
}

static void read_functions(const char *path) {
    FILE *file = fopen(path, "re");
    if (!file) die(path);
    char name[65536];
    unsigned long address;
    size_t room = 0;
    while (fscanf(file, "%lx %65535s", &address, name) == 2) {
        if (count == room) functions = realloc(functions, (room = room ? room * 2 : 1024) * sizeof *functions);
        if (!functions) die("realloc");
        functions[count++] = (struct function){.address = address, .name = strdup(name)};
    }
    fclose(file);
    qsort(functions, count, sizeof *functions, by_address);
}

static int open_memory(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) die(path);
    return fd;
}

static void set_breakpoints(pid_t pid) {
    int memory = open_memory(pid);
    for (size_t i = 0; i < count; i++) {
        struct function *function = &functions[i];
        if (i > 0 && functions[i - 1].address == function->address) continue; // another name of the same
        if (pread(memory, &function->byte, 1, (off_t)function->address) != 1) continue;
        function->set = pwrite(memory, "\xcc", 1, (off_t)function->address) == 1;
    }
    close(memory);
}

// Takes the breakpoint away that `pid` has hit, and writes down whose it was. 0 if it hit none of ours.
static int take_breakpoint(pid_t pid, FILE *output) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, 0, &registers) < 0) return 0;
    struct function key = {.address = registers.rip - 1};
    struct function *function = bsearch(&key, functions, count, sizeof *functions, by_address);
    while (function && function > functions && function[-1].address == key.address)
        function--;
    if (!function || !function->set) return 0;
    int memory = open_memory(pid);
    if (pwrite(memory, &function->byte, 1, (off_t)key.address) != 1) die("pwrite");
    close(memory);
    registers.rip--;
    if (ptrace(PTRACE_SETREGS, pid, 0, &registers) < 0) die("PTRACE_SETREGS");
    for (; function < functions + count && function->address == key.address; function++)
        fprintf(output, "%s\n", function->name);
    return 1;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    read_functions(argv[1]);
    FILE *output = fopen(argv[2], "we");
    if (!output) die(argv[2]);
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execv(argv[3], argv + 3);
        _exit(127);
    }
    int status, result = 1;
    waitpid(child, &status, 0);
    long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, options) < 0) die("PTRACE_SETOPTIONS");
    set_breakpoints(child);
    ptrace(PTRACE_CONT, child, 0, 0);
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) {
            if (pid == child) result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
            continue;
        }
        int signal = WSTOPSIG(status);
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            ptrace(PTRACE_DETACH, pid, 0, 0); // another program, without our breakpoints
            continue;
        }
        if (signal == SIGTRAP && (status >> 16 != 0 || take_breakpoint(pid, output))) signal = 0;
        if (signal == SIGSTOP) signal = 0; // a new tracee's first stop
        ptrace(PTRACE_CONT, pid, 0, signal);
    }
    fclose(output);
    return result;
}
