/* Requests on the wire: pieces, chunks, pipelines, and framing that a proxy might read in another
 * way (traps 7, 8 and 10). Uses plain sockets. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "../harness/harness.h"

#define LIVEZ "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST_HEAD "POST /simulate HTTP/1.1\r\nHost: x\r\n"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* The response for the published set. */
static void is_three(const struct reply *reply)
{
    ck_assert_msg(reply->status == 200, "%d: %s", reply->status, reply->body);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), 3);
    ck_assert_double_eq_tol(reply_number(reply, "/particles/2/1"), -0.365227, 1e-5);
}

/* The daemon serves the next request on the connection, so it has found its start. */
static void is_usable(int fd)
{
    ck_assert(raw_send(fd, LIVEZ));
    const struct reply *reply = raw_read(fd);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply->body, "alive\n");
}

/* --- bodies in pieces (trap 8) --------------------------------------------------------- */

START_TEST(one_byte_at_a_time)
{
    int fd = raw_open(&server);
    char head[128];
    snprintf(head, sizeof head, POST_HEAD "Content-Length: %zu\r\n\r\n", strlen(THREE_BODY));
    for (const char *c = head; *c; c++)
        ck_assert(raw_send_bytes(fd, c, 1));
    for (const char *c = THREE_BODY; *c; c++) {
        ck_assert(raw_send_bytes(fd, c, 1));
        usleep(500); /* so that each byte is sent by itself */
    }
    is_three(raw_read(fd));
    is_usable(fd);
    close(fd);
}
END_TEST

/* Two chunks, which the library passes on separately, so that the body is split at this position.
 */
START_TEST(split_at_each_position)
{
    static const char body[] = "{\"particles\" : [{\"x\":0.3e0,\"y\":0.5,\"ang_vel\":1},\n"
                               "{\"x\":0,\"y\":-0.5,\"ang_vel\":-1.0}], \"method\":\"eu\\u006cer\","
                               "\"dt\":0.1,\"timestep\":1e-5}";
    int fd = raw_open(&server);
    for (size_t at = 1; at < sizeof body - 1; at++) {
        ck_assert(raw_sendf(fd,
                            POST_HEAD "Transfer-Encoding: chunked\r\n\r\n"
                                      "%zx\r\n%.*s\r\n%zX\r\n%s\r\n0\r\n\r\n",
                            at, (int)at, body, sizeof body - 1 - at, body + at));
        const struct reply *reply = raw_read(fd);
        ck_assert_msg(reply->status == 200, "split at %zu: %s", at, reply->body);
        ck_assert_double_eq_tol(reply_number(reply, "/particles/1/y"), -0.490034, 1e-5);
        ck_assert_str_eq(reply_text(reply, "/method"), "euler");
    }
    close(fd);
}
END_TEST

/* libmicrohttpd 1.0.1 reads the end of a chunk extension as a part of the chunk, and refuses it. */
#if MHD_VERSION >= 0x01000000
#define CHUNK_EXTENSION ""
#else
#define CHUNK_EXTENSION ";note=\"x\""
#endif

START_TEST(chunks_of_one_byte)
{
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, POST_HEAD "Transfer-Encoding: Chunked\r\n\r\n"));
    for (const char *c = THREE_BODY; *c; c++)
        ck_assert(raw_sendf(fd, "1" CHUNK_EXTENSION "\r\n%c\r\n", *c));
    ck_assert(raw_send(fd, "000\r\n\r\n"));
    is_three(raw_read(fd));
    is_usable(fd);
    close(fd);
}
END_TEST

START_TEST(pipelined_requests_get_responses_in_order)
{
    int fd = raw_open(&server);
    size_t size = strlen(THREE_BODY);
    ck_assert(raw_sendf(fd,
                        LIVEZ POST_HEAD "Content-Length: %zu\r\n\r\n%s" POST_HEAD
                                        "Content-Length: 1\r\n\r\n{" LIVEZ POST_HEAD
                                        "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n"
                                        "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" LIVEZ,
                        size, THREE_BODY, size, THREE_BODY));
    ck_assert_str_eq(raw_read(fd)->body, "alive\n");
    is_three(raw_read(fd));
    reply_is_problem(raw_read(fd), 400, "malformed-body");
    ck_assert_str_eq(raw_read(fd)->body, "alive\n");
    is_three(raw_read(fd));
    reply_is_problem(raw_read(fd), 404, "not-found");
    ck_assert_str_eq(raw_read(fd)->body, "alive\n");
    ck_assert(raw_is_silent(fd));
    close(fd);
}
END_TEST

START_TEST(expect_continue)
{
    int fd = raw_open(&server);
    ck_assert(raw_sendf(fd, POST_HEAD "Expect: 100-continue\r\nContent-Length: %zu\r\n\r\n",
                        strlen(THREE_BODY)));
    ck_assert_int_eq(raw_read(fd)->status, 100);
    ck_assert(raw_send(fd, THREE_BODY));
    is_three(raw_read(fd));
    is_usable(fd);

    /* A request that is refused because of its headers gets no 100 (trap 7). */
    ck_assert(raw_send(fd, POST_HEAD "Expect: 100-continue\r\nContent-Type: text/html\r\n"
                                     "Content-Length: 1000\r\n\r\n"));
    reply_is_problem(raw_read(fd), 415, "unsupported-media-type");
    ck_assert(raw_is_closed(fd));
    close(fd);
}
END_TEST

/* The daemon reads and discards a refused body of moderate size; the connection stays open. */
START_TEST(a_refused_body_is_discarded)
{
    int fd = raw_open(&server);
    char *rubbish = malloc(500001);
    ck_assert_ptr_nonnull(rubbish);
    memset(rubbish, 'x', 500000);
    rubbish[500000] = '\0';
    ck_assert(raw_sendf(fd, POST_HEAD "Content-Type: text/html\r\nContent-Length: 500000\r\n\r\n%s",
                        rubbish));
    reply_is_problem(raw_read(fd), 415, "unsupported-media-type");
    is_usable(fd);
    ck_assert(raw_sendf(fd,
                        "POST /nothing HTTP/1.1\r\nHost: x\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n7a120\r\n%s\r\n0\r\n\r\n",
                        rubbish));
    reply_is_problem(raw_read(fd), 404, "not-found");
    is_usable(fd);
    /* malformed at its first byte */
    ck_assert(raw_sendf(fd, POST_HEAD "Content-Length: 500000\r\n\r\n%s", rubbish));
    reply_is_problem(raw_read(fd), 400, "malformed-body");
    is_usable(fd);
    free(rubbish);
    close(fd);
}
END_TEST

/* One that is known to be longer than a MiB is not waited for: the response comes without the body,
 * and ends the connection. */
START_TEST(a_long_refused_body_is_not_waited_for)
{
    enum { MOST = 1 << 20 };
    char *rubbish = malloc(MOST);
    ck_assert_ptr_nonnull(rubbish);
    memset(rubbish, 'x', MOST);
    int fd = raw_open(&server);
    ck_assert(
        raw_sendf(fd, POST_HEAD "Content-Type: text/html\r\nContent-Length: %d\r\n\r\n", MOST));
    ck_assert(raw_send_bytes(fd, rubbish, MOST));
    reply_is_problem(raw_read(fd), 415, "unsupported-media-type");
    is_usable(fd);
    ck_assert(
        raw_sendf(fd, POST_HEAD "Content-Type: text/html\r\nContent-Length: %d\r\n\r\n", MOST + 1));
    const struct reply *reply = raw_read(fd);
    reply_is_problem(reply, 415, "unsupported-media-type");
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    ck_assert(raw_is_closed(fd));
    free(rubbish);
    close(fd);
}
END_TEST

/* --- HTTP/1.0, half-close, cut-off --------------------------------------------------------- */

START_TEST(http_1_0)
{
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /livez HTTP/1.0\r\n\r\n"));
    const struct reply *reply = raw_read(fd);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply->body, "alive\n");
    ck_assert(raw_is_closed(fd));
    close(fd);

    fd = raw_open(&server);
    ck_assert(raw_sendf(fd, "POST /simulate HTTP/1.0\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(THREE_BODY), THREE_BODY));
    is_three(raw_read(fd));
    ck_assert(raw_is_closed(fd));
    close(fd);
}
END_TEST

START_TEST(connection_close)
{
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" LIVEZ));
    const struct reply *reply = raw_read(fd);
    ck_assert_str_eq(reply->body, "alive\n");
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    ck_assert(raw_is_closed(fd));
    close(fd);
}
END_TEST

START_TEST(disconnect_in_the_body)
{
    static const char *const framings[] = {"Content-Length: 1000\r\n\r\n{\"particles\":[[1,2,3],",
                                           "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"par\r\n",
                                           "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"p"};
    for (int i = 0; i < 3; i++)
        for (int how = 0; how < 3; how++) {
            await_metric(&server, "particled_requests_in_flight",
                         1); /* the last request has ended */
            int fd = raw_open(&server);
            ck_assert(raw_sendf(fd, POST_HEAD "%s", framings[i]));
            if (how == 2) /* a reset would discard data that the daemon has not read */
                await_metric(&server, "particled_requests_in_flight", 2);
            struct linger hard = {1, 0};
            if (how == 1)
                shutdown(fd, SHUT_WR);
            else if (how == 2) /* a reset */
                setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
            if (how == 1) /* closing one direction counts as a disconnect */
                ck_assert(raw_is_closed(fd));
            close(fd);
        }
    await_requests_done(&server, "/simulate", 499, 9);
    await_metric(&server, "particled_connections", 1);
}
END_TEST

/* --- sizes of the head --------------------------------------------------------------------- */

START_TEST(huge_heads_are_refused)
{
    char *filler = malloc(200001);
    ck_assert_ptr_nonnull(filler);
    memset(filler, 'a', 200000);
    filler[200000] = '\0';
    for (int kind = 0; kind < 4; kind++) {
        int fd = raw_open(&server);
        if (kind == 0) /* a long target; the daemon may close before it has read all */
            raw_sendf(fd, "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n", filler);
        else if (kind == 1) /* one header */
            raw_sendf(fd, "GET /livez HTTP/1.1\r\nHost: x\r\nFiller: %s\r\n\r\n", filler);
        else if (kind == 2) /* a very long method */
            raw_send(fd, filler);
        else if (raw_send(fd, "GET /livez HTTP/1.1\r\nHost: x\r\n"))
            for (int i = 0; i < 20000 && raw_sendf(fd, "H%d: x\r\n", i); i++)
                ;
        int status = raw_read(fd)->status;
        ck_assert_msg(status == 0 || status == 413 || status == 414 || status == 431 ||
                          status == 400,
                      "kind %d: status %d", kind, status);
        ck_assert(raw_is_closed(fd));
        close(fd);
    }
    free(filler);
    ck_assert_int_eq(http_get(&server, "/livez")->status, 200);
}
END_TEST

START_TEST(large_heads_are_accepted)
{
    char cookie[8001];
    memset(cookie, 'c', 8000);
    cookie[8000] = '\0';
    int fd = raw_open(&server);
    ck_assert(raw_sendf(fd, "GET /livez HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n", cookie));
    ck_assert_int_eq(raw_read(fd)->status, 200);
    ck_assert(raw_sendf(fd, "GET /livez?%s HTTP/1.1\r\nHost: x\r\n\r\n", cookie));
    ck_assert_int_eq(raw_read(fd)->status, 200);
    close(fd);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/framing");
    TCase *tcase = suite_case(suite, "framing");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, one_byte_at_a_time);
    tcase_add_test(tcase, split_at_each_position);
    tcase_add_test(tcase, chunks_of_one_byte);
    tcase_add_test(tcase, pipelined_requests_get_responses_in_order);
    tcase_add_test(tcase, expect_continue);
    tcase_add_test(tcase, a_refused_body_is_discarded);
    tcase_add_test(tcase, a_long_refused_body_is_not_waited_for);
    tcase_add_test(tcase, http_1_0);
    tcase_add_test(tcase, connection_close);
    tcase_add_test(tcase, disconnect_in_the_body);
    tcase_add_test(tcase, huge_heads_are_refused);
    tcase_add_test(tcase, large_heads_are_accepted);
    return suite_run(suite);
}
