/* Requests that end early: clients that disconnect (trap 4), deadlines, and clients that send too
 * slowly (trap 5). */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../harness/harness.h"

#define POST_HEAD "POST /simulate HTTP/1.1\r\nHost: x\r\n"
#define LIVEZ "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, SLOW_OPTIONS, "--workers", "1", NULL);
}

static void start_with_deadline(void)
{
    daemon_start(&server, SLOW_OPTIONS, "--workers", "1", "--request-timeout", "0.5", NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* --- clients that disconnect --------------------------------------------------------------- */

enum disconnect { DISCONNECT_CLOSE, DISCONNECT_HALF, DISCONNECT_RESET };

static void disconnect(int fd, enum disconnect how)
{
    struct linger hard = {1, 0};
    if (how == DISCONNECT_HALF) {
        shutdown(fd, SHUT_WR);
        return;
    }
    if (how == DISCONNECT_RESET)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd);
}

START_TEST(disconnecting_cancels_the_job)
{
    int fd = raw_open(&server);
    raw_post(fd, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    ck_assert_double_eq(metric(&server, "particled_jobs_in_flight"), 1);
    disconnect(fd, (enum disconnect)_i);
    await_metric(&server, "particled_cancelled_total", 1);
    await_metric(&server, "particled_workers_busy", 0);
    await_metric(&server, "particled_jobs_in_flight", 0);
    if (_i == DISCONNECT_HALF) /* it has closed one direction, and sees the end of the other */
        ck_assert(raw_is_closed(fd));
    /* The worker is free again. */
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    ck_assert_double_eq(metric(&server, "particled_particles_total{method=\"euler\"}"), 0);
}
END_TEST

START_TEST(disconnecting_cancels_waiting_requests)
{
    int running = raw_open(&server);
    raw_post(running, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    int waiting[3];
    for (int i = 0; i < 3; i++) {
        waiting[i] = raw_open(&server);
        raw_post(waiting[i], i == 1 ? LONG_BODY : SLOW_BODY);
    }
    await_metric(&server, "particled_queue_depth", 3);
    disconnect(waiting[0], DISCONNECT_CLOSE);
    disconnect(waiting[2], DISCONNECT_RESET);
    disconnect(running, DISCONNECT_CLOSE);
    /* The client that has not disconnected gets its response. */
    ck_assert_int_eq(raw_read(waiting[1])->status, 200);
    await_metric(&server, "particled_cancelled_total", 3);
    close(waiting[1]);
}
END_TEST

/* Requests of microseconds do not wait for requests of hours, although there is only one worker. */
START_TEST(brief_requests_run_first)
{
    int running = raw_open(&server), waiting = raw_open(&server);
    raw_post(running, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    raw_post(waiting, SLOW_BODY);
    await_metric(&server, "particled_queue_depth", 1);
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    await_metric(&server, "particled_jobs_in_flight", 2);
    ck_assert_double_eq(metric(&server, "particled_cancelled_total"), 0);
    close(running), close(waiting);
    await_metric(&server, "particled_cancelled_total", 2);
}
END_TEST

/* A client that sends the next request early is not disconnected. */
START_TEST(sending_early_is_not_a_disconnect)
{
    int fd = raw_open(&server);
    raw_post(fd, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    ck_assert(raw_send(fd, LIVEZ LIVEZ));
    ck_assert(raw_is_silent(fd));
    ck_assert_double_eq(metric(&server, "particled_cancelled_total"), 0);
    ck_assert_double_eq(metric(&server, "particled_workers_busy"), 1);
    close(fd);
    await_metric(&server, "particled_cancelled_total", 1);
}
END_TEST

START_TEST(disconnecting_cancels_a_benchmark)
{
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /bench?methods=euler&particles=1000&max_time=3600&warmup=0 "
                           "HTTP/1.1\r\nHost: x\r\n\r\n"));
    await_metric(&server, "particled_workers_busy", 1);
    close(fd);
    await_metric(&server, "particled_cancelled_total", 1);
    await_metric(&server, "particled_workers_busy", 0);
}
END_TEST

/* A response that is not read does not block other clients. */
START_TEST(a_client_that_does_not_read_blocks_no_others)
{
    enum { COUNT = 200000 };
    char *body = malloc(COUNT * 20 + 100);
    ck_assert_ptr_nonnull(body);
    char *end = body + sprintf(body, "{\"particles\":[[1,2,3]");
    for (int i = 1; i < COUNT; i++)
        end += sprintf(end, ",[%d.5,2,3]", i % 1000);
    strcpy(end, "]}");
    int fds[4];
    for (int i = 0; i < 4; i++) {
        fds[i] = raw_open(&server);
        raw_post(fds[i], body);
    }
    free(body);
    await_metric(&server, "particled_particles_total{method=\"closed_form\"}", 4 * COUNT);
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    await_metric(&server, "particled_connections", 2);
}
END_TEST

/* --- deadlines ------------------------------------------------------------------------------ */

START_TEST(the_deadline_cancels_the_job)
{
    const struct reply *reply = http_simulate(&server, SLOW_BODY);
    reply_is_problem(reply, 504, "deadline-passed");
    ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "0.5 seconds"));
    ck_assert_double_eq(metric(&server, "particled_cancelled_total"), 1);
    reply = http_simulate(&server, THREE_BODY);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply->connects, 0);
}
END_TEST

START_TEST(the_deadline_includes_waiting)
{
    int fds[3];
    for (int i = 0; i < 3; i++) {
        fds[i] = raw_open(&server);
        raw_post(fds[i], SLOW_BODY);
    }
    for (int i = 0; i < 3; i++) {
        reply_is_problem(raw_read(fds[i]), 504, "deadline-passed");
        raw_post(fds[i], THREE_BODY);
        ck_assert_int_eq(raw_read(fds[i])->status, 200);
        close(fds[i]);
    }
}
END_TEST

START_TEST(bench_has_no_deadline)
{
    const struct reply *reply =
        http_get(&server, "/bench?methods=closed_form&particles=10&max_time=1.5");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_double_ge(reply_number(reply, "/benchmarks/0/stats/total") *
                            reply_number(reply, "/benchmarks/0/stats/iterations"),
                        0.5);
}
END_TEST

/* --- slow senders (trap 5) ------------------------------------------------------------------- */

/* Sends `text` byte by byte, again and again, until a response comes or the other side closes. */
static void send_slowly(int fd, const char *text)
{
    struct pollfd poller = {fd, POLLIN, 0};
    time_t end = time(NULL) + HARNESS_LIMIT_S;
    for (const char *c = text; poll(&poller, 1, 20) == 0; c = c[1] ? c + 1 : text) {
        ck_assert_msg(time(NULL) < end, "a slow sender is not stopped");
        if (!raw_send_bytes(fd, c, 1))
            return;
    }
}

static const struct slow_sender {
    const char *start, *then;
} slow_senders[] = {
    {"GET /livez HTTP/1.1\r\n", "Filler: x\r\n"},
    {"GET /livez HTTP/1.1\r\nHost: x", "x"},
    {POST_HEAD "Content-Length: 1000000\r\n\r\n", " "},
    {POST_HEAD "Content-Length: 1000000\r\n\r\n{\"particles\":[[1,2,3]", ",[1,2,3]"},
    {POST_HEAD "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"},
    {POST_HEAD "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n", NULL},
    {POST_HEAD "Content-Length: 1000\r\n\r\n", NULL},
    {POST_HEAD, NULL},
    /* a request that is refused, whose body is read and discarded */
    {POST_HEAD "Content-Type: text/html\r\nContent-Length: 1000000\r\n\r\n", "1,2,3\n"},
};

#define SLOW_SENDERS (sizeof slow_senders / sizeof *slow_senders)

START_TEST(slow_senders_get_408)
{
    const struct slow_sender *row = &slow_senders[_i];
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, row->start));
    if (strstr(row->start, "Expect"))
        ck_assert_int_eq(raw_read(fd)->status, 100);
    if (row->then)
        send_slowly(fd, row->then);
    const struct reply *reply = raw_read(fd);
    reply_is_problem(reply, 408, "receive-timeout");
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    ck_assert(raw_is_closed(fd));
    close(fd);
    await_metric(&server, "particled_receive_timeouts_total", 1);
    bool post = strncmp(row->start, "POST", 4) == 0 && strstr(row->start, "\r\n\r\n");
    await_requests_done(&server, post ? "/simulate" : "none", 408, 1);
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
}
END_TEST

/* The timeout does not apply between requests. */
START_TEST(idle_connections_stay_open)
{
    int fd = raw_open(&server);
    for (int i = 0; i < 2; i++) {
        ck_assert(raw_send(fd, LIVEZ));
        ck_assert_int_eq(raw_read(fd)->status, 200);
        usleep(1000 * 1000); /* twice the timeout */
    }
    raw_post(fd, THREE_BODY);
    ck_assert_int_eq(raw_read(fd)->status, 200);
    close(fd);
    ck_assert_double_eq(metric(&server, "particled_receive_timeouts_total"), 0);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/lifecycle");
    TCase *tcase = suite_case(suite, "disconnect");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, disconnecting_cancels_the_job, DISCONNECT_CLOSE,
                        DISCONNECT_RESET + 1);
    tcase_add_test(tcase, disconnecting_cancels_waiting_requests);
    tcase_add_test(tcase, brief_requests_run_first);
    tcase_add_test(tcase, sending_early_is_not_a_disconnect);
    tcase_add_test(tcase, disconnecting_cancels_a_benchmark);
    tcase_add_test(tcase, a_client_that_does_not_read_blocks_no_others);
    tcase = suite_case(suite, "deadlines");
    tcase_add_checked_fixture(tcase, start_with_deadline, finish);
    tcase_add_test(tcase, the_deadline_cancels_the_job);
    tcase_add_test(tcase, the_deadline_includes_waiting);
    tcase_add_test(tcase, bench_has_no_deadline);
    tcase_add_loop_test(tcase, slow_senders_get_408, 0, SLOW_SENDERS);
    tcase_add_test(tcase, idle_connections_stay_open);
    return suite_run(suite);
}
