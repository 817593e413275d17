/* The grammar of a JSON number, for text in chunks of any size. For the files of codec/ only. Pure;
 * any thread. */
#ifndef CODEC_NUMBER_NUMBER_SCAN_H
#define CODEC_NUMBER_NUMBER_SCAN_H

#include <stdbool.h>

/* The last part that has been read. */
enum number_state {
    NUMBER_START,
    NUMBER_MINUS,
    NUMBER_ZERO, /* a first digit 0; no other digit may follow */
    NUMBER_INTEGER,
    NUMBER_POINT,
    NUMBER_FRACTION,
    NUMBER_E,
    NUMBER_E_SIGN,
    NUMBER_EXPONENT,
};

/* Reads the bytes [at, end) from *state on, and updates *state. Returns the first byte that does
 * not belong to the number, or `end`. */
const char *number_scan(enum number_state *state, const char *at, const char *end);

/* True if a number may end in this state. */
static inline bool number_may_end(enum number_state state)
{
    return state == NUMBER_ZERO || state == NUMBER_INTEGER || state == NUMBER_FRACTION ||
           state == NUMBER_EXPONENT;
}

#endif
