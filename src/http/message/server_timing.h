/* The durations of the phases of a request, and the Server-Timing header that shows them
 * (https://www.w3.org/TR/server-timing/). Pure; any thread. */
#ifndef HTTP_MESSAGE_SERVER_TIMING_H
#define HTTP_MESSAGE_SERVER_TIMING_H

#include <stddef.h>
#include <stdint.h>

#define TIMING_PHASES_MAX 8

/* The phases that requests can have, in the order in which they are shown. A const record, which
 * the endpoints define; the engine itself measures two of them. */
struct timing_phases {
    const char *const *names;
    size_t count;   /* at most TIMING_PHASES_MAX */
    size_t receive; /* index: from the first line of a request to the last byte of its body */
    size_t queue;   /* index: waiting for a worker */
};

/* Nanoseconds of each phase; 0 where it was not entered. */
struct timing {
    int64_t ns[TIMING_PHASES_MAX];
};

#define SERVER_TIMING_MAX 256

/* Writes the value of the header, NUL-terminated: the phases that were entered, and the total, in
 * milliseconds. */
void server_timing(char out[SERVER_TIMING_MAX], const struct timing_phases *phases,
                   const struct timing *timing, int64_t total_ns);

#endif
