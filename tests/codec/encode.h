/* Shared by the tests of the encoders. */
#ifndef TESTS_CODEC_ENCODE_H
#define TESTS_CODEC_ENCODE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "codec/encoder.h"

/* Encodes the set in ranges of `step` items and checks the bound of each: a range is written to a
 * block of exactly that size, so that a sanitizer detects writes beyond it. Returns the whole text
 * with a NUL; the caller frees it. */
static inline char *encode_in_steps(const struct encoder *encoder, const struct particle_set *set,
                                    enum particle_shape shape, size_t step)
{
    size_t length = 0, items = encoder->items(set, shape);
    size_t capacity = encode_bound(encoder, shape, items);
    char *text = malloc(capacity + 1);
    suite_assert(text);
    for (size_t begin = 0; begin < items; begin += step) {
        size_t end = begin + step < items ? begin + step : items;
        size_t bound = encode_bound(encoder, shape, end - begin);
        char *range = malloc(bound + 1);
        suite_assert(range);
        range[bound] = '#';
        size_t size = (size_t)(encoder->write(range, set, shape, begin, end) - range);
        suite_assert(size <= bound && range[bound] == '#');
        suite_assert(size <= capacity - length);
        memcpy(text + length, range, size);
        length += size;
        free(range);
    }
    text[length] = '\0';
    return text;
}

/* Encodes the set in ranges of several sizes and checks that the text is always the same. */
static inline char *encode_text(const struct encoder *encoder, const struct particle_set *set,
                                enum particle_shape shape)
{
    size_t items = encoder->items(set, shape);
    char *whole = encode_in_steps(encoder, set, shape, items);
    for (size_t step = 1; step < items; step += step < 10 ? 1 : items / 5) {
        char *parts = encode_in_steps(encoder, set, shape, step);
        ck_assert_str_eq(parts, whole);
        free(parts);
    }
    return whole;
}

#endif
