/* Counters of the daemon, shown by GET /metrics in Prometheus' text format 0.0.4.
 *
 * All fields are atomic and only ever grow; any thread may add. They are few and added to a few
 * times a request, so they are shared and not kept per thread. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "http/message/server_timing.h"

#define METRICS_HANDLERS_MAX 32
#define METRICS_METHODS_MAX 16

/* The statuses that are counted one by one; anything else counts as 500. */
#define METRICS_STATUSES(X)                                                                        \
    X(200)                                                                                         \
    X(204)                                                                                         \
    X(304)                                                                                         \
    X(400) X(404) X(405) X(406) X(408) X(413) X(415) X(422) X(499) X(500) X(501) X(503) X(504)

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
    struct metrics_durations requests[METRICS_HANDLERS_MAX][METRICS_STATUS_COUNT];
    _Atomic uint64_t phase_ns[TIMING_PHASES];
    _Atomic uint64_t particles[METRICS_METHODS_MAX];      /* by index in method_table */
    _Atomic uint64_t particle_steps[METRICS_METHODS_MAX]; /* likewise */
    _Atomic uint64_t received_bytes, sent_bytes;          /* bodies */
    _Atomic uint64_t connections;
    _Atomic uint64_t cancelled;        /* computations ended early */
    _Atomic uint64_t run_inline_count; /* requests that their I/O thread computed */
};

/* Counts one finished request. `handler` is an index of the route table. */
void metrics_observe(struct metrics *metrics, size_t handler, unsigned status, int64_t duration_ns);

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
