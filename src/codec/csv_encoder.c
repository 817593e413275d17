#include "codec/csv_encoder.h"

#include <string.h>

#include "codec/number.h"

static const char header[] = "x,y,ang_vel\n";

/* The most bytes of a row: three numbers, each with what follows it. */
#define ROW_BYTES (3 * ((size_t)NUMBER_BYTES_MAX + 1))

static size_t pieces(const struct particle_set *set, enum particle_shape shape)
{
    (void)shape;
    return encode_pieces(set->count);
}

static size_t bound(const struct particle_set *set, enum particle_shape shape, size_t piece)
{
    (void)shape;
    size_t rows = encode_end(piece, set->count) - encode_begin(piece);
    return (piece == 0 ? sizeof header - 1 : 0) + rows * ROW_BYTES;
}

static char *write(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t piece)
{
    (void)shape;
    if (piece == 0) {
        memcpy(out, header, sizeof header - 1);
        out += sizeof header - 1;
    }
    size_t end = encode_end(piece, set->count);
    for (size_t i = encode_begin(piece); i < end; i++) {
        out = number_format(out, set->x[i]);
        *out++ = ',';
        out = number_format(out, set->y[i]);
        *out++ = ',';
        out = number_format(out, set->ang_vel[i]);
        *out++ = '\n';
    }
    return out;
}

const struct encoder csv_encoder = {.pieces = pieces, .bound = bound, .write = write};
