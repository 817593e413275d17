/* Integers and durations as decimal text. Pure; any thread. */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdint.h>

/* The most bytes that decimal_seconds writes: 10 digits, a point, 9 digits. */
#define DECIMAL_SECONDS_MAX 20

/* Writes `value` with at least `width` digits, 1..20, and at most 20 bytes. Returns the end; no NUL
 * is added. */
char *decimal_integer(char *out, uint64_t value, int width);

/* Writes `ns`, >= 0, in seconds without trailing zeros. Returns the end; no NUL is added. */
char *decimal_seconds(char *out, int64_t ns);

#endif
