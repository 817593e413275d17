#include "http/metrics.h"

#include "../suite.h"

static struct metrics metrics;

static uint64_t bucket(size_t row, size_t index)
{
    return metrics_read(&metrics.requests[0][row].buckets[index]);
}

/* A bound belongs to the bucket below it, as Prometheus has it: le is "less or equal". */
START_TEST(edges_of_the_buckets)
{
    size_t row = 0;
    while (metrics_statuses[row] != 200)
        row++;
    uint64_t total_ns = 0;
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        uint64_t below = bucket(row, i), above = bucket(row, i + 1);
        metrics_observe(&metrics, 0, 200, metrics_bounds_ns[i]);
        ck_assert_uint_eq(bucket(row, i), below + 1);
        ck_assert_uint_eq(bucket(row, i + 1), above);
        metrics_observe(&metrics, 0, 200, metrics_bounds_ns[i] + 1);
        ck_assert_uint_eq(bucket(row, i), below + 1);
        ck_assert_uint_eq(bucket(row, i + 1), above + 1);
        total_ns += 2 * (uint64_t)metrics_bounds_ns[i] + 1;
    }
    ck_assert_uint_eq(metrics_read(&metrics.requests[0][row].total_ns), total_ns);
}
END_TEST

/* A status that has no row counts as 500, and is not lost. */
START_TEST(an_unknown_status)
{
    size_t row = 0;
    while (metrics_statuses[row] != 500)
        row++;
    metrics_observe(&metrics, 0, 299, 0);
    ck_assert_uint_eq(bucket(row, 0), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/metrics");
    TCase *tcase = suite_case(suite, "metrics");
    tcase_add_test(tcase, edges_of_the_buckets);
    tcase_add_test(tcase, an_unknown_status);
    return suite_run(suite);
}
