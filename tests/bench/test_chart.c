#include "bench/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../suite.h"

static char *svg;

/* Fails unless all elements are closed in order and all special characters are escaped. */
static void check_xml(void)
{
    const char *open[32];
    size_t depth = 0;
    ck_assert_ptr_eq(strstr(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\""), svg);
    for (const char *at = svg; (at = strchr(at, '<')) != NULL;) {
        const char *end = strchr(++at, '>');
        ck_assert_ptr_nonnull(end);
        size_t name = strcspn(at, " />");
        ck_assert_msg(!memchr(at, '<', (size_t)(end - at)), "%.80s", at);
        if (*at == '/') {
            ck_assert_uint_gt(depth, 0);
            depth--;
            ck_assert_int_eq(strncmp(open[depth], at + 1, strcspn(at + 1, ">")), 0);
        } else if (end[-1] != '/') {
            ck_assert_uint_lt(depth, sizeof open / sizeof *open);
            ck_assert_uint_gt(name, 0);
            open[depth++] = at;
        }
        at = end;
    }
    ck_assert_uint_eq(depth, 0);
    for (const char *at = svg; (at = strchr(at, '&')) != NULL; at++)
        ck_assert(strncmp(at, "&lt;", 4) == 0 || strncmp(at, "&gt;", 4) == 0 ||
                  strncmp(at, "&amp;", 5) == 0);
    ck_assert_ptr_null(strstr(svg, "nan"));
    ck_assert_ptr_null(strstr(svg, "inf"));
}

static int count(const char *text)
{
    int found = 0;
    for (const char *at = svg; (at = strstr(at, text)) != NULL; at++)
        found++;
    return found;
}

/* Draws the chart of a document with these benchmarks. */
static void draw(json_t *benchmarks)
{
    json_t *document = json_pack("{s:{s:s, s:{s:s}}, s:{s:s}, s:s, s:s, s:o}", "machine_info",
                                 "kernels", "avx2", "cpu", "brand", "Some <fast> CPU & more",
                                 "commit_info", "project", "particled", "version", "1.2",
                                 "datetime", "2026-01-02T03:04:05+00:00", "benchmarks", benchmarks);
    ck_assert_ptr_nonnull(document);
    svg = bench_chart_svg(document);
    ck_assert_ptr_nonnull(svg);
    json_decref(document);
    check_xml();
}

static json_t *benchmark(const char *name, json_t *data)
{
    return json_pack("{s:s, s:{s:i, s:f, s:f}, s:{s:o}}", "name", name, "params", "particles", 1000,
                     "dt", 0.1, "timestep", 1e-5, "stats", "data", data);
}

static void free_svg(void)
{
    free(svg);
}

START_TEST(a_row_for_each_benchmark)
{
    draw(json_pack("[o, o]", benchmark("closed_form", json_pack("[f, f, f]", 4e-6, 4.5e-6, 5e-6)),
                   benchmark("a<b", json_pack("[f, f]", 0.05, 0.06))));
    ck_assert_int_eq(count("<rect class=\"box\""), 2);
    ck_assert_int_eq(count("<line class=\"median\""), 2);
    ck_assert_int_eq(count("<circle"), 0);
    ck_assert_ptr_nonnull(strstr(svg, ">closed_form</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">a&lt;b</text>"));
    ck_assert_ptr_nonnull(strstr(svg, "Some &lt;fast&gt; CPU &amp; more, avx2 kernels"));
    ck_assert_ptr_nonnull(strstr(svg, "1000 particles, dt 0.1, timestep 1e-05"));
    ck_assert_ptr_nonnull(strstr(svg, ">4.500 \u00b5s</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">55.00 ms</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">10 ms</text>")); /* of the axis */
    ck_assert_ptr_nonnull(strstr(svg, "prefers-color-scheme: dark"));
}
END_TEST

/* Rounds beyond the whiskers are dots. Several at the same position are one dot. */
START_TEST(outliers_are_dots)
{
    json_t *data = json_array();
    for (int i = 0; i < 1000; i++)
        json_array_append_new(data, json_real(1 + i % 10 * 0.01));
    json_array_append_new(data, json_real(0.5));
    for (int i = 0; i < 50; i++)
        json_array_append_new(data, json_real(9 + i * 1e-6));
    draw(json_pack("[o]", benchmark("fast", data)));
    ck_assert_int_eq(count("<circle"), 2);
}
END_TEST

/* The x coordinate of a time on the axis for rounds from 10 s to 20 s. It starts a tenth of a
 * decade below the first round, and is a decade long, the minimum. */
static double x_of(double seconds)
{
    return 128 + (740 - 128) * (log10(seconds) - log10(10) + 0.1);
}

/* The quartiles are 14 s and 16 s, and the fences 1.5 iqr from them, at 11 s and 19 s. The whiskers
 * end at the rounds on the fences; the rounds beyond are dots. */
START_TEST(whiskers_end_within_the_fences)
{
    static const double rounds[] = {11, 10, 14, 14, 15, 15, 16, 16, 19, 20};
    json_t *data = json_array();
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++)
        json_array_append_new(data, json_real(rounds[i]));
    draw(json_pack("[o]", benchmark("fast", data)));
    double low, high, dot;
    const char *whisker = strstr(svg, "<line class=\"edge\"");
    ck_assert_ptr_nonnull(whisker);
    ck_assert_int_eq(
        sscanf(whisker, "<line class=\"edge\" x1=\"%lf\" y1=\"%*f\" x2=\"%lf\"", &low, &high), 2);
    ck_assert_double_eq_tol(low, x_of(11), 0.06);
    ck_assert_double_eq_tol(high, x_of(19), 0.06);
    ck_assert_int_eq(count("<circle"), 2);
    const char *circle = strstr(svg, "<circle");
    ck_assert_int_eq(sscanf(circle, "<circle class=\"dot\" cx=\"%lf\"", &dot), 1);
    ck_assert_double_eq_tol(dot, x_of(10), 0.06);
    circle = strstr(circle + 1, "<circle");
    ck_assert_int_eq(sscanf(circle, "<circle class=\"dot\" cx=\"%lf\"", &dot), 1);
    ck_assert_double_eq_tol(dot, x_of(20), 0.06);
}
END_TEST

START_TEST(single_and_equal_rounds_have_boxes)
{
    draw(json_pack("[o, o]", benchmark("one", json_pack("[f]", 1e-3)),
                   benchmark("equal", json_pack("[f, f, f, f]", 1e-3, 1e-3, 1e-3, 1e-3))));
    ck_assert_int_eq(count("<rect class=\"box\""), 2);
    ck_assert_ptr_nonnull(strstr(svg, ">1 round</text>"));
}
END_TEST

/* From less than a nanosecond to an hour: every second power of ten has a label. */
START_TEST(a_wide_axis_has_few_labels)
{
    draw(json_pack("[o]", benchmark("wide", json_pack("[f, f]", 2e-10, 4e3))));
    ck_assert_int_le(count("class=\"faint middle\""), 8);
}
END_TEST

/* Rounds of 0 s or less, no rounds, no list of benchmarks: the SVG has no rows. */
START_TEST(without_rounds_there_are_no_rows)
{
    draw(json_pack("[o, o, {}]", benchmark("zero", json_pack("[f, f]", 0.0, -1.0)),
                   benchmark("none", json_array())));
    ck_assert_int_eq(count("<rect class=\"box\""), 0);
    free(svg);
    draw(json_null());
    ck_assert_int_eq(count("<rect class=\"box\""), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chart");
    TCase *tcase = suite_case(suite, "chart");
    tcase_add_checked_fixture(tcase, NULL, free_svg);
    tcase_add_test(tcase, a_row_for_each_benchmark);
    tcase_add_test(tcase, outliers_are_dots);
    tcase_add_test(tcase, whiskers_end_within_the_fences);
    tcase_add_test(tcase, single_and_equal_rounds_have_boxes);
    tcase_add_test(tcase, a_wide_axis_has_few_labels);
    tcase_add_test(tcase, without_rounds_there_are_no_rows);
    return suite_run(suite);
}
