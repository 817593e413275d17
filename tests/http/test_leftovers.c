/* Clients that disconnect at any point leave nothing behind: no request, job, connection or byte.
 * libmicrohttpd does not report the end of every request, so each way to end one is tested. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

#define CLIENTS 20
#define LIVEZ "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST "POST /simulate HTTP/1.1\r\nHost: x\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

/* The daemon waits for requests in flight so long when it is told to stop; one that was left behind
 * makes it wait to the end. */
#define DRAIN_TIMEOUT "20"
#define DRAIN_LIMIT_S 10

static struct daemon server;

static void start(void)
{
    daemon_start(&server, SLOW_OPTIONS, "--workers", "1", "--drain-timeout", DRAIN_TIMEOUT, NULL);
}

static void finish(void)
{
    nothing_is_left(&server);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    daemon_stop(&server);
    clock_gettime(CLOCK_MONOTONIC, &end);
    ck_assert_int_lt(end.tv_sec - begin.tv_sec, DRAIN_LIMIT_S);
}

/* How a client leaves. HALF_CLOSE is the last. */
enum { CLOSE, RESET, HALF_CLOSE, DEPARTURES };

/* Makes close() reset the connection. */
static void reset(int fd)
{
    static const struct linger hard = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

/* The clients leave in the first `ways` of these ways, one after the other. Those that have closed
 * only their sending side read until the daemon closes the connection. */
static void leave(const int *fds, int count, int ways)
{
    for (int i = 0; i < count; i++) {
        if (i % ways == RESET)
            reset(fds[i]);
        if (i % ways == HALF_CLOSE)
            shutdown(fds[i], SHUT_WR);
        else
            close(fds[i]);
    }
    for (int i = HALF_CLOSE; i < count && ways > HALF_CLOSE; i += ways) {
        ck_assert(raw_is_closed(fds[i]));
        close(fds[i]);
    }
}

/* CLIENTS clients send these bytes and leave, in each way. `received` is false when the daemon may
 * not have read the bytes yet. */
static void send_and_leave(const char *bytes, size_t size, bool received)
{
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = raw_open(&server);
        raw_send_bytes(fds[i], bytes, size);
    }
    if (received) /* a later request was read, so these bytes were, too */
        metric(&server, "particled_connections");
    leave(fds, CLIENTS, DEPARTURES);
    nothing_is_left(&server);
}

/* A request, ended at each byte in each way. */
static void leave_at_each_byte(const char *request)
{
    int count = DEPARTURES * ((int)strlen(request) + 1);
    int *fds = calloc((size_t)count, sizeof *fds);
    ck_assert_ptr_nonnull(fds);
    for (int i = 0; i < count; i++) {
        fds[i] = raw_open(&server);
        ck_assert(raw_send_bytes(fds[i], request, (size_t)(i / DEPARTURES)));
    }
    metric(&server, "particled_connections");
    leave(fds, count, DEPARTURES);
    free(fds);
    nothing_is_left(&server);
}

START_TEST(at_each_byte)
{
    static const char *const requests[] = {
        "GET /livez?a=b HTTP/1.1\r\nHost: x\r\nX-Test: a\r\n\r\n",
        POST "Content-Length: 53\r\n\r\n" THREE_BODY,
        CHUNKED "35\r\n" THREE_BODY "\r\n0\r\nX-Test: a\r\n\r\n",
        POST "Expect: 100-continue\r\nContent-Length: 53\r\n\r\n{",
        "GET http://x.test/livez HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    leave_at_each_byte(requests[_i]);
}
END_TEST

START_TEST(while_a_worker_has_the_request)
{
    char request[512];
    int size = snprintf(request, sizeof request, POST "Content-Length: %zu\r\n\r\n" SLOW_BODY,
                        strlen(SLOW_BODY));
    send_and_leave(request, (size_t)size, true);
    send_and_leave(request, (size_t)size, false);
}
END_TEST

static char *repeat(const char *before, const char *text, size_t count, const char *after)
{
    char *bytes = malloc(strlen(before) + count * strlen(text) + strlen(after) + 1);
    ck_assert_ptr_nonnull(bytes);
    char *end = stpcpy(bytes, before);
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, text);
    strcpy(end, after);
    return bytes;
}

/* So many parameters that the library has no memory for them. */
START_TEST(many_parameters)
{
    static const char *const starts[] = {
        "GET /livez?a",  "POST /simulate?dt=1", "GET /none?a",
        "OPTIONS * ?a?", "HEAD /?a=b&%00",      "GET http://x.test/livez?a",
    };
    static const size_t counts[] = {600, 1000, 2000, 4000, 8000, 16000};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        for (size_t j = 0; j < sizeof counts / sizeof *counts; j++) {
            char *request =
                repeat(starts[i], "&a", counts[j], " HTTP/1.1\r\nHost: x\r\n\r\n" LIVEZ);
            send_and_leave(request, strlen(request), j % 2);
            free(request);
        }
}
END_TEST

/* So many headers, cookies or bytes that the library refuses the request itself. */
START_TEST(headers_that_do_not_fit)
{
    char *requests[] = {
        repeat("GET /livez HTTP/1.1\r\nHost: x\r\n", "X-Test: a\r\n", 5000, "\r\n"),
        repeat("GET /livez HTTP/1.1\r\nHost: x\r\n", "a:\r\n", 1500, "\r\n"),
        repeat("GET /livez HTTP/1.1\r\nHost: x\r\nCookie: a=b", ";a=b", 2000, "\r\n\r\n"),
        repeat("GET /livez HTTP/1.1\r\nHost: x\r\nX-Test: a", "\r\n a", 1000, "\r\n\r\n"),
        repeat("GET /livez HTTP/1.1\r\nHost: x\r\nX-Test: ", "a", 65536, "\r\n\r\n"),
        repeat("GET /", "a", 65536, " HTTP/1.1\r\nHost: x\r\n\r\n"),
        repeat(CHUNKED "1;a=", "a", 65536, "\r\n{\r\n0\r\n\r\n"),
        repeat(CHUNKED "1\r\n{\r\n0\r\n", "X-Test: a\r\n", 5000, "\r\n"),
        repeat("", "\r\n", 20000, LIVEZ),
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        send_and_leave(requests[i], strlen(requests[i]), i % 2);
        free(requests[i]);
    }
}
END_TEST

/* Requests that the library or the daemon refuses, each followed by another one. */
START_TEST(refused_requests)
{
    static const struct message_case requests[] = {
        CASE("no colon", "GET /livez HTTP/1.1\r\nHost: x\r\nNoColon\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("empty name", "GET /livez HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("NUL in the query", "GET /livez?\0b HTTP/1.1\r\nHost: x\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("version", "GET /livez HTTP/7.0\r\nHost: x\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("no version", "GET /livez\r\nHost: x\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("no target", "GET \r\nHost: x\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("no blank", "GET\r\nHost: x\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("length", POST "Content-Length: x\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("long length", POST "Content-Length: 99999999999999999999\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("both", POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "", CLOSES),
        CASE("chunk", CHUNKED "x\r\n{\r\n0\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("end of a chunk", CHUNKED "1\r\n{}\r\n0\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("long chunk", CHUNKED "FFFFFFFFFFFFFFFFF\r\n{\r\n0\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("trailer", CHUNKED "1\r\n{\r\n0\r\nNoColon\r\n\r\n" LIVEZ, "", CLOSES),
        CASE("type", POST "Content-Type: a/b\r\nContent-Length: 5\r\n\r\nhello" LIVEZ, "", CLOSES),
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        for (int received = 0; received < 2; received++)
            send_and_leave(requests[i].bytes, requests[i].size, received);
}
END_TEST

/* The client pipelines requests and never reads, so that the daemon cannot send its responses. */
START_TEST(pipelining_without_reading)
{
    static const char *const requests[] = {
        LIVEZ,
        "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
        POST "Content-Length: 53\r\n\r\n" THREE_BODY,
        "GET /livez?a HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n",
        ("POST /simulate?frames=100 HTTP/1.1\r\nHost: x\r\nContent-Length: 53\r\n\r\n" THREE_BODY),
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        for (size_t count = 20; count <= 1280; count *= 8) {
            char *pipeline = repeat("", requests[i], count, "");
            int fds[CLIENTS];
            for (int j = 0; j < CLIENTS; j++) {
                fds[j] = raw_open(&server);
                /* as many as fit: the daemon reads no further when it cannot send */
                send(fds[j], pipeline, strlen(pipeline), MSG_DONTWAIT | MSG_NOSIGNAL);
            }
            metric(&server, "particled_connections");
            leave(fds, CLIENTS, HALF_CLOSE);
            nothing_is_left(&server);
            free(pipeline);
        }
}
END_TEST

/* The client leaves in the middle of a long response, and of one that is computed meanwhile. */
START_TEST(in_a_response)
{
    static const char *const requests[] = {
        "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /simulate?frames=10000 HTTP/1.1\r\nHost: x\r\nContent-Length: 53\r\n\r\n" THREE_BODY,
        "POST /simulate?frames=10000&method=euler HTTP/1.1\r\nHost: x\r\n"
        "Accept: application/x-ndjson\r\nContent-Length: 53\r\n\r\n" THREE_BODY,
        "POST /simulate?frames=10000 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n"
        "Content-Length: 53\r\n\r\n" THREE_BODY,
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        for (int j = 0; j < CLIENTS; j++) {
            char first[16];
            int fd = raw_open(&server);
            ck_assert(raw_send(fd, requests[i]));
            ck_assert_int_gt(recv(fd, first, sizeof first, 0), 0);
            if (j % 2)
                reset(fd);
            close(fd);
        }
        nothing_is_left(&server);
    }
}
END_TEST

/* The client closes its sending side in the middle of a response that is computed meanwhile, and
 * reads on. The connection ends although no event of its socket may follow, and although an older
 * connection (that of the metrics) stays. */
START_TEST(half_closed_in_a_stream)
{
    nothing_is_left(&server);
    for (int i = 0; i < 3 * CLIENTS; i++) {
        char first[16];
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, "POST /simulate?frames=10000&method=euler HTTP/1.1\r\nHost: x\r\n"
                               "Content-Length: 53\r\n\r\n" THREE_BODY));
        ck_assert_int_gt(recv(fd, first, sizeof first, 0), 0);
        shutdown(fd, SHUT_WR);
        ck_assert(raw_is_closed(fd));
        close(fd);
    }
    nothing_is_left(&server);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/leftovers");
    TCase *tcase = suite_case(suite, "leftovers");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, at_each_byte, 0, 5);
    tcase_add_test(tcase, while_a_worker_has_the_request);
    tcase_add_test(tcase, many_parameters);
    tcase_add_test(tcase, headers_that_do_not_fit);
    tcase_add_test(tcase, refused_requests);
    tcase_add_test(tcase, pipelining_without_reading);
    tcase_add_test(tcase, in_a_response);
    tcase_add_test(tcase, half_closed_in_a_stream);
    return suite_run(suite);
}
