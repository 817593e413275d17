/* The header of an NPY file: text -> where the numbers lie. numpy.lib.format is the reference.
 * For the files of codec/ only. Pure; any thread.
 *
 *     "\x93NUMPY", version (2 bytes), length of the header (2 bytes, from 2.0 on 4; little-endian)
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (1000, 3), }, spaces and a newline
 *     the numbers */
#ifndef CODEC_NPY_NPY_HEADER_H
#define CODEC_NPY_NPY_HEADER_H

#include "codec/columns.h"

/* The numbers, and the header's length, are read and sent as they lie in memory. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(double) == 8 &&
                   sizeof(float) == 4,
               "NPY needs a little-endian machine");

#define NPY_MAGIC "\x93NUMPY"
#define NPY_MAGIC_BYTES (sizeof NPY_MAGIC - 1)
#define NPY_VERSION_BYTES 2

/* Bytes of a header's text that are read: as many as NumPy reads by default. */
#define NPY_HEADER_BYTES_MAX 10000

/* What a header says. The texts are those of the header, which must stay. */
struct npy_header {
    const char *descr; /* a literal of any kind */
    const char *shape; /* a tuple of whole numbers */
    size_t descr_bytes, shape_bytes;
    size_t dimensions;
    uint64_t first[2]; /* of the shape; UINT64_MAX stands for more, too */
    bool fortran_order;
};

/* Reads the text, which has exactly the three keys. False for anything else: why, and at which
 * byte. Strings are UTF-8 from version 3.0 on, Latin-1 before. */
bool npy_header_parse(struct npy_header *header, const char *text, size_t size, bool utf8,
                      const char **error, size_t *error_byte);

/* How the particles lie in the data. */
struct npy_layout {
    uint64_t count;
    bool by_column;                    /* one column after the other; otherwise rows of three */
    uint8_t bytes[PARTICLE_COLUMNS];   /* of each number of a row, 4 or 8, in the file's order */
    uint8_t columns[PARTICLE_COLUMNS]; /* and which column it belongs to */
};

/* Finds it. False when the array is not one of particles: the sentence says why and what to
 * send. */
bool npy_header_layout(const struct npy_header *header, struct npy_layout *layout, char *sentence,
                       size_t size);

/* Bytes of a row. */
static inline size_t npy_row_bytes(const struct npy_layout *layout)
{
    return (size_t)layout->bytes[0] + layout->bytes[1] + layout->bytes[2];
}

#endif
