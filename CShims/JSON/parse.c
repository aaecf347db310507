#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "skep_json.h"

struct parser {
    struct skep_json *json;
    char *text;
    size_t at, size;
    unsigned depth;
    uint32_t capacity;
    struct skep_json_problem *problem;
};

static bool fail_at(struct parser *parser, enum skep_json_error error, size_t offset) {
    *parser->problem =
        (struct skep_json_problem){.error = offset < parser->size ? error : SKEP_JSON_ENDS, .offset = offset};
    return false;
}

static bool fail(struct parser *parser, enum skep_json_error error) {
    return fail_at(parser, error, parser->at);
}

// The next byte; NUL, which no document holds outside of escapes, at the end.
static unsigned char peek(const struct parser *parser) {
    return parser->at < parser->size ? (unsigned char)parser->text[parser->at] : 0;
}

static void skip_space(struct parser *parser) {
    static const char indentation[] = "        ";
    size_t at = parser->at;
    for (;;) {
        while (parser->size - at >= 8 && memcmp(parser->text + at, indentation, 8) == 0)
            at += 8;
        char byte = at < parser->size ? parser->text[at] : 0;
        if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') break;
        at++;
    }
    parser->at = at;
}

// Appends a value; its index, or UINT32_MAX without memory.
static uint32_t append(struct parser *parser, enum skep_json_kind kind, size_t start) {
    struct skep_json *json = parser->json;
    if (json->count == parser->capacity) {
        uint32_t capacity = parser->capacity * 2;
        struct skep_json_value *values = realloc(json->values, sizeof *values * capacity);
        if (values == NULL) {
            *parser->problem = (struct skep_json_problem){.error = SKEP_JSON_NO_MEMORY};
            return UINT32_MAX;
        }
        json->values = values;
        parser->capacity = capacity;
    }
    uint32_t index = json->count++;
    json->values[index] = (struct skep_json_value){.start = (uint32_t)start, .next = index + 1, .kind = (uint8_t)kind};
    return index;
}

static bool append_text(struct parser *parser, enum skep_json_kind kind, size_t start, size_t end, unsigned flags) {
    uint32_t index = append(parser, kind, start);
    if (index == UINT32_MAX) return false;
    parser->json->values[index].length = (uint32_t)(end - start);
    parser->json->values[index].flags = (uint8_t)flags;
    return true;
}

static bool parse_word(struct parser *parser, const char *word, enum skep_json_kind kind) {
    size_t start = parser->at;
    for (; *word != 0; word++, parser->at++)
        if (peek(parser) != (unsigned char)*word) return fail(parser, SKEP_JSON_NO_WORD);
    return append_text(parser, kind, start, parser->at, 0);
}

static bool is_digit(unsigned char byte) {
    return byte >= '0' && byte <= '9';
}

static bool parse_digits(struct parser *parser) {
    if (!is_digit(peek(parser))) return fail(parser, SKEP_JSON_BAD_NUMBER);
    while (is_digit(peek(parser)))
        parser->at++;
    return true;
}

static bool parse_number(struct parser *parser) {
    size_t start = parser->at;
    enum skep_json_kind kind = SKEP_JSON_INTEGER;
    if (peek(parser) == '-') parser->at++;
    size_t digits = parser->at;
    if (!parse_digits(parser)) return false;
    if (parser->text[digits] == '0' && parser->at - digits > 1)
        return fail_at(parser, SKEP_JSON_BAD_NUMBER, digits + 1);
    if (peek(parser) == '.') {
        kind = SKEP_JSON_NUMBER;
        parser->at++;
        if (!parse_digits(parser)) return false;
    }
    if (peek(parser) == 'e' || peek(parser) == 'E') {
        kind = SKEP_JSON_NUMBER;
        parser->at++;
        if (peek(parser) == '+' || peek(parser) == '-') parser->at++;
        if (!parse_digits(parser)) return false;
    }
    if (peek(parser) > ' ' && strchr(",]}", peek(parser)) == NULL) return fail(parser, SKEP_JSON_BAD_NUMBER);
    if (kind == SKEP_JSON_INTEGER && !skep_json_fits(parser->text + start, parser->at - start))
        return fail_at(parser, SKEP_JSON_TOO_LARGE, start);
    return append_text(parser, kind, start, parser->at, 0);
}

// Takes the string at the quote, and ends it with a NUL in place of the other.
static bool parse_string(struct parser *parser) {
    size_t start = ++parser->at;
    struct skep_json_string string = {
        .text = parser->text, .at = start, .size = parser->size, .end = start, .error = SKEP_JSON_OK};
    skep_json_scan_string(&string);
    parser->at = string.at;
    if (string.error != SKEP_JSON_OK) return fail(parser, string.error);
    parser->text[string.end] = 0;
    parser->at++;
    return append_text(parser, SKEP_JSON_STRING, start, string.end, string.has_nul ? SKEP_JSON_HAS_NUL : 0);
}

static bool parse_value(struct parser *parser);

static bool parse_property(struct parser *parser) {
    if (peek(parser) != '"') return fail(parser, SKEP_JSON_NO_KEY);
    if (!parse_string(parser)) return false;
    skip_space(parser);
    if (peek(parser) != ':') return fail(parser, SKEP_JSON_NO_COLON);
    parser->at++;
    skip_space(parser);
    return parse_value(parser);
}

static bool parse_container(struct parser *parser, enum skep_json_kind kind) {
    bool is_object = kind == SKEP_JSON_OBJECT;
    unsigned char end = is_object ? '}' : ']';
    if (parser->depth == 0) return fail(parser, SKEP_JSON_TOO_DEEP);
    uint32_t index = append(parser, kind, parser->at);
    if (index == UINT32_MAX) return false;
    parser->at++;
    parser->depth--;
    skip_space(parser);
    uint32_t length = 0;
    while (length > 0 || peek(parser) != end) {
        if (!(is_object ? parse_property(parser) : parse_value(parser))) return false;
        length++;
        skip_space(parser);
        if (peek(parser) == end) break;
        if (peek(parser) != ',')
            return fail(parser, is_object ? SKEP_JSON_NO_COMMA_IN_OBJECT : SKEP_JSON_NO_COMMA_IN_ARRAY);
        parser->at++;
        skip_space(parser);
    }
    parser->at++;
    parser->depth++;
    parser->json->values[index].length = length;
    parser->json->values[index].next = parser->json->count;
    return true;
}

static bool parse_value(struct parser *parser) {
    switch (peek(parser)) {
    case '{':
        return parse_container(parser, SKEP_JSON_OBJECT);
    case '[':
        return parse_container(parser, SKEP_JSON_ARRAY);
    case '"':
        return parse_string(parser);
    case 't':
    case 'T':
        return parse_word(parser, "true", SKEP_JSON_TRUE);
    case 'f':
    case 'F':
        return parse_word(parser, "false", SKEP_JSON_FALSE);
    case 'n':
    case 'N':
        return parse_word(parser, "null", SKEP_JSON_NULL);
    default:
        if (peek(parser) == '-' || is_digit(peek(parser))) return parse_number(parser);
        return fail(parser, SKEP_JSON_NO_VALUE);
    }
}

static bool parse_document(struct parser *parser) {
    skip_space(parser);
    if (parser->at == parser->size) {
        *parser->problem = (struct skep_json_problem){.error = SKEP_JSON_EMPTY};
        return false;
    }
    if (!parse_value(parser)) return false;
    skip_space(parser);
    return parser->at == parser->size || fail(parser, SKEP_JSON_TRAILING);
}

struct skep_json *skep_json_parse(const char *text, size_t size, unsigned depth, struct skep_json_problem *problem) {
    // Engines' documents have a value per 11 bytes or so.
    uint32_t capacity = (uint32_t)(size / 8 + 16);
    struct skep_json *json = malloc(sizeof *json + size + 1);
    struct skep_json_value *values = malloc(sizeof *values * capacity);
    *problem = (struct skep_json_problem){.error = SKEP_JSON_NO_MEMORY};
    if (json == NULL || values == NULL) {
        free(json);
        free(values);
        return NULL;
    }
    *json = (struct skep_json){.values = values, .size = (uint32_t)size};
    if (text != NULL) memcpy(json->text, text, size);
    struct parser parser = {
        .json = json, .text = json->text, .size = size, .depth = depth, .capacity = capacity, .problem = problem};
    if (parse_document(&parser)) return json;
    skep_json_free(json);
    return NULL;
}

void skep_json_free(struct skep_json *json) {
    free(json->values);
    free(json);
}

uint32_t skep_json_find(struct skep_json *json, uint32_t object, const char *name, size_t length) {
    struct skep_json_value *values = json->values;
    uint32_t found = 0, end = values[object].next;
    for (uint32_t key = object + 1; key < end; key = values[key + 1].next) {
        if (values[key].length != length || memcmp(json->text + values[key].start, name, length) != 0) continue;
        values[key].flags |= SKEP_JSON_ASKED;
        if ((values[key + 1].flags & SKEP_JSON_HIDDEN) == 0) found = key + 1;
    }
    return values[found].kind == SKEP_JSON_NULL ? 0 : found;
}
