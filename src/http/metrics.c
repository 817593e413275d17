#include "http/metrics.h"

#define STATUS_ENTRY(status) status,
const unsigned metrics_statuses[METRICS_STATUS_COUNT] = {METRICS_STATUSES(STATUS_ENTRY)};

/* 100 us to 10 s. */
const int64_t metrics_bounds_ns[METRICS_BUCKETS] = {
    100000,   250000,   500000,    1000000,   2500000,   5000000,    10000000,
    25000000, 50000000, 100000000, 250000000, 500000000, 2500000000, 10000000000,
};

void metrics_observe(struct metrics *metrics, size_t route, unsigned status, int64_t duration_ns)
{
    size_t row = 0;
    while (row < METRICS_STATUS_COUNT && metrics_statuses[row] != status)
        row++;
    if (row == METRICS_STATUS_COUNT)
        for (row = 0; metrics_statuses[row] != 500;)
            row++;
    struct metrics_durations *durations = &metrics->requests[route][row];
    size_t bucket = 0;
    while (bucket < METRICS_BUCKETS && duration_ns > metrics_bounds_ns[bucket])
        bucket++;
    metrics_add(&durations->buckets[bucket], 1);
    metrics_add(&durations->total_ns, (uint64_t)duration_ns);
}
