/* The interface of all decoders: bytes of a request in chunks of any size -> struct simulation.
 *
 * A decoder writes numbers directly into the columns. It keeps no text of the body, except for a
 * token that the end of a chunk cuts in two. A syntax error takes precedence over an invalid value:
 * after an invalid value, the decoder checks only the syntax of the rest. Of several errors of one
 * kind, the first is reported.
 *
 * A decoder belongs to one thread at a time. It neither blocks nor logs. */
#ifndef CODEC_DECODER_H
#define CODEC_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/simulation_request.h"

enum decode_status {
    DECODE_OK = 0,
    DECODE_SYNTAX = -1,    /* malformed: line, column and byte are set */
    DECODE_INVALID = -2,   /* well-formed, but not a valid request: pointer is set */
    DECODE_TOO_MANY = -3,  /* more particles than the limit */
    DECODE_NO_MEMORY = -4, /* the budget is used up for now, or memory is short */
    DECODE_TOO_LARGE = -5, /* more memory than the whole budget */
};

struct decode_error {
    enum decode_status status;
    char detail[256];  /* what is wrong and how to correct it; UTF-8 */
    char pointer[192]; /* JSON Pointer (RFC 6901) of the invalid part; "" is the root */
    uint64_t line;     /* from 1; 0 where the format has no lines */
    uint64_t column;   /* from 1, in bytes */
    uint64_t byte;     /* from 0 */
};

enum reservation {
    RESERVE_OK,
    RESERVE_LATER, /* refused, but it may succeed later */
    RESERVE_NEVER, /* refused; it can never succeed */
};

struct decode_limits {
    size_t max_particles;
    /* Memory budget; either may be NULL. `reserve` is called before the columns take this many more
     * bytes, while the old columns are still allocated. `unreserve` is called after memory was
     * freed. Between the calls of a decoder's functions exactly
     * particle_set_bytes(out->particles.capacity) bytes are reserved. */
    enum reservation (*reserve)(void *context, size_t bytes);
    void (*unreserve)(void *context, size_t bytes);
    void *context;
    uint64_t body_bytes; /* length of the body, 0: not known. Used to allocate enough at once */
};

struct decoder;

/* The functions of a format's decoder. The wrappers below document them. Each format also has a
 * function that creates its decoder. */
struct decoder_class {
    enum decode_status (*feed)(struct decoder *decoder, const char *bytes, size_t size);
    enum decode_status (*finish)(struct decoder *decoder);
    void (*destroy)(struct decoder *decoder);
};

/* The first member of every decoder's struct. */
struct decoder {
    const struct decoder_class *class;
    struct decode_error error; /* its status is DECODE_OK as long as there is no error */
};

/* Decodes the next `size` bytes. Returns DECODE_OK to go on (also after a DECODE_INVALID error,
 * which finish reports), or another status, which ends the decoding: the contents of `out` are then
 * unusable, and later calls return the same status. */
static inline enum decode_status decoder_feed(struct decoder *decoder, const char *bytes,
                                              size_t size)
{
    return decoder->class->feed(decoder, bytes, size);
}

/* Ends the body. If it returns DECODE_OK, out->particles contains at least one particle, all its
 * numbers are finite, and each option of `out` is in its range. */
static inline enum decode_status decoder_finish(struct decoder *decoder)
{
    return decoder->class->finish(decoder);
}

/* Returns the error whose status feed or finish returned. Owned by the decoder. */
static inline const struct decode_error *decoder_error(const struct decoder *decoder)
{
    return &decoder->error;
}

/* Frees the decoder. Call it before `out` is freed. */
static inline void decoder_destroy(struct decoder *decoder)
{
    decoder->class->destroy(decoder);
}

/* True if an error has ended the decoding. DECODE_INVALID does not end it. */
static inline bool decoder_is_over(const struct decoder *decoder)
{
    return decoder->error.status && decoder->error.status != DECODE_INVALID;
}

#endif
