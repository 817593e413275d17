#include "codec/npy_encoder.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "codec/npy_header.h"

/* Of magic, version, length and header: a multiple of 64, as NumPy aligns the data. */
#define HEAD_BYTES 128

/* A header, then the columns. */
static size_t pieces(const struct particle_set *set, enum particle_shape shape)
{
    (void)shape;
    return set->count ? 1 + PARTICLE_COLUMNS : 1;
}

static const void *lies(const struct particle_set *set, size_t piece, size_t *size)
{
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    if (piece == 0)
        return NULL;
    *size = set->count * sizeof(double);
    return columns[piece - 1];
}

static size_t bound(const struct particle_set *set, enum particle_shape shape, size_t piece)
{
    (void)set;
    (void)shape;
    return piece == 0 ? HEAD_BYTES : 0;
}

static char *write(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t piece)
{
    (void)shape;
    const uint16_t length = HEAD_BYTES - NPY_MAGIC_BYTES - NPY_VERSION_BYTES - sizeof length;
    if (piece > 0)
        return out;
    char text[HEAD_BYTES];
    int used = snprintf(text, sizeof text,
                        "{'descr': '<f8', 'fortran_order': True, 'shape': (%zu, 3), }", set->count);
    memset(out, ' ', HEAD_BYTES);
    memcpy(out, NPY_MAGIC "\1\0", NPY_MAGIC_BYTES + NPY_VERSION_BYTES);
    memcpy(out + NPY_MAGIC_BYTES + NPY_VERSION_BYTES, &length, sizeof length);
    memcpy(out + HEAD_BYTES - length, text, (size_t)used);
    out[HEAD_BYTES - 1] = '\n';
    return out + HEAD_BYTES;
}

const struct encoder npy_encoder = {.pieces = pieces, .lies = lies, .bound = bound, .write = write};
