/* The interface of all encoders: a particle set -> bytes.
 *
 * The output is a sequence of items. An item is a particle, or in JSON columns one number. Any
 * range of items can be written on its own, also by different threads. Numbers are the shortest
 * decimals that read back as the same double; negative zero is -0.0. All numbers of the set are
 * finite. Pure; any thread. */
#ifndef CODEC_ENCODER_H
#define CODEC_ENCODER_H

#include <stddef.h>

#include "codec/simulation_request.h"

/* The most bytes before the first and after the last item, together. */
#define ENCODE_FRAME ((size_t)32)

/* The most bytes that write_head and write_frames_head write. */
#define ENCODE_HEAD_MAX 256

/* `shape` is how JSON writes particles; other formats ignore it. */
struct encoder {
    /* Returns the number of items. */
    size_t (*items)(const struct particle_set *set, enum particle_shape shape);

    /* Returns the most bytes that an item takes. */
    size_t (*item_bytes)(enum particle_shape shape);

    /* Writes the items begin..end-1; also the beginning of the text with the first item, and its
     * end with the last one. `out` has space for ENCODE_FRAME + (end - begin) * item_bytes bytes,
     * all of which may be written to. Returns the end of the output; no NUL is added. */
    char *(*write)(char *out, const struct particle_set *set, enum particle_shape shape,
                   size_t begin, size_t end);

    /* For a format that can contain several frames: write_frames_head writes the bytes before the
     * first frame and returns their number; frame_item_bytes is the most bytes that a particle
     * takes; write_frame writes the particles begin..end-1 of frame number `frame`, from 1, and
     * returns the end. NULL and 0 for other formats. */
    size_t (*write_frames_head)(char out[ENCODE_HEAD_MAX], size_t particles, size_t frames);
    size_t frame_item_bytes;
    char *(*write_frame)(char *out, const struct particle_set *set, size_t frame, size_t begin,
                         size_t end);

    /* For a format whose body is a header and then the columns x, y and ang_vel as they are in
     * memory: writes the header and returns its length. NULL for other formats. Such a format needs
     * no items, item_bytes and write. */
    size_t (*write_head)(char out[ENCODE_HEAD_MAX], const struct particle_set *set);
};

/* Returns the most bytes that this many items take. */
static inline size_t encode_bound(const struct encoder *encoder, enum particle_shape shape,
                                  size_t items)
{
    return ENCODE_FRAME + items * encoder->item_bytes(shape);
}

#endif
