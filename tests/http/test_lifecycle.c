/* Requests that do not go their ordinary way: clients that leave (trap 4), deadlines, and clients
 * that send slower than anybody should (trap 5). */
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

static void start_impatient(void)
{
    daemon_start(&server, SLOW_OPTIONS, "--workers", "1", "--request-timeout", "0.5", NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* --- clients that leave -------------------------------------------------------------------- */

enum leaving { LEAVE_CLOSE, LEAVE_HALF, LEAVE_RESET };

static void leave(int fd, enum leaving how)
{
    struct linger hard = {1, 0};
    if (how == LEAVE_HALF) {
        shutdown(fd, SHUT_WR);
        return;
    }
    if (how == LEAVE_RESET)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd);
}

START_TEST(leaving_cancels_the_job)
{
    int fd = raw_open(&server);
    raw_post(fd, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    ck_assert_double_eq(metric(&server, "particled_jobs_in_flight"), 1);
    leave(fd, (enum leaving)_i);
    await_metric(&server, "particled_cancelled_total", 1);
    await_metric(&server, "particled_workers_busy", 0);
    await_metric(&server, "particled_jobs_in_flight", 0);
    if (_i == LEAVE_HALF) /* who closes one side only may still read why it has got nothing */
        ck_assert(raw_is_closed(fd));
    /* The worker is free again. */
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    ck_assert_double_eq(metric(&server, "particled_particles_total{method=\"euler\"}"), 0);
}
END_TEST

START_TEST(leaving_the_queue_cancels)
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
    leave(waiting[0], LEAVE_CLOSE);
    leave(waiting[2], LEAVE_RESET);
    leave(running, LEAVE_CLOSE);
    /* The one that stayed is served. */
    ck_assert_int_eq(raw_read(waiting[1])->status, 200);
    await_metric(&server, "particled_cancelled_total", 3);
    close(waiting[1]);
}
END_TEST

/* Work of microseconds need not wait for work of hours, although there is one worker. */
START_TEST(brief_requests_overtake)
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

/* Bytes that a client sends ahead are no sign of its leaving. */
START_TEST(sending_ahead_is_not_leaving)
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

START_TEST(leaving_a_benchmark_cancels_it)
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

/* An answer that nobody reads holds up nobody else. */
START_TEST(not_reading_hurts_only_oneself)
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

START_TEST(deadline_cancels_the_job)
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

START_TEST(deadline_counts_the_queue)
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

START_TEST(deadline_does_not_bind_bench)
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

/* Sends `text` a byte at a time, over and over, until an answer comes or the other side closes. */
static void trickle(int fd, const char *text)
{
    struct pollfd poller = {fd, POLLIN, 0};
    time_t end = time(NULL) + HARNESS_LIMIT_S;
    for (const char *c = text; poll(&poller, 1, 20) == 0; c = c[1] ? c + 1 : text) {
        ck_assert_msg(time(NULL) < end, "a trickling client goes on for ever");
        if (!raw_send_bytes(fd, c, 1))
            return;
    }
}

static const struct trickle_row {
    const char *start, *then;
} trickle_rows[] = {
    {"GET /livez HTTP/1.1\r\n", "Filler: x\r\n"},
    {"GET /livez HTTP/1.1\r\nHost: x", "x"},
    {POST_HEAD "Content-Length: 1000000\r\n\r\n", " "},
    {POST_HEAD "Content-Length: 1000000\r\n\r\n{\"particles\":[[1,2,3]", ",[1,2,3]"},
    {POST_HEAD "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"},
    {POST_HEAD "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n", NULL},
    {POST_HEAD "Content-Length: 1000\r\n\r\n", NULL},
    {POST_HEAD, NULL},
    /* also what is refused already and only read to its end */
    {POST_HEAD "Content-Type: text/html\r\nContent-Length: 1000000\r\n\r\n", "1,2,3\n"},
};

#define TRICKLE_ROWS (sizeof trickle_rows / sizeof *trickle_rows)

START_TEST(slow_senders_are_cut_off)
{
    const struct trickle_row *row = &trickle_rows[_i];
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, row->start));
    if (strstr(row->start, "Expect"))
        ck_assert_int_eq(raw_read(fd)->status, 100);
    if (row->then)
        trickle(fd, row->then);
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

/* Between requests the timeout does not run. */
START_TEST(idle_connections_stay)
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
    TCase *tcase = suite_case(suite, "leaving");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, leaving_cancels_the_job, LEAVE_CLOSE, LEAVE_RESET + 1);
    tcase_add_test(tcase, leaving_the_queue_cancels);
    tcase_add_test(tcase, brief_requests_overtake);
    tcase_add_test(tcase, sending_ahead_is_not_leaving);
    tcase_add_test(tcase, leaving_a_benchmark_cancels_it);
    tcase_add_test(tcase, not_reading_hurts_only_oneself);
    tcase = suite_case(suite, "deadlines");
    tcase_add_checked_fixture(tcase, start_impatient, finish);
    tcase_add_test(tcase, deadline_cancels_the_job);
    tcase_add_test(tcase, deadline_counts_the_queue);
    tcase_add_test(tcase, deadline_does_not_bind_bench);
    tcase_add_loop_test(tcase, slow_senders_are_cut_off, 0, TRICKLE_ROWS);
    tcase_add_test(tcase, idle_connections_stay);
    return suite_run(suite);
}
