/* How long the phases of a request took; for the answer's `timing`, the Server-Timing
 * header and the metrics. */
#ifndef HTTP_MESSAGE_SERVER_TIMING_H
#define HTTP_MESSAGE_SERVER_TIMING_H

#include <stddef.h>
#include <stdint.h>

enum timing_phase {
    TIMING_RECEIVE,   /* first line of the request to the last byte of its body */
    TIMING_PARSE,     /* within the decoder */
    TIMING_QUEUE,     /* waiting for a worker */
    TIMING_EVOLVE,    /* checking the domain and moving the particles */
    TIMING_SERIALIZE, /* writing the answer */
    TIMING_PHASES
};

extern const char *const timing_names[TIMING_PHASES];

/* Nanoseconds of each phase, 0 where it was not entered. */
struct timing {
    int64_t ns[TIMING_PHASES];
};

/* What format_seconds writes at most: 10 digits, a point, 9 digits. */
#define FORMAT_SECONDS_MAX 20

/* Writes ns (from 0 up to centuries) as a decimal of seconds without trailing zeros;
 * returns the end. No NUL is added. */
char *format_seconds(char *out, int64_t ns);

/* Writes `value` in decimal with at least `width` digits; returns the end. No NUL is
 * added. */
char *format_digits(char *out, uint64_t value, int width);

/* Writes the value of a Server-Timing header (durations in milliseconds) with the phases
 * entered and the total, NUL-terminated. */
#define TIMING_HEADER_MAX 256
void timing_header(char out[TIMING_HEADER_MAX], const struct timing *timing, int64_t total_ns);

#endif
