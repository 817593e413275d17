/* What an operator uses: the small endpoints, options and environment, --check, sockets, and the
 * messages when the daemon cannot start. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../harness/harness.h"
#include "config.h"

static struct daemon server;
static char output[1 << 16];

/* --- small endpoints ------------------------------------------------------------------------- */

START_TEST(small_endpoints)
{
    static const char *const rows[][3] = {{"/livez", "text/plain; charset=utf-8", "alive\n"},
                                          {"/readyz", "text/plain; charset=utf-8", "ready\n"},
                                          {"/healthz", "text/plain; charset=utf-8", "ready\n"}};
    daemon_start(&server, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct reply *reply = http_get(&server, rows[i][0]);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_str_eq(reply_header(reply, "Content-Type"), rows[i][1]);
        ck_assert_str_eq(reply->body, rows[i][2]);
        ck_assert_str_eq(reply_header(reply, "Cache-Control"), "no-store");
        ck_assert_ptr_nonnull(reply_header(reply, "Server-Timing"));
    }
    daemon_finish(&server);
}
END_TEST

START_TEST(version)
{
    static const char *const methods[] = {"closed_form", "analytic", "euler", "fast", "reference"};
    daemon_start(&server, "--workers", "3", "--io-threads", "2", NULL);
    const struct reply *reply = http_get(&server, "/version");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_text(reply, "/name"), "particled");
    ck_assert_str_eq(reply_text(reply, "/version"), PACKAGE_VERSION);
    ck_assert_str_eq(reply_text(reply, "/build/sanitizers"), BUILD_SANITIZERS);
    ck_assert_str_ne(reply_text(reply, "/build/libmicrohttpd"), "");
    ck_assert_str_ne(reply_text(reply, "/cpu/kernels"), "");
    ck_assert_int_eq((int)reply_number(reply, "/threads/workers"), 3);
    ck_assert_int_eq((int)reply_number(reply, "/threads/io"), 2);
    for (int i = 0; i < 5; i++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/methods/%d/name", i);
        ck_assert_str_eq(reply_text(reply, pointer), methods[i]);
    }
    daemon_finish(&server);
    ck_assert_int_eq(daemon_run(output, sizeof output, "--version", NULL), 0);
    ck_assert_int_eq(strncmp(output, "particled " PACKAGE_VERSION "\n",
                             strlen("particled " PACKAGE_VERSION "\n")),
                     0);
}
END_TEST

/* The daemon serves each path of the document, with the methods that it lists and no others. */
START_TEST(openapi_matches_the_daemon)
{
    static const char *const methods[] = {"get", "post", "put", "delete", "patch"};
    static const char *const upper[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
    daemon_start(&server, NULL);
    const struct reply *reply = http_get(&server, "/openapi.json");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/json");
    ck_assert_int_eq(strncmp(reply_text(reply, "/openapi"), "3.1.", 4), 0);
    ck_assert_str_eq(reply_text(reply, "/info/version"), PACKAGE_VERSION);
    json_t *paths = json_deep_copy(reply_at(reply, "/paths"));
    ck_assert_uint_ge(json_object_size(paths), 7);
    const char *path;
    json_t *item;
    json_object_foreach(paths, path, item)
    {
        for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
            char target[96];
            /* a short benchmark; for the pattern, a file that matches it */
            snprintf(target, sizeof target, "%.*s%s", (int)strcspn(path, "{"), path,
                     strcmp(path, "/bench") == 0 ? "?max_time=0.01&particles=1&min_rounds=1"
                     : strchr(path, '{')         ? "app.js"
                                                 : "");
            reply = http(&server, upper[i], target, NULL, NULL);
            bool known = reply->status != 405 && reply->status != 404;
            ck_assert_msg(known == (json_object_get(item, methods[i]) != NULL), "%s %s: %d",
                          upper[i], path, reply->status);
        }
    }
    /* The document has all paths that the daemon lists. */
    char list[512];
    snprintf(list, sizeof list, "%s", reply_text(http_get(&server, "/nothing"), "/detail"));
    int found = 0;
    for (char *at = strstr(list, "There is ") + 9; (at = strstr(at, " /")); at++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1, ", "), at + 1);
        name[strcspn(name, ".") + (strstr(name, ".json") ? 5 : 0)] = '\0';
        if (strcmp(name, "/nothing") != 0)
            ck_assert_msg(json_object_get(paths, name), "%s is not in openapi.json", name);
        found++;
    }
    ck_assert_int_ge(found, 8);
    json_decref(paths);
    daemon_finish(&server);
}
END_TEST

/* --- options ---------------------------------------------------------------------------------- */

/* The output is one line that contains `about`. */
static void is_one_line(const char *about)
{
    ck_assert_msg(strncmp(output, "particled: ", 11) == 0, "%s", output);
    ck_assert_msg(strstr(output, about), "%s: %s", about, output);
    ck_assert_msg(strchr(output, '\n') && !strchr(output, '\n')[1], "%s", output);
}

static const char *const bad_options[][2] = {
    {"--workers", "0"},
    {"--workers", "1025"},
    {"--workers", "two"},
    {"--workers", "1.5"},
    {"--workers", "-1"},
    {"--workers", ""},
    {"--workers", " 1"},
    {"--workers", "99999999999999999999"},
    {"--io-threads", "0"},
    {"--queue-limit", "0"},
    {"--max-body", "0"},
    {"--max-body", "1X"},
    {"--max-body", "1KK"},
    {"--max-body", "99999999999T"},
    {"--max-particles", "0"},
    {"--max-particle-steps", "0"},
    {"--memory-limit", "1K"},
    {"--max-connections", "0"},
    {"--request-timeout", "0"},
    {"--request-timeout", "soon"},
    {"--request-timeout", "1e9"},
    {"--request-timeout", "nan"},
    {"--drain-timeout", "-1"},
    {"--log-level", "loud"},
    {"--log-format", "xml"},
    {"--access-log", "yes"},
    {"--listen", ""},
    {"--listen", "8080"},
    {"--listen", "127.0.0.1"},
    {"--listen", "127.0.0.1:65536"},
    {"--listen", "127.0.0.1:x"},
    {"--listen", "127.0.0.1:"},
    {"--listen", ":8080"},
    {"--listen", "::1:8080"},
    {"--listen", "[::1]8080"},
};

START_TEST(bad_options_are_refused)
{
    for (size_t i = 0; i < sizeof bad_options / sizeof *bad_options; i++) {
        const char *name = bad_options[i][0], *value = bad_options[i][1];
        int status = daemon_run(output, sizeof output, name, value, NULL);
        ck_assert_msg(status == 2, "%s %s: %d: %s", name, value, status, output);
        is_one_line(name);
    }
    ck_assert_int_eq(daemon_run(output, sizeof output, "--nonsense", NULL), 2);
    ck_assert_ptr_nonnull(strstr(output, "--nonsense"));
    ck_assert_int_eq(daemon_run(output, sizeof output, "--workers", NULL), 2);
    ck_assert_int_eq(daemon_run(output, sizeof output, "8080", NULL), 2);
    is_one_line("8080");
}
END_TEST

START_TEST(environment_sets_options)
{
    setenv("PARTICLED_WORKERS", "0", 1);
    ck_assert_int_eq(daemon_run(output, sizeof output, NULL), 2);
    is_one_line("PARTICLED_WORKERS");
    setenv("PARTICLED_WORKERS", "3", 1);
    setenv("PARTICLED_MAX_BODY", "1K", 1);
    setenv("PARTICLED_QUEUE_LIMIT", "7", 1);
    daemon_start(&server, "--queue-limit", "9", NULL);
    ck_assert_double_eq(metric(&server, "particled_workers"), 3);
    ck_assert_double_eq(metric(&server, "particled_queue_limit"), 9);
    int fd = raw_open(&server);
    raw_send(fd, "POST /simulate HTTP/1.1\r\nHost: x\r\nContent-Length: 1025\r\n\r\n");
    ck_assert_int_eq(raw_read(fd)->status, 413);
    close(fd);
    daemon_finish(&server);
}
END_TEST

START_TEST(help_is_complete)
{
    ck_assert_int_eq(daemon_run(output, sizeof output, "--help", NULL), 0);
    for (size_t i = 0; i < sizeof bad_options / sizeof *bad_options; i++)
        ck_assert_msg(strstr(output, bad_options[i][0]), "%s", bad_options[i][0]);
    static const char *const more[] = {"--check", "--version", "PARTICLED_", "closed_form",
                                       "POST /simulate"};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        ck_assert_msg(strstr(output, more[i]), "%s", more[i]);
}
END_TEST

/* --- --check ---------------------------------------------------------------------------------- */

START_TEST(check_asks_a_daemon)
{
    char url[64], slash[72];
    daemon_start(&server, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
    snprintf(slash, sizeof slash, "%s/", url);
    ck_assert_int_eq(daemon_run(output, sizeof output, "--check", url, NULL), 0);
    ck_assert_str_eq(output, "");
    ck_assert_int_eq(daemon_run(output, sizeof output, "--check", slash, NULL), 0);
    daemon_finish(&server);
    ck_assert_int_eq(daemon_run(output, sizeof output, "--check", url, NULL), 1);
    is_one_line(url);
    ck_assert_int_eq(daemon_run(output, sizeof output, "--check", "unix:/nonexistent", NULL), 1);
    is_one_line("/nonexistent");
    ck_assert_int_eq(daemon_run(output, sizeof output, "--check", "nonsense", NULL), 2);
    is_one_line("nonsense");
}
END_TEST

/* --- sockets -----------------------------------------------------------------------------------
 */

START_TEST(unix_socket)
{
    char directory[] = "/tmp/particled-XXXXXX", path[64], url[80];
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/socket", directory);
    snprintf(url, sizeof url, "unix:%s", path);
    struct stat status;
    for (int round = 0; round < 2; round++) {
        daemon_start(&server, "--listen", path, "--access-log", "on", NULL);
        ck_assert_str_eq(server.unix_path, path);
        ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
        ck_assert_int_eq(daemon_run(output, sizeof output, "--check", url, NULL), 0);
        /* a second daemon does not take a socket that is in use */
        ck_assert_int_eq(daemon_run(output, sizeof output, "--listen", path, NULL), 1);
        ck_assert_ptr_nonnull(strstr(output, path));
        ck_assert_int_eq(http_get(&server, "/livez")->status, 200);
        if (round == 0) { /* a killed daemon leaves the path; the next one reuses it */
            kill(server.pid, SIGKILL);
            ck_assert_int_eq(daemon_wait(&server), -SIGKILL);
            ck_assert_int_eq(stat(path, &status), 0);
        } else {
            daemon_finish(&server);
        }
    }
    ck_assert_int_ne(stat(path, &status), 0);
    /* a file that is not a socket is never removed */
    FILE *file = fopen(path, "w");
    fclose(file);
    ck_assert_int_eq(daemon_run(output, sizeof output, "--listen", path, NULL), 1);
    ck_assert_int_eq(stat(path, &status), 0);
    unlink(path);
    rmdir(directory);

    char longest[200];
    memset(longest, 'x', sizeof longest - 1);
    longest[0] = '/';
    longest[sizeof longest - 1] = '\0';
    ck_assert_int_eq(daemon_run(output, sizeof output, "--listen", longest, NULL), 1);
    ck_assert_ptr_nonnull(strstr(output, "longer than"));
}
END_TEST

START_TEST(ipv6_address)
{
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    if (probe < 0)
        return; /* no IPv6 here */
    close(probe);
    char url[64];
    daemon_start(&server, "--listen", "[::1]:0", NULL);
    snprintf(url, sizeof url, "http://[::1]:%d", server.port);
    ck_assert_msg(strstr(daemon_log(&server), url), "%s", daemon_log(&server));
    ck_assert_int_eq(daemon_run(output, sizeof output, "--check", url, NULL), 0);
    daemon_stop(&server);
}
END_TEST

START_TEST(port_in_use)
{
    char listen[64];
    daemon_start(&server, NULL);
    snprintf(listen, sizeof listen, "127.0.0.1:%d", server.port);
    ck_assert_int_eq(daemon_run(output, sizeof output, "--listen", listen, NULL), 1);
    ck_assert_ptr_nonnull(strstr(output, listen));
    ck_assert_ptr_nonnull(strstr(output, "--listen"));
    ck_assert_int_eq(http_get(&server, "/livez")->status, 200);
    daemon_finish(&server);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("daemon/operations");
    TCase *tcase = suite_case(suite, "operations");
    tcase_add_test(tcase, small_endpoints);
    tcase_add_test(tcase, version);
    tcase_add_test(tcase, openapi_matches_the_daemon);
    tcase_add_test(tcase, bad_options_are_refused);
    tcase_add_test(tcase, environment_sets_options);
    tcase_add_test(tcase, help_is_complete);
    tcase_add_test(tcase, check_asks_a_daemon);
    tcase_add_test(tcase, unix_socket);
    tcase_add_test(tcase, ipv6_address);
    tcase_add_test(tcase, port_in_use);
    return suite_run(suite);
}
