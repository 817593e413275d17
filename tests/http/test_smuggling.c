/* Requests that a proxy in front of the daemon might read in another way: request smuggling (trap
 * 10). Each must be refused or cost the connection; none may ever be answered as if
 * what hides in it were a request of its own. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "../harness/harness.h"

#define POST_HEAD "POST /simulate HTTP/1.1\r\nHost: x\r\n"
#define HIDDEN "GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
#define CHUNKED_THREE "35\r\n" THREE_BODY "\r\n0\r\n\r\n"

_Static_assert(sizeof THREE_BODY - 1 == 0x35, "the length in the chunks below");

static struct daemon server;

static void start(void)
{
    daemon_start(&server, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* Refused as ambiguous by us, as a problem document. */
static const char *const ambiguous[] = {
    POST_HEAD "Content-Length: 53\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding: chunked\r\nContent-Length: 53\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Content-Length: 53\r\nContent-Length: 54\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: 53\r\nContent-Length: 53\r\n\r\n" THREE_BODY,
    POST_HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding: identity\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding: chunked, identity\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding: xchunked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding:\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding: \x0b"
              "chunked\r\n\r\n" CHUNKED_THREE,
    "POST /simulate HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKED_THREE,
    "POST /simulate HTTP/1.1\r\nContent-Length: 53\r\n\r\n" THREE_BODY,
    "GET /livez HTTP/1.1\r\n\r\n" HIDDEN,
    "GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" HIDDEN,
    "GET /livez HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n" HIDDEN,
    /* on any path, also one that is not there or takes no body */
    "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    "0\r\n\r\n" HIDDEN,
    "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    "0\r\n\r\n" HIDDEN,
    /* a blank before the colon: some drop the blank, some the header */
    POST_HEAD "Content-Length : 53\r\n\r\n" THREE_BODY,
    POST_HEAD "Transfer-Encoding : chunked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Content-Length: 53\r\nTransfer-Encoding\t: chunked\r\n\r\n" CHUNKED_THREE,
    "GET /livez HTTP/1.1\r\nHost : x\r\n\r\n" HIDDEN,
    /* a fold that would hide a length, and one that would make it */
    POST_HEAD "Content-Length:\r\n 53\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: 5\r\n 3\r\n\r\n" THREE_BODY,
    POST_HEAD "Transfer-Encoding:\r\n\tchunked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding: chun\r\n ked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Content-: 53\r\n Length\r\n\r\n" HIDDEN HIDDEN,
    POST_HEAD "Transfer-: chunked\r\n Encoding\r\n\r\n0\r\n\r\n" HIDDEN,
    /* names that are no tokens */
    "GET /livez HTTP/1.1\r\nHost: x\r\nContent Length: 5\r\n\r\n" HIDDEN,
    "GET /livez HTTP/1.1\r\nHost: x\r\nX[]: 5\r\n\r\n" HIDDEN,
};

/* One answer, of status 400, and then the end, whatever hides behind. libmicrohttpd may be quicker
 * than our check: then the answer is no problem document, and 0.9.75 writes its head twice. */
static void is_refused(const char *request, const char *response)
{
    ck_assert_msg(strncmp(response, "HTTP/1.1 400 ", 13) == 0, "%s\n->\n%s", request, response);
    ck_assert_msg(strstr(response, "\r\nConnection: close\r\n"), "%s", response);
    if (strstr(response, "problem+json"))
        ck_assert_msg(strstr(response, "ambiguous-request"), "%s\n->\n%s", request, response);
    ck_assert_msg(!strstr(response, " 200 "), "%s\n->\n%s", request, response);
}

START_TEST(ambiguous_framing_is_refused)
{
    for (size_t i = 0; i < sizeof ambiguous / sizeof *ambiguous; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, ambiguous[i]));
        is_refused(ambiguous[i], raw_read_all(fd));
        close(fd);
    }
}
END_TEST

/* Our check, not the library's, catches what libmicrohttpd 0.9.75 lets through. From 1.0 on it
 * refuses that itself. */
#if MHD_VERSION < 0x01000000
START_TEST(the_classics_get_a_problem_document)
{
    for (size_t i = 0; i < 3; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, ambiguous[i]));
        reply_is_problem(raw_read(fd), 400, "ambiguous-request");
        close(fd);
    }
}
END_TEST
#endif

/* Lengths and chunks that are no numbers. The status, if one comes, is the library's. */
static const char *const broken[] = {
    POST_HEAD "Content-Length: 53x\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: -53\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: +53\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: 0x35\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: 53, 53\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: 5 3\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length:\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: 99999999999999999999999\r\n\r\n" THREE_BODY,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\nx\r\n" THREE_BODY "\r\n0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n-35\r\n" THREE_BODY "\r\n0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n+35\r\n" THREE_BODY "\r\n0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n0x35\r\n" THREE_BODY "\r\n0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n 35\r\n" THREE_BODY "\r\n0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n\r\n" THREE_BODY "\r\n0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n34\r\n" THREE_BODY "\r\n0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n35\r\n" THREE_BODY "xx0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n" THREE_BODY
              "\r\n0\r\n\r\n" HIDDEN,
    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n10000000000000035\r\n" THREE_BODY
              "\r\n0\r\n\r\n" HIDDEN,
};

START_TEST(broken_framing_costs_the_connection)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, broken[i]));
        const char *response = raw_read_all(fd);
        int status = 0;
        ck_assert_msg(!*response || (sscanf(response, "HTTP/1.1 %d ", &status) == 1 &&
                                     (status == 400 || status == 413)),
                      "%s\n->\n%s", broken[i], response);
        ck_assert_msg(!strstr(response, " 200 "), "%s\n->\n%s", broken[i], response);
        close(fd);
    }
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
}
END_TEST

/* Oddities that may be taken or refused, but with one meaning: the answers are those to the
 * requests that RFC 9112 sees, or the connection closes. */
START_TEST(oddities_have_one_meaning)
{
    static const char *const odd[] = {
        /* an obsolete fold */
        "GET /livez HTTP/1.1\r\nHost: x\r\nFolded: a\r\n b\r\n\r\n",
        POST_HEAD "Folded: a\r\n Content-Length: 53\r\n\r\n",
        POST_HEAD "Transfer-Encoding:\r\n chunked\r\n\r\n" CHUNKED_THREE,
        POST_HEAD "Content-Length:\r\n 53\r\n\r\n" THREE_BODY,
        /* a fold without a line before it */
        "GET /livez HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n",
        /* bare line feeds */
        "GET /livez HTTP/1.1\nHost: x\n\n",
        /* lines before the request line */
        "\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
        /* a header line without a colon */
        "GET /livez HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n",
        /* one without a name */
        "GET /livez HTTP/1.1\r\nHost: x\r\n: nonsense\r\n\r\n",
        /* request lines */
        "GET /livez\r\n\r\n",
        "GET  /livez  HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /livez HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /livez HTTP/1.9\r\nHost: x\r\n\r\n",
        "GET /livez XTTP/1.1\r\nHost: x\r\n\r\n",
        "GET livez HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02\xfc\x03\x03\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, odd[i]));
        ck_assert(raw_send(fd, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"));
        const struct reply *reply = raw_read(fd);
        int first = reply->status;
        ck_assert_msg(first == 0 || first == 200 || (first >= 400 && first < 500) || first == 505,
                      "%s\nstatus %d: %s", odd[i], first, reply->body);
        ck_assert_msg(strcmp(reply->body, "ready\n") != 0, "lost: %s", odd[i]);
        reply = raw_read(fd);
        ck_assert_msg(reply->status == 0 || strcmp(reply->body, "ready\n") == 0,
                      "out of step after %s\nstatus %d: %s", odd[i], reply->status, reply->body);
        close(fd);
    }
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
}
END_TEST

/* libmicrohttpd 0.9.75 reads a value up to a NUL; nothing worse may come of that. */
START_TEST(nul_bytes)
{
    static const char format[] = "GET /livez HTTP/1.1\r\nHost: x\r\nX: a%cb\r\n\r\n";
    char text[sizeof format];
    int size = snprintf(text, sizeof text, format, '\0');
    int fds[sizeof format];
    for (int i = 0; i < size; i++) {
        /* at each place in turn */
        char changed[sizeof format];
        memcpy(changed, text, (size_t)size);
        changed[i] = '\0';
        fds[i] = raw_open(&server);
        ck_assert(raw_send_bytes(fds[i], changed, (size_t)size));
        shutdown(fds[i], SHUT_WR);
    }
    for (int i = 0; i < size; i++) {
        raw_read_all(fds[i]);
        close(fds[i]);
    }
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/smuggling");
    TCase *tcase = suite_case(suite, "smuggling");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, ambiguous_framing_is_refused);
#if MHD_VERSION < 0x01000000
    tcase_add_test(tcase, the_classics_get_a_problem_document);
#endif
    tcase_add_test(tcase, broken_framing_costs_the_connection);
    tcase_add_test(tcase, oddities_have_one_meaning);
    tcase_add_test(tcase, nul_bytes);
    return suite_run(suite);
}
