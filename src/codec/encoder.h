/* What all encoders have in common: a particle set -> bytes.
 *
 * A text is a row of items, mostly particles, and may be written in pieces of any size, also by
 * different threads. Numbers are the shortest decimals that read back to the same double, negative
 * zero is -0.0. The set's numbers are finite. Pure; any thread. */
#ifndef CODEC_ENCODER_H
#define CODEC_ENCODER_H

#include <stddef.h>

#include "codec/simulation_request.h"

/* What stands before the first and behind the last item of a text, at most. */
#define ENCODE_FRAME ((size_t)32)

/* The longest head of columns that are sent as they lie. */
#define ENCODE_HEAD_MAX 256

/* `shape` says how JSON writes particles; other formats pass it over. */
struct encoder {
    /* How many items there are. */
    size_t (*items)(const struct particle_set *set, enum particle_shape shape);

    /* The most bytes that an item takes. */
    size_t (*item_bytes)(enum particle_shape shape);

    /* Writes the items begin..end-1, and the text's beginning and end if they are among them. `out`
     * has room for ENCODE_FRAME + (end - begin) * item_bytes bytes, all of which may be written to.
     * Returns the end of what was written; no NUL is added. */
    char *(*write)(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t begin, size_t end);

    /* Of a format that can hold several frames by itself: writes what stands before them all,
     * returns its length; the most bytes of a particle in there; and writes the particles
     * begin..end-1 of frame `frame`, counted from 1. NULL and 0: there is none. */
    size_t (*write_frames_head)(char out[ENCODE_HEAD_MAX], size_t particles, size_t frames);
    size_t frame_item_bytes;
    char *(*write_frame)(char *out, const struct particle_set *set, size_t frame, size_t begin,
                         size_t end);

    /* Of a format whose body may be a head and then the columns as they lie in memory, x, y and
     * ang_vel: writes the head, returns its length. NULL in place of the function: there is none.
     */
    size_t (*write_head)(char out[ENCODE_HEAD_MAX], const struct particle_set *set);
};

/* The most bytes that writing so many items takes. */
static inline size_t encode_bound(const struct encoder *encoder, enum particle_shape shape,
                                  size_t items)
{
    return ENCODE_FRAME + items * encoder->item_bytes(shape);
}

#endif
