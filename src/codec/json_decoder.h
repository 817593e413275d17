/* Streaming decoder: JSON text of a simulation request -> struct simulation.
 *
 * Chunks of any size go in as they arrive; numbers go straight into the columns. No text
 * of the body is kept beyond one token that a chunk's end cut in two, and no tree is
 * built. Strict RFC 8259 in UTF-8: no NaN or Infinity, no trailing comma, no comment, no
 * control character in strings, no byte order mark, no lone surrogate.
 *
 * The whole text is checked for syntax before its meaning is judged: after a meaningless
 * part decoding goes on for the syntax only, and DECODE_SYNTAX wins. Of errors of one kind the
 * first wins. Memory: the columns and under 8 KiB.
 *
 * A decoder belongs to one thread at a time. It neither blocks nor logs. */
#ifndef CODEC_JSON_DECODER_H
#define CODEC_JSON_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/simulation.h"

/* Arrays and objects that may be open at once; one more is a syntax error. */
#define JSON_DEPTH_MAX 64

/* Bytes of one number. A longer one is DECODE_MEANING (its syntax is still checked). */
#define JSON_NUMBER_BYTES_MAX 1024

/* Bytes that are kept of a string (a member name or a method); a longer string is valid
 * JSON, and its beginning is enough to say that it is unknown. */
#define JSON_STRING_BYTES_KEPT 64

enum decode_status {
    DECODE_OK = 0,
    DECODE_SYNTAX = -1,    /* not JSON, or too deep: line, column and byte are set */
    DECODE_MEANING = -2,   /* JSON, but not a request: pointer is set */
    DECODE_TOO_MANY = -3,  /* more particles than the limit */
    DECODE_NO_MEMORY = -4, /* the budget refused, or memory is short */
};

struct decode_error {
    enum decode_status status;
    char detail[256];  /* what is wrong and what to do; UTF-8 */
    char pointer[192]; /* JSON Pointer (RFC 6901) of the part at fault; "" is the root */
    uint64_t line;     /* from 1 */
    uint64_t column;   /* from 1, in bytes */
    uint64_t byte;     /* from 0 */
};

struct decode_limits {
    size_t max_particles;
    /* Memory budget; either may be NULL. `claim` is asked before new columns of this many
     * bytes are allocated, while the old ones are still held; false refuses. `unclaim`
     * gives back what was freed. Between the calls of the decoder's functions exactly
     * particle_set_bytes(out->particles.capacity) bytes are claimed. */
    bool (*claim)(void *context, size_t bytes);
    void (*unclaim)(void *context, size_t bytes);
    void *context;
};

struct json_decoder;

/* `out` (initialised by simulation_init) is filled in; it stays the caller's and must outlive
 * the decoder. At any error the decoder frees the columns and unclaims their bytes itself. Else
 * (all is well, or the decoder is destroyed before the end) they stay in `out` and stay
 * claimed, and who frees them gives their bytes back. NULL when memory is short. */
struct json_decoder *json_decoder_create(const struct decode_limits *limits,
                                         struct simulation *out);
void json_decoder_destroy(struct json_decoder *decoder);

/* Takes the next `size` bytes. Returns DECODE_OK to go on (also after a DECODE_MEANING fault, which
 * finish reports), or DECODE_SYNTAX, DECODE_TOO_MANY or DECODE_NO_MEMORY, which end the decoding:
 * `out` then holds nothing of use, and later calls return the same. */
enum decode_status json_decoder_feed(struct json_decoder *decoder, const char *bytes, size_t size);

/* The text is complete. DECODE_OK: out->particles holds at least one particle, all its numbers are
 * finite, and out's options are in range, each by itself. */
enum decode_status json_decoder_finish(struct json_decoder *decoder);

/* The error that feed or finish returned. Owned by the decoder. */
const struct decode_error *json_decoder_error(const struct json_decoder *decoder);

#endif
