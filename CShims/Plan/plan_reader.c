// Reads a plan: pure, no system calls, nothing allocated. A malformed plan is refused here, so that nothing behind
// this file has to check an offset again.
#include "skep_plan.h"

#include <stdbool.h>
#include <string.h>

enum slot_kind { SLOT_NONE, SLOT_ONE, SLOT_MAYBE }; // SLOT_MAYBE: 0 stands for none
enum vector_kind {
    VECTOR_NONE,
    VECTOR_NUMBERS,
    VECTOR_SCHEDULER,
    VECTOR_COMMAND,
    VECTOR_PAIRS,
    VECTOR_PATCHED,
    VECTOR_FILTER
};

struct op_rule {
    const char *name;
    uint8_t texts; // how many leading texts must be there
    uint8_t vector;
    uint8_t slot;
};

static const struct op_rule rules[SKEP_OP_COUNT] = {
    [SKEP_OP_JOIN] = {"join", 1, VECTOR_NONE, SLOT_ONE},
    [SKEP_OP_JOIN_PROCESS] = {"join-process", 0, VECTOR_NONE, SLOT_ONE},
    [SKEP_OP_LOOPBACK] = {"loopback", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_PROPAGATION] = {"propagation", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_ROOT] = {"root", 1, VECTOR_NONE, SLOT_MAYBE},
    [SKEP_OP_MOUNT] = {"mount", 2, VECTOR_PAIRS, SLOT_MAYBE},
    [SKEP_OP_BIND] = {"bind", 2, VECTOR_NONE, SLOT_MAYBE},
    [SKEP_OP_REMOUNT] = {"remount", 1, VECTOR_PAIRS, SLOT_NONE},
    [SKEP_OP_UNMOUNT] = {"unmount", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_MKNOD] = {"mknod", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_LABEL] = {"label", 2, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_DEVICE] = {"device", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_SYMLINK] = {"symlink", 2, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_RUNTIME_HOOKS] = {"runtime-hooks", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_HOOK] = {"hook", 3, VECTOR_COMMAND, SLOT_MAYBE},
    [SKEP_OP_PIVOT] = {"pivot", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_MASK] = {"mask", 1, VECTOR_PAIRS, SLOT_NONE},
    [SKEP_OP_READONLY] = {"readonly", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_ROOT_ATTR] = {"root-attr", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_HOSTNAME] = {"hostname", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_DOMAINNAME] = {"domainname", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_SYSCTL] = {"sysctl", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_CGROUP] = {"cgroup", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_SETSID] = {"setsid", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_TERMINAL] = {"terminal", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_OOM_SCORE_ADJ] = {"oom-score-adj", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_RLIMIT] = {"rlimit", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_KEYRING] = {"keyring", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_PERSONALITY] = {"personality", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_MEMORY_POLICY] = {"memory-policy", 0, VECTOR_NUMBERS, SLOT_NONE},
    [SKEP_OP_AFFINITY] = {"affinity", 0, VECTOR_NUMBERS, SLOT_NONE},
    [SKEP_OP_SCHEDULER] = {"scheduler", 0, VECTOR_SCHEDULER, SLOT_NONE},
    [SKEP_OP_IO_PRIORITY] = {"io-priority", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_APPARMOR] = {"apparmor", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_SELINUX] = {"selinux", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_STDIO_OWNER] = {"stdio-owner", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_LISTEN_PID] = {"listen-pid", 0, VECTOR_PATCHED, SLOT_NONE},
    [SKEP_OP_HOME] = {"home", 0, VECTOR_PATCHED, SLOT_NONE},
    [SKEP_OP_CAP_BOUND] = {"cap-bound", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_USER] = {"user", 0, VECTOR_NUMBERS, SLOT_NONE},
    [SKEP_OP_CAPS] = {"caps", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_CAP_AMBIENT] = {"cap-ambient", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_NO_NEW_PRIVS] = {"no-new-privs", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_SECCOMP] = {"seccomp", 0, VECTOR_FILTER, SLOT_NONE},
    [SKEP_OP_MAKE_CWD] = {"make-cwd", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_CWD] = {"cwd", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_FIND_COMMAND] = {"find-command", 1, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_WAIT] = {"wait", 0, VECTOR_NONE, SLOT_NONE},
    [SKEP_OP_EXEC] = {"exec", 0, VECTOR_COMMAND, SLOT_NONE},
    [SKEP_OP_DONE] = {"done", 0, VECTOR_NONE, SLOT_NONE},
};

const char *skep_op_name(unsigned op) {
    return op < SKEP_OP_COUNT ? rules[op].name : NULL;
}

struct reading {
    const struct skep_plan_header *header;
    uint64_t *vectors;
    const char *strings;
    uint64_t first_patched, end_patched; // the entries that steps fill in lie between these
    uint64_t used_vectors; // vectors are used in ascending order and once: no entry is made a pointer twice
};

// Makes the entries [first, first + count) pointers to their strings, and demands a zero entry behind them, which
// ends an argv or envp.
static const char *resolve_strings(struct reading *reading, uint64_t first, uint64_t count, bool terminated) {
    uint64_t entries = reading->header->vector_count, total = count + (terminated ? 1 : 0);
    if (first < reading->used_vectors || count > entries || total > entries || first > entries - total)
        return "a vector lies outside the plan";
    for (uint64_t i = first; i < first + count; i++) {
        if (reading->vectors[i] >= reading->header->string_size) return "a vector names a string outside the plan";
        reading->vectors[i] = (uint64_t)(uintptr_t)(reading->strings + reading->vectors[i]);
    }
    if (terminated && reading->vectors[first + count] != 0) return "a vector is not terminated";
    reading->used_vectors = first + total;
    return NULL;
}

// An argv, the step's vector, and an envp behind it.
static const char *check_command(struct reading *reading, const struct skep_step *step) {
    if (step->vector_count == 0) return "there is nothing to execute";
    const char *wrong = resolve_strings(reading, step->vector, step->vector_count, true);
    if (wrong) return wrong;
    uint64_t environment = step->number[0], variables = step->number[1];
    wrong = resolve_strings(reading, environment, variables, true);
    if (wrong || step->op != SKEP_OP_EXEC) return wrong;
    bool are_variables = reading->first_patched >= environment && reading->end_patched <= environment + variables;
    return reading->end_patched == 0 || are_variables ? NULL : "an environment entry lies outside the plan";
}

static const char *check_numbers(struct reading *reading, uint64_t first, uint64_t count) {
    if (count > reading->header->vector_count || first > reading->header->vector_count - count)
        return "a vector lies outside the plan";
    if (count > 0 && first < reading->used_vectors) return "two steps share a vector";
    if (count > 0) reading->used_vectors = first + count;
    return NULL;
}

static const char *check_vector(struct reading *reading, const struct skep_step *step, const struct op_rule *rule) {
    uint64_t first = step->vector, count = step->vector_count;
    switch ((enum vector_kind)rule->vector) {
    case VECTOR_NONE:
        return count == 0 ? NULL : "a step has a vector that it can't use";
    case VECTOR_SCHEDULER:
        if (count != 4) return "scheduling attributes are missing";
        return check_numbers(reading, first, count);
    case VECTOR_FILTER:
        if (count == 0 || count > SKEP_MAX_FILTER) return "a filter's length is impossible";
        return check_numbers(reading, first, count);
    case VECTOR_NUMBERS:
        return check_numbers(reading, first, count);
    case VECTOR_PAIRS:
        if (count % 2 != 0) return "a vector of pairs has an odd length";
        return count == 0 ? NULL : resolve_strings(reading, first, count, false);
    case VECTOR_PATCHED:
        // An entry of a later step's environment, filled in on the way.
        if (count != 1 || first >= reading->header->vector_count || first < reading->used_vectors)
            return "an environment entry lies outside the plan";
        if (reading->end_patched == 0 || first < reading->first_patched) reading->first_patched = first;
        if (first >= reading->end_patched) reading->end_patched = first + 1;
        return NULL;
    case VECTOR_COMMAND:
        return check_command(reading, step);
    }
    return "unknown vector kind";
}

static const char *check_step(struct reading *reading, const struct skep_step *step) {
    if (step->op == SKEP_OP_NONE || step->op >= SKEP_OP_COUNT) return "a step has an unknown opcode";
    const struct op_rule *rule = &rules[step->op];
    for (size_t i = 0; i < 3; i++) {
        if (step->text[i] >= reading->header->string_size) return "a step names a string outside the plan";
        if (i < rule->texts && reading->strings[step->text[i]] == '\0') return "a step lacks a string";
    }
    if (rule->slot != SLOT_NONE && (step->slot < 0 || step->slot >= SKEP_MAX_FDS))
        return "a step names a descriptor that can't be";
    return check_vector(reading, step, rule);
}

static bool is_end(const struct skep_step *step) {
    return step->op == SKEP_OP_EXEC || step->op == SKEP_OP_DONE;
}

const char *skep_plan_read(void *bytes, size_t size, struct skep_plan *plan) {
    const struct skep_plan_header *header = bytes;
    if (size < sizeof *header || size > SKEP_PLAN_MAX_SIZE) return "the plan's size is impossible";
    if (header->magic != SKEP_PLAN_MAGIC) return "this is no plan";
    if (header->version != SKEP_PLAN_VERSION) return "the plan is of another version";
    if (header->size != size) return "the plan is cut short";
    if (header->step_count == 0 || header->step_count > SKEP_PLAN_MAX_STEPS)
        return "the plan's step count is impossible";

    uint64_t vectors_at = sizeof *header + (uint64_t)header->step_count * sizeof(struct skep_step);
    uint64_t strings_at = vectors_at + (uint64_t)header->vector_count * sizeof(uint64_t);
    if (header->string_size == 0 || strings_at + header->string_size != size) return "the plan's parts don't add up";

    const struct skep_step *steps = (const struct skep_step *)(header + 1);
    struct reading reading = {
        .header = header,
        .vectors = (uint64_t *)((char *)bytes + vectors_at),
        .strings = (const char *)bytes + strings_at,
    };
    if (reading.strings[0] != '\0' || reading.strings[header->string_size - 1] != '\0')
        return "the string table is not terminated";
    for (uint32_t i = 0; i < header->step_count; i++) {
        const char *wrong = check_step(&reading, &steps[i]);
        if (wrong) return wrong;
    }
    if (!is_end(&steps[header->step_count - 1])) return "the plan does not end in exec";
    for (uint32_t i = 0; i + 1 < header->step_count; i++)
        if (is_end(&steps[i])) return "the plan goes on after exec";
    *plan = (struct skep_plan){
        .steps = steps, .vectors = reading.vectors, .strings = reading.strings, .step_count = header->step_count};
    return NULL;
}
