// What the parent and the bootstrap say to each other over one SOCK_SEQPACKET pair.
//
//   parent                                   bootstrap (in the new namespaces)
//     | ORDER_PLAN  + plan, board, fifos, namespaces -> |  reads the plan, begins its steps
//     | ORDER_SOURCES + more for mounts --------------> |  only where one message could not take them all
//     | ORDER_ENTER ----------------------------------> |  SKEP_OP_JOIN_PROCESS into a pid namespace: what is there
//     |                                                 |  may see it from now on
//     | <---------------- REPORT_SUCCESSOR + its pidfd  |  this one has ended, and its child, whose pid is on the
//     |                                                 |  board, goes on
//     | ORDER_CGROUP + cgroup `tasks` files ----------> |  SKEP_OP_CGROUP: joins them
//     | <-------------------------------- REPORT_HOOKS  |  SKEP_OP_RUNTIME_HOOKS, where there are any
//     | ORDER_HOOKS_DONE -----------------------------> |
//     | <---------------- REPORT_TERMINAL + the master  |  SKEP_OP_TERMINAL, where one is wanted
//     | <----------------------------- REPORT_LISTENER  |  SKEP_OP_SECCOMP, where somebody is to be asked: the
//     |                                                 |  descriptor's number is on the board once it is there
//     | <-------------------------------- REPORT_READY  |  SKEP_OP_WAIT, unless the next order has come already
//     | ORDER_GO -------------------------------------> |  SKEP_OP_EXEC, or first a byte on exec.fifo
//     | <-------------------------------- REPORT_ERROR  |  at any point; the bootstrap exits
//     | <---------------------------------------- EOF   |  execve has happened (or the process died: see the board)
//
// The parent going away before SKEP_OP_WAIT is done with ends the bootstrap.
#ifndef SKEP_PROTOCOL_H
#define SKEP_PROTOCOL_H

#include <stdint.h>

// Which descriptor the socket is; and, where the process joins a running container, the pid of that container's init,
// as in libcontainer. The plan has to agree: its first step is to join if, and only if, there is a pid.
#define SKEP_ENV_PIPE "_LIBCONTAINER_INITPIPE"
#define SKEP_ENV_PID  "_LIBCONTAINER_INITPID"

enum skep_order_kind {
    SKEP_ORDER_PLAN = 1,
    SKEP_ORDER_SOURCES,
    SKEP_ORDER_ENTER,
    SKEP_ORDER_CGROUP,
    SKEP_ORDER_HOOKS_DONE,
    SKEP_ORDER_GO
};

#define SKEP_MAX_ORDER_FDS 253 // what the kernel lets one message take (SCM_MAX_FD)

struct skep_order {
    uint32_t kind;
    uint32_t fd_count;  // descriptors that come with it
    uint32_t following; // descriptors that come with the orders right behind it (SKEP_ORDER_SOURCES)
};

enum skep_report_kind {
    SKEP_REPORT_READY = 1,
    SKEP_REPORT_ERROR,
    SKEP_REPORT_HOOKS,
    SKEP_REPORT_TERMINAL,
    SKEP_REPORT_LISTENER,
    SKEP_REPORT_SUCCESSOR
};

#define SKEP_NO_STEP UINT32_MAX // the failure is not a step's: a malformed plan, a broken protocol

struct skep_report {
    uint32_t kind;
    uint32_t step;    // index of the step that failed
    int32_t error;    // errno, or 0 where the detail says it all
    char call[28];    // the system call or check that failed
    char detail[216]; // the path, or the kernel's own words
};

_Static_assert(sizeof(struct skep_report) == 256, "reports are read by another language");

// Memory that both sides map: what the parent knows of a bootstrap that could not say anything any more, be it
// because it died or because its own filter keeps it from calling.
struct skep_board {
    uint32_t begun;    // number of steps begun
    int32_t listener;  // the seccomp listener's number, plus 1: the parent fetches it from there
    int32_t successor; // the pid of the child that goes on in its place, or 0
    uint32_t timed;    // the parent's: for how many steps there is room in `times`; none unless it wants to know
    uint32_t awaited;  // the parent's: whoever waits for `begun` is woken (futex(2)) as soon as it is that; 0 for never
    struct skep_report report; // the last REPORT_ERROR; of kind 0 where there is none
    uint64_t times[];          // when each step was begun, in nanoseconds of CLOCK_REALTIME, which no time namespace
                               // shifts. Behind a seccomp filter, which may not let a clock be read, they stay 0
};

_Static_assert(sizeof(struct skep_board) == 280, "the board is read by another language");

#endif
