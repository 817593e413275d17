#include "bench/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Double-double arithmetic, rounded at the end, gives the results of exact fractions, except with a
 * probability of about 1 in 2^40. */
typedef double vec;
#include "sim/double_double.h"

static struct two square_of(struct two a)
{
    double square = a.high * a.high;
    return two_sum(square, fma(a.high, a.high, -square) + 2 * a.high * a.low);
}

static struct two quotient_of(struct two a, double b)
{
    double quotient = a.high / b;
    return two_sum(quotient, (fma(-quotient, b, a.high) + a.low) / b);
}

static double root_of(struct two a)
{
    double root = sqrt(a.high);
    return root > 0 ? root + (fma(-root, root, a.high) + a.low) / (2 * root) : 0;
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

/* The whiskers of Tukey's box plot. The upper one is the first datum *beyond* the fence, as in
 * pytest-benchmark, so that both show the same numbers. */
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

static struct two sum_of(const double *rounds, size_t count)
{
    struct two sum = {0, 0};
    for (size_t i = 0; i < count; i++)
        sum = two_add(sum, (struct two){rounds[i], 0});
    return sum;
}

/* The square root of the sum of squares over n - 1. */
static double deviation(const double *rounds, size_t count, struct two mean)
{
    if (count == 1)
        return 0;
    struct two squares = {0, 0};
    for (size_t i = 0; i < count; i++) {
        struct two difference =
            two_add((struct two){rounds[i], 0}, (struct two){-mean.high, -mean.low});
        squares = two_add(squares, square_of(difference));
    }
    return root_of(quotient_of(squares, (double)(count - 1)));
}

int bench_stats_compute(struct bench_stats *stats, const double *rounds, size_t count)
{
    assert(count >= 1);
    double *sorted = malloc(count * sizeof *sorted);
    if (!sorted)
        return -1;
    memcpy(sorted, rounds, count * sizeof *sorted);
    bench_sort(sorted, count);

    struct two total = sum_of(rounds, count);
    struct two mean = quotient_of(total, (double)count);
    memset(stats, 0, sizeof *stats);
    stats->rounds = count;
    stats->min = sorted[0];
    stats->max = sorted[count - 1];
    stats->total = total.high;
    stats->mean = mean.high;
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
