// The reader of plans: of one that it accepts every offset can be followed, as the bootstrap does without looking.
#include "fuzz.h"
#include "skep_plan.h"

static const char *strings, *strings_end;
static const uint64_t *vectors, *vectors_end;

static void follow_text(const char *text) {
    demand(text >= strings && text < strings_end && memchr(text, 0, (size_t)(strings_end - text)) != NULL);
}

static void follow_strings(uint64_t first, uint64_t count, int is_ended) {
    demand(first + count + (is_ended ? 1 : 0) <= (uint64_t)(vectors_end - vectors));
    for (uint64_t i = first; i < first + count; i++)
        follow_text((const char *)(uintptr_t)vectors[i]);
    if (is_ended) demand(vectors[first + count] == 0);
}

static void follow(const struct skep_plan *plan, const struct skep_step *step) {
    demand(skep_op_name(step->op) != NULL);
    for (int i = 0; i < 3; i++)
        follow_text(plan->strings + step->text[i]);
    switch (step->op) {
    case SKEP_OP_EXEC:
    case SKEP_OP_HOOK:
        demand(step->vector_count > 0);
        follow_strings(step->vector, step->vector_count, 1);
        follow_strings(step->number[0], step->number[1], 1);
        break;
    case SKEP_OP_MOUNT:
    case SKEP_OP_REMOUNT:
    case SKEP_OP_MASK:
        demand(step->vector_count % 2 == 0);
        if (step->vector_count > 0) follow_strings(step->vector, step->vector_count, 0);
        break;
    default:
        demand((uint64_t)step->vector + step->vector_count <= (uint64_t)(vectors_end - vectors) ||
               step->vector_count == 0);
    }
    if (step->op == SKEP_OP_SCHEDULER) demand(step->vector_count == 4);
    if (step->op == SKEP_OP_SECCOMP) demand(step->vector_count >= 1 && step->vector_count <= SKEP_MAX_FILTER);
    switch (step->op) {
    case SKEP_OP_JOIN:
    case SKEP_OP_JOIN_PROCESS:
    case SKEP_OP_ROOT:
    case SKEP_OP_MOUNT:
    case SKEP_OP_BIND:
    case SKEP_OP_HOOK:
        demand(step->slot >= 0 && step->slot < SKEP_MAX_FDS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    // Exactly as large as it is, so that the sanitizer sees a look behind its end.
    char *bytes = malloc(size > 0 ? size : 1);
    demand(bytes != NULL);
    if (size > 0) memcpy(bytes, data, size);
    struct skep_plan plan = {0};
    const char *refusal = skep_plan_read(bytes, size, &plan);
    if (refusal == NULL) {
        const struct skep_plan_header *header = (const struct skep_plan_header *)bytes;
        demand(plan.step_count > 0 && plan.step_count == header->step_count);
        strings = plan.strings;
        strings_end = bytes + size;
        vectors = plan.vectors;
        vectors_end = vectors + header->vector_count;
        demand((const char *)vectors_end == strings);
        // As the bootstrap does on its way, with the entries that it fills in.
        for (uint32_t i = 0; i < plan.step_count; i++) {
            uint16_t op = plan.steps[i].op;
            follow(&plan, &plan.steps[i]);
            if (op == SKEP_OP_HOME || op == SKEP_OP_LISTEN_PID) {
                demand(plan.steps[i].vector < header->vector_count);
                plan.vectors[plan.steps[i].vector] = (uint64_t)(uintptr_t)plan.strings;
            }
        }
    } else {
        demand(refusal[0] != 0 && memchr(refusal, 0, 200) != NULL);
    }
    free(bytes);
    return 0;
}

// Most of what chance does to a plan is seen in its header; this lets the rest be reached.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, max_size);
    struct skep_plan_header header;
    if (size < sizeof header || seed % 16 == 0) return size;
    memcpy(&header, data, sizeof header);
    header.magic = SKEP_PLAN_MAGIC;
    header.version = SKEP_PLAN_VERSION;
    header.size = (uint32_t)size;
    uint64_t room = size - sizeof header;
    if (seed % 4 != 0) {
        if (header.step_count == 0 || header.step_count > room / sizeof(struct skep_step))
            header.step_count = (uint32_t)(room / sizeof(struct skep_step));
        room -= header.step_count * sizeof(struct skep_step);
        if (header.vector_count > room / sizeof(uint64_t)) header.vector_count = (uint32_t)(room / sizeof(uint64_t));
        header.string_size = (uint32_t)(room - header.vector_count * sizeof(uint64_t));
        if (header.string_size > 0) data[size - 1] = data[size - header.string_size] = 0;
    }
    memcpy(data, &header, sizeof header);
    return size;
}
