/* What all decoders have in common: bytes of a request in chunks of any size -> struct simulation.
 *
 * Numbers go straight into the columns; no text of the body is kept beyond a token that a chunk's
 * end cut in two. Malformed beats meaningless: after a meaningless part decoding goes on for the
 * syntax only, and DECODE_SYNTAX wins. Of errors of one kind the first wins.
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
    DECODE_INVALID = -2,   /* well-formed, but not a request: pointer is set */
    DECODE_TOO_MANY = -3,  /* more particles than the limit */
    DECODE_NO_MEMORY = -4, /* the budget is used up for now, or memory is short */
    DECODE_TOO_LARGE = -5, /* the budget will never be enough */
};

struct decode_error {
    enum decode_status status;
    char detail[256];  /* what is wrong and what to do; UTF-8 */
    char pointer[192]; /* JSON Pointer (RFC 6901) of the part at fault; "" is the root */
    uint64_t line;     /* from 1; 0 where the format has no lines */
    uint64_t column;   /* from 1, in bytes */
    uint64_t byte;     /* from 0 */
};

enum reservation {
    RESERVE_OK,
    RESERVE_LATER, /* refused, but there may be room again */
    RESERVE_NEVER, /* refused for good */
};

struct decode_limits {
    size_t max_particles;
    /* Memory budget; either may be NULL. `claim` is asked before columns take this many bytes
     * more, while old ones are still held. `unreserve` gives back what was freed. Between the calls
     * of a decoder's functions exactly particle_set_bytes(out->particles.capacity) bytes are
     * reserved. */
    enum reservation (*reserve)(void *context, size_t bytes);
    void (*unreserve)(void *context, size_t bytes);
    void *context;
    uint64_t body_bytes; /* how long the body will be, 0: not known. Sizes the columns at once */
};

struct decoder;

/* Each format has a function that creates its decoder, and these; the wrappers below say what they
 * promise. */
struct decoder_class {
    enum decode_status (*feed)(struct decoder *decoder, const char *bytes, size_t size);
    enum decode_status (*finish)(struct decoder *decoder);
    void (*destroy)(struct decoder *decoder);
};

/* The head of every decoder. */
struct decoder {
    const struct decoder_class *class;
    struct decode_error error; /* status DECODE_OK as long as there is none */
};

/* Takes the next `size` bytes. Returns DECODE_OK to go on (also after a DECODE_INVALID fault, which
 * finish reports), or another status, which ends the decoding: `out` then holds nothing of use, and
 * later calls return the same. */
static inline enum decode_status decoder_feed(struct decoder *decoder, const char *bytes,
                                              size_t size)
{
    return decoder->class->feed(decoder, bytes, size);
}

/* The body is complete. DECODE_OK: out->particles holds at least one particle, all its numbers are
 * finite, and out's options are in range, each by itself. */
static inline enum decode_status decoder_finish(struct decoder *decoder)
{
    return decoder->class->finish(decoder);
}

/* The error that feed or finish returned. Owned by the decoder. */
static inline const struct decode_error *decoder_error(const struct decoder *decoder)
{
    return &decoder->error;
}

/* Before `out` is. */
static inline void decoder_destroy(struct decoder *decoder)
{
    decoder->class->destroy(decoder);
}

/* True when decoding is over; a fault of meaning is not the end. */
static inline bool decoder_is_over(const struct decoder *decoder)
{
    return decoder->error.status && decoder->error.status != DECODE_INVALID;
}

#endif
