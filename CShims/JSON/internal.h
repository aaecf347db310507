#pragma once

#include "skep_json.h"

// A string while it is read: from the byte after its quote on, escapes are replaced in place.
struct skep_json_string {
    char *text;
    // The next byte to read: at the end the closing quote, or the byte that is wrong.
    size_t at;
    size_t size;
    // Where the string ends, without escapes.
    size_t end;
    enum skep_json_error error;
    bool has_nul;
};

void skep_json_scan_string(struct skep_json_string *string);

// Whether an integer fits in 64 bits, signed or unsigned.
bool skep_json_fits(const char *digits, size_t length);
