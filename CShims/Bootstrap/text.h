// Strings without the C library.
#ifndef SKEP_TEXT_H
#define SKEP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

// The analyzer knows what a call of the library's function does; of a loop it takes a wrong number of rounds for
// possible.
static inline size_t skep_length(const char *text) {
#ifdef __clang_analyzer__
    return __builtin_strlen(text);
#else
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
#endif
}

static inline bool skep_equal(const char *a, const char *b) {
    while (*a != '\0' && *a == *b)
        a++, b++;
    return *a == *b;
}

// How many bytes come before `end` or the string's end.
static inline size_t skep_until(const char *text, char end) {
    size_t length = 0;
    while (text[length] != '\0' && text[length] != end)
        length++;
    return length;
}

static inline void skep_move(char *to, const char *from, size_t count) {
#ifdef __clang_analyzer__
    __builtin_memmove(to, from, count);
#else
    if (to < from)
        for (size_t i = 0; i < count; i++)
            to[i] = from[i];
    else
        for (size_t i = count; i > 0; i--)
            to[i - 1] = from[i - 1];
#endif
}

// A string under construction in a fixed buffer: what does not fit is cut, and remembered.
struct skep_builder {
    char *buffer;
    size_t size;
    size_t length;
    bool cut;
};

static inline struct skep_builder skep_build(char *buffer, size_t size) {
    buffer[0] = '\0';
    return (struct skep_builder){.buffer = buffer, .size = size};
}

static inline void skep_add_bytes(struct skep_builder *builder, const char *text, size_t count) {
    size_t room = builder->size - 1 - builder->length;
    if (count > room) {
        builder->cut = true;
        count = room;
    }
    skep_move(builder->buffer + builder->length, text, count);
    builder->length += count;
    builder->buffer[builder->length] = '\0';
}

static inline void skep_add(struct skep_builder *builder, const char *text) {
    skep_add_bytes(builder, text, skep_length(text));
}

static inline void skep_add_number(struct skep_builder *builder, unsigned number) {
    char digits[12];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    skep_add_bytes(builder, digits + at, sizeof digits - at);
}

#endif
