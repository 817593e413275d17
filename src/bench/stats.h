/* Statistics of the rounds of a benchmark, by the rules of pytest-benchmark, so that its `compare`
 * command shows the same numbers. It computes mean and stddev with exact fractions; here
 * double-double arithmetic gives the same bits. It computes total, and from it ops, with Python's
 * sum(), which before release 3.12 rounds each partial sum; here the total is rounded once. Pure;
 * any thread. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

/* Times are in seconds per iteration. */
struct bench_stats {
    double min, max, mean;
    double stddev; /* with n - 1; 0 for a single round */
    size_t rounds;
    double median, q1, q3, iqr;
    size_t iqr_outliers;     /* beyond 1.5 iqr of the quartiles */
    size_t stddev_outliers;  /* beyond one stddev of the mean */
    double ld15iqr, hd15iqr; /* lowest datum within 1.5 iqr of q1; first datum beyond 1.5 iqr of
                                q3, or the highest datum if there is none */
    double ops;              /* rounds / total; 0 when total is 0 */
    double total;            /* sum over the rounds */
};

/* Sorts numbers[0..count), none of them NaN, from the smallest to the largest. */
void bench_sort(double *numbers, size_t count);

/* The median of sorted[0..count), count >= 1: the middle number, or the mean of the two middle
 * ones. */
double bench_median(const double *sorted, size_t count);

/* Fills `stats` from rounds[0..count), count >= 1. Returns 0, or -1 when memory is short. */
int bench_stats_compute(struct bench_stats *stats, const double *rounds, size_t count);

#endif
