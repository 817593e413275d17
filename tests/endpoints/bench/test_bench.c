/* GET /bench: the formats of the report, its statistics, its particles, and that only one benchmark
 * runs at a time. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../harness/harness.h"

#define SHORT "max_time=0.02&dt=0.01"
#define QUICK SHORT "&particles=50"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, "--workers", "2", "--max-particles", "5000", NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* A number of the statistics of a benchmark. */
static double statistic(const struct reply *reply, int benchmark, const char *name)
{
    char pointer[96];
    snprintf(pointer, sizeof pointer, "/benchmarks/%d/stats/%s", benchmark, name);
    return reply_number(reply, pointer);
}

START_TEST(statistics_are_consistent)
{
    static const char *const methods[] = {"closed_form", "analytic", "euler", "fast", "reference"};
    const struct reply *reply = http_get(&server, "/bench?min_rounds=4&" QUICK);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/json");
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/benchmarks")), 5);
    for (int i = 0; i < 5; i++) {
        char pointer[96];
        snprintf(pointer, sizeof pointer, "/benchmarks/%d/name", i);
        ck_assert_str_eq(reply_text(reply, pointer), methods[i]);
        ck_assert_double_gt(statistic(reply, i, "min"), 0);
        ck_assert_double_le(statistic(reply, i, "min"), statistic(reply, i, "q1"));
        ck_assert_double_le(statistic(reply, i, "q1"), statistic(reply, i, "median"));
        ck_assert_double_le(statistic(reply, i, "median"), statistic(reply, i, "q3"));
        ck_assert_double_le(statistic(reply, i, "q3"), statistic(reply, i, "max"));
        ck_assert_double_ge(statistic(reply, i, "rounds"), 4);
        ck_assert_double_ge(statistic(reply, i, "iterations"), 1);
        ck_assert_double_ge(statistic(reply, i, "stddev"), 0);
        double mean = statistic(reply, i, "mean");
        ck_assert_double_eq_tol(statistic(reply, i, "total"), mean * statistic(reply, i, "rounds"),
                                1e-9 * statistic(reply, i, "total"));
        ck_assert_double_eq_tol(statistic(reply, i, "ops"), 1 / mean, 1e-9 / mean);
        ck_assert_double_eq_tol(statistic(reply, i, "iqr"),
                                statistic(reply, i, "q3") - statistic(reply, i, "q1"), 1e-15);
        static const char *const more[] = {"iqr_outliers", "stddev_outliers", "ld15iqr", "hd15iqr"};
        for (size_t k = 0; k < 4; k++)
            ck_assert_double_ge(statistic(reply, i, more[k]), 0);
        snprintf(pointer, sizeof pointer, "/benchmarks/%d/stats/outliers", i);
        ck_assert_ptr_nonnull(strchr(reply_text(reply, pointer), ';'));
        snprintf(pointer, sizeof pointer, "/benchmarks/%d/extra_info/particles", i);
        ck_assert_int_eq((int)reply_number(reply, pointer), 50);
        snprintf(pointer, sizeof pointer, "/benchmarks/%d/extra_info/steps", i);
        ck_assert_int_eq((int)reply_number(reply, pointer), 999); /* truncated */
    }
    ck_assert_str_ne(reply_text(reply, "/machine_info/cpu/brand"), "");
    ck_assert_str_ne(reply_text(reply, "/datetime"), "");
}
END_TEST

/* Runs a short benchmark with an Accept header. */
static const struct reply *report_as(const char *accept, const char *type)
{
    const struct reply *reply =
        http(&server, "GET", "/bench?methods=euler,closed_form&" QUICK, NULL, accept, NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), type);
    return reply;
}

START_TEST(report_as_text)
{
    static const char *const accepts[] = {"Accept: text/plain", "Accept: text/*",
                                          "Accept: application/json;q=0.5, text/plain"};
    for (size_t i = 0; i < sizeof accepts / sizeof *accepts; i++) {
        const struct reply *reply = report_as(accepts[i], "text/plain; charset=utf-8");
        ck_assert_ptr_nonnull(strstr(reply->body, "50 particles of seed 1"));
        ck_assert_ptr_nonnull(strstr(reply->body, "\neuler "));
        ck_assert_ptr_nonnull(strstr(reply->body, "\nclosed_form "));
        ck_assert_ptr_null(strstr(reply->body, "\nreference "));
    }
    const struct reply *reply =
        http(&server, "GET", "/bench?" QUICK, NULL, "Accept: text/html, image/png", NULL);
    reply_is_problem(reply, 406, "not-acceptable");
}
END_TEST

START_TEST(report_as_csv)
{
    const struct reply *reply = report_as("Accept: text/csv", "text/csv; charset=utf-8");
    ck_assert_ptr_eq(strstr(reply->body, "name,simd,particles,steps,"), reply->body);
    ck_assert_ptr_nonnull(strstr(reply->body, "\neuler,"));
    ck_assert_ptr_nonnull(strstr(reply->body, ",50,999,0.01,1e-05,1,"));
    reply = http(&server, "GET", "/bench?memory=1", NULL, "Accept: text/csv", NULL);
    reply_is_problem(reply, 422, "invalid-request");
}
END_TEST

START_TEST(report_as_chart)
{
    const struct reply *reply = report_as("Accept: image/svg+xml", "image/svg+xml");
    ck_assert_ptr_eq(strstr(reply->body, "<svg "), reply->body);
    ck_assert_ptr_nonnull(strstr(reply->body, ">euler</text>"));
    ck_assert_ptr_nonnull(strstr(reply->body, ">closed_form</text>"));
    reply = http(&server, "GET", "/bench?memory=1", NULL, "Accept: image/*", NULL);
    reply_is_problem(reply, 422, "invalid-request");
}
END_TEST

START_TEST(head_has_no_body)
{
    const struct reply *reply = http(&server, "HEAD", "/bench?methods=analytic&" QUICK, NULL, NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_uint_eq(reply->size, 0);
}
END_TEST

START_TEST(memory_benchmark)
{
    const struct reply *reply = http_get(&server, "/bench?particles=1000&dt=0.001&memory=1");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_ptr_nonnull(strstr(reply->body, "bytes_per_particle"));
    reply =
        http(&server, "GET", "/bench?particles=1000&memory=on", NULL, "Accept: text/plain", NULL);
    ck_assert_int_eq(reply->status, 200);
}
END_TEST

START_TEST(bad_parameters)
{
    static const char *const rows[][3] = {
        {"particle=1", "particle", "\"particles\""},
        {"particles=0", "particles", "1 to 5000"},
        {"particles=5001", "particles", "1 to 5000"},
        {"particles=1.5", "particles", "whole number"},
        {"particles=", "particles", "whole number"},
        {"dt=-1", "dt", "0 or more"},
        {"dt=nan", "dt", "decimal number"},
        {"timestep=0", "timestep", "above 0"},
        {"timestep=1e-300", "timestep", "2^53"},
        {"methods=euler,eulr", "methods", "eulr"},
        {"methods=euler,euler", "methods", "twice"},
        {"methods=", "methods", "methods"},
        {"seed=-1", "seed", "whole number"},
        {"min_rounds=0", "min_rounds", "1 to"},
        {"max_time=0", "max_time", "above 0"},
        {"max_time=1e9", "max_time", "at most"},
        {"warmup=perhaps", "warmup", "on or off"},
        {"particles=5000&dt=1e3&timestep=1e-9", "particles", "allowed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char target[128];
        snprintf(target, sizeof target, "/bench?%s", rows[i][0]);
        const struct reply *reply = http_get(&server, target);
        ck_assert_msg(reply->status == 422, "%s: %d", target, reply->status);
        reply_is_problem(reply, 422, "invalid-request");
        ck_assert_msg(strcmp(reply_text(reply, "/parameter"), rows[i][1]) == 0 ||
                          strstr(reply_text(reply, "/detail"), "allowed"),
                      "%s: %s", target, reply->body);
        ck_assert_msg(strstr(reply_text(reply, "/detail"), rows[i][2]), "%s: %s", target,
                      reply->body);
        ck_assert_msg(i == 0 || reply->connects == 0, "%s closed the connection", target);
    }
}
END_TEST

START_TEST(one_benchmark_at_a_time)
{
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /bench?max_time=3600 HTTP/1.1\r\nHost: x\r\n\r\n"));
    await_metric(&server, "particled_workers_busy", 1);
    const struct reply *reply = http_get(&server, "/bench?" QUICK);
    reply_is_problem(reply, 503, "bench-running");
    /* an invalid request still gets 422, and other work runs beside the benchmark */
    reply_is_problem(http_get(&server, "/bench?particles=0"), 422, "invalid-request");
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    await_metric(&server, "particled_workers_busy", 1); /* still the first benchmark */
    close(fd);
    await_metric(&server, "particled_workers_busy", 0);
    ck_assert_int_eq(http_get(&server, "/bench?methods=analytic&" QUICK)->status, 200);
}
END_TEST

/* A benchmark reserves what it allocates: its particles, and the end points of two methods. */
START_TEST(memory_is_reserved)
{
    daemon_start(&server, "--memory-limit", "1M", NULL);
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /bench?particles=1000&max_time=3600 HTTP/1.1\r\nHost: x\r\n\r\n"));
    await_metric(&server, "particled_memory_used_bytes", 1000 * (24 + 2 * 16));
    close(fd);
    await_metric(&server, "particled_memory_used_bytes", 0);
    reply_is_problem(http_get(&server, "/bench?particles=20000&" SHORT), 413, "over-memory-limit");
    ck_assert_int_eq(http_get(&server, "/bench?particles=1000&" SHORT)->status, 200);
    daemon_finish(&server);
}
END_TEST

/* The largest distance between the end points of two methods, for the particles that CPython's
 * random.seed(1) and random.uniform(-1, 1) give. */
static double distance(json_t *one)
{
    static double ends[2][20][2];
    for (int m = 0; m < 2; m++) {
        char target[96];
        snprintf(target, sizeof target, "/simulate?dt=0.05&timestep=1e-5&method=%s",
                 m ? "analytic" : "reference");
        char *particles = json_dumps(json_object_get(one, "before"), JSON_COMPACT);
        char body[4096];
        snprintf(body, sizeof body, "{\"particles\":%s}", particles);
        free(particles);
        const struct reply *reply = http(&server, "POST", target, body, NULL);
        ck_assert_int_eq(reply->status, 200);
        for (int i = 0; i < 20; i++)
            for (int c = 0; c < 2; c++) {
                char pointer[32];
                snprintf(pointer, sizeof pointer, "/particles/%d/%d", i, c);
                ends[m][i][c] = reply_number(reply, pointer);
            }
    }
    double largest = 0;
    for (int i = 0; i < 20; i++)
        largest =
            fmax(largest, hypot(ends[0][i][0] - ends[1][i][0], ends[0][i][1] - ends[1][i][1]));
    return largest;
}

/* The result shows the set: the largest distance of the circle from the polygon depends on it. */
START_TEST(particles_are_those_of_cpython)
{
    json_error_t error;
    json_t *data = json_load_file(TESTS_DIR "/data/cpython_evolve.json", 0, &error);
    ck_assert_msg(data, "%s", error.text);
    size_t i;
    json_t *one, *found = NULL;
    json_array_foreach(json_object_get(data, "cases"), i, one)
    {
        if (json_integer_value(json_object_get(one, "random_seed")) == 1 &&
            json_array_size(json_object_get(one, "before")) == 20)
            found = one;
    }
    ck_assert_ptr_nonnull(found);
    double expected = distance(found);
    ck_assert_double_gt(expected, 0);
    const struct reply *reply =
        http_get(&server, "/bench?particles=20&seed=1&dt=0.05&timestep=1e-5&"
                          "methods=reference,analytic&max_time=0.01&min_rounds=1&warmup=off");
    ck_assert_double_eq_tol(
        reply_number(reply, "/benchmarks/1/extra_info/max_difference_from_reference"), expected,
        1e-14 * expected);
    reply = http_get(&server, "/bench?particles=20&seed=2&dt=0.05&timestep=1e-5&"
                              "methods=reference,analytic&max_time=0.01&min_rounds=1&warmup=off");
    ck_assert_double_ne(
        reply_number(reply, "/benchmarks/1/extra_info/max_difference_from_reference"), expected);
    json_decref(data);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/bench");
    TCase *tcase = suite_case(suite, "bench");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, statistics_are_consistent);
    tcase_add_test(tcase, report_as_text);
    tcase_add_test(tcase, report_as_csv);
    tcase_add_test(tcase, report_as_chart);
    tcase_add_test(tcase, head_has_no_body);
    tcase_add_test(tcase, memory_benchmark);
    tcase_add_test(tcase, bad_parameters);
    tcase_add_test(tcase, one_benchmark_at_a_time);
    tcase_add_test(tcase, particles_are_those_of_cpython);
    tcase_add_test(suite_case(suite, "limits"), memory_is_reserved);
    return suite_run(suite);
}
