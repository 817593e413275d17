/* Static files: the page, the files that it loads, and /openapi.json. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/harness.h"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

static const char *const rows[][3] = {
    {"/", "src/web/index.html", "text/html; charset=utf-8"},
    {"/web/app.js", "src/web/app.js", "text/javascript; charset=utf-8"},
    {"/web/style.css", "src/web/style.css", "text/css; charset=utf-8"},
    {"/web/icon.svg", "src/web/icon.svg", "image/svg+xml"},
    {"/openapi.json", "docs/openapi.json", "application/json"},
};
#define ROWS (sizeof rows / sizeof *rows)

/* Reads a file of the sources; the caller frees it. */
static char *source(const char *name, size_t *size)
{
    char path[512];
    snprintf(path, sizeof path, TESTS_DIR "/../%s", name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void has_policy(const struct reply *reply)
{
    static const char *const parts[] = {
        "default-src 'none'",     "script-src 'self'", "style-src 'self'",  "connect-src 'self'",
        "frame-ancestors 'none'", "base-uri 'none'",   "form-action 'none'"};
    const char *policy = reply_header(reply, "Content-Security-Policy");
    ck_assert_ptr_nonnull(policy);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        ck_assert_msg(strstr(policy, parts[i]) != NULL, "%s: %s", parts[i], policy);
    ck_assert_ptr_null(strstr(policy, "unsafe"));
    ck_assert_str_eq(reply_header(reply, "X-Content-Type-Options"), "nosniff");
    ck_assert_str_eq(reply_header(reply, "Cache-Control"), "no-cache");
}

START_TEST(files_equal_the_sources)
{
    for (size_t i = 0; i < ROWS; i++) {
        size_t size;
        char *bytes = source(rows[i][1], &size);
        const struct reply *reply = http_get(&server, rows[i][0]);
        ck_assert_msg(reply->status == 200, "%s: %d", rows[i][0], reply->status);
        ck_assert_str_eq(reply_header(reply, "Content-Type"), rows[i][2]);
        ck_assert_uint_eq(reply->size, size);
        ck_assert(memcmp(reply->body, bytes, size) == 0);
        has_policy(reply);
        free(bytes);
        reply = http(&server, "HEAD", rows[i][0], NULL, NULL);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_int_eq(strtol(reply_header(reply, "Content-Length"), NULL, 10), (long)size);
        ck_assert_uint_eq(reply->size, 0);
        has_policy(reply);
    }
}
END_TEST

/* Values of If-None-Match, where %s stands for the entity tag of the file, and the status. */
static const struct {
    const char *header;
    int status;
} conditions[] = {
    {"If-None-Match: %s", 304},        {"If-None-Match: W/%s", 304},
    {"If-None-Match: \"a\", %s", 304}, {"If-None-Match: %s,\"b\"", 304},
    {"If-None-Match: *", 304},         {"If-None-Match: \"a\"", 200},
    {"If-None-Match: \"\"", 200},      {"If-None-Match;", 200}, /* present and empty */
    {"If-None-Match: \"*\"", 200},     {"If-Match: %s", 200},
};

START_TEST(a_matching_tag_gets_304)
{
    char tag[64], header[128], size[32];
    for (size_t i = 0; i < ROWS; i++) {
        const struct reply *reply = http_get(&server, rows[i][0]);
        snprintf(tag, sizeof tag, "%s", reply_header(reply, "ETag"));
        snprintf(size, sizeof size, "%zu", reply->size);
        ck_assert_msg(tag[0] == '"' && strlen(tag) == 18 && tag[17] == '"', "%s", tag);
        for (size_t j = 0; j < sizeof conditions / sizeof *conditions; j++) {
            const char *at = strstr(conditions[j].header, "%s");
            snprintf(header, sizeof header, "%.*s%s%s", (int)(at ? at - conditions[j].header : 128),
                     conditions[j].header, at ? tag : "", at ? at + 2 : "");
            for (int head = 0; head < 2; head++) {
                reply = http(&server, head ? "HEAD" : "GET", rows[i][0], NULL, header, NULL);
                ck_assert_msg(reply->status == conditions[j].status, "%s: %d", header,
                              reply->status);
                ck_assert_str_eq(reply_header(reply, "ETag"), tag);
                /* RFC 9110, 8.6: the same as with 200, or none */
                ck_assert_str_eq(reply_header(reply, "Content-Length"), size);
                has_policy(reply);
                if (reply->status == 304 || head)
                    ck_assert_uint_eq(reply->size, 0);
                ck_assert_int_eq(reply->connects, 0);
            }
        }
    }
}
END_TEST

START_TEST(entity_tags_differ)
{
    char tags[ROWS][32];
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(tags[i], sizeof tags[i], "%s",
                 reply_header(http_get(&server, rows[i][0]), "ETag"));
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(tags[i], tags[j]);
    }
}
END_TEST

START_TEST(other_paths_get_404)
{
    static const char *const paths[] = {"/web",
                                        "/web/",
                                        "/web/index.html",
                                        "/index.html",
                                        "/web/{file}",
                                        "/web/app.js/",
                                        "/web//app.js",
                                        "/web/../web/app.js",
                                        "//",
                                        "/web/app.jsx",
                                        "/web/..%2f..%2fetc%2fpasswd"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        reply_is_problem(http_get(&server, paths[i]), 404, "not-found");
    const struct reply *reply = http(&server, "POST", "/", "", NULL);
    reply_is_problem(reply, 405, "method-not-allowed");
    ck_assert_str_eq(reply_header(reply, "Allow"), "GET, HEAD, OPTIONS");
    reply = http(&server, "OPTIONS", "/web/app.js", NULL, NULL);
    ck_assert_int_eq(reply->status, 204);
    ck_assert_str_eq(reply_header(reply, "Allow"), "GET, HEAD, OPTIONS");
}
END_TEST

/* All files have one label; a body that was not sent is not counted. */
START_TEST(requests_for_files_are_counted)
{
    char header[64];
    const struct reply *reply = http_get(&server, "/openapi.json");
    double size = (double)reply->size;
    snprintf(header, sizeof header, "If-None-Match: %s", reply_header(reply, "ETag"));
    double sent = metric(&server, "particled_http_sent_body_bytes_total");
    for (int i = 0; i < 5; i++) {
        http(&server, "GET", "/openapi.json", NULL, header, NULL);
        http(&server, "HEAD", "/openapi.json", NULL, NULL);
    }
    http_get(&server, "/livez"); /* on the same connection: the requests before it were counted */
    /* the responses with the metrics are much smaller than the file */
    ck_assert_double_lt(metric(&server, "particled_http_sent_body_bytes_total") - sent, size);
    ck_assert_double_eq(requests_done(&server, "/openapi.json", 200), 6);
    ck_assert_double_eq(requests_done(&server, "/openapi.json", 304), 5);
    http_get(&server, "/web/app.js");
    http_get(&server, "/web/style.css");
    await_requests_done(&server, "/web/{file}", 200, 2);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/files");
    TCase *tcase = suite_case(suite, "files");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, files_equal_the_sources);
    tcase_add_test(tcase, a_matching_tag_gets_304);
    tcase_add_test(tcase, entity_tags_differ);
    tcase_add_test(tcase, other_paths_get_404);
    tcase_add_test(tcase, requests_for_files_are_counted);
    return suite_run(suite);
}
