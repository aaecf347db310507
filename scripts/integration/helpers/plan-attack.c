// Plans whose lengths and offsets lead out of them, given to the plan's reader: prints which of them it takes for good.
// Compiled with CShims/Plan/plan_reader.c.
#include "skep_plan.h"

#include <stdio.h>
#include <string.h>

struct plan {
    struct skep_plan_header header;
    struct skep_step step;
    uint64_t vectors[4]; // argv and its end, envp and its end
    char strings[8];
};

static struct plan good(void) {
    struct plan plan = {
        .header = {.magic = SKEP_PLAN_MAGIC,
                   .version = SKEP_PLAN_VERSION,
                   .size = sizeof plan,
                   .step_count = 1,
                   .vector_count = 4,
                   .string_size = 8},
        .step = {.op = SKEP_OP_EXEC, .vector = 0, .vector_count = 1, .number = {2, 1, 0}},
        .vectors = {1, 0, 1, 0},
        .strings = "\0sh",
    };
    return plan;
}

static void attempt(const char *name, struct plan plan) {
    static _Alignas(8) char memory[65536];
    struct skep_plan read;
    memcpy(memory + 32768, &plan, sizeof plan);
    if (skep_plan_read(memory + 32768, sizeof plan, &read) == NULL) puts(name);
}

#define ATTEMPT(name, change)                                                                                          \
    do {                                                                                                               \
        struct plan plan = good();                                                                                     \
        change;                                                                                                        \
        attempt(name, plan);                                                                                           \
    } while (0)

int main(void) {
    ATTEMPT("good", );
    ATTEMPT("a string far away", plan.vectors[0] = 20000);
    ATTEMPT("a string before the plan", plan.vectors[0] = (uint64_t)-20000);
    ATTEMPT("a variable far away", plan.vectors[2] = 9);
    ATTEMPT("a step's string far away", plan.step.text[0] = 20000);
    ATTEMPT("a vector far away", plan.step.vector = 1000);
    ATTEMPT("a vector that wraps", plan.step.number[0] = (uint64_t)-1);
    ATTEMPT("an environment that wraps", (plan.step.number[0] = 2, plan.step.number[1] = (uint64_t)-2));
    ATTEMPT("more steps than there are", plan.header.step_count = 0x4924925);
    ATTEMPT("more strings than there are", plan.header.string_size = 5000);
    ATTEMPT("more vectors than there are", plan.header.vector_count = 0x20000004);
    ATTEMPT("no end of the strings", memset(plan.strings, 'x', 8));
    return 0;
}
