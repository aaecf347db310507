// inject: runs a command and lets one system call of one of its processes fail, or kills that process there.
//
//   inject [--at PROCESS:CALL FAULT] [--attach PID] REPORT SECONDS COMMAND...
//
// A FAULT is --error ERRNO, --signal NUMBER, or --exhaust FILE: the memory.max of a cgroup that the process is in, so
// that the OOM killer strikes there while the process stands at the call.
//
// Processes are numbered as they are born, the command being 0, calls from 1; with --attach a process that is there
// already is 1. Traced is whoever executes the command's own program or a copy of it: what executes another one, as a
// container's init does at the end, is let go. When the command has ended the others are let go where they are. strace
// counts calls for each process alone and lets the call fail in all of them, so that a child's call can't be reached
// behind its parent's.
//
// REPORT gets lines of "calls PROCESS COUNT", "hit NUMBER" (the system call's), "hang PROCESS NUMBER" for each process
// that is left after SECONDS, "overflow" where there were more processes than this program has room for, and at last
// "exit STATUS" or "signal NUMBER" of the command.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 64 };

struct process {
    pid_t pid;    // 0 once it has gone or was let go
    long calls;   // so many has it entered
    bool seen;    // its first stop has been
    bool runs;    // its program is executed: its calls count
    bool failing; // the call it is in is to fail
    bool inCall;  // stopped at a call's entry, or in the call
    long number;  // that call's
};

static struct process processes[PROCESSES];
static int count;

// What is to be done.
static int targetProcess = -1;
static long targetCall;
static int error;
static int killing;
static const char *memoryMax;

static FILE *report;
static off_t programSize;
static volatile sig_atomic_t late;

static void out_of_time(int signal) {
    (void)signal;
    late = 1;
}

static void fail(const char *what) {
    fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
    _exit(125);
}

static struct process *find(pid_t pid) {
    for (int i = 0; i < count; i++)
        if (processes[i].pid == pid) return &processes[i];
    return NULL;
}

static struct process *add(pid_t pid, bool runs) {
    struct process *known = find(pid);
    if (known != NULL) return known;
    if (count == PROCESSES) {
        fprintf(report, "overflow\n");
        return NULL;
    }
    processes[count] = (struct process){.pid = pid, .runs = runs};
    return &processes[count++];
}

// Whether a process executes the command's program: a copy of it is another file, but has its size.
static bool is_ours(pid_t pid) {
    char path[64];
    struct stat file;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return stat(path, &file) == 0 && file.st_size == programSize;
}

static void let_go(struct process *process) {
    ptrace(PTRACE_DETACH, process->pid, 0, 0);
    process->pid = 0;
}

static void go_on(struct process *process, int signal) {
    ptrace(PTRACE_SYSCALL, process->pid, 0, signal);
}

// Makes the call that a process enters fail, as the kernel would: close fails with the descriptor closed, and brk by
// saying where the break still is.
static void take_away(struct process *process) {
    struct user_regs_struct registers;
    ptrace(PTRACE_GETREGS, process->pid, 0, &registers);
    process->failing = process->number != SYS_brk;
    if (process->number == SYS_brk)
        registers.rdi = 0;
    else if (process->number != SYS_close)
        registers.orig_rax = (unsigned long long)-1;
    ptrace(PTRACE_SETREGS, process->pid, 0, &registers);
}

// Has the OOM killer strike in a cgroup; false where there is no such file yet. It strikes in the course of the write.
static bool exhaust(const char *file) {
    int max = open(file, O_WRONLY | O_CLOEXEC);
    if (max < 0) return false;
    if (write(max, "0", 1) < 0) fail(file);
    close(max);
    return true;
}

// A call begins or ends. At its beginning it is taken away, at its end the error is its result.
static void at_call(struct process *process) {
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof info, &info) < 0) return;
    struct user_regs_struct registers;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        process->inCall = true;
        process->number = (long)info.entry.nr;
        if (!process->runs) return;
        process->calls++;
        if (process != &processes[targetProcess < 0 ? 0 : targetProcess] || process->calls != targetCall) return;
        if (memoryMax != NULL && !exhaust(memoryMax)) return;
        fprintf(report, "hit %ld\n", process->number);
        if (memoryMax != NULL) return;
        if (killing != 0) {
            kill(process->pid, killing);
            return;
        }
        take_away(process);
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
        process->inCall = false;
        if (!process->failing) return;
        process->failing = false;
        ptrace(PTRACE_GETREGS, process->pid, 0, &registers);
        registers.rax = (unsigned long long)-error;
        ptrace(PTRACE_SETREGS, process->pid, 0, &registers);
    }
}

static void at_stop(struct process *process, int status) {
    int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
        at_call(process);
        go_on(process, 0);
    } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
        unsigned long child = 0;
        ptrace(PTRACE_GETEVENTMSG, process->pid, 0, &child);
        add((pid_t)child, process->runs);
        go_on(process, 0);
    } else if (event == PTRACE_EVENT_EXEC) {
        if (is_ours(process->pid)) {
            process->runs = true;
            go_on(process, 0);
        } else {
            let_go(process);
        }
    } else if (event == PTRACE_EVENT_STOP) {
        // A new process's first stop, or the stop of a whole group, which stays one.
        bool group = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
        if (group && process->seen)
            ptrace(PTRACE_LISTEN, process->pid, 0, 0);
        else
            go_on(process, 0);
    } else {
        go_on(process, event == 0 ? signal : 0);
    }
    process->seen = true;
}

// Everybody who is left, wherever he stands.
static void let_all_go(void) {
    for (int i = 0; i < count; i++) {
        struct process *process = &processes[i];
        if (process->pid == 0) continue;
        int status;
        if (ptrace(PTRACE_INTERRUPT, process->pid, 0, 0) < 0 || waitpid(process->pid, &status, __WALL) < 0) continue;
        if (!WIFSTOPPED(status)) continue;
        int event = status >> 16;
        ptrace(PTRACE_DETACH, process->pid, 0, event == 0 && WSTOPSIG(status) < 64 ? WSTOPSIG(status) : 0);
    }
}

static void end_all(void) {
    for (int i = 0; i < count; i++) {
        if (processes[i].pid == 0) continue;
        fprintf(report, "hang %d %ld\n", i, processes[i].inCall ? processes[i].number : -1);
        kill(processes[i].pid, SIGKILL);
    }
}

// Follows all until the command has ended; its wait status.
static int follow(void) {
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR && late) {
            end_all();
            late = 0;
            continue;
        }
        if (pid < 0) fail("wait");
        struct process *process = find(pid);
        if (WIFSTOPPED(status)) {
            if (process == NULL) process = add(pid, true);
            if (process != NULL) at_stop(process, status);
        } else if (process != NULL) {
            process->pid = 0;
            if (process == &processes[0]) return status;
        }
    }
}

static void start(char **command) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        raise(SIGSTOP);
        execv(command[0], command);
        fail(command[0]);
    }
    int status;
    if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status)) fail("start");
    processes[0] = (struct process){.pid = pid};
    count = 1;
}

static void trace(pid_t pid) {
    long options =
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0) fail("trace");
}

int main(int argc, char **argv) {
    pid_t attached = 0;
    int next = 1;
    for (; next + 1 < argc && strncmp(argv[next], "--", 2) == 0; next += 2) {
        const char *option = argv[next] + 2, *value = argv[next + 1];
        if (strcmp(option, "at") == 0)
            sscanf(value, "%d:%ld", &targetProcess, &targetCall);
        else if (strcmp(option, "error") == 0)
            error = atoi(value);
        else if (strcmp(option, "signal") == 0)
            killing = atoi(value);
        else if (strcmp(option, "exhaust") == 0)
            memoryMax = value;
        else if (strcmp(option, "attach") == 0)
            attached = atoi(value);
        else
            return 125;
    }
    struct stat file;
    if (argc - next < 3 || targetProcess >= PROCESSES || stat(argv[next + 2], &file) < 0) return 125;
    programSize = file.st_size;
    report = fopen(argv[next], "we");
    if (report == NULL) fail(argv[next]);
    start(argv + next + 2);
    trace(processes[0].pid);
    if (attached != 0) {
        trace(attached);
        add(attached, true)->seen = true;
        ptrace(PTRACE_INTERRUPT, attached, 0, 0);
    }
    // Without SA_RESTART: the wait is to end.
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = out_of_time}, NULL);
    alarm((unsigned)atoi(argv[next + 1]));
    kill(processes[0].pid, SIGCONT);
    int status = follow();
    let_all_go();
    for (int i = 0; i < count; i++)
        fprintf(report, "calls %d %ld\n", i, processes[i].calls);
    if (WIFSIGNALED(status))
        fprintf(report, "signal %d\n", WTERMSIG(status));
    else
        fprintf(report, "exit %d\n", WEXITSTATUS(status));
    return fclose(report) == 0 ? 0 : 125;
}
