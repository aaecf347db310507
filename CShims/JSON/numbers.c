#include "internal.h"

// The magnitude of an integer. False if 64 bits don't hold it.
static bool magnitude(const char *digits, size_t length, uint64_t *result) {
    *result = 0;
    for (size_t index = 0; index < length; index++)
        if (__builtin_mul_overflow(*result, 10, result) ||
            __builtin_add_overflow(*result, (uint64_t)(digits[index] - '0'), result))
            return false;
    return true;
}

bool skep_json_fits(const char *digits, size_t length) {
    uint64_t value;
    if (digits[0] == '-') return magnitude(digits + 1, length - 1, &value) && value <= (uint64_t)1 << 63;
    return magnitude(digits, length, &value);
}

bool skep_json_signed(const struct skep_json *json, uint32_t index, int64_t *result) {
    const struct skep_json_value *value = &json->values[index];
    const char *digits = json->text + value->start;
    uint64_t number;
    if (digits[0] == '-') {
        if (!magnitude(digits + 1, value->length - 1, &number) || number > (uint64_t)1 << 63) return false;
        *result = (int64_t)-number;
        return true;
    }
    *result = 0;
    return magnitude(digits, value->length, &number) && !__builtin_add_overflow(*result, number, result);
}

bool skep_json_unsigned(const struct skep_json *json, uint32_t index, uint64_t *result) {
    const struct skep_json_value *value = &json->values[index];
    const char *digits = json->text + value->start;
    // -0 is 0.
    size_t sign = digits[0] == '-' ? 1 : 0;
    return magnitude(digits + sign, value->length - sign, result) && (sign == 0 || *result == 0);
}
