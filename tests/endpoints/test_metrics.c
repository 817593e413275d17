/* GET /metrics: syntax and values. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../harness/harness.h"
#include "exposition.h"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

#define HEAD "# HELP a_total x\n# TYPE a_total counter\n"
#define HISTOGRAM "# HELP h x\n# TYPE h histogram\n"

/* The reader that the next test uses finds errors. */
START_TEST(the_reader_is_strict)
{
    static const char *const good[] = {
        HEAD "a_total 1\n",
        HEAD "a_total{b=\"c\\\\ \\\" \\n\",d=\"\"} 1.5e3\na_total{b=\"e\"} 0\n",
        HEAD,
        HISTOGRAM "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n",
    };
    static const char *const bad[] = {
        "",
        "a_total 1\n",
        HEAD "a_total 1",
        HEAD "a_total 1\n\n",
        HEAD "a_total x\n",
        HEAD "a_total 1 2 3\n",
        HEAD "a_total -1\n",
        HEAD "a_total 0x10\n",
        HEAD "b_total 1\n",
        HEAD "a_total 1\na_total 2\n",
        HEAD "a_total{b=\"c\",b=\"d\"} 1\n",
        HEAD "a_total{b=c} 1\n",
        HEAD "a_total{b=\"c} 1\n",
        HEAD "a_total{b=\"\\x\"} 1\n",
        HEAD "a_total{1=\"c\"} 1\n",
        HEAD "a_total{} 1\n",
        HEAD HEAD,
        "# HELP a_total x\n",
        "# TYPE a_total counter\n",
        "# HELP a x\n# TYPE a counter\n",
        "# HELP a_total x\n# TYPE a_total gauge\n",
        "# HELP a x\n# TYPE a thing\n",
        "# HELP a\n# TYPE a gauge\n",
        HISTOGRAM "h_bucket{le=\"1\"} 1\nh_sum 3\nh_count 1\n",
        HISTOGRAM "h_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n",
        HISTOGRAM "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 2\n",
        HISTOGRAM "h_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 3\n",
        HISTOGRAM "h_bucket{le=\"+Inf\"} 2\nh_count 2\n",
        HISTOGRAM "h_bucket{le=\"+Inf\"} 2\nh_sum 3\n",
        HISTOGRAM "h_bucket{a=\"b\",le=\"+Inf\"} 2\nh_sum{a=\"c\"} 3\nh_count{a=\"c\"} 2\n",
    };
    char error[1200];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(exposition_check(good[i], error, sizeof error), "%s", error);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!exposition_check(bad[i], error, sizeof error), "%s", bad[i]);
}
END_TEST

START_TEST(syntax)
{
    char error[1200];
    for (int round = 0; round < 2; round++) {
        const struct reply *reply = http_get(&server, "/metrics");
        ck_assert_int_eq(reply->status, 200);
        ck_assert_str_eq(reply_header(reply, "Content-Type"),
                         "text/plain; version=0.0.4; charset=utf-8");
        ck_assert_msg(exposition_check(reply->body, error, sizeof error), "%s", error);
        /* the second round has requests of all kinds */
        http_simulate(&server, THREE_BODY);
        http_simulate(&server, "{");
        http_simulate(&server, "{}");
        http_get(&server, "/nothing\"\\");
        http_get(&server, "/bench?particles=2&dt=0&max_time=0.01&min_rounds=1");
        int fd = raw_open(&server);
        raw_send(fd, "GET / HTTP/1.1\r\n\r\n");
        raw_is_closed(fd);
    }
}
END_TEST

START_TEST(requests_are_counted)
{
    http_simulate(&server, THREE_BODY);
    http_simulate(&server, THREE_BODY);
    http_simulate(&server, "{");
    http_simulate(&server, "{}");
    http(&server, "POST", "/simulate", THREE_BODY, "Content-Type: text/html", NULL);
    http(&server, "POST", "/simulate", THREE_BODY, "Accept: text/html", NULL);
    http(&server, "PUT", "/simulate", NULL, NULL);
    http_get(&server, "/nothing");
    http(&server, "OPTIONS", "/livez", NULL, NULL);
    static const struct {
        const char *path;
        int status, count;
    } rows[] = {{"/simulate", 200, 2}, {"/simulate", 400, 1}, {"/simulate", 422, 1},
                {"/simulate", 415, 1}, {"/simulate", 406, 1}, {"none", 405, 1},
                {"none", 404, 1},      {"none", 204, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        await_requests_done(&server, rows[i].path, rows[i].status, rows[i].count);
    ck_assert_double_eq(requests_done(&server, "/livez", 200), 0);
}
END_TEST

START_TEST(work_is_counted)
{
    double sent = metric(&server, "particled_http_sent_body_bytes_total");
    ck_assert_double_eq(metric(&server, "particled_http_received_body_bytes_total"), 0);
    http_simulate(&server, THREE_BODY);
    http(&server, "POST", "/simulate?method=euler", THREE_BODY, NULL);
    const struct reply *reply =
        http(&server, "POST", "/simulate?method=analytic", THREE_BODY, NULL);
    double size = (double)reply->size;
    await_metric(&server, "particled_http_received_body_bytes_total", 3 * strlen(THREE_BODY));
    ck_assert_double_ge(metric(&server, "particled_http_sent_body_bytes_total"), sent + 2.9 * size);
    static const struct {
        const char *method;
        int particles, steps;
    } rows[] = {{"closed_form", 3, 30000}, {"euler", 3, 30000}, {"analytic", 3, 0}, {"fast", 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char series[96];
        snprintf(series, sizeof series, "particled_particles_total{method=\"%s\"}", rows[i].method);
        ck_assert_double_eq(metric(&server, series), rows[i].particles);
        snprintf(series, sizeof series, "particled_particle_steps_total{method=\"%s\"}",
                 rows[i].method);
        ck_assert_double_eq(metric(&server, series), rows[i].steps);
    }
    static const char *const phases[] = {"receive", "parse", "queue", "evolve", "serialize"};
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        char series[96];
        snprintf(series, sizeof series, "particled_phase_seconds_total{phase=\"%s\"}", phases[i]);
        ck_assert_double_gt(metric(&server, series), 0);
    }
}
END_TEST

/* A method that jumps starts from the beginning for each frame. The run still has as many steps as
 * one without frames. */
START_TEST(steps_of_frames_are_counted_once)
{
    static const char *const methods[] = {"closed_form", "euler", "analytic"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char target[96], series[96];
        snprintf(target, sizeof target, "/simulate?method=%s&frames=4", methods[i]);
        double steps = strcmp(methods[i], "analytic") == 0 ? 0 : 3 * 10000;
        const struct reply *reply = http(&server, "POST", target, THREE_BODY, NULL);
        ck_assert_double_eq(reply_number(reply, "/timing/particle_steps"), steps);
        snprintf(series, sizeof series, "particled_particle_steps_total{method=\"%s\"}",
                 methods[i]);
        ck_assert_double_eq(metric(&server, series), steps);
        snprintf(series, sizeof series, "particled_particles_total{method=\"%s\"}", methods[i]);
        ck_assert_double_eq(metric(&server, series), 4 * 3);
    }
}
END_TEST

START_TEST(the_state_is_shown)
{
    static const char *const positive[] = {"particled_workers",
                                           "particled_queue_limit",
                                           "particled_connections",
                                           "particled_connections_total",
                                           "particled_memory_limit_bytes",
                                           "process_cpu_seconds_total",
                                           "process_resident_memory_bytes",
                                           "process_virtual_memory_bytes",
                                           "process_open_fds",
                                           "process_max_fds",
                                           "process_start_time_seconds"};
    for (size_t i = 0; i < sizeof positive / sizeof *positive; i++)
        ck_assert_msg(metric(&server, positive[i]) > 0, "%s", positive[i]);
    ck_assert_double_eq(metric(&server, "particled_draining"), 0);
    ck_assert_double_eq(metric(&server, "particled_cancelled_total"), 0);
    const char *text = http_get(&server, "/metrics")->body;
    ck_assert_ptr_nonnull(strstr(text, "particled_build_info{version=\""));
    /* a new connection is counted, and no longer when it is closed */
    double before = metric(&server, "particled_connections");
    int fd = raw_open(&server);
    await_metric(&server, "particled_connections", before + 1);
    raw_send(fd, "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    ck_assert(raw_is_closed(fd));
    await_metric(&server, "particled_connections", before);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/metrics");
    tcase_add_test(suite_case(suite, "reader"), the_reader_is_strict);
    TCase *tcase = suite_case(suite, "metrics");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, syntax);
    tcase_add_test(tcase, requests_are_counted);
    tcase_add_test(tcase, work_is_counted);
    tcase_add_test(tcase, steps_of_frames_are_counted_once);
    tcase_add_test(tcase, the_state_is_shown);
    return suite_run(suite);
}
