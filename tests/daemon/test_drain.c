/* Shutdown of the daemon: what it finishes, refuses and cancels; always with exit status 0. A
 * report of a sanitizer fails the test (daemon_wait). */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../harness/harness.h"
#include "config.h"

#define READYZ "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"

static struct daemon server;

/* Waits until new connections are refused; the daemon still runs. */
static void await_closed_listener(void)
{
    time_t end = time(NULL) + HARNESS_LIMIT_S;
    for (int fd; (fd = raw_connect(&server)) >= 0;) {
        close(fd);
        ck_assert_msg(time(NULL) < end, "the listener stays open");
        usleep(2000);
    }
}

/* Opens a connection with a job that does not end by itself. */
static int open_job(void)
{
    int fd = raw_open(&server);
    raw_post(fd, SLOW_BODY);
    return fd;
}

static void stops_with_status_0(void)
{
    int status = daemon_wait(&server);
    ck_assert_msg(status == 0, "exit status %d: %s", status, daemon_log(&server));
    ck_assert_ptr_nonnull(strstr(daemon_log(&server), "stopped"));
}

/* A request whose body is being received when the signal comes is completed. */
START_TEST(a_request_in_flight_finishes)
{
    static const int signals[] = {SIGTERM, SIGINT};
    daemon_start(&server, "--drain-timeout", "3600", NULL);
    int fd = raw_open(&server);
    ck_assert(raw_sendf(fd,
                        "POST /simulate HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%.20s",
                        strlen(THREE_BODY), THREE_BODY));
    await_metric(&server, "particled_requests_in_flight", 2);
    kill(server.pid, signals[_i]);
    await_closed_listener();
    ck_assert(raw_is_silent(fd));
    ck_assert(raw_send(fd, &THREE_BODY[20]));
    const struct reply *reply = raw_read(fd);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), 3);
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    stops_with_status_0();
    close(fd);
}
END_TEST

/* So is a request that a worker computes: about a second of work. */
START_TEST(a_job_finishes)
{
    daemon_start(&server, "--drain-timeout", "3600", "--workers", "1", NULL);
    int fd = raw_open(&server);
    raw_post(fd, "{\"particles\":[[0.3,0.5,1]],\"method\":\"euler\",\"dt\":400,\"timestep\":1e-5}");
    await_metric(&server, "particled_workers_busy", 1);
    kill(server.pid, SIGTERM);
    await_closed_listener();
    ck_assert_int_eq(raw_read(fd)->status, 200);
    stops_with_status_0();
    close(fd);
}
END_TEST

/* On open connections, /readyz and new work get 503, and the connection is closed. */
START_TEST(open_connections_get_503)
{
    daemon_start(&server, "--drain-timeout", "3600", SLOW_OPTIONS, NULL);
    int job = open_job();
    int ready = raw_open(&server), work = raw_open(&server), bench = raw_open(&server);
    ck_assert(raw_send(ready, READYZ));
    ck_assert_str_eq(raw_read(ready)->body, "ready\n");
    raw_post(work, THREE_BODY);
    ck_assert_int_eq(raw_read(work)->status, 200);
    ck_assert(raw_send(bench, READYZ));
    ck_assert_int_eq(raw_read(bench)->status, 200);
    await_metric(&server, "particled_workers_busy", 1);
    kill(server.pid, SIGTERM);
    await_closed_listener();

    ck_assert(raw_send(ready, READYZ));
    const struct reply *reply = raw_read(ready);
    reply_is_problem(reply, 503, "draining");
    ck_assert_str_eq(reply_header(reply, "Connection"), "close");
    ck_assert(raw_is_closed(ready));
    raw_post(work, THREE_BODY);
    reply_is_problem(raw_read(work), 503, "draining");
    ck_assert(raw_is_closed(work));
    ck_assert(raw_send(bench, "GET /bench HTTP/1.1\r\nHost: x\r\n\r\n"));
    reply_is_problem(raw_read(bench), 503, "draining");

    close(job); /* cancels the last job */
    stops_with_status_0();
    close(ready), close(work), close(bench);
}
END_TEST

START_TEST(the_drain_timeout_cancels)
{
    daemon_start(&server, "--drain-timeout", "0.2", SLOW_OPTIONS, NULL);
    int fd = open_job();
    await_metric(&server, "particled_workers_busy", 1);
    kill(server.pid, SIGTERM);
    reply_is_problem(raw_read(fd), 503, "draining");
    stops_with_status_0();
    ck_assert_ptr_nonnull(strstr(daemon_log(&server), "cancelled"));
    close(fd);
}
END_TEST

START_TEST(a_second_signal_cancels)
{
    daemon_start(&server, "--drain-timeout", "3600", SLOW_OPTIONS, NULL);
    int fd = open_job();
    await_metric(&server, "particled_workers_busy", 1);
    kill(server.pid, _i ? SIGINT : SIGTERM);
    await_closed_listener();
    ck_assert(raw_is_silent(fd));
    kill(server.pid, SIGTERM);
    reply_is_problem(raw_read(fd), 503, "draining");
    stops_with_status_0();
    close(fd);
}
END_TEST

/* Trap 1: libmicrohttpd aborts the process when it is stopped while connections are suspended. Here
 * some jobs run and some wait, a request is half sent, and connections are idle. */
START_TEST(suspended_connections_survive_the_stop)
{
    enum { JOBS = 12 };
    daemon_start(&server, "--drain-timeout", "0", "--workers", "2", SLOW_OPTIONS, NULL);
    int jobs[JOBS];
    for (int i = 0; i < JOBS; i++)
        jobs[i] = open_job();
    await_metric(&server, "particled_jobs_in_flight", JOBS);
    int half = raw_open(&server), idle = raw_open(&server), empty = raw_open(&server);
    ck_assert(raw_send(half, "POST /simulate HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"));
    ck_assert(raw_send(idle, READYZ));
    ck_assert_int_eq(raw_read(idle)->status, 200);
    await_metric(&server, "particled_requests_in_flight", JOBS + 2);
    kill(server.pid, SIGTERM);
    for (int i = 0; i < JOBS; i++) {
        reply_is_problem(raw_read(jobs[i]), 503, "draining");
        close(jobs[i]);
    }
    stops_with_status_0();
    ck_assert(raw_is_closed(half) && raw_is_closed(idle) && raw_is_closed(empty));
    close(half), close(idle), close(empty);
}
END_TEST

START_TEST(bench_is_cancelled_by_the_stop)
{
    daemon_start(&server, "--drain-timeout", "0.1", NULL);
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /bench?max_time=3600 HTTP/1.1\r\nHost: x\r\n\r\n"));
    await_metric(&server, "particled_workers_busy", 1);
    kill(server.pid, SIGTERM);
    reply_is_problem(raw_read(fd), 503, "draining");
    stops_with_status_0();
    close(fd);
}
END_TEST

/* --- under load ------------------------------------------------------------------------------ */

static size_t discard(char *bytes, size_t one, size_t size, void *context)
{
    (void)bytes, (void)one, (void)context;
    return size;
}

/* Clients send requests until the daemon has stopped; every response is complete, with status 200
 * or 503. If `crowded`, most clients wait for a connection, and each request uses a new one: then
 * libmicrohttpd sometimes aborted the process, when it still accepted connections itself. */
START_TEST(stop_under_load)
{
    enum { CLIENTS = 24, BEFORE_SIGNAL = 500 };
    bool crowded = _i > 0;
    daemon_start(&server, "--io-threads", "4", "--max-connections", crowded ? "5" : "4096", NULL);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/simulate", server.port);
    CURLM *multi = curl_multi_init();
    for (int i = 0; i < CLIENTS; i++) {
        CURL *curl = curl_easy_init();
        curl_easy_setopt(curl, CURLOPT_URL, url);
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, THREE_BODY);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard);
        curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, (long)crowded);
        curl_multi_add_handle(multi, curl);
    }
    int done = 0, running = CLIENTS, left;
    time_t end = time(NULL) + HARNESS_LIMIT_S;
    while (running > 0) {
        ck_assert_msg(time(NULL) < end, "the load does not end");
        curl_multi_poll(multi, NULL, 0, 100, NULL);
        curl_multi_perform(multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
            CURL *curl = message->easy_handle;
            CURLcode code = message->data.result;
            long status = 0;
            curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
            curl_multi_remove_handle(multi, curl);
            ck_assert_msg(code != CURLE_PARTIAL_FILE, "a response is cut off");
            if (code == CURLE_OK && status == 200 && ++done == BEFORE_SIGNAL)
                kill(server.pid, SIGTERM);
            if (code == CURLE_OK) {
                ck_assert_msg(status == 200 || status == 503, "status %ld", status);
                curl_multi_add_handle(multi, curl);
                running++;
            } else { /* refused, or closed between two requests: the daemon has stopped */
                ck_assert_msg(done >= BEFORE_SIGNAL, "%s", curl_easy_strerror(code));
                curl_easy_cleanup(curl);
            }
        }
    }
    curl_multi_cleanup(multi);
    stops_with_status_0();
}
END_TEST

START_TEST(restart_on_the_same_port_at_once)
{
    daemon_start(&server, NULL);
    for (int i = 0; i < 3; i++) {
        /* The daemon closes these connections first, which leaves the port in TIME_WAIT. */
        int fd = raw_open(&server);
        ck_assert(raw_send(fd, "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        ck_assert_int_eq(raw_read(fd)->status, 200);
        ck_assert(raw_is_closed(fd));
        int idle = raw_open(&server);
        ck_assert(raw_send(idle, READYZ));
        ck_assert_int_eq(raw_read(idle)->status, 200);
        char listen[32];
        snprintf(listen, sizeof listen, "127.0.0.1:%d", server.port);
        daemon_stop(&server);
        daemon_start(&server, "--listen", listen, NULL);
        close(fd), close(idle);
    }
    daemon_finish(&server);
}
END_TEST

/* Trap 9: libmicrohttpd would shut down the listening socket, which systemd still uses. */
START_TEST(an_inherited_socket_survives)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 16), 0);
    for (int i = 0; i < 2; i++) {
        daemon_start_inheriting(&server, listener, NULL);
        ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
        daemon_stop(&server);
    }
    /* No daemon runs, but the socket accepts connections; the next daemon serves them. */
    int early = raw_open(&server);
    ck_assert(raw_send(early, READYZ));
    daemon_start_inheriting(&server, listener, NULL);
    ck_assert_str_eq(raw_read(early)->body, "ready\n");
    close(early);
    daemon_finish(&server);
    close(listener);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("daemon/drain");
    TCase *tcase = suite_case(suite, "drain");
    tcase_add_loop_test(tcase, a_request_in_flight_finishes, 0, 2);
    tcase_add_test(tcase, a_job_finishes);
    tcase_add_test(tcase, open_connections_get_503);
    tcase_add_test(tcase, the_drain_timeout_cancels);
    tcase_add_loop_test(tcase, a_second_signal_cancels, 0, 2);
    tcase_add_test(tcase, suspended_connections_survive_the_stop);
    tcase_add_test(tcase, bench_is_cancelled_by_the_stop);
    tcase_add_test(tcase, restart_on_the_same_port_at_once);
#ifdef HAVE_SYSTEMD
    tcase_add_test(tcase, an_inherited_socket_survives);
#endif
    tcase = suite_case(suite, "load");
    tcase_add_loop_test(tcase, stop_under_load, 0, 5);
    return suite_run(suite);
}
