/* Compares two reports: for each benchmark the ratio of the medians, and a confidence interval.
 *
 * The interval is that of the percentile bootstrap. Both sets of rounds are resampled with
 * replacement, BENCH_RESAMPLES times, and the interval is the middle BENCH_CONFIDENCE of the ratios
 * of their medians. The generator has a fixed seed, so the same rounds give the same interval
 * everywhere. The interval describes these two runs only; it does not say how much runs of one
 * program differ.
 *
 * The documents are those of bench_report_json(), with `data`, or files of pytest-benchmark. Pure;
 * any thread. */
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
    bool has_interval;        /* true when both have raw rounds */
    double low, high;         /* ends of the interval; without one, both are the ratio */
};

/* Compares before[0..before_count) with after[0..after_count). Both counts are at least 1, and all
 * times are above 0. Returns 0, or -1 when memory is short. */
int bench_ratio_compute(struct bench_ratio *ratio, const double *before, size_t before_count,
                        const double *after, size_t after_count);

struct bench_comparison {
    char name[BENCH_ROWS_MAX][BENCH_NAME_MAX];
    struct bench_ratio ratio[BENCH_ROWS_MAX];
    size_t count; /* benchmarks that both documents have, in the order of `after` */
};

/* Fills `comparison` and returns true. Returns false and writes the reason to `detail`: a document
 * is not a report, the work differs, there is no common benchmark, or memory is short. */
bool bench_compare(struct bench_comparison *comparison, const json_t *before, const json_t *after,
                   char *detail, size_t size);

/* True when the low end of the interval is above `limit`. */
bool bench_ratio_is_past(const struct bench_ratio *ratio, double limit);

/* Makes an array for the member `comparison` of the document `after`. Returns a new reference, or
 * NULL when memory is short. */
json_t *bench_comparison_json(const struct bench_comparison *comparison);

/* A table for a terminal. The caller frees the result; NULL when memory is short. */
char *bench_comparison_text(const struct bench_comparison *comparison);

#endif
