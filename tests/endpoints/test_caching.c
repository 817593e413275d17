/* What caches between the daemon and a client may keep: Vary and Cache-Control. */
#include <string.h>

#include "../harness/harness.h"

#define BENCH "/bench?particles=10&max_time=0.02&dt=0.01"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, "--profiling", "on", NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* Vary and Cache-Control */
#define SIMULATE_VARIES "Accept, Accept-Encoding", ""
#define BENCH_VARIES "Accept", "no-store"

static const struct {
    const char *method, *target, *body, *header;
    int status;
    const char *vary, *cache_control; /* "": the response has no such header */
} rows[] = {
    {"POST", "/simulate", THREE_BODY, "X: x", 200, SIMULATE_VARIES},
    {"POST", "/simulate", THREE_BODY, "Accept: text/csv", 200, SIMULATE_VARIES},
    {"POST", "/simulate", THREE_BODY, "Accept: application/x-npy", 200, SIMULATE_VARIES},
    {"POST", "/simulate", THREE_BODY, "Accept: application/x-ndjson", 200, SIMULATE_VARIES},
    {"POST", "/simulate", THREE_BODY, "Accept: image/svg+xml", 200, SIMULATE_VARIES},
    {"POST", "/simulate?frames=3", THREE_BODY, "X: x", 200, SIMULATE_VARIES},
    {"POST", "/simulate", THREE_BODY, "Accept: text/none", 406, SIMULATE_VARIES},
    {"POST", "/simulate", THREE_BODY, "Accept-Encoding: identity;q=0, none", 406, SIMULATE_VARIES},
    {"POST", "/simulate", "x", "X: x", 400, SIMULATE_VARIES},
    {"POST", "/simulate", THREE_BODY, "Sec-Fetch-Site: cross-site", 403, SIMULATE_VARIES},
    {"POST", "/simulate", THREE_BODY, "Content-Type: text/none", 415, SIMULATE_VARIES},
    {"POST", "/simulate?dt=x", THREE_BODY, "X: x", 422, SIMULATE_VARIES},
    {"GET", BENCH, NULL, "X: x", 200, BENCH_VARIES},
    {"HEAD", BENCH, NULL, "X: x", 200, BENCH_VARIES},
    {"GET", BENCH, NULL, "Accept: text/plain", 200, BENCH_VARIES},
    {"GET", BENCH, NULL, "Accept: application/x-ndjson", 200, BENCH_VARIES},
    {"POST", "/bench?max_time=0.02", THREE_BODY, "Accept: text/csv", 200, BENCH_VARIES},
    {"GET", BENCH, NULL, "Accept: text/none", 406, BENCH_VARIES},
    {"GET", "/bench?dt=x", NULL, "X: x", 422, BENCH_VARIES},
    {"GET", "/metrics", NULL, "X: x", 200, "", "no-store"},
    {"GET", "/version", NULL, "X: x", 200, "", "no-store"},
    {"GET", "/livez", NULL, "X: x", 200, "", "no-store"},
    {"GET", "/readyz", NULL, "X: x", 200, "", "no-store"},
    {"GET", "/healthz", NULL, "X: x", 200, "", "no-store"},
    {"GET", "/pprof/cmdline", NULL, "X: x", 200, "", "no-store"},
    {"GET", "/pprof/symbol", NULL, "X: x", 200, "", "no-store"},
    {"POST", "/pprof/symbol", "0x1", "X: x", 200, "", "no-store"},
    /* the page and its files: with an ETag */
    {"GET", "/", NULL, "X: x", 200, "", "no-cache"},
    {"GET", "/openapi.json", NULL, "X: x", 200, "", "no-cache"},
};

static void header_is(const struct reply *reply, const char *name, const char *expected)
{
    const char *value = reply_header(reply, name);
    ck_assert_msg(strcmp(value ? value : "", expected) == 0, "%s is not \"%s\" in:\n%s", name,
                  expected, reply->head);
}

START_TEST(headers_for_caches)
{
    const struct reply *reply =
        http(&server, rows[_i].method, rows[_i].target, rows[_i].body, rows[_i].header, NULL);
    ck_assert_msg(reply->status == rows[_i].status, "%s", reply->head);
    header_is(reply, "Vary", rows[_i].vary);
    header_is(reply, "Cache-Control", rows[_i].cache_control);
}
END_TEST

START_TEST(compressed)
{
    const struct reply *reply =
        http(&server, "POST", "/simulate", THREE_BODY, "Accept-Encoding: identity;q=0, *", NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_ptr_nonnull(reply_header(reply, "Content-Encoding"));
    header_is(reply, "Vary", "Accept, Accept-Encoding");
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/caching");
    TCase *tcase = suite_case(suite, "caching");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, headers_for_caches, 0, sizeof rows / sizeof *rows);
#if defined(HAVE_ZLIB) || defined(HAVE_ZSTD)
    tcase_add_test(tcase, compressed);
#endif
    return suite_run(suite);
}
