#include <string.h>

#include "internal.h"

static unsigned char peek(const struct skep_json_string *string) {
    return string->at < string->size ? (unsigned char)string->text[string->at] : 0;
}

static void keep(struct skep_json_string *string, uint32_t byte) {
    string->text[string->end++] = (char)byte;
}

// Four digits; UINT32_MAX with `at` at the wrong one.
static uint32_t scan_unit(struct skep_json_string *string) {
    uint32_t unit = 0;
    for (int digit = 0; digit < 4; digit++, string->at++) {
        unsigned char byte = peek(string);
        uint32_t value;
        if (byte >= '0' && byte <= '9')
            value = byte - '0';
        else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
            value = (byte | 0x20) - 'a' + 10U;
        else
            return UINT32_MAX;
        unit = unit << 4 | value;
    }
    return unit;
}

static void keep_scalar(struct skep_json_string *string, uint32_t scalar) {
    if (scalar == 0) string->has_nul = true;
    if (scalar < 0x80) {
        keep(string, scalar);
        return;
    }
    if (scalar < 0x800) {
        keep(string, 0xC0 | scalar >> 6);
    } else {
        if (scalar < 0x10000) {
            keep(string, 0xE0 | scalar >> 12);
        } else {
            keep(string, 0xF0 | scalar >> 18);
            keep(string, 0x80 | (scalar >> 12 & 0x3F));
        }
        keep(string, 0x80 | (scalar >> 6 & 0x3F));
    }
    keep(string, 0x80 | (scalar & 0x3F));
}

// What follows \u: a scalar, or the two halves of one. A half alone is the replacement character, as in Go.
static bool scan_scalar(struct skep_json_string *string) {
    uint32_t unit = scan_unit(string);
    if (unit == UINT32_MAX) return false;
    if (unit >= 0xD800 && unit < 0xDC00 && peek(string) == '\\' && string->at + 1 < string->size &&
        string->text[string->at + 1] == 'u') {
        size_t second = string->at;
        string->at += 2;
        uint32_t low = scan_unit(string);
        if (low == UINT32_MAX) return false;
        if (low >= 0xDC00 && low < 0xE000)
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        else
            string->at = second;
    }
    keep_scalar(string, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
    return true;
}

static bool scan_escape(struct skep_json_string *string) {
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    string->at++;
    unsigned char letter = peek(string);
    if (letter == 'u') {
        string->at++;
        return scan_scalar(string);
    }
    const char *found = letter == 0 ? NULL : strchr(letters, letter);
    if (found == NULL) return false;
    keep(string, (unsigned char)values[found - letters]);
    string->at++;
    return true;
}

// How many bytes the character has that begins with a byte above 0x7F (Unicode, table 3-7); 0 if it is none.
static size_t character_length(const unsigned char *bytes, size_t rest) {
    unsigned char first = bytes[0], least = 0x80, most = 0xBF;
    size_t length;
    if (first >= 0xC2 && first <= 0xDF)
        length = 2;
    else if (first >= 0xE0 && first <= 0xEF)
        length = 3;
    else if (first >= 0xF0 && first <= 0xF4)
        length = 4;
    else
        return 0;
    if (first == 0xE0) least = 0xA0;
    if (first == 0xED) most = 0x9F;
    if (first == 0xF0) least = 0x90;
    if (first == 0xF4) most = 0x8F;
    if (length > rest || bytes[1] < least || bytes[1] > most) return 0;
    for (size_t index = 2; index < length; index++)
        if ((bytes[index] & 0xC0) != 0x80) return 0;
    return length;
}

static bool scan_character(struct skep_json_string *string) {
    size_t length = character_length((const unsigned char *)string->text + string->at, string->size - string->at);
    if (length == 0) return false;
    memmove(string->text + string->end, string->text + string->at, length);
    string->at += length;
    string->end += length;
    return true;
}

// A word with this in each of its bytes.
static uint64_t each(uint8_t byte) {
    return UINT64_C(0x0101010101010101) * byte;
}

// The word's bytes below `least`, which is 0x80 at most, have their upper bit set; so may have others above the first.
static uint64_t bytes_below(uint64_t word, uint8_t least) {
    return (word - each(least)) & ~word & each(0x80);
}

// How many bytes there are before one that does not stand for itself, or is of a character of several.
static size_t plain_length(const char *text, size_t size) {
    _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a word's first byte has to be its lowest");
    size_t at = 0;
    for (; size - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, text + at, sizeof word);
        uint64_t others = bytes_below(word, 0x20) | bytes_below(word ^ each('"'), 1) |
                          bytes_below(word ^ each('\\'), 1) | (word & each(0x80));
        if (others != 0) return at + (size_t)__builtin_ctzll(others) / 8;
    }
    for (; at < size; at++) {
        unsigned char byte = (unsigned char)text[at];
        if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') break;
    }
    return at;
}

static void keep_plain(struct skep_json_string *string) {
    size_t length = plain_length(string->text + string->at, string->size - string->at);
    if (string->end != string->at) memmove(string->text + string->end, string->text + string->at, length);
    string->at += length;
    string->end += length;
}

void skep_json_scan_string(struct skep_json_string *string) {
    for (;;) {
        keep_plain(string);
        unsigned char byte = peek(string);
        if (byte == '"') return;
        if (byte < 0x20 || (byte == '\\' && !scan_escape(string))) {
            string->error = SKEP_JSON_BAD_STRING;
            return;
        }
        if (byte != '\\' && !scan_character(string)) {
            string->error = SKEP_JSON_BAD_UTF8;
            return;
        }
    }
}
