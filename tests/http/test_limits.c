/* Every limit: the largest allowed value is accepted, the next one is refused with the documented
 * error. Traps 6 and 7. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../harness/harness.h"

#define POST_HEAD "POST /simulate HTTP/1.1\r\nHost: x\r\n"
#define LIVEZ "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"

static struct daemon server;

/* The published set, padded with blanks to a length. Static. */
static const char *padded(size_t length)
{
    static char body[8192];
    size_t used = strlen(THREE_BODY);
    memcpy(body, THREE_BODY, used);
    memset(body + used, ' ', length - used);
    body[length] = '\0';
    return body;
}

/* --- --max-body ----------------------------------------------------------------------------- */

START_TEST(max_body_with_a_length)
{
    daemon_start(&server, "--max-body", "1000", NULL);
    int fd = raw_open(&server);
    raw_post(fd, padded(1000));
    ck_assert_int_eq(raw_read(fd)->status, 200);
    /* Trap 7: the daemon responds after the headers, and closes the connection. */
    ck_assert(raw_send(fd, POST_HEAD "Content-Length: 1001\r\n\r\n"));
    const struct reply *reply = raw_read(fd);
    reply_is_problem(reply, 413, "body-too-large");
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    ck_assert(raw_is_closed(fd));
    close(fd);
    /* libcurl sends the body nevertheless */
    reply_is_problem(http_simulate(&server, padded(1001)), 413, "body-too-large");
    reply_is_problem(http_simulate(&server, padded(8000)), 413, "body-too-large");
    fd = raw_open(&server);
    ck_assert(raw_send(fd, POST_HEAD "Content-Length: 9223372036854775807\r\n\r\n"));
    reply_is_problem(raw_read(fd), 413, "body-too-large");
    close(fd);
    ck_assert_int_eq(http_simulate(&server, padded(1000))->status, 200);
    daemon_finish(&server);
}
END_TEST

/* Chunked, in chunks of `chunk` bytes. */
static void send_chunked(int fd, const char *body, size_t chunk)
{
    ck_assert(raw_send(fd, POST_HEAD "Transfer-Encoding: chunked\r\n\r\n"));
    for (size_t left = strlen(body); left > 0;) {
        size_t size = left < chunk ? left : chunk;
        if (!raw_sendf(fd, "%zx\r\n%.*s\r\n", size, (int)size, body))
            return; /* refused before the end */
        body += size;
        left -= size;
    }
    raw_send(fd, "0\r\n\r\n");
}

START_TEST(max_body_in_chunks)
{
    static const size_t chunks[] = {100, 1000, 5000, 7};
    daemon_start(&server, "--max-body", "1000", NULL);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        int fd = raw_open(&server);
        send_chunked(fd, padded(1000), chunks[i]);
        ck_assert_int_eq(raw_read(fd)->status, 200);
        send_chunked(fd, padded(1001), chunks[i]);
        reply_is_problem(raw_read(fd), 413, "body-too-large");
        ck_assert(raw_is_closed(fd));
        close(fd);
        await_requests_done(&server, "/simulate", 413, (double)i + 1);
    }
    /* a malformed body is not read without limit */
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, POST_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"));
    while (raw_send(fd, "10\r\n0123456789abcdef\r\n"))
        ;
    close(fd);
    await_requests_done(&server, "/simulate", 413, 5);
    daemon_finish(&server);
}
END_TEST

/* --- --max-particles ------------------------------------------------------------------------ */

START_TEST(max_particles)
{
    static const char *const rows[][2] = {
        {THREE_BODY, "{\"particles\":[[1,2,3],[1,2,3],[1,2,3],[1,2,3]]}"},
        {"{\"particles\":{\"x\":[1,2,3],\"y\":[1,2,3],\"ang_vel\":[1,2,3]}}",
         "{\"particles\":{\"x\":[1,2,3,4],\"y\":[1,2,3,4],\"ang_vel\":[1,2,3,4]}}"},
        {"{\"particles\":[{\"x\":1,\"y\":2,\"ang_vel\":3}]}",
         "{\"particles\":[{\"x\":1,\"y\":2,\"ang_vel\":3},{\"x\":1,\"y\":2,\"ang_vel\":3},"
         "{\"x\":1,\"y\":2,\"ang_vel\":3},{\"x\":1,\"y\":2,\"ang_vel\":3}],\"more\":0}"},
    };
    daemon_start(&server, "--max-particles", "3", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int fd = raw_open(&server);
        raw_post(fd, rows[i][0]);
        ck_assert_int_eq(raw_read(fd)->status, 200);
        raw_post(fd, rows[i][1]);
        const struct reply *reply = raw_read(fd);
        reply_is_problem(reply, 413, "too-many-particles");
        ck_assert_str_eq(reply_header(reply, "Connection"), "close");
        ck_assert(raw_is_closed(fd));
        close(fd);
    }
    daemon_finish(&server);
}
END_TEST

/* --- --max-particle-steps ------------------------------------------------------------------- */

START_TEST(max_particle_steps)
{
    static const char *const stepping[] = {"reference", "fast", "euler"};
    daemon_start(&server, "--max-particle-steps", "300", NULL);
    for (size_t i = 0; i < sizeof stepping / sizeof *stepping; i++) {
        char target[64];
        snprintf(target, sizeof target, "/simulate?method=%s&timestep=1&dt=100", stepping[i]);
        ck_assert_int_eq(http(&server, "POST", target, THREE_BODY, NULL)->status, 200);
        snprintf(target, sizeof target, "/simulate?method=%s&timestep=1&dt=101", stepping[i]);
        const struct reply *reply = http(&server, "POST", target, THREE_BODY, NULL);
        reply_is_problem(reply, 422, "too-much-work");
        ck_assert_str_eq(reply_text(reply, "/parameter"), "dt");
        ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "closed_form"));
    }
    char body[256];
    snprintf(body, sizeof body, "{\"dt\":101,\"timestep\":1,\"method\":\"euler\",%s",
             &THREE_BODY[1]);
    const struct reply *reply = http_simulate(&server, body);
    reply_is_problem(reply, 422, "too-much-work");
    ck_assert_str_eq(reply_text(reply, "/pointer"), "/dt");
    /* other methods have no limit, and the connection was never closed */
    reply = http(&server, "POST", "/simulate?timestep=1e-9&dt=100", THREE_BODY, NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply->connects, 0);
    daemon_finish(&server);
}
END_TEST

/* --- --queue-limit -------------------------------------------------------------------------- */

START_TEST(queue_limit)
{
    daemon_start(&server, "--workers", "1", "--queue-limit", "1", "--inline-below", "0",
                 SLOW_OPTIONS, NULL);
    int running = raw_open(&server), waiting = raw_open(&server), started = raw_open(&server);
    raw_post(running, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    await_metric(&server, "particled_queue_depth", 0);
    /* passes the check after its headers, and finds the queue full after its body */
    ck_assert(raw_sendf(started, POST_HEAD "Content-Length: %zu\r\n\r\n{", strlen(THREE_BODY)));
    await_metric(&server, "particled_requests_in_flight", 3);
    raw_post(waiting, LONG_BODY);
    await_metric(&server, "particled_queue_depth", 1);

    const struct reply *reply = http_simulate(&server, THREE_BODY);
    reply_is_problem(reply, 503, "queue-full");
    ck_assert_ptr_null(reply_header(reply, "Connection"));
    reply = http_get(&server, "/readyz"); /* on the same connection; needs no worker */
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply->connects, 0);
    /* refused before the client sends its body */
    int expecting = raw_open(&server);
    ck_assert(raw_sendf(expecting, POST_HEAD "Expect: 100-continue\r\nContent-Length: %zu\r\n\r\n",
                        strlen(THREE_BODY)));
    reply_is_problem(raw_read(expecting), 503, "queue-full");
    close(expecting);
    ck_assert(raw_send(started, &THREE_BODY[1]));
    reply_is_problem(raw_read(started), 503, "queue-full");

    close(running);
    ck_assert_int_eq(raw_read(waiting)->status, 200);
    raw_post(started, THREE_BODY);
    ck_assert_int_eq(raw_read(started)->status, 200);
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    close(waiting), close(started);
    daemon_finish(&server);
}
END_TEST

/* --- --memory-limit ------------------------------------------------------------------------- */

/* `count` particles; allocated. */
static char *many(int count)
{
    char *body = malloc((size_t)count * 8 + 64);
    ck_assert_ptr_nonnull(body);
    char *end = body + sprintf(body, "{\"particles\":[[1,2,3]");
    for (int i = 1; i < count; i++)
        end += sprintf(end, ",[1,2,3]");
    strcpy(end, "]}");
    return body;
}

START_TEST(memory_limit)
{
    daemon_start(&server, "--memory-limit", "1M", NULL);
    ck_assert_double_eq(metric(&server, "particled_memory_limit_bytes"), 1 << 20);
    char *small = many(2000), *large = many(100000);
    /* more than the limit, found while the body is received: 413, and the connection closes */
    int fd = raw_open(&server);
    raw_post(fd, large);
    const struct reply *reply = raw_read(fd);
    reply_is_problem(reply, 413, "over-memory-limit");
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    ck_assert(raw_is_closed(fd));
    close(fd);
    await_metric(&server, "particled_memory_used_bytes", 0);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(http_simulate(&server, small)->status, 200);
    await_metric(&server, "particled_memory_used_bytes", 0);
    /* particles that fit, and a response that does not */
    char *half = many(10000);
    reply_is_problem(http_simulate(&server, half), 413, "over-memory-limit");
    await_metric(&server, "particled_memory_used_bytes", 0);
    free(small), free(large), free(half);
    daemon_finish(&server);
}
END_TEST

/* The compressor fits, its output does not: not even when the request is sent again. */
START_TEST(memory_of_a_compressed_response)
{
    const int count = 24000;
    char *body = malloc((size_t)count * 40 + 64), *end = body + sprintf(body, "{\"particles\":[");
    unsigned random = 1;
    for (int i = 0; i < count; i++, random = random * 1664525 + 1013904223)
        end += sprintf(end, "%s[0.%u,0.5,1]", i ? "," : "", random);
    strcpy(end, "]}");
    daemon_start(&server, "--memory-limit", "3000K", NULL);
    for (int i = 0; i < 2; i++) {
        const struct reply *reply =
            http(&server, "POST", "/simulate", body, "Accept-Encoding: zstd", NULL);
        reply_is_problem(reply, 413, "over-memory-limit");
        await_metric(&server, "particled_memory_used_bytes", 0);
        ck_assert_int_eq(http_simulate(&server, body)->status, 200);
    }
    free(body);
    daemon_finish(&server);
}
END_TEST

START_TEST(memory_that_other_requests_hold)
{
    daemon_start(&server, "--memory-limit", "1M", NULL);
    char *half = many(20000);
    /* Memory for as many particles as a body of this length could have, in whole cache lines. */
    size_t held = (strlen(half) / 6 + 7) / 8 * 8 * 24;
    int fd = raw_open(&server);
    ck_assert(raw_sendf(fd, POST_HEAD "Content-Length: %zu\r\n\r\n%.*s", strlen(half),
                        (int)strlen(half) - 2, half));
    await_metric(&server, "particled_memory_used_bytes", (double)held);
    reply_is_problem(http_simulate(&server, half), 503, "memory-used-up");
    close(fd);
    await_metric(&server, "particled_memory_used_bytes", 0);
    free(half);
    daemon_finish(&server);
}
END_TEST

/* --- --max-connections (trap 6) ------------------------------------------------------------- */

/* At the limit, a new client gets the place of the connection that has been idle longest; one whose
 * headers are incomplete is idle, too. Near the limit, responses close their connections. */
START_TEST(idle_connections_make_space)
{
    enum { LIMIT = 8 };
    static const char incomplete[] = "GET /livez HTTP/1.1\r\nHost: slow";
    daemon_start(&server, "--max-connections", "8", "--io-threads", "1", NULL);
    int fds[LIMIT];
    for (int i = 0; i < LIMIT; i++) {
        fds[i] = raw_open(&server);
        ck_assert(raw_send(fds[i], incomplete));
        usleep(1000); /* accepted in this order */
    }
    for (int i = 0; i < 3; i++) {
        int newcomer = raw_open(&server);
        ck_assert(raw_send(newcomer, incomplete));
        ck_assert(raw_is_closed(fds[i]));
        close(fds[i]);
        fds[i] = newcomer;
    }
    ck_assert(raw_send(fds[LIMIT - 1], "\r\n\r\n"));
    const struct reply *reply = raw_read(fds[LIMIT - 1]);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    for (int i = 0; i < LIMIT; i++)
        close(fds[i]);
    daemon_finish(&server);
}
END_TEST

/* Busy connections are never closed: a new client waits. */
START_TEST(busy_connections_stay)
{
    daemon_start(&server, "--max-connections", "3", "--workers", "1", SLOW_OPTIONS, NULL);
    int busy[3];
    for (int i = 0; i < 3; i++) {
        busy[i] = raw_open(&server);
        if (i < 2)
            raw_post(busy[i], SLOW_BODY);
        else /* its headers are complete, its body is not */
            ck_assert(raw_send(busy[i], "POST /simulate HTTP/1.1\r\nHost: x\r\n"
                                        "Content-Length: 100\r\n\r\n{"));
    }
    int fourth = raw_connect(&server);
    ck_assert_int_ge(fourth, 0);
    ck_assert(raw_send(fourth, LIVEZ));
    for (int i = 0; i < 3; i++)
        ck_assert(raw_is_silent(busy[i]));
    ck_assert(raw_is_silent(fourth));
    close(busy[0]);
    ck_assert_int_eq(raw_read(fourth)->status, 200);
    close(busy[1]), close(busy[2]), close(fourth);
    daemon_finish(&server);
}
END_TEST

/* The default limit of libmicrohttpd is 1020, divided by its threads, and includes suspended
 * connections. */
START_TEST(more_connections_than_the_default_of_the_library)
{
    enum { COUNT = 1100 };
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max < 2 * COUNT)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    daemon_start(&server, "--io-threads", "3", "--workers", "1", "--queue-limit", "2000",
                 SLOW_OPTIONS, NULL);
    static int fds[COUNT];
    for (int i = 0; i < COUNT; i++) {
        fds[i] = raw_open(&server);
        raw_post(fds[i], SLOW_BODY);
    }
    await_metric(&server, "particled_jobs_in_flight", COUNT);
    ck_assert_int_eq(http_get(&server, "/livez")->status, 200);
    for (int i = 0; i < COUNT; i++)
        close(fds[i]);
    await_metric(&server, "particled_cancelled_total", COUNT);
    daemon_finish(&server);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/limits");
    TCase *tcase = suite_case(suite, "limits");
    tcase_add_test(tcase, max_body_with_a_length);
    tcase_add_test(tcase, max_body_in_chunks);
    tcase_add_test(tcase, max_particles);
    tcase_add_test(tcase, max_particle_steps);
    tcase_add_test(tcase, queue_limit);
    tcase_add_test(tcase, memory_limit);
    tcase_add_test(tcase, memory_of_a_compressed_response);
    tcase_add_test(tcase, memory_that_other_requests_hold);
    tcase_add_test(tcase, idle_connections_make_space);
    tcase_add_test(tcase, busy_connections_stay);
    tcase_add_test(tcase, more_connections_than_the_default_of_the_library);
    return suite_run(suite);
}
