#include "bench/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report_parts.h"
#include "bench/stats.h"
#include "sim/random.h"

/* --- the bootstrap -------------------------------------------------------------------------- */

/* The j-th smallest of n draws from a sorted array of n numbers is array[floor(n * U)], where U is
 * the j-th smallest of n uniform numbers. U has the distribution Beta(j, n - j + 1) (J. S. Maritz,
 * R. G. Jarrett, JASA 73, 1978). So the median of a resample is drawn directly, and the time does
 * not depend on the number of rounds. */

static double draw_normal(struct random_generator *generator)
{
    /* The polar method (G. Marsaglia, T. A. Bray, SIAM Review 6, 1964). */
    for (;;) {
        double u = random_uniform(generator, -1, 1), v = random_uniform(generator, -1, 1);
        double square = u * u + v * v;
        if (square > 0 && square < 1)
            return u * sqrt(-2 * log(square) / square);
    }
}

/* Gamma(shape, 1) for a shape of at least 1 (G. Marsaglia, W. W. Tsang, ACM TOMS 26, 2000). */
static double draw_gamma(struct random_generator *generator, double shape)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = draw_normal(generator), root = 1 + c * x;
        double v = root * root * root;
        if (root > 0 && log(1 - random_unit(generator)) < x * x / 2 + d - d * v + d * log(v))
            return d * v;
    }
}

static double draw_beta(struct random_generator *generator, double a, double b)
{
    double x = draw_gamma(generator, a), y = draw_gamma(generator, b);
    return x / (x + y);
}

static double at(const double *sorted, size_t count, double u)
{
    size_t index = (size_t)((double)count * u);
    return sorted[index < count ? index : count - 1];
}

/* The median of one resample. */
static double draw_median(struct random_generator *generator, const double *sorted, size_t count)
{
    double n = (double)count, middle = (double)((count + 1) / 2);
    double u = draw_beta(generator, middle, n - middle + 1);
    if (count % 2)
        return at(sorted, count, u);
    /* The next one is the smallest of the n / 2 draws above u, which are uniform there. */
    double next = 1 - (1 - u) * pow(1 - random_unit(generator), 2 / n);
    return (at(sorted, count, u) + at(sorted, count, next)) / 2;
}

static double *sorted_copy(const double *numbers, size_t count)
{
    double *copy = malloc(count * sizeof *copy);
    if (copy) {
        memcpy(copy, numbers, count * sizeof *copy);
        bench_sort(copy, count);
    }
    return copy;
}

int bench_ratio_compute(struct bench_ratio *ratio, const double *before, size_t before_count,
                        const double *after, size_t after_count)
{
    static const size_t tail = (size_t)((1 - BENCH_CONFIDENCE) / 2 * BENCH_RESAMPLES + 0.5);
    double *was = sorted_copy(before, before_count), *is = sorted_copy(after, after_count);
    double *drawn = malloc(BENCH_RESAMPLES * sizeof *drawn);
    int status = -1;
    if (was && is && drawn) {
        struct random_generator generator;
        random_seed(&generator, BENCH_RESAMPLE_SEED);
        for (size_t i = 0; i < BENCH_RESAMPLES; i++) {
            double median = draw_median(&generator, was, before_count);
            drawn[i] = draw_median(&generator, is, after_count) / median;
        }
        bench_sort(drawn, BENCH_RESAMPLES);
        *ratio = (struct bench_ratio){.before_s = bench_median(was, before_count),
                                      .after_s = bench_median(is, after_count),
                                      .has_interval = true,
                                      .low = drawn[tail],
                                      .high = drawn[BENCH_RESAMPLES - 1 - tail]};
        ratio->ratio = ratio->after_s / ratio->before_s;
        status = 0;
    }
    free(was);
    free(is);
    free(drawn);
    return status;
}

bool bench_ratio_is_past(const struct bench_ratio *ratio, double limit)
{
    return ratio->low > limit;
}

/* --- documents ------------------------------------------------------------------------------ */

static const json_t *find_benchmark(const json_t *document, const char *name)
{
    size_t i;
    json_t *benchmark;
    json_array_foreach(json_object_get(document, "benchmarks"), i, benchmark)
    {
        const char *found = json_string_value(json_object_get(benchmark, "name"));
        if (found && strcmp(found, name) == 0)
            return benchmark;
    }
    return NULL;
}

/* Checks that both benchmarks have the same parameters. A parameter that only one of them has is
 * not checked. */
static bool same_work(const json_t *before, const json_t *after, const char *name, char *detail,
                      size_t size)
{
    static const char *const parameters[] = {"particles", "dt", "timestep"};
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        const json_t *a = json_object_get(json_object_get(before, "params"), parameters[i]);
        const json_t *b = json_object_get(json_object_get(after, "params"), parameters[i]);
        if (!json_is_number(a) || !json_is_number(b) ||
            json_number_value(a) == json_number_value(b))
            continue;
        snprintf(detail, size,
                 "%s was measured with %s %g, now with %g, so they cannot be compared", name,
                 parameters[i], json_number_value(a), json_number_value(b));
        return false;
    }
    return true;
}

/* The raw rounds; the caller frees them. NULL when there are none, one is not above 0, or memory is
 * short. */
static double *rounds_of(const json_t *benchmark, size_t *count)
{
    const json_t *data = json_object_get(json_object_get(benchmark, "stats"), "data");
    *count = json_array_size(data);
    double *rounds = *count ? malloc(*count * sizeof *rounds) : NULL;
    for (size_t i = 0; rounds && i < *count; i++) {
        rounds[i] = json_number_value(json_array_get(data, i));
        if (!(rounds[i] > 0)) {
            free(rounds);
            return NULL;
        }
    }
    return rounds;
}

static double median_in(const json_t *benchmark)
{
    return json_number_value(json_object_get(json_object_get(benchmark, "stats"), "median"));
}

/* False when memory is short. */
static bool compare_benchmarks(struct bench_ratio *ratio, const json_t *before, const json_t *after)
{
    size_t before_count, after_count;
    double *old = rounds_of(before, &before_count), *new = rounds_of(after, &after_count);
    int status = 0;
    if (old && new) {
        status = bench_ratio_compute(ratio, old, before_count, new, after_count);
    } else {
        double was = median_in(before), is = median_in(after);
        *ratio = (struct bench_ratio){was, is, is / was, false, is / was, is / was};
    }
    free(old);
    free(new);
    return status == 0;
}

bool bench_compare(struct bench_comparison *comparison, const json_t *before, const json_t *after,
                   char *detail, size_t size)
{
    size_t i;
    json_t *benchmark;
    comparison->count = 0;
    if (!json_is_array(json_object_get(before, "benchmarks")) ||
        !json_is_array(json_object_get(after, "benchmarks"))) {
        snprintf(detail, size, "it is not a benchmark report: it has no list \"benchmarks\"");
        return false;
    }
    json_array_foreach(json_object_get(after, "benchmarks"), i, benchmark)
    {
        const char *name = json_string_value(json_object_get(benchmark, "name"));
        const json_t *other = name ? find_benchmark(before, name) : NULL;
        if (!other || comparison->count == BENCH_ROWS_MAX || !(median_in(other) > 0))
            continue;
        if (!same_work(other, benchmark, name, detail, size))
            return false;
        size_t row = comparison->count++;
        snprintf(comparison->name[row], BENCH_NAME_MAX, "%s", name);
        if (!compare_benchmarks(&comparison->ratio[row], other, benchmark)) {
            snprintf(detail, size, "out of memory");
            return false;
        }
    }
    if (comparison->count == 0)
        snprintf(detail, size, "it has no benchmark in common with this report");
    return comparison->count > 0;
}

/* --- reports -------------------------------------------------------------------------------- */

json_t *bench_comparison_json(const struct bench_comparison *comparison)
{
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < comparison->count; i++) {
        const struct bench_ratio *ratio = &comparison->ratio[i];
        json_t *row =
            json_pack("{s:s, s:f, s:f, s:f, s:o, s:o}", "name", comparison->name[i], "before_s",
                      ratio->before_s, "after_s", ratio->after_s, "ratio", ratio->ratio,
                      "ratio_low", ratio->has_interval ? json_real(ratio->low) : json_null(),
                      "ratio_high", ratio->has_interval ? json_real(ratio->high) : json_null());
        if (json_array_append_new(rows, row)) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

static const char *verdict(const struct bench_ratio *ratio)
{
    if (!ratio->has_interval)
        return "";
    return ratio->low > 1 ? "slower" : ratio->high < 1 ? "faster" : "the same";
}

static void write_comparison(FILE *out, struct report_row *rows,
                             const struct bench_comparison *comparison)
{
    rows[0] = (struct report_row){{"method", "before", "after", "ratio", "low", "high", ""}};
    for (size_t i = 0; i < comparison->count; i++) {
        const struct bench_ratio *ratio = &comparison->ratio[i];
        struct report_row *row = &rows[i + 1];
        snprintf(row->cell[0], REPORT_CELL_MAX, "%.*s", REPORT_CELL_MAX - 1, comparison->name[i]);
        report_seconds(row->cell[1], ratio->before_s);
        report_seconds(row->cell[2], ratio->after_s);
        snprintf(row->cell[3], REPORT_CELL_MAX, "%.4f", ratio->ratio);
        strcpy(row->cell[4], "-");
        strcpy(row->cell[5], "-");
        if (ratio->has_interval) {
            snprintf(row->cell[4], REPORT_CELL_MAX, "%.4f", ratio->low);
            snprintf(row->cell[5], REPORT_CELL_MAX, "%.4f", ratio->high);
        }
        strcpy(row->cell[6], verdict(ratio));
    }
    report_table(out, rows, comparison->count + 1, 7);
    fprintf(out,
            "\nbefore, after  medians, and their ratio\n"
            "low, high      interval of %g %% of the ratio, from resampled rounds (bootstrap). It\n"
            "               describes these two runs; runs of one program may differ by more\n",
            100 * BENCH_CONFIDENCE);
}

char *bench_comparison_text(const struct bench_comparison *comparison)
{
    char *text = NULL;
    size_t size;
    struct report_row *rows = calloc(comparison->count + 1, sizeof *rows);
    FILE *out = open_memstream(&text, &size);
    if (rows && out)
        write_comparison(out, rows, comparison);
    bool complete = rows != NULL;
    free(rows);
    return report_close(out, &text, complete);
}
