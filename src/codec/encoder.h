/* What all encoders have in common: a particle set -> bytes, in pieces.
 *
 * The pieces are independent of each other, so that several threads can write them at the same
 * time; in their order they are the whole. Numbers are the shortest decimals that read back to the
 * same double, negative zero is -0.0. The set's numbers are finite. Pure; any thread. */
#ifndef CODEC_ENCODER_H
#define CODEC_ENCODER_H

#include <stddef.h>

#include "codec/simulation.h"

/* Particles of a piece, at most. */
#define ENCODE_PIECE ((size_t)8192)

/* `shape` says how JSON writes particles; other formats pass it over. */
struct encoder {
    /* How many pieces there are, at least one. */
    size_t (*pieces)(const struct particle_set *set, enum particle_shape shape);

    /* Where the piece lies in memory already, and its bytes; NULL when it has to be written. The
     * memory is the set's. NULL in place of the function: nothing does. */
    const void *(*lies)(const struct particle_set *set, size_t piece, size_t *size);

    /* An upper bound for the bytes that `write` writes. */
    size_t (*bound)(const struct particle_set *set, enum particle_shape shape, size_t piece);

    /* Writes the piece to `out`, which has room for `bound` bytes; returns the end of what was
     * written. No NUL is added. */
    char *(*write)(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t piece);
};

/* How many pieces so many particles make, at least one. */
static inline size_t encode_pieces(size_t particles)
{
    return particles ? (particles - 1) / ENCODE_PIECE + 1 : 1;
}

/* The first particle of a piece, and the one after its last. */
static inline size_t encode_begin(size_t piece)
{
    return piece * ENCODE_PIECE;
}

static inline size_t encode_end(size_t piece, size_t particles)
{
    size_t end = (piece + 1) * ENCODE_PIECE;
    return end < particles ? end : particles;
}

#endif
