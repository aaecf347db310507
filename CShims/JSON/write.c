#include <stdlib.h>
#include <string.h>

#include "skep_json.h"

// Room for some more bytes.
static char *room(struct skep_json_writer *writer, size_t count) {
    if (writer->capacity - writer->length < count) {
        size_t capacity = writer->capacity * 2 + count + 512;
        char *bytes = realloc(writer->bytes, capacity);
        if (bytes == NULL) abort();
        writer->bytes = bytes;
        writer->capacity = capacity;
    }
    char *place = writer->bytes + writer->length;
    writer->length += count;
    return place;
}

void skep_json_write_raw(struct skep_json_writer *writer, const char *text, size_t length) {
    if (length > 0) memcpy(room(writer, length), text, length);
}

static void write_byte(struct skep_json_writer *writer, char byte) {
    *room(writer, 1) = byte;
}

static void write_line(struct skep_json_writer *writer) {
    if (writer->indent == 0) return;
    write_byte(writer, '\n');
    size_t count = (size_t)writer->depth * writer->indent;
    if (count > 0) memset(room(writer, count), writer->indent_character, count);
}

void skep_json_write_open(struct skep_json_writer *writer, char bracket) {
    write_byte(writer, bracket);
    writer->depth++;
    writer->follows = false;
}

void skep_json_write_close(struct skep_json_writer *writer, char bracket) {
    writer->depth--;
    if (writer->follows) write_line(writer);
    write_byte(writer, bracket);
    writer->follows = true;
}

void skep_json_write_separator(struct skep_json_writer *writer) {
    if (writer->follows) write_byte(writer, ',');
    writer->follows = true;
    write_line(writer);
}

void skep_json_write_name(struct skep_json_writer *writer, const char *name, size_t length) {
    skep_json_write_separator(writer);
    skep_json_write_string(writer, name, length);
    write_byte(writer, ':');
    if (writer->indent > 0) write_byte(writer, ' ');
}

static void write_escape(struct skep_json_writer *writer, unsigned char byte) {
    static const char values[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt", digits[] = "0123456789abcdef";
    const char *found = byte == 0 ? NULL : strchr(values, byte);
    if (found != NULL) {
        char escape[] = {'\\', letters[found - values]};
        skep_json_write_raw(writer, escape, sizeof escape);
    } else {
        char escape[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
        skep_json_write_raw(writer, escape, sizeof escape);
    }
}

void skep_json_write_string(struct skep_json_writer *writer, const char *text, size_t length) {
    write_byte(writer, '"');
    size_t plain = 0;
    for (size_t index = 0; index < length; index++) {
        unsigned char byte = (unsigned char)text[index];
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        skep_json_write_raw(writer, text + plain, index - plain);
        write_escape(writer, byte);
        plain = index + 1;
    }
    if (plain < length) skep_json_write_raw(writer, text + plain, length - plain);
    write_byte(writer, '"');
}

void skep_json_write_unsigned(struct skep_json_writer *writer, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    skep_json_write_raw(writer, digits + at, sizeof digits - at);
}

void skep_json_write_signed(struct skep_json_writer *writer, int64_t number) {
    if (number < 0) write_byte(writer, '-');
    skep_json_write_unsigned(writer, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

// Writes a value; the index of the one after it.
static uint32_t write_value(struct skep_json_writer *writer, const struct skep_json *json, uint32_t index) {
    const struct skep_json_value *value = &json->values[index];
    const char *text = json->text + value->start;
    bool is_object = value->kind == SKEP_JSON_OBJECT;
    if (!is_object && value->kind != SKEP_JSON_ARRAY) {
        if (value->kind == SKEP_JSON_STRING)
            skep_json_write_string(writer, text, value->length);
        else
            skep_json_write_raw(writer, text, value->length);
        return value->next;
    }
    skep_json_write_open(writer, is_object ? '{' : '[');
    for (uint32_t inner = index + 1; inner < value->next;) {
        const struct skep_json_value *key = &json->values[inner];
        if (is_object)
            skep_json_write_name(writer, json->text + key->start, key->length);
        else
            skep_json_write_separator(writer);
        inner = write_value(writer, json, inner + (is_object ? 1 : 0));
    }
    skep_json_write_close(writer, is_object ? '}' : ']');
    return value->next;
}

void skep_json_write_document(struct skep_json_writer *writer, const struct skep_json *json) {
    write_value(writer, json, 0);
}
