/* The fast path: runs of regular particles, read where they stand in the chunk.
 *
 * It reads what nearly every body consists of, and nothing else: at the first thing that is
 * not regular, or not wholly in the chunk, it stops before that particle, and lexer, grammar
 * and meaning go on from there as if it did not exist. It never finds a fault. For the files
 * of codec/ only.
 *
 * What stands between the numbers of a particle, names and white space, is nearly always what stood
 * there in the particle before: so that is remembered, and compared as a whole. */
#ifndef CODEC_JSON_JSON_FAST_PATH_H
#define CODEC_JSON_JSON_FAST_PATH_H

#include <stdbool.h>

#include "codec/json/json_builder.h"
#include "codec/json/json_lexer.h"

/* Longer ones are read token by token. */
#define SEPARATOR_BYTES_MAX 32

/* A text between two numbers, in words to compare at once. */
struct separator {
    uint64_t text[SEPARATOR_BYTES_MAX / 8];
    uint64_t mask[SEPARATOR_BYTES_MAX / 8];
    unsigned words;
    unsigned length;
    unsigned newlines;
    unsigned line_start; /* the byte after the last newline */
};

struct json_fast_path {
    bool known;
    unsigned char column[PARTICLE_COLUMNS]; /* of the numbers, in their order */
    /* Before each number, from the end of the particle before on, and behind the last one. */
    struct separator separators[PARTICLE_COLUMNS + 1];
};

/* True at the places where runs occur. */
static inline bool json_fast_path_may_begin(const struct json_builder *builder)
{
    return builder->context == CONTEXT_COLUMN ||
           (builder->context == CONTEXT_PARTICLES && builder->shape_known);
}

/* A value of a list or a column is awaited, and no token is open: reads as many as it can.
 * Returns true when it read any; then a comma or the end of the array is awaited. `run` begins with
 * nothing known. */
bool json_fast_path_read(struct json_fast_path *fast_path, struct json_builder *builder,
                         struct json_lexer *lexer);

#endif
