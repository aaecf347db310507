// The JSON reader and writer: what is read lies inside the document, and written and read again it is the same.
#include "fuzz.h"
#include "skep_json.h"

enum { DEPTH = 64 };

// Follows a value with all that is inside; the index of the one after it.
static uint32_t walk(struct skep_json *json, uint32_t index) {
    demand(index < json->count);
    const struct skep_json_value value = json->values[index];
    demand(value.next > index && value.next <= json->count && value.kind <= SKEP_JSON_OBJECT);
    bool is_object = value.kind == SKEP_JSON_OBJECT;
    if (is_object || value.kind == SKEP_JSON_ARRAY) {
        uint32_t inner = index + 1;
        for (uint32_t i = 0; i < value.length; i++) {
            uint32_t key = inner;
            if (is_object) {
                demand(json->values[key].kind == SKEP_JSON_STRING);
                inner = walk(json, inner);
            }
            inner = walk(json, inner);
            if (!is_object) continue;
            uint32_t found = skep_json_find(json, index, skep_json_text(json, key), json->values[key].length);
            demand(found == 0 || (found > index && found < value.next));
        }
        demand(inner == value.next);
        demand(!is_object || skep_json_find(json, index, "no such", 7) <= value.next);
        return inner;
    }
    demand(value.next == index + 1 && value.start <= json->size && value.length <= json->size - value.start);
    if (value.kind == SKEP_JSON_STRING) {
        const char *text = skep_json_text(json, index);
        demand(text[value.length] == 0);
        bool has_nul = memchr(text, 0, value.length) != NULL;
        demand(has_nul == ((value.flags & SKEP_JSON_HAS_NUL) != 0));
    }
    if (value.kind == SKEP_JSON_INTEGER) {
        int64_t negative;
        uint64_t positive;
        bool is_signed = skep_json_signed(json, index, &negative), fits = skep_json_unsigned(json, index, &positive);
        demand(is_signed || fits);
        demand(!is_signed || !fits || (negative >= 0 && (uint64_t)negative == positive));
        struct skep_json_writer writer = {0};
        if (is_signed)
            skep_json_write_signed(&writer, negative);
        else
            skep_json_write_unsigned(&writer, positive);
        bool is_minus_zero = value.length == 2 && memcmp(skep_json_text(json, index), "-0", 2) == 0;
        demand(is_minus_zero ||
               (writer.length == value.length && memcmp(writer.bytes, skep_json_text(json, index), value.length) == 0));
        free(writer.bytes);
    }
    return value.next;
}

static struct skep_json_writer written(const struct skep_json *json, unsigned indent) {
    struct skep_json_writer writer = {.indent = indent, .indent_character = ' '};
    skep_json_write_document(&writer, json);
    demand(writer.depth == 0);
    return writer;
}

static void check_same(const struct skep_json *a, const struct skep_json *b) {
    demand(a->count == b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        const struct skep_json_value *left = &a->values[i], *right = &b->values[i];
        demand(left->kind == right->kind && left->length == right->length && left->next == right->next);
        if (left->kind == SKEP_JSON_STRING || left->kind == SKEP_JSON_NUMBER || left->kind == SKEP_JSON_INTEGER)
            demand(memcmp(skep_json_text(a, i), skep_json_text(b, i), left->length) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct skep_json_problem problem;
    struct skep_json *json = skep_json_parse((const char *)data, size, DEPTH, &problem);
    if (json == NULL) {
        demand(problem.error != SKEP_JSON_OK && problem.error != SKEP_JSON_NO_MEMORY && problem.offset <= size);
        return 0;
    }
    demand(walk(json, 0) == json->count);
    for (unsigned indent = 0; indent <= 4; indent += 4) {
        struct skep_json_writer first = written(json, indent);
        struct skep_json *again = skep_json_parse(first.bytes, first.length, DEPTH, &problem);
        demand(again != NULL);
        check_same(json, again);
        struct skep_json_writer second = written(again, indent);
        demand(first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0);
        skep_json_free(again);
        free(first.bytes);
        free(second.bytes);
    }
    skep_json_free(json);
    return 0;
}
