// When the container's process gets a CPU or a disk, which CPU and whose memory, and what it takes the CPU for.
#include "internal.h"
#include "syscalls.h"

#include <linux/ioprio.h>
#include <linux/sched/types.h>

void skep_step_scheduler(struct skep_init *init, const struct skep_step *step) {
    const uint64_t *values = init->plan.vectors + step->vector;
    struct sched_attr attr = {
        .size = sizeof attr,
        .sched_policy = (uint32_t)values[0],
        .sched_flags = values[1],
        .sched_nice = (int32_t)values[2],
        .sched_priority = (uint32_t)values[3],
        .sched_runtime = step->number[0],
        .sched_deadline = step->number[1],
        .sched_period = step->number[2],
    };
    if (SKEP_CALL(sched_setattr, 0, &attr, 0) < 0) skep_fail(init, "sched_setattr", NULL);
}

void skep_step_io_priority(struct skep_init *init, const struct skep_step *step) {
    uint64_t priority = step->number[0] << IOPRIO_CLASS_SHIFT | step->number[1];
    if (SKEP_CALL(ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, 0, priority) < 0) skep_fail(init, "ioprio_set", NULL);
}

void skep_step_affinity(struct skep_init *init, const struct skep_step *step) {
    const uint64_t *mask = init->plan.vectors + step->vector;
    if (SKEP_CALL(sched_setaffinity, 0, step->vector_count * sizeof *mask, mask) < 0)
        skep_fail(init, "sched_setaffinity", NULL);
}

void skep_step_memory_policy(struct skep_init *init, const struct skep_step *step) {
    const uint64_t *mask = init->plan.vectors + step->vector;
    // The kernel takes one bit off the count that it is given.
    uint64_t bits = step->vector_count * 64 + 1;
    if (SKEP_CALL(set_mempolicy, step->number[0], mask, bits) < 0) skep_fail(init, "set_mempolicy", NULL);
}

void skep_step_personality(struct skep_init *init, const struct skep_step *step) {
    if (SKEP_CALL(personality, step->number[0]) < 0) skep_fail(init, "personality", NULL);
}
