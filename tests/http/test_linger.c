/* A client that sends its whole body before it reads receives an early refusal completely, although
 * the daemon does not want the body (lingering close; RFC 9112, section 9.6). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../harness/harness.h"

#define MIB ((size_t)1 << 20)
#define BODY_BYTES (4 * MIB)
/* Of the bodies that are longer than a --max-body of 1 MiB. */
#define OVER_BYTES (4 * MIB)
#define ATTEMPTS 10

static struct daemon server;
static char *blanks; /* BODY_BYTES of them */

static void start_with(const char *max_body, const char *queue_limit)
{
    blanks = malloc(BODY_BYTES);
    ck_assert_ptr_nonnull(blanks);
    memset(blanks, ' ', BODY_BYTES);
    daemon_start(&server, "--max-body", max_body, "--queue-limit", queue_limit, "--workers", "1",
                 SLOW_OPTIONS, NULL);
}

static void start(void)
{
    start_with("64M", "100");
}

static void start_small(void)
{
    start_with("1M", "100");
}

static void finish(void)
{
    free(blanks);
    await_metric(&server, "particled_lingering_sockets", 0);
    await_metric(&server, "particled_connections", 1);
    daemon_finish(&server);
}

/* Refused at its headers. */
struct refusal {
    const char *target; /* and headers */
    int status;
    const char *kind;
};

static const struct refusal refusals[] = {
    {"/none HTTP/1.1\r\n", 404, "not-found"},
    {"/livez HTTP/1.1\r\n", 405, "method-not-allowed"},
    {"/simulate HTTP/1.1\r\nAccept: a/b\r\n", 406, "not-acceptable"},
    {"/simulate HTTP/1.1\r\nContent-Type: a/b\r\n", 415, "unsupported-media-type"},
    {"/simulate?dt=-1 HTTP/1.1\r\n", 422, "invalid-request"},
};

enum { REFUSALS = sizeof refusals / sizeof *refusals };

/* The response is complete, and the last one. */
static void is_refused(int fd, int status, const char *kind)
{
    const struct reply *reply = raw_read(fd);
    reply_is_problem(reply, status, kind);
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    ck_assert(raw_is_closed(fd));
}

static bool send_sized(int fd, const char *target, size_t size)
{
    return raw_sendf(fd, "POST %sHost: x\r\nContent-Length: %zu\r\n\r\n", target, size) &&
           raw_send_bytes(fd, blanks, size);
}

START_TEST(a_body_with_a_length)
{
    const struct refusal *refusal = &refusals[_i];
    for (int i = 0; i < ATTEMPTS; i++) {
        int fd = raw_open(&server);
        ck_assert_msg(send_sized(fd, refusal->target, BODY_BYTES), "%s: cannot send",
                      refusal->target);
        is_refused(fd, refusal->status, refusal->kind);
        close(fd);
    }
}
END_TEST

START_TEST(a_length_over_the_limit)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        int fd = raw_open(&server);
        ck_assert(send_sized(fd, "/simulate HTTP/1.1\r\n", OVER_BYTES));
        is_refused(fd, 413, "body-too-large");
        close(fd);
    }
}
END_TEST

/* Chunks of each size that together are longer than --max-body. */
START_TEST(a_body_in_chunks)
{
    static const size_t chunks[] = {OVER_BYTES, MIB / 2, 65536, 1024};
    const size_t chunk = chunks[_i];
    for (int i = 0; i < ATTEMPTS; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, "POST /simulate HTTP/1.1\r\nHost: x\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n"));
        for (size_t sent = 0; sent < OVER_BYTES; sent += chunk)
            ck_assert_msg(raw_sendf(fd, "%zx\r\n", chunk) && raw_send_bytes(fd, blanks, chunk) &&
                              raw_send(fd, "\r\n"),
                          "cannot send at %zu", sent);
        ck_assert(raw_send(fd, "0\r\n\r\n"));
        is_refused(fd, 413, "body-too-large");
        close(fd);
    }
}
END_TEST

/* The client has sent only a part of its chunk when it reads. */
START_TEST(in_the_middle_of_a_chunk)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_sendf(fd,
                            "POST /simulate HTTP/1.1\r\nHost: x\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
                            OVER_BYTES));
        ck_assert(raw_send_bytes(fd, blanks, OVER_BYTES - 1000 - (size_t)i));
        is_refused(fd, 413, "body-too-large");
        close(fd);
    }
}
END_TEST

/* Refused at its headers, but the daemon cannot know how long the body is. */
START_TEST(a_refused_body_in_chunks)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_sendf(fd,
                            "POST /none HTTP/1.1\r\nHost: x\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
                            OVER_BYTES));
        ck_assert(raw_send_bytes(fd, blanks, OVER_BYTES));
        ck_assert(raw_send(fd, "\r\n0\r\n\r\n"));
        is_refused(fd, 413, "body-too-large");
        close(fd);
    }
}
END_TEST

START_TEST(a_full_queue)
{
    start_with("64M", "1");
    int running = raw_open(&server), waiting = raw_open(&server);
    raw_post(running, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    raw_post(waiting, SLOW_BODY);
    await_metric(&server, "particled_queue_depth", 1);
    for (int i = 0; i < ATTEMPTS; i++) {
        int fd = raw_open(&server);
        ck_assert(send_sized(fd, "/simulate HTTP/1.1\r\n", BODY_BYTES));
        const struct reply *reply = raw_read(fd);
        reply_is_problem(reply, 503, "queue-full");
        ck_assert_ptr_nonnull(reply_header(reply, "Retry-After"));
        close(fd);
    }
    close(running), close(waiting);
    finish();
}
END_TEST

/* Sockets linger as long as their client keeps them open, and no longer. */
START_TEST(the_client_ends_the_lingering)
{
    enum { COUNT = 5 };
    int fds[COUNT];
    for (int i = 0; i < COUNT; i++) {
        fds[i] = raw_open(&server);
        ck_assert(send_sized(fds[i], "/none HTTP/1.1\r\n", BODY_BYTES));
        is_refused(fds[i], 404, "not-found");
    }
    for (int i = 0; i < COUNT; i++)
        close(fds[i]);
    await_metric(&server, "particled_lingering_sockets", 0);
}
END_TEST

/* A refusal at the headers, for a client that waits for it. The daemon has not received any byte of
 * the body, and the connection closes all the same. */
START_TEST(a_client_that_waits)
{
    int fd = raw_open(&server);
    ck_assert(
        raw_sendf(fd, "POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", BODY_BYTES));
    is_refused(fd, 404, "not-found");
    /* what is sent nevertheless is discarded */
    raw_send_bytes(fd, blanks, MIB);
    close(fd);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/linger");
    TCase *tcase = suite_case(suite, "linger");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, a_body_with_a_length, 0, REFUSALS);
    tcase_add_test(tcase, the_client_ends_the_lingering);
    tcase_add_test(tcase, a_client_that_waits);
    TCase *small = suite_case(suite, "a small limit");
    tcase_add_checked_fixture(small, start_small, finish);
    tcase_add_test(small, a_length_over_the_limit);
    tcase_add_loop_test(small, a_body_in_chunks, 0, 4);
    tcase_add_test(small, in_the_middle_of_a_chunk);
    tcase_add_test(small, a_refused_body_in_chunks);
    TCase *full = suite_case(suite, "a full queue");
    tcase_add_test(full, a_full_queue);
    return suite_run(suite);
}
