/* Two benchmarks side by side: for each method the ratio of the medians, and how sure it is.
 *
 * The interval is that of the percentile bootstrap: both sets of rounds are drawn again, as many as
 * there are, with replacement, BENCH_RESAMPLES times; of the ratios of their medians the middle
 * BENCH_CONFIDENCE make the interval. The draws come from a generator with a fixed seed, so the
 * same rounds give the same interval everywhere. It tells what the rounds of these two runs can
 * tell: not how much runs differ from each other.
 *
 * Documents are those of bench_report_json, with `data`, or what pytest-benchmark saves. Pure; any
 * thread. */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/bench.h"

#define BENCH_RESAMPLES 10000
#define BENCH_RESAMPLE_SEED 1
#define BENCH_CONFIDENCE 0.95

struct bench_ratio {
    double before_s, after_s; /* medians */
    double ratio;             /* after / before */
    bool has_interval;        /* both have raw rounds */
    double low, high;         /* of the ratio; the ratio itself without an interval */
};

/* Compares before[0..before_count) with after[0..after_count), each at least one, all above 0.
 * Returns 0, or -1 when memory is short. */
int bench_ratio_compute(struct bench_ratio *ratio, const double *before, size_t before_count,
                        const double *after, size_t after_count);

struct bench_comparison {
    char name[BENCH_ROWS_MAX][BENCH_NAME_MAX];
    struct bench_ratio ratio[BENCH_ROWS_MAX];
    size_t count; /* benchmarks that both documents have, in the order of `after` */
};

/* True, or false and a sentence: a document is not one, they measured different work, they have
 * nothing in common, memory is short. */
bool bench_compare(struct bench_comparison *comparison, const json_t *before, const json_t *after,
                   char *detail, size_t size);

/* True when a benchmark is slower than by `limit`: even the low end of its ratio is above. */
bool bench_ratio_is_past(const struct bench_ratio *ratio, double limit);

/* New reference, NULL when memory is short: an array, to be a member of the document `after`. */
json_t *bench_comparison_json(const struct bench_comparison *comparison);

/* A table for a terminal. Allocated with malloc; NULL when memory is short. */
char *bench_comparison_text(const struct bench_comparison *comparison);

#endif
