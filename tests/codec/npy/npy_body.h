/* Builds NPY bodies for tests. */
#ifndef TESTS_CODEC_NPY_BODY_H
#define TESTS_CODEC_NPY_BODY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The most bytes before the data of these bodies. */
#define NPY_HEAD_MAX 16384

/* Writes magic, version, length and an unchanged header text. Returns the number of bytes. */
static inline size_t npy_put_raw(char *out, unsigned major, const char *text, size_t length)
{
    size_t at = 8;
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (char)major;
    out[7] = 0;
    for (unsigned i = 0; i < (major == 1 ? 2 : 4); i++)
        out[at++] = (char)(length >> (8 * i));
    memcpy(out + at, text, length);
    return at + length;
}

/* The same for a dict, which is padded with spaces as in NumPy. */
static inline size_t npy_put_head(char *out, unsigned major, const char *dict)
{
    char text[NPY_HEAD_MAX];
    size_t used = strlen(dict), before = major == 1 ? 10 : 12;
    size_t length = (before + used + 1 + 63) / 64 * 64 - before;
    memset(text, ' ', length);
    memcpy(text, dict, used);
    text[length - 1] = '\n';
    return npy_put_raw(out, major, text, length);
}

/* The same for a matrix. */
static inline size_t npy_put_matrix(char *out, unsigned major, const char *dtype, bool fortran,
                                    size_t count)
{
    char dict[128];
    snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': %s, 'shape': (%zu, 3), }", dtype,
             fortran ? "True" : "False", count);
    return npy_put_head(out, major, dict);
}

/* Writes a number as a double or a float. Returns the end. */
static inline char *npy_put_number(char *out, double value, size_t bytes)
{
    float narrow = (float)value;
    if (bytes == 8)
        memcpy(out, &value, bytes);
    else
        memcpy(out, &narrow, bytes);
    return out + bytes;
}

#endif
