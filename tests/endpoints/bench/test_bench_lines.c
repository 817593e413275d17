/* GET /bench as lines: a line for each round, then the report; slow readers, clients that
 * disconnect, and a daemon that shuts down meanwhile. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../harness/harness.h"

#define LINES "Accept: application/x-ndjson"
#define QUICK "max_time=0.02&particles=50&dt=0.01"

/* The first: an iteration of hours, so no round ends. The second: half a million short rounds,
 * which are 40 MB of lines, more than the buffers of any socket. */
#define ENDLESS_ROUND "methods=reference&dt=1e4&timestep=1e-7"
#define MANY_ROUNDS "particles=1&dt=1e-5&min_rounds=100000&max_time=0.001&warmup=0"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, "--workers", "1", SLOW_OPTIONS, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

static json_t *parse_line(const char *line, size_t size)
{
    json_error_t error;
    json_t *json = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(json, "%s in: %.*s", error.text, (int)size, line);
    return json;
}

START_TEST(a_line_for_each_round_then_the_report)
{
    const struct reply *reply =
        http(&server, "GET", "/bench?methods=closed_form,euler,reference&data=1&" QUICK, NULL,
             LINES, NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/x-ndjson");
    ck_assert_ptr_null(reply_header(reply, "Content-Length"));
    ck_assert_ptr_nonnull(reply_header(reply, "Server-Timing"));

    static const char *const order[] = {"reference", "closed_form", "euler"};
    const char *last = reply->body + reply->size - 1;
    ck_assert_int_eq(*last, '\n');
    last = memrchr(reply->body, '\n', reply->size - 1);
    ck_assert_ptr_nonnull(last);
    last++;
    json_t *report = parse_line(last, strlen(last));
    json_t *benchmarks = json_object_get(report, "benchmarks");
    ck_assert_uint_eq(json_array_size(benchmarks), 3);

    const char *line = reply->body;
    for (size_t i = 0; i < 3; i++) {
        size_t k, index = (i + 2) % 3; /* of the method in the report */
        const char *name, *line_name;
        json_t *rounds, *seconds;
        json_int_t iterations, line_iterations, round;
        double line_seconds;
        ck_assert_int_eq(json_unpack(json_array_get(benchmarks, index), "{s:s, s:{s:o, s:I}}",
                                     "name", &name, "stats", "data", &rounds, "iterations",
                                     &iterations),
                         0);
        ck_assert_str_eq(name, order[i]);
        json_array_foreach(rounds, k, seconds)
        {
            size_t size = strcspn(line, "\n");
            json_t *object = parse_line(line, size);
            ck_assert_int_eq(json_unpack(object, "{s:s, s:I, s:I, s:F!}", "name", &line_name,
                                         "round", &round, "iterations", &line_iterations, "seconds",
                                         &line_seconds),
                             0);
            ck_assert_str_eq(line_name, name);
            ck_assert_int_eq(round, (json_int_t)k + 1);
            ck_assert_int_eq(line_iterations, iterations);
            ck_assert_double_eq(line_seconds, json_real_value(seconds));
            json_decref(object);
            line += size + 1;
        }
    }
    ck_assert_ptr_eq(line, last);
    json_decref(report);

    /* the connection is as good as before */
    reply = http_simulate(&server, THREE_BODY);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply->connects, 0);
    await_requests_done(&server, "/bench", 200, 1);
}
END_TEST

START_TEST(memory_is_one_line)
{
    const struct reply *reply =
        http(&server, "GET", "/bench?memory=1&particles=1000", NULL, LINES, NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_ptr_eq(strchr(reply->body, '\n'), reply->body + reply->size - 1);
    json_t *report = parse_line(reply->body, reply->size);
    ck_assert_int_eq(json_integer_value(json_object_get(report, "set_bytes")), 24000);
    json_decref(report);
}
END_TEST

START_TEST(an_error_before_the_first_line_is_an_ordinary_response)
{
    reply_is_problem(http(&server, "GET", "/bench?timestep=1e-200&dt=0", NULL, LINES, NULL), 422,
                     "outside-domain");
    reply_is_problem(http(&server, "GET", "/bench?particles=0", NULL, LINES, NULL), 422,
                     "invalid-request");
}
END_TEST

START_TEST(head_cancels_the_benchmark)
{
    int fd = raw_open(&server);
    ck_assert(
        raw_send(fd, "HEAD /bench?" ENDLESS_ROUND " HTTP/1.1\r\nHost: x\r\n" LINES "\r\n\r\n"));
    const char *text = raw_read_all(fd);
    ck_assert_ptr_eq(strstr(text, "HTTP/1.1 200 "), text);
    ck_assert_ptr_nonnull(strstr(text, "Connection: close\r\n"));
    ck_assert_str_eq(strstr(text, "\r\n\r\n"), "\r\n\r\n");
    close(fd);
    await_metric(&server, "particled_jobs_in_flight", 0);
    await_requests_done(&server, "/bench", 200, 1);
}
END_TEST

/* HTTP/1.0 has no chunks: the connection ends with the body. */
START_TEST(http_1_0)
{
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /bench?methods=analytic&" QUICK " HTTP/1.0\r\n" LINES "\r\n\r\n"));
    const char *text = raw_read_all(fd);
    ck_assert_ptr_null(strstr(text, "chunked"));
    const char *body = strstr(text, "\r\n\r\n");
    ck_assert_ptr_nonnull(body);
    ck_assert_ptr_eq(strstr(body, "{\"name\":\"analytic\",\"round\":1,"), body + 4);
    ck_assert_ptr_nonnull(strstr(body, "\n{\"machine_info\":"));
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    close(fd);
}
END_TEST

static int open_lines(const char *query)
{
    int fd = raw_open(&server);
    ck_assert(raw_sendf(fd, "GET /bench?%s HTTP/1.1\r\nHost: x\r\n" LINES "\r\n\r\n", query));
    return fd;
}

/* The only worker runs a benchmark, which runs no other tasks. But when the client does not read,
 * the worker waits and runs other requests, and memory does not grow. */
START_TEST(a_slow_reader_stops_the_benchmark)
{
    int fd = open_lines(MANY_ROUNDS);
    await_metric(&server, "particled_workers_busy", 1);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    ck_assert_double_eq(metric(&server, "particled_workers_busy"), 1);
    ck_assert_double_lt(metric(&server, "particled_memory_used_bytes"), 1 << 20);
    reply_is_problem(http_get(&server, "/bench?" QUICK), 503, "bench-running");
    close(fd);
    await_metric(&server, "particled_workers_busy", 0);
    await_requests_done(&server, "/bench", 499, 1);
}
END_TEST

enum leaving { LEAVE_CLOSE, LEAVE_HALF, LEAVE_RESET, LEAVINGS };

/* The client disconnects before the first line, while it receives lines, and while it does not read
 * them. */
START_TEST(disconnecting_cancels_the_benchmark)
{
    struct linger hard = {1, 0};
    int fd = open_lines(_i / LEAVINGS == 0 ? ENDLESS_ROUND : MANY_ROUNDS);
    await_metric(&server, "particled_workers_busy", 1);
    if (_i / LEAVINGS == 2)
        ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    switch ((enum leaving)(_i % LEAVINGS)) {
    case LEAVE_HALF:
        shutdown(fd, SHUT_WR);
        break;
    case LEAVE_RESET:
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(fd);
        break;
    default:
        close(fd);
    }
    await_metric(&server, "particled_workers_busy", 0);
    await_metric(&server, "particled_cancelled_total", 1);
    if (_i % LEAVINGS == LEAVE_HALF) {
        ck_assert(raw_is_closed(fd));
        close(fd);
    }
    await_requests_done(&server, "/bench", 499, 1);
}
END_TEST

/* A shutdown ends the lines: the last line is a problem, and the body is not complete. */
START_TEST(a_drain_ends_the_lines_with_a_problem)
{
    daemon_start(&server, "--workers", "1", "--drain-timeout", "0.1", SLOW_OPTIONS, NULL);
    int fd = open_lines(_i == 0 ? ENDLESS_ROUND : MANY_ROUNDS);
    await_metric(&server, "particled_workers_busy", 1);
    if (_i == 2) /* the client does not read */
        ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    kill(server.pid, SIGTERM);
    const char *text = raw_read_all(fd);
    ck_assert_ptr_nonnull(strstr(text, "HTTP/1.1 200 "));
    const char *problem = strstr(text, "\n{\"type\":\"urn:particled:problem:draining\"");
    ck_assert_ptr_nonnull(problem);
    ck_assert_ptr_nonnull(strchr(problem + 1, '\n'));
    ck_assert_ptr_null(strstr(problem, "\r\n0\r\n"));
    ck_assert_int_eq(daemon_wait(&server), 0);
    close(fd);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/bench_lines");
    TCase *tcase = suite_case(suite, "lines");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, a_line_for_each_round_then_the_report);
    tcase_add_test(tcase, memory_is_one_line);
    tcase_add_test(tcase, an_error_before_the_first_line_is_an_ordinary_response);
    tcase_add_test(tcase, head_cancels_the_benchmark);
    tcase_add_test(tcase, http_1_0);
    tcase_add_test(tcase, a_slow_reader_stops_the_benchmark);
    tcase_add_loop_test(tcase, disconnecting_cancels_the_benchmark, 0, 3 * LEAVINGS);
    tcase = suite_case(suite, "drain");
    tcase_add_loop_test(tcase, a_drain_ends_the_lines_with_a_problem, 0, 3);
    return suite_run(suite);
}
