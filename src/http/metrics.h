/* Counters of the HTTP engine. Endpoints have counters of their own and show all of them.
 *
 * All fields are atomic and only grow; any thread may add to them. Each request adds to a handful
 * of them, so all threads share one set. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "http/message/server_timing.h"

#define METRICS_ROUTES_MAX 32

/* The statuses that are counted one by one; anything else counts as 500. */
#define METRICS_STATUSES(X)                                                                        \
    X(200)                                                                                         \
    X(204)                                                                                         \
    X(304)                                                                                         \
    X(400)                                                                                         \
    X(403)                                                                                         \
    X(404) X(405) X(406) X(408) X(413) X(414) X(415) X(422) X(499) X(500) X(501) X(503) X(504)

#define METRICS_COUNT_ONE(status) +1
#define METRICS_STATUS_COUNT (0 METRICS_STATUSES(METRICS_COUNT_ONE))

/* Upper bounds of the duration histogram, in nanoseconds; the last bucket has none. */
#define METRICS_BUCKETS 14

extern const unsigned metrics_statuses[METRICS_STATUS_COUNT];
extern const int64_t metrics_bounds_ns[METRICS_BUCKETS];

struct metrics_durations {
    _Atomic uint64_t buckets[METRICS_BUCKETS + 1]; /* not cumulated */
    _Atomic uint64_t total_ns;
};

struct metrics {
    struct metrics_durations requests[METRICS_ROUTES_MAX][METRICS_STATUS_COUNT];
    _Atomic uint64_t phase_ns[TIMING_PHASES_MAX];
    _Atomic uint64_t received_bytes, sent_bytes; /* bodies */
    _Atomic uint64_t connections;                /* accepted */
    _Atomic uint64_t cancelled;                  /* jobs that ended early */
    _Atomic uint64_t inline_jobs;                /* requests that their I/O thread computed */
};

/* Counts a completed request. `route` is a route_index (router.h), at most METRICS_ROUTES_MAX - 1.
 */
void metrics_observe(struct metrics *metrics, size_t route, unsigned status, int64_t duration_ns);

/* Adds to a counter. */
static inline void metrics_add(_Atomic uint64_t *counter, uint64_t amount)
{
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static inline uint64_t metrics_read(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
