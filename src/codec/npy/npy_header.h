/* The header of an NPY file: text -> layout of the numbers. The reference is numpy.lib.format. For
 * the files of codec/ only. Pure; any thread.
 *
 *     "\x93NUMPY", version (2 bytes), length of the header (2 bytes, from 2.0 on 4; little-endian)
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (1000, 3), }, spaces and a newline
 *     the numbers */
#ifndef CODEC_NPY_NPY_HEADER_H
#define CODEC_NPY_NPY_HEADER_H

#include "codec/columns.h"

/* The numbers and the header's length are read and sent in the byte order of the CPU. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(double) == 8 &&
                   sizeof(float) == 4,
               "NPY needs a little-endian machine");

#define NPY_MAGIC "\x93NUMPY"
#define NPY_MAGIC_BYTES (sizeof NPY_MAGIC - 1)
#define NPY_VERSION_BYTES 2

/* The longest header text that is accepted, the default of NumPy. */
#define NPY_HEADER_BYTES_MAX 10000

/* The contents of a header. The pointers are into its text, which must stay valid. */
struct npy_header {
    const char *descr; /* a literal of any kind */
    const char *shape; /* a tuple of integers */
    size_t descr_bytes, shape_bytes;
    size_t dimensions;
    uint64_t first[2]; /* the first two dimensions; at most UINT64_MAX */
    bool fortran_order;
};

/* Reads the text of a header, which must contain exactly the three keys. Returns false for any
 * other text, and sets *error to a sentence and *error_byte to an offset in the text. Strings are
 * UTF-8 in version 3.0, Latin-1 before. */
bool npy_header_parse(struct npy_header *header, const char *text, size_t size, bool utf8,
                      const char **error, size_t *error_byte);

/* The layout of the particles in the data. */
struct npy_layout {
    uint64_t count;
    bool by_column;                    /* one column after the other; otherwise rows of three */
    uint8_t bytes[PARTICLE_COLUMNS];   /* size of each number of a row, 4 or 8, in file order */
    uint8_t columns[PARTICLE_COLUMNS]; /* column of each number of a row, in file order */
};

/* Finds the layout. Returns false if the array cannot contain particles; the sentence says why, and
 * what to send instead. */
bool npy_header_layout(const struct npy_header *header, struct npy_layout *layout, char *sentence,
                       size_t size);

/* Returns the bytes of a row. */
static inline size_t npy_row_bytes(const struct npy_layout *layout)
{
    return (size_t)layout->bytes[0] + layout->bytes[1] + layout->bytes[2];
}

#endif
