#include "bench/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number in two doubles, hi + lo, lo being below half a unit in the last place of hi: some 105
 * bits (T. J. Dekker, Numerische Mathematik 18, 1971). What is computed with it and rounded at the
 * end is, but for a chance of about 1 in 2^40, what exact fractions give. */
struct wide {
    double hi, lo;
};

/* a + b, exactly, whatever their magnitudes. */
static struct wide two_sum(double a, double b)
{
    double sum = a + b, part = sum - a;
    return (struct wide){sum, (a - (sum - part)) + (b - part)};
}

static struct wide wide_add(struct wide a, struct wide b)
{
    struct wide sum = two_sum(a.hi, b.hi);
    return two_sum(sum.hi, sum.lo + (a.lo + b.lo));
}

static struct wide wide_square(struct wide a)
{
    double square = a.hi * a.hi;
    return two_sum(square, fma(a.hi, a.hi, -square) + 2 * a.hi * a.lo);
}

static struct wide wide_divide(struct wide a, double b)
{
    double quotient = a.hi / b;
    return two_sum(quotient, (fma(-quotient, b, a.hi) + a.lo) / b);
}

static double wide_root(struct wide a)
{
    double root = sqrt(a.hi);
    return root > 0 ? root + (fma(-root, root, a.hi) + a.lo) / (2 * root) : 0;
}

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

void bench_sort(double *numbers, size_t count)
{
    qsort(numbers, count, sizeof *numbers, compare);
}

double bench_median(const double *sorted, size_t count)
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
        stats->q1 = bench_median(sorted, count / 2);
        stats->q3 = bench_median(sorted + count / 2, count / 2);
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

static struct wide sum_of(const double *rounds, size_t count)
{
    struct wide sum = {0, 0};
    for (size_t i = 0; i < count; i++)
        sum = wide_add(sum, (struct wide){rounds[i], 0});
    return sum;
}

/* The square root of the sum of squares over n - 1. */
static double deviation(const double *rounds, size_t count, struct wide mean)
{
    if (count == 1)
        return 0;
    struct wide squares = {0, 0};
    for (size_t i = 0; i < count; i++) {
        struct wide difference =
            wide_add((struct wide){rounds[i], 0}, (struct wide){-mean.hi, -mean.lo});
        squares = wide_add(squares, wide_square(difference));
    }
    return wide_root(wide_divide(squares, (double)(count - 1)));
}

int bench_stats_compute(struct bench_stats *stats, const double *rounds, size_t count)
{
    assert(count >= 1);
    double *sorted = malloc(count * sizeof *sorted);
    if (!sorted)
        return -1;
    memcpy(sorted, rounds, count * sizeof *sorted);
    bench_sort(sorted, count);

    struct wide total = sum_of(rounds, count);
    struct wide mean = wide_divide(total, (double)count);
    memset(stats, 0, sizeof *stats);
    stats->rounds = count;
    stats->min = sorted[0];
    stats->max = sorted[count - 1];
    stats->total = total.hi;
    stats->mean = mean.hi;
    stats->stddev = deviation(rounds, count, mean);
    stats->median = bench_median(sorted, count);
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
