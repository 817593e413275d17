/* The fast path: runs of regular particles, read where they stand in the chunk.
 *
 * It reads what nearly every body consists of, and nothing else: at the first thing that is
 * not regular, or not wholly in the chunk, it stops before that particle, and lexer, grammar
 * and meaning go on from there as if it did not exist. It never finds a fault. For the files
 * of codec/ only. */
#ifndef CODEC_JSON_RUN_H
#define CODEC_JSON_RUN_H

#include <stdbool.h>

#include "codec/json_lexer.h"
#include "codec/json_meaning.h"

/* True at the places where runs occur. */
static inline bool json_run_may_begin(const struct json_meaning *meaning)
{
    return meaning->place == PLACE_COLUMN || (meaning->place == PLACE_LIST && meaning->shape_known);
}

/* A value of a list or a column is awaited, and no token is open: reads as many as it can.
 * Returns true when it read any; then a comma or the end of the array is awaited. */
bool json_run_read(struct json_meaning *meaning, struct json_lexer *lexer);

#endif
