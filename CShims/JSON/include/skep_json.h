// JSON documents: exactly RFC 8259 in exactly UTF-8, as a flat list of values, and a writer. In C because Swift's own
// strings and arrays cost a start-up of the program more than all of the reading does.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum skep_json_kind {
    SKEP_JSON_NULL,
    SKEP_JSON_FALSE,
    SKEP_JSON_TRUE,
    // A number without a fraction or an exponent, which fits in 64 bits.
    SKEP_JSON_INTEGER,
    SKEP_JSON_NUMBER,
    SKEP_JSON_STRING,
    SKEP_JSON_ARRAY,
    SKEP_JSON_OBJECT,
};

enum skep_json_flag {
    // The string holds U+0000.
    SKEP_JSON_HAS_NUL = 1,
    // The key of a property that has been looked for.
    SKEP_JSON_ASKED = 2,
    // The value is passed over by whoever looks for it.
    SKEP_JSON_HIDDEN = 4,
};

// A value; those inside it follow at once: the elements of an array, and for each property of an object its key, as a
// string, and its value.
struct skep_json_value {
    // Where its text is. A string's has no escapes and ends with a NUL; it begins where it did in the document.
    uint32_t start;
    // How long its text is in bytes; of an array or object how many values or properties it has.
    uint32_t length;
    // The index of the value after it and all that is inside.
    uint32_t next;
    uint8_t kind;
    uint8_t flags;
};

// A document.
struct skep_json {
    // The root comes first.
    struct skep_json_value *_Nonnull values;
    uint32_t count;
    uint32_t size;
    // For whoever keeps book of what is asked for: NULL at first.
    void *_Nullable inspector;
    char text[];
};

enum skep_json_error {
    SKEP_JSON_OK,
    SKEP_JSON_NO_MEMORY,
    SKEP_JSON_EMPTY,
    SKEP_JSON_ENDS,
    SKEP_JSON_TOO_DEEP,
    SKEP_JSON_NO_VALUE,
    SKEP_JSON_NO_WORD,
    SKEP_JSON_BAD_NUMBER,
    SKEP_JSON_TOO_LARGE,
    SKEP_JSON_BAD_STRING,
    SKEP_JSON_NO_KEY,
    SKEP_JSON_NO_COLON,
    SKEP_JSON_NO_COMMA_IN_ARRAY,
    SKEP_JSON_NO_COMMA_IN_OBJECT,
    SKEP_JSON_BAD_UTF8,
    SKEP_JSON_TRAILING,
};

// What is wrong with a document, and at which byte.
struct skep_json_problem {
    enum skep_json_error error;
    size_t offset;
};

// Reads a document of less than 4 GiB that nests at most `depth` levels. NULL with `problem` filled in if it is none.
struct skep_json *_Nullable skep_json_parse(const char *_Nullable text, size_t size, unsigned depth,
                                            struct skep_json_problem *_Nonnull problem);

// Frees a document.
void skep_json_free(struct skep_json *_Nonnull json);

static inline enum skep_json_kind skep_json_kind_of(const struct skep_json *_Nonnull json, uint32_t value) {
    return (enum skep_json_kind)json->values[value].kind;
}

static inline const char *_Nonnull skep_json_text(const struct skep_json *_Nonnull json, uint32_t value) {
    return json->text + json->values[value].start;
}

// The index of a property's value: the last one, where there are several. 0 if there is none, or only null.
uint32_t skep_json_find(struct skep_json *_Nonnull json, uint32_t object, const char *_Nonnull name, size_t length);

// An integer's value. False if it does not fit.
bool skep_json_signed(const struct skep_json *_Nonnull json, uint32_t value, int64_t *_Nonnull result);
bool skep_json_unsigned(const struct skep_json *_Nonnull json, uint32_t value, uint64_t *_Nonnull result);

// A document under construction, in memory that grows. A program that has no more memory ends.
struct skep_json_writer {
    char *_Nullable bytes;
    size_t length;
    size_t capacity;
    unsigned depth;
    // What one level is indented by; 0 for a document on one line.
    unsigned indent;
    char indent_character;
    // Whether something stands before in the same array or object.
    bool follows;
};

void skep_json_write_open(struct skep_json_writer *_Nonnull writer, char bracket);
void skep_json_write_close(struct skep_json_writer *_Nonnull writer, char bracket);
// What comes before an element of an array: a comma, a new line.
void skep_json_write_separator(struct skep_json_writer *_Nonnull writer);
// A property's name, with what comes before it.
void skep_json_write_name(struct skep_json_writer *_Nonnull writer, const char *_Nullable name, size_t length);
void skep_json_write_string(struct skep_json_writer *_Nonnull writer, const char *_Nullable text, size_t length);
void skep_json_write_raw(struct skep_json_writer *_Nonnull writer, const char *_Nullable text, size_t length);
void skep_json_write_signed(struct skep_json_writer *_Nonnull writer, int64_t number);
void skep_json_write_unsigned(struct skep_json_writer *_Nonnull writer, uint64_t number);
void skep_json_write_document(struct skep_json_writer *_Nonnull writer, const struct skep_json *_Nonnull json);
