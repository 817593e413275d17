#include "bench/compare.h"

#include <math.h>
#include <string.h>

#include "../suite.h"
#include "sim/random.h"

/* --- the interval ---------------------------------------------------------------------------- */

static struct bench_ratio ratio;

static void compare(const double *before, size_t before_count, const double *after,
                    size_t after_count)
{
    ck_assert_int_eq(bench_ratio_compute(&ratio, before, before_count, after, after_count), 0);
    ck_assert(ratio.has_interval);
    ck_assert_double_le(ratio.low, ratio.ratio);
    ck_assert_double_le(ratio.ratio, ratio.high);
}

START_TEST(single_rounds_have_an_interval_of_one_ratio)
{
    const double before = 0.5, after = 0.75;
    compare(&before, 1, &after, 1);
    ck_assert_double_eq(ratio.before_s, 0.5);
    ck_assert_double_eq(ratio.after_s, 0.75);
    ck_assert_double_eq(ratio.ratio, 1.5);
    ck_assert_double_eq(ratio.low, 1.5);
    ck_assert_double_eq(ratio.high, 1.5);
}
END_TEST

/* The probability that the median of a resample of 1..n, n odd, is at most k. This is so when at
 * least (n + 1) / 2 of n draws are at most k. */
static double median_at_most(int n, int k)
{
    double p = (double)k / n, sum = 0;
    for (int j = (n + 1) / 2; j <= n; j++)
        sum += exp(lgamma(n + 1) - lgamma(j + 1) - lgamma(n - j + 1) + j * log(p) +
                   (n - j) * log1p(-p));
    return sum;
}

/* For an odd count the distribution is known, and the interval must have its quantiles. */
START_TEST(the_interval_has_the_exact_quantiles)
{
    enum { COUNT_MAX = 101 };
    double after[COUNT_MAX];
    const double one = 1;
    for (int n = 3; n <= COUNT_MAX; n += 2) {
        for (int i = 0; i < n; i++)
            after[i] = n - i; /* in any order */
        compare(&one, 1, after, (size_t)n);
        ck_assert_double_eq(ratio.ratio, (n + 1) / 2);
        int low = (int)ratio.low, high = (int)ratio.high;
        double slack = 0.005; /* of a probability, of 10000 draws */
        ck_assert_double_gt(median_at_most(n, low), 0.025 - slack);
        if (low > 1)
            ck_assert_double_lt(median_at_most(n, low - 1), 0.025 + slack);
        if (high < n)
            ck_assert_double_gt(median_at_most(n, high), 0.975 - slack);
        ck_assert_double_lt(median_at_most(n, high - 1), 0.975 + slack);
    }
}
END_TEST

static int by_value(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* The share of real resamples of 1..n whose median is at most `limit`. */
static double share_up_to(int n, double limit)
{
    enum { TRIALS = 40000 };
    struct random_generator generator;
    double drawn[64];
    int below = 0;
    random_seed(&generator, 12345);
    for (int trial = 0; trial < TRIALS; trial++) {
        for (int i = 0; i < n; i++)
            drawn[i] = 1 + floor(n * random_unit(&generator));
        qsort(drawn, (size_t)n, sizeof *drawn, by_value);
        below += (drawn[(n - 1) / 2] + drawn[n / 2]) / 2 <= limit;
    }
    return (double)below / TRIALS;
}

/* For even counts the test draws real resamples. */
START_TEST(the_interval_is_that_of_real_resamples)
{
    static const int counts[] = {2, 4, 10, 22, 64};
    const double one = 1;
    double after[64];
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        int n = counts[c];
        for (int i = 0; i < n; i++)
            after[i] = 1 + i;
        compare(&one, 1, after, (size_t)n);
        ck_assert_double_gt(share_up_to(n, ratio.low), 0.025 - 0.01);
        ck_assert_double_lt(share_up_to(n, ratio.low - 0.5), 0.025 + 0.01);
        ck_assert_double_gt(share_up_to(n, ratio.high), 0.975 - 0.01);
        ck_assert_double_lt(share_up_to(n, ratio.high - 0.5), 0.975 + 0.01);
    }
}
END_TEST

START_TEST(the_interval_is_repeatable_and_scales)
{
    const double before[] = {1.0, 1.1, 0.9, 1.05, 1.3, 0.97}, after[] = {1.2, 1.15, 1.4, 1.1, 1.3};
    double twice[5];
    compare(before, 6, after, 5);
    struct bench_ratio first = ratio;
    ck_assert_double_lt(ratio.low, ratio.high);
    compare(before, 6, after, 5);
    ck_assert_int_eq(memcmp(&first, &ratio, sizeof ratio), 0);
    for (int i = 0; i < 5; i++)
        twice[i] = 2 * after[i];
    compare(before, 6, twice, 5);
    ck_assert_double_eq(ratio.ratio, 2 * first.ratio);
    ck_assert_double_eq(ratio.low, 2 * first.low);
    ck_assert_double_eq(ratio.high, 2 * first.high);
}
END_TEST

/* With more rounds of the same kind, the interval is narrower. */
START_TEST(more_rounds_narrow_the_interval)
{
    enum { MANY = 1000000 };
    double *rounds = malloc(MANY * sizeof *rounds);
    ck_assert_ptr_nonnull(rounds);
    struct random_generator generator;
    random_seed(&generator, 7);
    for (size_t i = 0; i < MANY; i++)
        rounds[i] = 1 + random_unit(&generator);
    double width = INFINITY;
    for (size_t count = 10; count <= MANY; count *= 100) {
        compare(rounds, count, rounds, count);
        ck_assert_double_eq(ratio.ratio, 1);
        ck_assert_double_lt(ratio.high - ratio.low, width / 3);
        width = ratio.high - ratio.low;
    }
    free(rounds);
}
END_TEST

START_TEST(the_low_end_must_be_above_the_limit)
{
    const struct bench_ratio one = {1, 1.2, 1.2, true, 1.1, 1.3};
    ck_assert(bench_ratio_is_past(&one, 1.05));
    ck_assert(!bench_ratio_is_past(&one, 1.1));
    ck_assert(!bench_ratio_is_past(&one, 1.15));
}
END_TEST

/* --- documents ------------------------------------------------------------------------------- */

static struct bench_comparison comparison;
static char detail[256];

/* A document whose benchmarks are `rest`. */
static json_t *document(const char *rest)
{
    char text[1024];
    json_error_t error;
    snprintf(text, sizeof text, "{\"benchmarks\":[%s]}", rest);
    json_t *root = json_loads(text, 0, &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    return root;
}

static bool compare_documents(const char *before, const char *after)
{
    json_t *old = document(before), *new = document(after);
    bool done = bench_compare(&comparison, old, new, detail, sizeof detail);
    json_decref(old);
    json_decref(new);
    return done;
}

#define FAST(median, data) "{\"name\":\"fast\",\"stats\":{\"median\":" median data "}}"
#define EULER(params) "{\"name\":\"euler\",\"params\":{" params "},\"stats\":{\"median\":1}}"

START_TEST(benchmarks_are_matched_by_name)
{
    ck_assert(compare_documents(FAST("2", ",\"data\":[1,2,3]") "," EULER(""),
                                "{\"name\":\"other\",\"stats\":{\"median\":1}}," EULER("") "," FAST(
                                    "3", ",\"data\":[3,4]")));
    ck_assert_uint_eq(comparison.count, 2);
    ck_assert_str_eq(comparison.name[0], "euler");
    ck_assert(!comparison.ratio[0].has_interval);
    ck_assert_double_eq(comparison.ratio[0].low, 1);
    ck_assert_str_eq(comparison.name[1], "fast");
    ck_assert(comparison.ratio[1].has_interval);
    ck_assert_double_eq(comparison.ratio[1].ratio, 3.5 / 2); /* of the rounds, not of "median" */
}
END_TEST

/* With rounds in one document only, or with invalid rounds, the medians are compared. */
START_TEST(without_rounds_there_is_no_interval)
{
    static const char *const rows[][2] = {
        {FAST("2", ""), FAST("3", ",\"data\":[3,3]")},
        {FAST("2", ",\"data\":[]"), FAST("3", ",\"data\":[3,3]")},
        {FAST("2", ",\"data\":[2,0]"), FAST("3", ",\"data\":[3,3]")},
        {FAST("2", ",\"data\":[2,-1]"), FAST("3", ",\"data\":[3,3]")},
        {FAST("2", ",\"data\":[2,\"x\"]"), FAST("3", ",\"data\":[3,3]")},
        {FAST("2", ",\"data\":{}"), FAST("3", "")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert(compare_documents(rows[i][0], rows[i][1]));
        ck_assert(!comparison.ratio[0].has_interval);
        ck_assert_double_eq(comparison.ratio[0].ratio, 1.5);
        ck_assert_double_eq(comparison.ratio[0].high, 1.5);
    }
}
END_TEST

START_TEST(different_work_is_refused)
{
    ck_assert(compare_documents(EULER("\"particles\":10,\"dt\":0.1"), EULER("\"particles\":10")));
    ck_assert(!compare_documents(EULER("\"particles\":10"), EULER("\"particles\":20")));
    ck_assert_str_eq(detail, "euler was measured with particles 10, now with 20, so they cannot be "
                             "compared");
    ck_assert(!compare_documents(EULER("\"dt\":0.1"), EULER("\"dt\":0.2")));
    ck_assert(!compare_documents(EULER("\"timestep\":1"), EULER("\"timestep\":2")));
}
END_TEST

START_TEST(documents_without_common_benchmarks_are_refused)
{
    ck_assert(!compare_documents(EULER(""), FAST("1", "")));
    ck_assert_ptr_nonnull(strstr(detail, "no benchmark in common"));
    ck_assert(!compare_documents(FAST("0", ""), FAST("1", "")));
    ck_assert(!compare_documents("{},7,null,{\"name\":3}", FAST("1", "") ",{},7"));
    json_t *other = json_object(), *good = document(FAST("1", ""));
    ck_assert(!bench_compare(&comparison, other, good, detail, sizeof detail));
    ck_assert_ptr_nonnull(strstr(detail, "not a benchmark report"));
    ck_assert(!bench_compare(&comparison, good, other, detail, sizeof detail));
    json_decref(other);
    json_decref(good);
}
END_TEST

START_TEST(as_json_and_as_a_table)
{
    comparison = (struct bench_comparison){
        .name = {"closed_form", "euler[avx2]", "fast"},
        .ratio = {{1e-6, 1.5e-6, 1.5, true, 1.25, 1.75},
                  {2, 1, 0.5, true, 0.25, 0.75},
                  {1, 1, 1, false, 1, 1}},
        .count = 3,
    };
    json_t *rows = bench_comparison_json(&comparison);
    ck_assert_uint_eq(json_array_size(rows), 3);
    double before, after, value, low, high;
    const char *name;
    ck_assert_int_eq(json_unpack(json_array_get(rows, 0), "{s:s, s:F, s:F, s:F, s:F, s:F!}", "name",
                                 &name, "before_s", &before, "after_s", &after, "ratio", &value,
                                 "ratio_low", &low, "ratio_high", &high),
                     0);
    ck_assert_str_eq(name, "closed_form");
    ck_assert(before == 1e-6 && after == 1.5e-6 && value == 1.5 && low == 1.25 && high == 1.75);
    ck_assert(json_is_null(json_object_get(json_array_get(rows, 2), "ratio_low")));
    json_decref(rows);

    char *text = bench_comparison_text(&comparison);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(
        strstr(text, "closed_form  1.000 us  1.500 us  1.5000  1.2500  1.7500  slower\n"
                     "euler[avx2]   2.000 s   1.000 s  0.5000  0.2500  0.7500  faster\n"
                     "fast          1.000 s   1.000 s  1.0000       -       -        \n"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compare");
    TCase *tcase = suite_case(suite, "interval");
    tcase_add_test(tcase, single_rounds_have_an_interval_of_one_ratio);
    tcase_add_test(tcase, the_interval_has_the_exact_quantiles);
    tcase_add_test(tcase, the_interval_is_that_of_real_resamples);
    tcase_add_test(tcase, the_interval_is_repeatable_and_scales);
    tcase_add_test(tcase, more_rounds_narrow_the_interval);
    tcase_add_test(tcase, the_low_end_must_be_above_the_limit);
    tcase = suite_case(suite, "documents");
    tcase_add_test(tcase, benchmarks_are_matched_by_name);
    tcase_add_test(tcase, without_rounds_there_is_no_interval);
    tcase_add_test(tcase, different_work_is_refused);
    tcase_add_test(tcase, documents_without_common_benchmarks_are_refused);
    tcase_add_test(tcase, as_json_and_as_a_table);
    return suite_run(suite);
}
