/* Shared by the tests of the encoders. */
#ifndef TESTS_CODEC_ENCODE_H
#define TESTS_CODEC_ENCODE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "codec/encoder.h"

/* Encodes the set in ranges of `step` items and checks the bound of each. Returns the whole text
 * with a NUL; the caller frees it. */
static inline char *encode_in_steps(const struct encoder *encoder, const struct particle_set *set,
                                    enum particle_shape shape, size_t step)
{
    char *text = NULL;
    size_t length = 0, items = encoder->items(set, shape);
    for (size_t begin = 0; begin < items; begin += step) {
        size_t end = begin + step < items ? begin + step : items;
        size_t bound = encode_bound(encoder, shape, end - begin);
        text = realloc(text, length + bound + 1);
        ck_assert_ptr_nonnull(text);
        text[length + bound] = '#';
        char *at = encoder->write(text + length, set, shape, begin, end);
        ck_assert_uint_le((size_t)(at - text), length + bound);
        ck_assert_int_eq(text[length + bound], '#');
        length = (size_t)(at - text);
        *at = '\0';
    }
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
