/* The fast path: reads sequences of regular particles directly from the chunk.
 *
 * Nearly every body consists of regular particles. At the first particle that is not regular, or
 * not completely in the chunk, the fast path stops before it; lexer, grammar and builder continue
 * from there. The fast path reports no errors. For the files of codec/ only.
 *
 * The text between the numbers of a particle, which is names and white space, is nearly always the
 * same as in the particle before. So the fast path keeps the text of one particle as a template and
 * compares the next one with it. A fast path belongs to one thread at a time. */
#ifndef CODEC_JSON_JSON_FAST_PATH_H
#define CODEC_JSON_JSON_FAST_PATH_H

#include <stdbool.h>

#include "codec/json/json_builder.h"
#include "codec/json/json_lexer.h"

/* Particles with longer separators are read token by token. */
#define SEPARATOR_BYTES_MAX 32

/* The text between two numbers, in 64-bit words, so that a comparison takes few steps. */
struct separator {
    uint64_t text[SEPARATOR_BYTES_MAX / 8];
    uint64_t mask[SEPARATOR_BYTES_MAX / 8]; /* all ones for the bytes of the text */
    unsigned words;
    unsigned length;
    unsigned newlines;
    unsigned line_start; /* offset of the byte after the last newline */
};

struct json_fast_path {
    bool has_template;
    unsigned char column[PARTICLE_COLUMNS]; /* of each number, in the order of the text */
    /* Before each number, and after the last one. The first begins at the end of the particle
     * before. */
    struct separator separators[PARTICLE_COLUMNS + 1];
};

/* True in an array of particles or numbers. */
static inline bool json_fast_path_applies(const struct json_builder *builder)
{
    return builder->context == CONTEXT_COLUMN ||
           (builder->context == CONTEXT_PARTICLES && builder->shape_known);
}

/* Reads as many particles or numbers as possible. Call it where json_fast_path_applies, the grammar
 * expects a value, and the lexer is between two tokens. Returns true if it has read any; then the
 * grammar expects a comma or the end of the array. `has_template` is false before the first call.
 */
bool json_fast_path_read(struct json_fast_path *fast_path, struct json_builder *builder,
                         struct json_lexer *lexer);

#endif
