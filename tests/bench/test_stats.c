#include "bench/stats.h"

#include <math.h>

#include "../suite.h"

/* The Stats class of pytest-benchmark 3.2.2 computed the expected figures. */
#define ROUNDS_MAX 11
static const struct {
    const char *name;
    size_t count;
    double rounds[ROUNDS_MAX];
    struct bench_stats stats;
    size_t stddev_outliers, iqr_outliers;
} SETS[] = {
    {"one",
     1,
     {0.05},
     {.min = 0.05,
      .max = 0.05,
      .mean = 0.05,
      .stddev = 0.0,
      .median = 0.05,
      .q1 = 0.05,
      .q3 = 0.05,
      .iqr = 0.0,
      .ld15iqr = 0.05,
      .hd15iqr = 0.05,
      .ops = 20.0,
      .total = 0.05},
     0,
     0},
    {"two",
     2,
     {0.3, 0.1},
     {.min = 0.1,
      .max = 0.3,
      .mean = 0.2,
      .stddev = 0.1414213562373095,
      .median = 0.2,
      .q1 = 0.1,
      .q3 = 0.3,
      .iqr = 0.19999999999999998,
      .ld15iqr = 0.1,
      .hd15iqr = 0.3,
      .ops = 5.0,
      .total = 0.4},
     0,
     0},
    {"three",
     3,
     {0.00123, 0.00117, 0.00131},
     {.min = 0.00117,
      .max = 0.00131,
      .mean = 0.0012366666666666667,
      .stddev = 7.02376916856849e-05,
      .median = 0.00123,
      .q1 = 0.001185,
      .q3 = 0.00129,
      .iqr = 0.00010499999999999984,
      .ld15iqr = 0.00117,
      .hd15iqr = 0.00131,
      .ops = 808.6253369272237,
      .total = 0.00371},
     1,
     0},
    {"four",
     4,
     {4e-06, 1e-06, 3e-06, 2e-06},
     {.min = 1e-06,
      .max = 4e-06,
      .mean = 2.4999999999999998e-06,
      .stddev = 1.2909944487358056e-06,
      .median = 2.4999999999999998e-06,
      .q1 = 1.5e-06,
      .q3 = 3.5e-06,
      .iqr = 2e-06,
      .ld15iqr = 1e-06,
      .hd15iqr = 4e-06,
      .ops = 400000.00000000006,
      .total = 9.999999999999999e-06},
     2,
     0},
    {"five",
     5,
     {0.051, 0.0502, 0.0509, 0.0511, 0.0507},
     {.min = 0.0502,
      .max = 0.0511,
      .mean = 0.05078,
      .stddev = 0.00035637059362410794,
      .median = 0.0509,
      .q1 = 0.050575,
      .q3 = 0.051025,
      .iqr = 0.000449999999999999,
      .ld15iqr = 0.0502,
      .hd15iqr = 0.0511,
      .ops = 19.692792437967704,
      .total = 0.2539},
     1,
     0},
    {"seven",
     7,
     {3.1e-05, 2.9e-05, 3e-05, 3.3e-05, 2.95e-05, 3.05e-05, 3.02e-05},
     {.min = 2.9e-05,
      .max = 3.3e-05,
      .mean = 3.0457142857142856e-05,
      .stddev = 1.2959644321985893e-06,
      .median = 3.02e-05,
      .q1 = 2.9625e-05,
      .q3 = 3.0875000000000005e-05,
      .iqr = 1.2500000000000067e-06,
      .ld15iqr = 2.9e-05,
      .hd15iqr = 3.3e-05,
      .ops = 32833.020637898684,
      .total = 0.00021320000000000003},
     2,
     1},
    {"eight",
     8,
     {0.7, 0.2, 0.5, 0.1, 0.8, 0.4, 0.6, 0.3},
     {.min = 0.1,
      .max = 0.8,
      .mean = 0.45,
      .stddev = 0.2449489742783178,
      .median = 0.45,
      .q1 = 0.25,
      .q3 = 0.6499999999999999,
      .iqr = 0.3999999999999999,
      .ld15iqr = 0.1,
      .hd15iqr = 0.8,
      .ops = 2.2222222222222223,
      .total = 3.5999999999999996},
     4,
     0},
    {"outliers",
     11,
     {0.001, 0.00101, 0.00099, 0.00102, 0.001, 0.009, 0.00101, 0.00098, 0.0002, 0.005, 0.001},
     {.min = 0.0002,
      .max = 0.009,
      .mean = 0.002019090909090909,
      .stddev = 0.0026309141169770425,
      .median = 0.001,
      .q1 = 0.0009925,
      .q3 = 0.0010175000000000002,
      .iqr = 2.5000000000000282e-05,
      .ld15iqr = 0.00098,
      .hd15iqr = 0.005,
      .ops = 495.27239981990095,
      .total = 0.02221},
     2,
     3},
    {"one high outlier",
     8,
     {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 9.0},
     {.min = 1.0,
      .max = 9.0,
      .mean = 2.2625,
      .stddev = 2.7296977854700324,
      .median = 1.35,
      .q1 = 1.15,
      .q3 = 1.55,
      .iqr = 0.40000000000000013,
      .ld15iqr = 1.0,
      .hd15iqr = 9.0,
      .ops = 0.4419889502762431,
      .total = 18.1},
     1,
     1},
    {"on the fences", /* 1 is 1.5 iqr below q1, and 9 so much above q3 */
     10,
     {1.0, 0.0, 4.0, 4.0, 5.0, 5.0, 6.0, 6.0, 9.0, 10.0},
     {.min = 0.0,
      .max = 10.0,
      .mean = 5.0,
      .stddev = 3.0912061651652345,
      .median = 5.0,
      .q1 = 4.0,
      .q3 = 6.0,
      .iqr = 2.0,
      .ld15iqr = 1.0,
      .hd15iqr = 10.0,
      .ops = 0.2,
      .total = 50.0},
     4,
     2},
    {"equal",
     6,
     {0.125, 0.125, 0.125, 0.125, 0.125, 0.125},
     {.min = 0.125,
      .max = 0.125,
      .mean = 0.125,
      .stddev = 0.0,
      .median = 0.125,
      .q1 = 0.125,
      .q3 = 0.125,
      .iqr = 0.0,
      .ld15iqr = 0.125,
      .hd15iqr = 0.125,
      .ops = 8.0,
      .total = 0.75},
     0,
     0},
    {"close",
     4,
     {1.0, 1.0000000000009095, 1.0000000000004547, 0.9999999999997726},
     {.min = 0.9999999999997726,
      .max = 1.0000000000009095,
      .mean = 1.0000000000002842,
      .stddev = 5.041683340569637e-13,
      .median = 1.0000000000002274,
      .q1 = 0.9999999999998863,
      .q3 = 1.0000000000006821,
      .iqr = 7.958078640513122e-13,
      .ld15iqr = 0.9999999999997726,
      .hd15iqr = 1.0000000000009095,
      .ops = 0.9999999999997158,
      .total = 4.000000000001137},
     2,
     0},
};

static void check_field(const char *set, const char *field, double got, double expected)
{
    ck_assert_msg(got == expected, "%s: %s is %.17g, not %.17g", set, field, got, expected);
}

/* Python's sum() rounded each partial sum. */
#define TOLERANCE 1e-15

static void check_sum(const char *set, const char *field, double got, double expected)
{
    ck_assert_msg(fabs(got - expected) <= TOLERANCE * fabs(expected), "%s: %s is %.17g, not %.17g",
                  set, field, got, expected);
}

START_TEST(figures_equal_pytest_benchmark)
{
    struct bench_stats got;
    const struct bench_stats *expected = &SETS[_i].stats;
    const char *name = SETS[_i].name;
    ck_assert_int_eq(bench_stats_compute(&got, SETS[_i].rounds, SETS[_i].count), 0);

    ck_assert_uint_eq(got.rounds, SETS[_i].count);
    check_field(name, "min", got.min, expected->min);
    check_field(name, "max", got.max, expected->max);
    check_field(name, "mean", got.mean, expected->mean);
    check_field(name, "stddev", got.stddev, expected->stddev);
    check_field(name, "median", got.median, expected->median);
    check_field(name, "q1", got.q1, expected->q1);
    check_field(name, "q3", got.q3, expected->q3);
    check_field(name, "iqr", got.iqr, expected->iqr);
    check_field(name, "ld15iqr", got.ld15iqr, expected->ld15iqr);
    check_field(name, "hd15iqr", got.hd15iqr, expected->hd15iqr);
    check_sum(name, "ops", got.ops, expected->ops);
    check_sum(name, "total", got.total, expected->total);
    ck_assert_uint_eq(got.stddev_outliers, SETS[_i].stddev_outliers);
    ck_assert_uint_eq(got.iqr_outliers, SETS[_i].iqr_outliers);
}
END_TEST

START_TEST(rounds_keep_their_order)
{
    double rounds[] = {3, 1, 2};
    struct bench_stats stats;
    ck_assert_int_eq(bench_stats_compute(&stats, rounds, 3), 0);
    ck_assert_double_eq(rounds[0], 3);
    ck_assert_double_eq(rounds[1], 1);
    ck_assert_double_eq(rounds[2], 2);
}
END_TEST

START_TEST(many_equal_rounds_have_no_spread)
{
    double rounds[1001];
    struct bench_stats stats;
    for (size_t i = 0; i < 1001; i++)
        rounds[i] = 0.1;
    ck_assert_int_eq(bench_stats_compute(&stats, rounds, 1001), 0);
    ck_assert_double_eq(stats.mean, 0.1);
    ck_assert_double_eq(stats.stddev, 0);
    ck_assert_uint_eq(stats.stddev_outliers, 0);
    check_sum("equal", "total", stats.total, 100.1);
}
END_TEST

START_TEST(rounds_of_zero_seconds_have_no_rate)
{
    const double rounds[] = {0, 0, 0};
    struct bench_stats stats;
    ck_assert_int_eq(bench_stats_compute(&stats, rounds, 3), 0);
    ck_assert_double_eq(stats.mean, 0);
    ck_assert_double_eq(stats.ops, 0);
}
END_TEST

START_TEST(medians_of_sorted_numbers)
{
    double odd[] = {3, -1, 2}, even[] = {4, 1, 3, 2}, one[] = {0.1};
    bench_sort(odd, 3);
    ck_assert_double_eq(odd[0], -1);
    ck_assert_double_eq(odd[1], 2);
    ck_assert_double_eq(odd[2], 3);
    ck_assert_double_eq(bench_median(odd, 3), 2);
    bench_sort(even, 4);
    ck_assert_double_eq(bench_median(even, 4), 2.5);
    ck_assert_double_eq(bench_median(one, 1), 0.1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stats");
    TCase *tcase = suite_case(suite, "stats");
    tcase_add_loop_test(tcase, figures_equal_pytest_benchmark, 0, sizeof SETS / sizeof *SETS);
    tcase_add_test(tcase, rounds_keep_their_order);
    tcase_add_test(tcase, many_equal_rounds_have_no_spread);
    tcase_add_test(tcase, rounds_of_zero_seconds_have_no_rate);
    tcase_add_test(tcase, medians_of_sorted_numbers);
    return suite_run(suite);
}
