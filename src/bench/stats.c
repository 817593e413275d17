#include "bench/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A sum that carries its rounding error along (A. Neumaier, ZAMM 54, 1974). */
struct sum {
    double value, error;
};

static void sum_add(struct sum *sum, double term)
{
    double next = sum->value + term;
    if (fabs(sum->value) >= fabs(term))
        sum->error += (sum->value - next) + term;
    else
        sum->error += (term - next) + sum->value;
    sum->value = next;
}

static double sum_total(const struct sum *sum)
{
    return sum->value + sum->error;
}

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median_of(const double *sorted, size_t count)
{
    if (count % 2)
        return sorted[count / 2];
    return (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* The quartile rule: halves of an even count (method 2 of Wikipedia's "Quartile"), a weighted
 * pair of neighbours for an odd one (method 3). */
static void quartiles(struct bench_stats *stats, const double *sorted, size_t count)
{
    size_t n = count / 4;
    if (count == 1) {
        stats->q1 = stats->q3 = sorted[0];
    } else if (count % 2 == 0) {
        stats->q1 = median_of(sorted, count / 2);
        stats->q3 = median_of(sorted + count / 2, count / 2);
    } else if (count % 4 == 1) {
        stats->q1 = 0.25 * sorted[n - 1] + 0.75 * sorted[n];
        stats->q3 = 0.75 * sorted[3 * n] + 0.25 * sorted[3 * n + 1];
    } else {
        stats->q1 = 0.75 * sorted[n] + 0.25 * sorted[n + 1];
        stats->q3 = 0.25 * sorted[3 * n + 1] + 0.75 * sorted[3 * n + 2];
    }
    stats->iqr = stats->q3 - stats->q1;
}

/* The whiskers of Tukey's box plot. The upper one is the first datum *beyond* the fence, as
 * pytest-benchmark has it: equal numbers matter more here than the textbook. */
static void whiskers(struct bench_stats *stats, const double *sorted, size_t count)
{
    double low = stats->q1 - 1.5 * stats->iqr;
    double high = stats->q3 + 1.5 * stats->iqr;
    size_t i = 0;
    while (i + 1 < count && sorted[i] < low)
        i++;
    stats->ld15iqr = sorted[i];
    while (i + 1 < count && sorted[i] <= high)
        i++;
    stats->hd15iqr = sorted[i];
}

static size_t outside(const double *rounds, size_t count, double low, double high)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += rounds[i] < low || rounds[i] > high;
    return n;
}

/* The square root of the sum of squares over n - 1. The mean was rounded; what that does to the
 * squares is taken out again. */
static double deviation(const double *rounds, size_t count, double mean)
{
    if (count == 1)
        return 0;
    struct sum squares = {0}, rest = {0};
    for (size_t i = 0; i < count; i++) {
        double d = rounds[i] - mean;
        sum_add(&squares, d * d);
        sum_add(&rest, d);
    }
    double r = sum_total(&rest);
    return sqrt(fmax(0, sum_total(&squares) - r * r / (double)count) / (double)(count - 1));
}

int bench_stats_compute(struct bench_stats *stats, const double *rounds, size_t count)
{
    assert(count >= 1);
    double *sorted = malloc(count * sizeof *sorted);
    if (!sorted)
        return -1;
    memcpy(sorted, rounds, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);

    struct sum total = {0};
    for (size_t i = 0; i < count; i++)
        sum_add(&total, rounds[i]);

    memset(stats, 0, sizeof *stats);
    stats->rounds = count;
    stats->min = sorted[0];
    stats->max = sorted[count - 1];
    stats->total = sum_total(&total);
    stats->mean = fmin(fmax(stats->total / (double)count, stats->min), stats->max);
    stats->stddev = deviation(rounds, count, stats->mean);
    stats->median = median_of(sorted, count);
    quartiles(stats, sorted, count);
    whiskers(stats, sorted, count);
    stats->iqr_outliers =
        outside(rounds, count, stats->q1 - 1.5 * stats->iqr, stats->q3 + 1.5 * stats->iqr);
    stats->stddev_outliers =
        outside(rounds, count, stats->mean - stats->stddev, stats->mean + stats->stddev);
    stats->ops = stats->total > 0 ? (double)count / stats->total : 0;
    free(sorted);
    return 0;
}
