/* Requests of web pages: a page of another site must not load the daemon with work. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness/harness.h"

#define CROSS "Sec-Fetch-Site: cross-site"
#define SHORT "particles=10&max_time=0.02&dt=0.01"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, "--profiling", "on", NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

static const char *origin_of_daemon(void)
{
    static char origin[64];
    snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d", server.port);
    return origin;
}

static void is_refused(const struct reply *reply)
{
    reply_is_problem(reply, 403, "forbidden-origin");
}

START_TEST(other_sites_may_not_post)
{
    static const char *const headers[] = {
        CROSS,
        "Sec-Fetch-Site: same-site",
        "Origin: null",
        "Origin: http://other.test",
        "Origin: http://127.0.0.1",
        "Origin: http://127.0.0.1:1",
    };
    static const char *const paths[] = {"/simulate", "/bench", "/debug/pprof/symbol",
                                        "/pprof/symbol"};
    for (size_t h = 0; h < sizeof headers / sizeof *headers; h++)
        for (size_t p = 0; p < sizeof paths / sizeof *paths; p++)
            is_refused(http(&server, "POST", paths[p], THREE_BODY, headers[h], NULL));
}
END_TEST

START_TEST(other_sites_may_not_start_benchmarks)
{
    is_refused(http(&server, "GET", "/bench?" SHORT, NULL, CROSS, NULL));
    is_refused(http(&server, "GET", "/bench?" SHORT, NULL, "Origin: http://other.test", NULL));
    ck_assert_int_eq(http(&server, "HEAD", "/bench?" SHORT, NULL, CROSS, NULL)->status, 403);
    ck_assert_int_eq((int)metric(&server, "particled_jobs_in_flight"), 0);
}
END_TEST

/* Reading is harmless: the browser withholds the response from the page. */
START_TEST(other_sites_may_link_to_the_rest)
{
    static const char *const paths[] = {"/", "/livez", "/version", "/openapi.json"};
    for (size_t p = 0; p < sizeof paths / sizeof *paths; p++)
        ck_assert_int_eq(http(&server, "GET", paths[p], NULL, CROSS, NULL)->status, 200);
}
END_TEST

START_TEST(the_page_and_programs_may)
{
    const char *headers[] = {"Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none",
                             origin_of_daemon(), "X-Nothing: x"};
    for (size_t h = 0; h < sizeof headers / sizeof *headers; h++) {
        const struct reply *reply =
            http(&server, "POST", "/simulate", THREE_BODY, headers[h], NULL);
        ck_assert_msg(reply->status == 200, "%s: %s", headers[h], reply->body);
        reply = http(&server, "GET", "/bench?" SHORT, NULL, headers[h], NULL);
        ck_assert_msg(reply->status == 200, "%s: %s", headers[h], reply->body);
        reply = http(&server, "HEAD", "/bench?" SHORT, NULL, headers[h], NULL);
        ck_assert_msg(reply->status == 200, "%s", headers[h]);
    }
}
END_TEST

/* It is checked before the media types, the query, the length and the body. */
START_TEST(the_origin_comes_first)
{
    is_refused(http(&server, "POST", "/simulate?nothing=1", "no JSON", CROSS,
                    "Content-Type: text/none", NULL));
    is_refused(http(&server, "GET", "/bench?nothing=1", NULL, CROSS, "Accept: text/none", NULL));
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "POST /simulate HTTP/1.1\r\nHost: x\r\n" CROSS
                           "\r\nContent-Length: 1000000000000\r\n\r\n"));
    is_refused(raw_read(fd));
    close(fd);
    reply_is_problem(http(&server, "POST", "/nothing", "x", CROSS, NULL), 404, "not-found");
}
END_TEST

/* Without Host, which HTTP/1.0 allows, no origin is that of the daemon. */
START_TEST(no_host)
{
    int fd = raw_open(&server);
    ck_assert(raw_sendf(fd, "POST /simulate HTTP/1.0\r\n%s\r\nContent-Length: 2\r\n\r\n{}",
                        origin_of_daemon()));
    is_refused(raw_read(fd));
    close(fd);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/origin");
    TCase *tcase = suite_case(suite, "origin");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, other_sites_may_not_post);
    tcase_add_test(tcase, other_sites_may_not_start_benchmarks);
    tcase_add_test(tcase, other_sites_may_link_to_the_rest);
    tcase_add_test(tcase, the_page_and_programs_may);
    tcase_add_test(tcase, the_origin_comes_first);
    tcase_add_test(tcase, no_host);
    return suite_run(suite);
}
