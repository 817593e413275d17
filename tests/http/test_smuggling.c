/* Requests that a proxy in front of the daemon might read in another way: request smuggling (trap
 * 10). The daemon must refuse each or close the connection. It must never respond to a request that
 * is hidden inside. */
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

/* The daemon refuses these as ambiguous. */
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
    /* on any path, also one that does not exist or takes no body */
    "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    "0\r\n\r\n" HIDDEN,
    "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    "0\r\n\r\n" HIDDEN,
    /* a blank before the colon: some servers ignore the blank, some the header */
    POST_HEAD "Content-Length : 53\r\n\r\n" THREE_BODY,
    POST_HEAD "Transfer-Encoding : chunked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Content-Length: 53\r\nTransfer-Encoding\t: chunked\r\n\r\n" CHUNKED_THREE,
    "GET /livez HTTP/1.1\r\nHost : x\r\n\r\n" HIDDEN,
    /* folds that hide a length, and folds that create one */
    POST_HEAD "Content-Length:\r\n 53\r\n\r\n" THREE_BODY,
    POST_HEAD "Content-Length: 5\r\n 3\r\n\r\n" THREE_BODY,
    POST_HEAD "Transfer-Encoding:\r\n\tchunked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Transfer-Encoding: chun\r\n ked\r\n\r\n" CHUNKED_THREE,
    POST_HEAD "Content-: 53\r\n Length\r\n\r\n" HIDDEN HIDDEN,
    POST_HEAD "Transfer-: chunked\r\n Encoding\r\n\r\n0\r\n\r\n" HIDDEN,
    /* names that are not tokens */
    "GET /livez HTTP/1.1\r\nHost: x\r\nContent Length: 5\r\n\r\n" HIDDEN,
    "GET /livez HTTP/1.1\r\nHost: x\r\nX[]: 5\r\n\r\n" HIDDEN,
};

/* There is one response, with status 400, and the connection closes. When libmicrohttpd refuses the
 * request itself, the body is not a problem document, and 0.9.75 writes the head twice. */
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

/* libmicrohttpd 0.9.75 accepts these, so the check of the daemon finds them. Version 1.0 refuses
 * them itself. */
#if MHD_VERSION < 0x01000000
START_TEST(common_attacks_get_a_problem_document)
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

/* Invalid lengths and chunks. The library sends the response, if there is one. */
static const char *const invalid[] = {
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

START_TEST(invalid_framing_closes_the_connection)
{
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, invalid[i]));
        const char *response = raw_read_all(fd);
        int status = 0;
        ck_assert_msg(!*response || (sscanf(response, "HTTP/1.1 %d ", &status) == 1 &&
                                     (status == 400 || status == 413)),
                      "%s\n->\n%s", invalid[i], response);
        ck_assert_msg(!strstr(response, " 200 "), "%s\n->\n%s", invalid[i], response);
        close(fd);
    }
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
}
END_TEST

/* Unusual requests that may be accepted or refused, but not read in two ways: the daemon responds
 * to the requests that RFC 9112 defines, or closes the connection. */
START_TEST(unusual_requests_have_one_meaning)
{
    static const char *const unusual[] = {
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
    for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++) {
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, unusual[i]));
        ck_assert(raw_send(fd, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"));
        const struct reply *reply = raw_read(fd);
        int first = reply->status;
        ck_assert_msg(first == 0 || first == 200 || (first >= 400 && first < 500) || first == 505,
                      "%s\nstatus %d: %s", unusual[i], first, reply->body);
        ck_assert_msg(strcmp(reply->body, "ready\n") != 0, "lost: %s", unusual[i]);
        reply = raw_read(fd);
        ck_assert_msg(reply->status == 0 || strcmp(reply->body, "ready\n") == 0,
                      "out of step after %s\nstatus %d: %s", unusual[i], reply->status,
                      reply->body);
        close(fd);
    }
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
}
END_TEST

/* libmicrohttpd 0.9.75 ends a value at a NUL; there must be no other effect. */
START_TEST(nul_bytes)
{
    static const char format[] = "GET /livez HTTP/1.1\r\nHost: x\r\nX: a%cb\r\n\r\n";
    char text[sizeof format];
    int size = snprintf(text, sizeof text, format, '\0');
    int fds[sizeof format];
    for (int i = 0; i < size; i++) {
        /* a NUL at each position */
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
    tcase_add_test(tcase, common_attacks_get_a_problem_document);
#endif
    tcase_add_test(tcase, invalid_framing_closes_the_connection);
    tcase_add_test(tcase, unusual_requests_have_one_meaning);
    tcase_add_test(tcase, nul_bytes);
    return suite_run(suite);
}
