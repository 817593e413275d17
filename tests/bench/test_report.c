#include "bench/report.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../suite.h"

#define TEXT_COLUMNS_MAX 120

/* closed_form, and a reference that is 40 times as slow. */
static double rounds[2][3] = {{0.00123, 0.00117, 0.00131}, {0.05, 0.05, 0.05}};

static const struct bench_machine machine = {
    .node = "host",
    .system = "Linux",
    .release = "6.1.0",
    .architecture = "x86_64",
    .cpu = "Some CPU @ 3 GHz",
    .compiler = "cc 1.0",
    .kernels = "portable",
    .datetime = "2026-01-02T03:04:05+00:00",
    .cores = 2,
};

static struct bench_report report;

static void set_up(void)
{
    static const char names[] = "closed_form,reference";
    struct bench_error error;
    memset(&report, 0, sizeof report);
    bench_config_init(&report.config);
    ck_assert_int_eq(bench_config_set(&report.config, "methods", names, strlen(names), &error),
                     BENCH_SET_OK);
    report.result_count = 2;
    for (size_t i = 0; i < 2; i++) {
        struct bench_result *result = &report.results[i];
        result->method = report.config.methods[i];
        strcpy(result->name, result->method->name);
        result->simd = i ? BENCH_SCALAR : "avx2";
        result->rounds = rounds[i];
        result->round_count = 3;
        result->iterations = i ? 1 : 12;
        ck_assert_int_eq(bench_stats_compute(&result->stats, rounds[i], 3), 0);
        result->particle_steps_per_s = 1e7 / result->stats.median;
        result->speedup = 0.05 / result->stats.median;
        result->max_difference = i ? 0 : 1.2e-14;
    }
}

static json_t *make(void)
{
    json_t *document = bench_report_json(&report, &machine);
    ck_assert_ptr_nonnull(document);
    return document;
}

static const json_t *benchmark(const json_t *document, size_t index)
{
    const json_t *b = json_array_get(json_object_get(document, "benchmarks"), index);
    ck_assert_ptr_nonnull(b);
    return b;
}

static const json_t *member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    ck_assert_msg(value != NULL, "no member %s", name);
    return value;
}

static void check_number(const json_t *object, const char *name, double expected)
{
    ck_assert_double_eq(json_number_value(member(object, name)), expected);
}

static void check_text(const json_t *object, const char *name, const char *expected)
{
    ck_assert_str_eq(json_string_value(member(object, name)), expected);
}

/* --- JSON ---------------------------------------------------------------- */

START_TEST(json_has_the_machine_and_the_version)
{
    json_t *document = make();
    check_text(document, "datetime", machine.datetime);
    check_text(document, "version",
               json_string_value(member(member(document, "commit_info"), "id")));
    check_text(member(document, "machine_info"), "node", "host");
    check_text(member(document, "machine_info"), "kernels", "portable");
    check_text(member(member(document, "machine_info"), "cpu"), "brand", "Some CPU @ 3 GHz");
    check_number(member(member(document, "machine_info"), "cpu"), "count", 2);
    check_text(member(document, "commit_info"), "project", "particled");
    static const char *const commit[] = {"time", "author_time", "dirty", "branch"};
    for (size_t i = 0; i < sizeof commit / sizeof *commit; i++)
        member(member(document, "commit_info"), commit[i]);
    ck_assert_uint_eq(json_array_size(member(document, "benchmarks")), 2);
    json_decref(document);
}
END_TEST

START_TEST(json_has_the_figures)
{
    json_t *document = make();
    const json_t *b = benchmark(document, 0);
    check_text(b, "group", "evolve");
    check_text(b, "name", "closed_form");
    check_text(b, "fullname", "bench.py::evolve[closed_form]");
    check_text(b, "param", "closed_form");
    check_text(member(b, "params"), "method", "closed_form");
    check_text(member(b, "params"), "simd", "avx2");
    check_number(member(b, "options"), "min_rounds", 5);
    check_number(member(b, "options"), "max_time", 1);
    ck_assert(json_is_true(member(member(b, "options"), "warmup")));
    ck_assert(json_is_false(member(member(b, "options"), "disable_gc")));

    const struct bench_stats *s = &report.results[0].stats;
    const json_t *stats = member(b, "stats");
    check_number(stats, "min", s->min);
    check_number(stats, "max", s->max);
    check_number(stats, "mean", s->mean);
    check_number(stats, "stddev", s->stddev);
    check_number(stats, "rounds", 3);
    check_number(stats, "median", s->median);
    check_number(stats, "iqr", s->iqr);
    check_number(stats, "q1", s->q1);
    check_number(stats, "q3", s->q3);
    check_number(stats, "iqr_outliers", 0);
    check_number(stats, "stddev_outliers", 1);
    check_text(stats, "outliers", "1;0");
    check_number(stats, "ld15iqr", s->ld15iqr);
    check_number(stats, "hd15iqr", s->hd15iqr);
    check_number(stats, "ops", s->ops);
    check_number(stats, "total", s->total);
    check_number(stats, "iterations", 12);
    ck_assert_ptr_null(json_object_get(stats, "data"));

    const json_t *extra = member(b, "extra_info");
    check_number(extra, "particles", 1000);
    check_number(extra, "steps", 10000);
    check_number(extra, "dt", 0.1);
    check_number(extra, "timestep", 1e-5);
    check_number(extra, "seed", 1);
    check_text(extra, "simd", "avx2");
    check_number(extra, "particle_steps_per_s", 1e7 / s->median);
    check_number(extra, "ns_per_particle", s->median / 1000 * 1e9);
    check_number(extra, "ns_per_particle_step", 1e9 / (1e7 / s->median));
    check_number(extra, "speedup_over_reference", 0.05 / s->median);
    check_number(extra, "max_difference_from_reference", 1.2e-14);
    json_decref(document);
}
END_TEST

static void set_peaks(void)
{
    report.config.peak = true;
    for (size_t i = 0; i < 2; i++)
        report.results[i].peak = (struct bench_peak){.flop_per_s = 6e10, .bytes_per_s = 1.25e11};
    report.results[0].bytes_per_s = 2.5e10;
    report.results[1].flop_per_s = 4.8e10;
}

START_TEST(json_has_the_peaks)
{
    set_peaks();
    json_t *document = make();
    const json_t *extra = member(benchmark(document, 0), "extra_info");
    ck_assert(json_is_null(member(extra, "flop_per_s")));
    check_number(extra, "bytes_per_s", 2.5e10);
    check_number(extra, "peak_flop_per_s", 6e10);
    check_number(extra, "peak_bytes_per_s", 1.25e11);
    extra = member(benchmark(document, 1), "extra_info");
    check_number(extra, "flop_per_s", 4.8e10);
    ck_assert(json_is_null(member(extra, "bytes_per_s")));
    json_decref(document);
}
END_TEST

/* `name` includes the instruction set, `params.method` does not. */
START_TEST(json_names_the_instruction_set)
{
    strcpy(report.results[0].name, "closed_form[avx2]");
    json_t *document = make();
    const json_t *b = benchmark(document, 0);
    check_text(b, "name", "closed_form[avx2]");
    check_text(b, "fullname", "bench.py::evolve[closed_form[avx2]]");
    check_text(member(b, "params"), "method", "closed_form");
    json_decref(document);
}
END_TEST

START_TEST(json_has_the_rounds_with_config_data)
{
    report.config.data = true;
    json_t *document = make();
    const json_t *data = member(member(benchmark(document, 0), "stats"), "data");
    ck_assert_uint_eq(json_array_size(data), 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_double_eq(json_real_value(json_array_get(data, i)), rounds[0][i]);
    json_decref(document);
}
END_TEST

START_TEST(json_has_null_for_unknown_figures)
{
    report.results[0].speedup = 0;
    report.results[0].max_difference = NAN;
    report.results[0].particle_steps_per_s = 0;
    report.config.own_particles = true;
    json_t *document = make();
    const json_t *extra = member(benchmark(document, 0), "extra_info");
    ck_assert(json_is_null(member(extra, "speedup_over_reference")));
    ck_assert(json_is_null(member(extra, "max_difference_from_reference")));
    static const char *const null[] = {"ns_per_particle_step", "flop_per_s", "bytes_per_s",
                                       "peak_flop_per_s", "peak_bytes_per_s"};
    for (size_t i = 0; i < sizeof null / sizeof *null; i++)
        ck_assert_msg(json_is_null(member(extra, null[i])), "%s", null[i]);
    ck_assert(json_is_null(member(extra, "seed")));
    json_decref(document);
}
END_TEST

START_TEST(json_keeps_all_digits_of_a_seed)
{
    report.config.seed = INT64_MAX;
    json_t *document = make();
    ck_assert(json_integer_value(member(member(benchmark(document, 0), "extra_info"), "seed")) ==
              INT64_MAX);
    json_decref(document);
    report.config.seed = UINT64_MAX;
    document = make();
    check_text(member(benchmark(document, 0), "extra_info"), "seed", "18446744073709551615");
    json_decref(document);
}
END_TEST

/* Each allocation fails in turn. No memory leaks. */
static long allocations, fail_at, live;

static void *failing_malloc(size_t size)
{
    if (++allocations == fail_at)
        return NULL;
    live++;
    return malloc(size);
}

static void counting_free(void *block)
{
    live -= block != NULL;
    free(block);
}

START_TEST(json_is_null_when_an_allocation_fails)
{
    report.config.data = true;
    json_set_alloc_funcs(failing_malloc, counting_free);
    json_decref(make());
    long needed = allocations;
    ck_assert_int_gt(needed, 100);
    ck_assert_int_eq(live, 0);
    for (fail_at = 1; fail_at <= needed; fail_at++) {
        allocations = 0;
        json_t *document = bench_report_json(&report, &machine);
        ck_assert_msg(document == NULL, "allocation %ld failed, but there was no error", fail_at);
        ck_assert_msg(live == 0, "allocation %ld failed: %ld blocks leak", fail_at, live);
    }
    json_set_alloc_funcs(malloc, free);
}
END_TEST

#define COMPARE "/usr/bin/python3 -m pytest_benchmark compare"

START_TEST(pytest_benchmark_loads_the_report)
{
    if (system("/usr/bin/python3 -c 'import pytest_benchmark' >/dev/null 2>&1") != 0) {
        puts("pytest-benchmark is not installed: skipped");
        return;
    }
    char path[] = "/tmp/test_report_XXXXXX.json";
    int fd = mkstemps(path, (int)strlen(".json"));
    ck_assert_int_ge(fd, 0);
    json_t *document = make();
    ck_assert_int_eq(json_dumpfd(document, fd, 0), 0);
    json_decref(document);
    close(fd);

    char command[256], output[8192];
    snprintf(command, sizeof command, "cd /tmp && " COMPARE " --sort=mean %s 2>&1", path);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    output[fread(output, 1, sizeof output - 1, pipe)] = '\0';
    int status = pclose(pipe);
    unlink(path);
    ck_assert_msg(status == 0, "%s", output);
    ck_assert_msg(strstr(output, "benchmark 'evolve': 2 tests") != NULL, "%s", output);
    ck_assert_msg(strstr(output, "closed_form") != NULL, "%s", output);
    ck_assert_msg(strstr(output, "1.2367 (1.0)") != NULL, "%s", output); /* the mean in ms */
    ck_assert_msg(strstr(output, "50.0000 (40.43)") != NULL, "%s", output);
}
END_TEST

/* --- text ---------------------------------------------------------------- */

static void check_line(const char *text, const char *line)
{
    ck_assert_msg(strstr(text, line) != NULL, "no line \"%s\" in:\n%s", line, text);
}

START_TEST(text_is_an_aligned_table)
{
    char *text = bench_report_text(&report, &machine);
    ck_assert_ptr_nonnull(text);
    check_line(text, " on host: Some CPU @ 3 GHz, 2 cores, Linux 6.1.0 x86_64, portable kernels\n"
                     "1000 particles of seed 1, dt 0.1, timestep 1e-05: 10000 steps, "
                     "2026-01-02T03:04:05+00:00\n\n");
    check_line(text,
               "\n"
               "method            min      mean    stddev    median       iqr  outliers  ops/s  "
               "rounds  iterations\n"
               "closed_form  1.170 ms  1.237 ms  70.24 us  1.230 ms  105.0 us       1;0  808.6  "
               "     3          12\n"
               "reference    50.00 ms  50.00 ms  0.000 fs  50.00 ms  0.000 fs       0;0  20.00  "
               "     3           1\n");
    check_line(text, "\n"
                     "method       a particle    a step  steps/s  x ref  max diff\n"
                     "closed_form    1.230 us  123.0 ps  8.130 G  40.65   1.2e-14\n"
                     "reference      50.00 us  5.000 ns  200.0 M   1.00         0\n");
    ck_assert_ptr_null(strstr(text, "peak"));
    free(text);
}
END_TEST

START_TEST(text_has_the_peaks)
{
    set_peaks();
    char *text = bench_report_text(&report, &machine);
    check_line(text, "max diff           rate           peak  of peak\n");
    check_line(text, "   1.2e-14     25.00 GB/s     125.0 GB/s     20 %\n");
    check_line(text, "         0  48.00 GFLOP/s  60.00 GFLOP/s     80 %\n");
    free(text);
}
END_TEST

START_TEST(text_has_a_dash_for_unknown_figures)
{
    report.result_count = 1;
    report.results[0].speedup = 0;
    report.results[0].max_difference = NAN;
    report.config.own_particles = true;
    report.config.peak = true;
    char *text = bench_report_text(&report, &machine);
    check_line(text, "  8.130 G      -         -     -     -        -\n");
    check_line(text, "\n1000 particles, dt 0.1");
    free(text);
}
END_TEST

/* The widest possible figures fit a terminal of TEXT_COLUMNS_MAX columns. */
START_TEST(text_is_not_too_wide)
{
    struct bench_result *result = &report.results[0];
    struct bench_stats *s = &result->stats;
    s->min = s->mean = s->stddev = s->median = s->iqr = 999.94e-6;
    s->rounds = s->stddev_outliers = BENCH_ROUNDS_MAX;
    s->iqr_outliers = BENCH_ROUNDS_MAX;
    s->ops = result->particle_steps_per_s = 999.94e9;
    result->iterations = 100000000;
    set_peaks();
    strcpy(result->name, "closed_form[portable]");
    result->speedup = 1e6;
    result->max_difference = 1.2e-300;
    char *text = bench_report_text(&report, &machine);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        ck_assert_msg(strlen(line) <= TEXT_COLUMNS_MAX, "%zu columns: %s", strlen(line), line);
    free(text);
}
END_TEST

static const struct {
    double seconds;
    const char *text;
} times[] = {
    {123.45, "123.5 s"}, {1, "1.000 s"},          {0.99999, "1000 ms"}, {0.0123456, "12.35 ms"},
    {1e-3, "1.000 ms"},  {999.94e-6, "999.9 us"}, {1e-6, "1.000 us"},   {30e-9, "30.00 ns"},
    {5e-12, "5.000 ps"}, {5e-16, "0.500 fs"},     {12345, "12345 s"},
};

START_TEST(times_have_four_digits)
{
    char cell[64];
    report.results[0].stats.min = times[_i].seconds;
    char *text = bench_report_text(&report, &machine);
    snprintf(cell, sizeof cell, " %s ", times[_i].text);
    const char *row = strstr(text, "\nclosed_form");
    ck_assert_msg(strstr(row, cell) == row + strcspn(row, "0123456789") - 1, "%s in %s", cell, row);
    free(text);
}
END_TEST

/* --- the machine --------------------------------------------------------- */

START_TEST(the_machine_is_described)
{
    struct bench_machine here;
    memset(&here, 'x', sizeof here);
    bench_machine_describe(&here);
    ck_assert_str_eq(here.system, "Linux");
    ck_assert_str_eq(here.kernels, evolve_kernels_name());
    ck_assert_uint_gt(strlen(here.compiler), 0);
    ck_assert_int_ge(here.cores, 1);
    ck_assert_uint_eq(strlen(here.datetime), strlen(machine.datetime));
    ck_assert_str_eq(here.datetime + strlen(here.datetime) - 6, "+00:00");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *tcase = suite_case(suite, "json");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, json_has_the_machine_and_the_version);
    tcase_add_test(tcase, json_has_the_figures);
    tcase_add_test(tcase, json_has_the_peaks);
    tcase_add_test(tcase, json_names_the_instruction_set);
    tcase_add_test(tcase, json_has_the_rounds_with_config_data);
    tcase_add_test(tcase, json_has_null_for_unknown_figures);
    tcase_add_test(tcase, json_keeps_all_digits_of_a_seed);
    tcase_add_test(tcase, json_is_null_when_an_allocation_fails);
    tcase_add_test(tcase, pytest_benchmark_loads_the_report);
    tcase = suite_case(suite, "text");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, text_is_an_aligned_table);
    tcase_add_test(tcase, text_has_the_peaks);
    tcase_add_test(tcase, text_has_a_dash_for_unknown_figures);
    tcase_add_test(tcase, text_is_not_too_wide);
    tcase_add_loop_test(tcase, times_have_four_digits, 0, sizeof times / sizeof *times);
    tcase = suite_case(suite, "machine");
    tcase_add_test(tcase, the_machine_is_described);
    return suite_run(suite);
}
