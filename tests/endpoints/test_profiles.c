/* Profiles of the daemon, without external tools (tests/tools uses those): the responses, that
 * other requests do not wait for a profile, and that the functions of its stacks have names. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness/harness.h"

#define PROFILE "GET /debug/pprof/profile?seconds=3600 HTTP/1.1\r\nHost: x\r\n\r\n"

static struct daemon server;

/* True when the daemon was built with "cpu" or "heap" profiles. */
static bool has(const char *kind)
{
    return strstr(reply_text(http_get(&server, "/version"), "/build/profiles"), kind) != NULL;
}

static void start(void)
{
    daemon_start(&server, "--profiling", "on", "--io-threads", "1", "--workers", "1", "--max-body",
                 "4M", NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

static const char *const paths[] = {
    "/debug/pprof/profile", "/debug/pprof/heap", "/debug/pprof/cmdline", "/debug/pprof/symbol",
    "/pprof/profile",       "/pprof/heap",       "/pprof/cmdline",       "/pprof/symbol"};
#define PATHS (sizeof paths / sizeof *paths)

START_TEST(without_the_option_paths_get_404)
{
    daemon_start(&server, NULL);
    for (size_t i = 0; i < PATHS; i++) {
        reply_is_problem(http_get(&server, paths[i]), 404, "not-found");
        reply_is_problem(http(&server, "POST", paths[i], "0x1", NULL), 404, "not-found");
        reply_is_problem(http(&server, "OPTIONS", paths[i], NULL, NULL), 404, "not-found");
    }
    daemon_finish(&server);
}
END_TEST

START_TEST(methods)
{
    for (size_t i = 0; i < PATHS; i++) {
        bool symbol = strstr(paths[i], "symbol") != NULL;
        const struct reply *reply = http(&server, "OPTIONS", paths[i], NULL, NULL);
        ck_assert_int_eq(reply->status, 204);
        ck_assert_str_eq(reply_header(reply, "Allow"),
                         symbol ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, OPTIONS");
        if (!symbol)
            reply_is_problem(http(&server, "POST", paths[i], "", NULL), 405, "method-not-allowed");
    }
}
END_TEST

/* --- CPU profiles ---------------------------------------------------------------------------- */

/* Word `index` of a profile; test and daemon run on the same machine. */
static uintptr_t word(const struct reply *reply, size_t index)
{
    uintptr_t value;
    ck_assert_uint_le((index + 1) * sizeof value, reply->size);
    memcpy(&value, reply->body + index * sizeof value, sizeof value);
    return value;
}

/* Checks a profile: a header; stacks (count, depth, addresses); a trailer with depth 1 and address
 * 0; the list of mapped files. Writes the addresses to `list`, which may be NULL. Returns the
 * number of samples. */
static size_t check_profile(const struct reply *reply, char *list, size_t size)
{
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/octet-stream");
    ck_assert_str_eq(reply_header(reply, "Cache-Control"), "no-store");
    ck_assert_uint_eq(word(reply, 0), 0);
    size_t at = 2 + word(reply, 1), samples = 0, used = 0;
    while (!(word(reply, at) == 0 && word(reply, at + 1) == 1 && word(reply, at + 2) == 0)) {
        size_t depth = word(reply, at + 1);
        samples += word(reply, at);
        for (size_t i = 0; list && i < depth && used + 32 < size; i++)
            used += (size_t)snprintf(list + used, size - used, "%s0x%llx", used ? "+" : "",
                                     (unsigned long long)word(reply, at + 2 + i));
        at += 2 + depth;
    }
    const char *maps = reply->body + (at + 3) * sizeof(uintptr_t);
    ck_assert_ptr_nonnull(strstr(maps, "particled"));
    return samples;
}

START_TEST(a_profile_is_complete)
{
    if (!has("cpu")) {
        reply_is_problem(http_get(&server, paths[0]), 501, "not-built-in");
        return;
    }
    check_profile(http_get(&server, "/debug/pprof/profile?seconds=1"), NULL, 0);
    check_profile(http_get(&server, "/pprof/profile?seconds=1&gc=1"), NULL, 0);
    await_requests_done(&server, "/pprof/profile", 200, 1);
}
END_TEST

/* A profile may take longer than --request-timeout. */
START_TEST(a_profile_has_no_deadline)
{
    daemon_start(&server, NULL);
    bool cpu = has("cpu");
    daemon_finish(&server);
    if (!cpu)
        return;
    daemon_start(&server, "--profiling", "on", "--request-timeout", "0.5", NULL);
    const struct reply *reply;
    do { /* 408: on a busy machine even the head may come too late */
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, "GET /pprof/profile?seconds=1 HTTP/1.1\r\nHost: x\r\n\r\n"));
        reply = raw_read(fd);
        close(fd);
    } while (reply->status == 408);
    check_profile(reply, NULL, 0);
    daemon_finish(&server);
}
END_TEST

START_TEST(bad_seconds)
{
    static const char *const values[] = {
        "0", "-1", "3601", "1.5", "1s", "0x1", "%2b1", "", "99999999999999999999"};
    if (!has("cpu"))
        return;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char target[96];
        snprintf(target, sizeof target, "%s?seconds=%s", paths[i % 2 * 4], values[i]);
        const struct reply *reply = http_get(&server, target);
        reply_is_problem(reply, 422, "invalid-request");
        ck_assert_str_eq(reply_text(reply, "/parameter"), "seconds");
    }
}
END_TEST

/* A profile occupies neither the only worker nor the only I/O thread. */
START_TEST(requests_do_not_wait_for_a_profile)
{
    if (!has("cpu"))
        return;
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, PROFILE));
    await_metric(&server, "particled_jobs_in_flight", 1);
    ck_assert_double_eq(metric(&server, "particled_workers_busy"), 0);
    reply_is_problem(http_get(&server, "/pprof/profile?seconds=1"), 503, "profile-running");
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(http_simulate(&server, i % 2 ? THREE_BODY : LONG_BODY)->status, 200);
    await_metric(&server, "particled_jobs_in_flight", 1); /* it still runs */
    close(fd);                                            /* ends the profile */
    await_metric(&server, "particled_jobs_in_flight", 0);
    await_metric(&server, "particled_cancelled_total", 1);
    ck_assert_int_eq(http_get(&server, "/pprof/profile?seconds=1")->status, 200);
}
END_TEST

/* A drain does not wait for the end of a profile; the response is the profile so far. */
START_TEST(a_drain_ends_a_profile)
{
    daemon_start(&server, "--profiling", "on", "--drain-timeout", _i ? "0" : "3600", NULL);
    if (has("cpu")) {
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, PROFILE));
        await_metric(&server, "particled_jobs_in_flight", 1);
        kill(server.pid, SIGTERM);
        const struct reply *reply = raw_read(fd);
        if (reply->status == 503) /* cancelled before it noticed */
            reply_is_problem(reply, 503, "draining");
        else
            check_profile(reply, NULL, 0);
        ck_assert_int_eq(daemon_wait(&server), 0);
        close(fd);
    } else {
        daemon_finish(&server);
    }
}
END_TEST

/* --- symbols --------------------------------------------------------------------------------- */

/* A sanitizer delays signals and adds frames to the stacks. */
static bool sanitized(void)
{
    return strcmp(reply_text(http_get(&server, "/version"), "/build/sanitizers"), "none") != 0;
}

START_TEST(stacks_have_names)
{
    static char list[1 << 20], kernel[64];
    daemon_start(&server, "--profiling", "on", "--workers", "1", SLOW_OPTIONS, NULL);
    if (has("cpu") && !sanitized()) {
        snprintf(kernel, sizeof kernel, "\tkernel_euler_%s\n",
                 reply_text(http_get(&server, "/version"), "/cpu/kernels"));
        int fd = raw_open(&server);
        raw_post(fd, SLOW_BODY);
        await_metric(&server, "particled_workers_busy", 1);
        size_t samples = 0; /* there may be none when the machine is busy */
        for (int i = 0; i < 20 && samples == 0; i++)
            samples =
                check_profile(http_get(&server, "/pprof/profile?seconds=1"), list, sizeof list);
        ck_assert_uint_gt(samples, 0);
        const struct reply *reply = http(&server, "POST", "/debug/pprof/symbol", list, NULL);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_ptr_eq(strstr(reply->body, "num_symbols: 1\n"), reply->body);
        ck_assert_msg(strstr(reply->body, kernel), "%.2000s", reply->body);
        ck_assert_ptr_nonnull(strstr(reply->body, "\tworker_main\n")); /* a static function */
        close(fd);
    }
    daemon_finish(&server);
}
END_TEST

START_TEST(symbols)
{
    const struct reply *reply = http_get(&server, "/pprof/symbol");
    ck_assert_str_eq(reply->body, "num_symbols: 1\n");
    reply = http(&server, "POST", "/pprof/symbol", "", NULL);
    ck_assert_str_eq(reply->body, "num_symbols: 1\n");
    /* nothing is mapped there */
    reply = http(&server, "POST", "/pprof/symbol", "0x1+0x2+ffffffffffffffff\n", NULL);
    ck_assert_str_eq(reply->body, "num_symbols: 1\n");
    reply = http_get(&server, "/pprof/symbol?0x1+0x2");
    ck_assert_str_eq(reply->body, "num_symbols: 1\n");
    static const char *const bad[] = {"main", "0x1+main", "0x1,0x2", "0x", "0x1-0x2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        reply = http(&server, "POST", "/pprof/symbol", bad[i], NULL);
        reply_is_problem(reply, 422, "invalid-request");
        ck_assert_int_eq((int)reply->connects, 0);
    }
    char *much = malloc((1 << 20) + 2);
    ck_assert_ptr_nonnull(much);
    memset(much, '+', 1 << 20);
    much[1 << 20] = '\0';
    ck_assert_int_eq(http(&server, "POST", "/pprof/symbol", much, NULL)->status, 200);
    strcpy(much + (1 << 20), "+");
    reply_is_problem(http(&server, "POST", "/pprof/symbol", much, NULL), 413, "body-too-large");
    free(much);
}
END_TEST

/* An address in the C library, which the daemon has mapped: finding its name takes time. */
static unsigned long long address_in_libc(void)
{
    char path[64], line[512];
    unsigned long long address = 0, begin, end;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)server.pid);
    FILE *maps = fopen(path, "r");
    ck_assert_ptr_nonnull(maps);
    while (fgets(line, sizeof line, maps))
        if (strstr(line, "/libc") && sscanf(line, "%llx-%llx r-xp", &begin, &end) == 2)
            address = begin + (end - begin) / 2;
    fclose(maps);
    ck_assert(address > 0);
    return address;
}

/* Almost 1 MiB of addresses; allocated. */
static char *many_addresses(void)
{
    size_t max = ((size_t)1 << 20) - 32, used = 0;
    char *list = malloc(max + 32);
    ck_assert_ptr_nonnull(list);
    unsigned long long address = address_in_libc();
    while (used < max)
        used += (size_t)sprintf(list + used, "%llx+", address);
    return list;
}

/* Each list of symbols takes a thread; at most four are made at once. */
START_TEST(threads_are_limited)
{
    enum { CLIENTS = 8 };
    char *list = many_addresses();
    int fds[CLIENTS], made = 0, refused = 0;
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = raw_open(&server);
    while (refused == 0) {
        for (int i = 0; i < CLIENTS; i++)
            ck_assert(raw_sendf(fds[i],
                                "POST /pprof/symbol HTTP/1.1\r\nHost: x\r\n"
                                "Content-Length: %zu\r\n\r\n",
                                strlen(list)) &&
                      raw_send(fds[i], list));
        ck_assert_double_le(metric(&server, "particled_jobs_in_flight"), 4);
        for (int i = 0; i < CLIENTS; i++) {
            const struct reply *reply = raw_read(fds[i]);
            made += reply->status == 200;
            refused += reply->status != 200;
            if (reply->status != 200)
                reply_is_problem(reply, 503, "profile-running");
        }
    }
    ck_assert_int_ge(made, 4);
    /* all threads can be used again */
    for (int i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(http(&server, "POST", "/pprof/symbol", "0x1", NULL)->status, 200);
    /* a client that leaves ends its thread */
    for (int i = 0; i < CLIENTS; i++) {
        ck_assert(raw_sendf(fds[i],
                            "POST /pprof/symbol HTTP/1.1\r\nHost: x\r\n"
                            "Content-Length: %zu\r\n\r\n",
                            strlen(list)) &&
                  raw_send(fds[i], list));
        close(fds[i]);
    }
    await_metric(&server, "particled_requests_in_flight", 1);
    for (int i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(http(&server, "POST", "/pprof/symbol", "0x1", NULL)->status, 200);
    free(list);
}
END_TEST

/* While a request keeps the daemon alive, it starts no thread for another one. */
START_TEST(a_drain_refuses_symbols)
{
    daemon_start(&server, "--profiling", "on", "--workers", "1", SLOW_OPTIONS, NULL);
    bool heap = has("heap");
    int slow = raw_open(&server), fd = raw_open(&server);
    raw_post(slow, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    ck_assert(raw_send(fd, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
    ck_assert_int_eq(raw_read(fd)->status, 200);
    int others[2] = {raw_open(&server), raw_open(&server)};
    for (int i = 0; i < 2; i++) {
        ck_assert(raw_send(others[i], "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
        ck_assert_int_eq(raw_read(others[i])->status, 200);
    }
    kill(server.pid, SIGTERM);
    for (int probe; (probe = raw_connect(&server)) >= 0; usleep(10000))
        close(probe);
    ck_assert(raw_send(fd, "POST /pprof/symbol HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
                           "0x1"));
    reply_is_problem(raw_read(fd), 503, "draining");
    ck_assert(raw_send(others[0], "GET /pprof/symbol?0x1 HTTP/1.1\r\nHost: x\r\n\r\n"));
    reply_is_problem(raw_read(others[0]), 503, "draining");
    ck_assert(raw_send(others[1], "GET /pprof/heap HTTP/1.1\r\nHost: x\r\n\r\n"));
    ck_assert_int_eq(raw_read(others[1])->status, heap ? 503 : 501);
    close(slow), close(fd), close(others[0]), close(others[1]);
    ck_assert_int_eq(daemon_wait(&server), 0);
}
END_TEST

/* --- the rest -------------------------------------------------------------------------------- */

START_TEST(command_line)
{
    const struct reply *reply = http_get(&server, "/debug/pprof/cmdline");
    ck_assert_int_eq(reply->status, 200);
    static const char expected[] = "particled\0--listen\000127.0.0.1:0\0--profiling\0on\0";
    ck_assert_uint_gt(reply->size, sizeof expected);
    ck_assert_int_eq(memcmp(reply->body, expected, sizeof expected - 1), 0);
    ck_assert_int_ne(reply->body[reply->size - 1], '\0');
}
END_TEST

START_TEST(heap)
{
    const struct reply *reply = http_get(&server, "/pprof/heap");
    if (has("heap")) {
        reply = http_get(&server, "/pprof/heap");
        ck_assert_int_eq(reply->status, 200);
        ck_assert_ptr_eq(strstr(reply->body, "heap profile: "), reply->body);
        ck_assert_ptr_nonnull(strstr(reply->body, "MAPPED_LIBRARIES:"));
    } else {
        reply = http_get(&server, "/pprof/heap");
        reply_is_problem(reply, 501, "not-built-in");
        ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "tcmalloc"));
    }
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/profiles");
    TCase *tcase = suite_case(suite, "profiles");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, methods);
    tcase_add_test(tcase, a_profile_is_complete);
    tcase_add_test(tcase, bad_seconds);
    tcase_add_test(tcase, requests_do_not_wait_for_a_profile);
    tcase_add_test(tcase, symbols);
    tcase_add_test(tcase, threads_are_limited);
    tcase_add_test(tcase, command_line);
    tcase_add_test(tcase, heap);
    tcase = suite_case(suite, "daemons");
    tcase_add_test(tcase, without_the_option_paths_get_404);
    tcase_add_test(tcase, a_profile_has_no_deadline);
    tcase_add_loop_test(tcase, a_drain_ends_a_profile, 0, 2);
    tcase_add_test(tcase, a_drain_refuses_symbols);
    tcase_add_test(tcase, stacks_have_names);
    return suite_run(suite);
}
