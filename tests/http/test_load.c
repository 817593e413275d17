/* Many clients at the same time. Traps 2, 3 and 11: every response must be correct, on every I/O
 * thread, after the request was passed to a worker and back. */
#include <curl/curl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../harness/harness.h"
#include "../harness/reply.h"

#define CLIENTS 200

static struct daemon server;

static void finish(void)
{
    daemon_finish(&server);
}

struct client {
    CURL *curl;
    char body[160];
    double x; /* expected in the response */
    int rounds;
    struct reply reply;
};

static size_t receive(char *bytes, size_t one, size_t size, void *context)
{
    (void)one;
    struct reply *reply = context;
    reply_append(&reply->body, &reply->size, bytes, size);
    return size;
}

/* Each round of each client has a different request, so that a response to another request is
 * found. Every fourth takes some milliseconds of work. */
static void send_next(CURLM *multi, struct client *client, int index)
{
    bool slow = (index + client->rounds) % 4 == 0;
    client->x = 1 + index + client->rounds / 1024.0;
    snprintf(client->body, sizeof client->body,
             "{\"particles\":[[%.10g,0.5,0]%s],\"method\":\"%s\",\"dt\":%s}", client->x,
             slow ? ",[1,1,1]" : "", slow ? "euler" : "closed_form", slow ? "2" : "0.1");
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, client->body);
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(client->body));
    reply_clear(&client->reply);
    curl_multi_add_handle(multi, client->curl);
}

static void check(struct client *client, CURLcode code)
{
    long status;
    ck_assert_msg(code == CURLE_OK, "%s", curl_easy_strerror(code));
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    ck_assert_msg(status == 200, "%ld: %s", status, client->reply.body);
    char expected[64];
    snprintf(expected, sizeof expected, "{\"particles\":[[%.10g,0.5,0]", client->x);
    ck_assert_msg(strncmp(client->reply.body, expected, strlen(expected)) == 0, "%s, not %s",
                  client->reply.body, expected);
}

static void run_clients(int rounds)
{
    static struct client clients[CLIENTS];
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/simulate", server.port);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CLIENTS);
    for (int i = 0; i < CLIENTS; i++) {
        struct client *client = &clients[i];
        client->curl = curl_easy_init();
        curl_easy_setopt(client->curl, CURLOPT_URL, url);
        curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &client->reply);
        curl_easy_setopt(client->curl, CURLOPT_PRIVATE, client);
        send_next(multi, client, i);
    }
    int running = CLIENTS, left;
    time_t end = time(NULL) + HARNESS_LIMIT_S;
    while (running > 0) {
        ck_assert_msg(time(NULL) < end, "%d clients still wait", running);
        curl_multi_poll(multi, NULL, 0, 100, NULL);
        curl_multi_perform(multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
            CURLcode code = message->data.result;
            struct client *client;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&client);
            curl_multi_remove_handle(multi, client->curl);
            check(client, code);
            if (++client->rounds < rounds) {
                send_next(multi, client, (int)(client - clients));
                running++;
            } else {
                curl_easy_cleanup(client->curl);
                reply_clear(&client->reply);
            }
        }
    }
    curl_multi_cleanup(multi);
    await_requests_done(&server, "/simulate", 200, (double)CLIENTS * rounds);
}

/* With 0 the workers compute tiny requests, with 20 the I/O threads. */
static const char *const inline_below[] = {"0", "20"};

START_TEST(parallel_clients)
{
    daemon_start(&server, "--io-threads", "2", "--workers", "2", "--inline-below", inline_below[_i],
                 NULL);
    run_clients(5);
}
END_TEST

START_TEST(parallel_clients_of_many_threads)
{
    daemon_start(&server, "--io-threads", "8", "--workers", "8", "--inline-below", inline_below[_i],
                 NULL);
    run_clients(5);
}
END_TEST

START_TEST(parallel_clients_of_one_thread_each)
{
    daemon_start(&server, "--io-threads", "1", "--workers", "1", "--inline-below", inline_below[_i],
                 NULL);
    run_clients(3);
}
END_TEST

/* A body with `count` equal particles, allocated with malloc. */
static char *many(int count)
{
    char *body = malloc((size_t)count * 8 + 64), *end = body;
    ck_assert_ptr_nonnull(body);
    end += sprintf(end, "{\"particles\":[[1,2,3]");
    for (int i = 1; i < count; i++)
        end += sprintf(end, ",[1,2,3]");
    strcpy(end, "]}");
    return body;
}

/* The I/O threads compute tiny requests; the workers compute all others. */
START_TEST(tiny_requests_run_on_the_io_thread)
{
    static const char *const for_workers[] = {
        "{\"particles\":[[0.3,0.5,1]],\"method\":\"euler\",\"dt\":1e-4}",
        "{\"particles\":[[0.3,0.5,1]],\"method\":\"reference\",\"dt\":0}",
    };
    daemon_start(&server, "--workers", "1", SLOW_OPTIONS, NULL);
    http_simulate(&server, for_workers[0]);
    http_simulate(&server, for_workers[1]);
    char *body = many(1000);
    http_simulate(&server, body);
    free(body);
    /* these take little time, but the worst particles would take too much */
    body = many(2000);
    http(&server, "POST", "/simulate", body, "Accept: application/x-npy", NULL);
    http(&server, "POST", "/simulate?method=analytic", body, "Accept: application/x-npy", NULL);
    free(body);
    await_metric(&server, "particled_inline_requests_total", 0);

    int fd = raw_open(&server);
    raw_post(fd, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    for (int i = 0; i < 10; i++) {
        const struct reply *reply = http_simulate(&server, THREE_BODY);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_double_eq(reply_number(reply, "/timing/queue_s"), 0);
        ck_assert_double_eq(reply_number(reply, "/timing/threads"), 1);
    }
    reply_is_problem(http_simulate(&server, "{\"particles\":[[0,0,1]]}"), 422, "outside-domain");
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    await_metric(&server, "particled_inline_requests_total", 12);
    ck_assert_double_eq(metric(&server, "particled_particles_total{method=\"closed_form\"}"),
                        1000 + 2000 + 11 * 3);
    close(fd);
}
END_TEST

/* The "particles" of a response, up to the next member; allocated. */
static char *evolve_on(const char *workers, const char *body)
{
    daemon_start(&server, "--workers", workers, NULL);
    const struct reply *reply = http_simulate(&server, body);
    ck_assert_int_eq(reply->status, 200);
    if (strcmp(workers, "1") == 0)
        ck_assert_double_eq(reply_number(reply, "/timing/threads"), 1);
    const char *end = strstr(reply->body, ",\"dt\":");
    ck_assert_ptr_nonnull(end);
    char *particles = strndup(reply->body, (size_t)(end - reply->body));
    daemon_finish(&server);
    return particles;
}

#define SPLIT_PARTICLES 150000
#define SPLIT_PARTICLES_STEPPING 5000

/* The set is split; the response has the same bytes for any number of workers. */
START_TEST(the_response_does_not_depend_on_the_workers)
{
    static const char *const methods[] = {"closed_form", "analytic", "euler", "fast", "reference"};
    int count = _i < 2 ? SPLIT_PARTICLES : SPLIT_PARTICLES_STEPPING;
    char *body = malloc((size_t)count * 40 + 128);
    ck_assert_ptr_nonnull(body);
    char *end = body + sprintf(body, "{\"particles\":[[0.3,0.5,1]");
    for (int i = 1; i < count; i++)
        end += sprintf(end, ",[%g,%g,%g]", 1e-4 * i, cos(i), sin(3 * i));
    sprintf(end, "],\"dt\":0.005,\"method\":\"%s\"}", methods[_i]);
    char *alone = evolve_on("1", body);
    char *shared = evolve_on("4", body);
    ck_assert_str_eq(alone, shared);
    free(alone);
    free(shared);
    free(body);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("http/load");
    TCase *tcase = suite_case(suite, "load");
    tcase_add_checked_fixture(tcase, NULL, finish);
    tcase_add_loop_test(tcase, parallel_clients, 0, 2);
    tcase_add_loop_test(tcase, parallel_clients_of_many_threads, 0, 2);
    tcase_add_loop_test(tcase, parallel_clients_of_one_thread_each, 0, 2);
    tcase_add_test(tcase, tiny_requests_run_on_the_io_thread);
    TCase *split = suite_case(suite, "split");
    tcase_add_loop_test(split, the_response_does_not_depend_on_the_workers, 0, 5);
    return suite_run(suite);
}
