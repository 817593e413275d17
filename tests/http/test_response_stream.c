/* Streamed responses through the real library, with work that no endpoint has: work that does not
 * end or that fails in the middle, and different readers. */
#include "http/response_stream.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../suite.h"
#include "base/clock.h"
#include "http/dispatch.h"
#include "http/job.h"
#include "http/message/byte_queue.h"
#include "http/respond.h"
#include "http/route.h"

#define LIMIT_S 60
#define LONG_NS (3600 * NS_PER_S)
#define SHORT_NS (300 * NS_PER_MS)
#define TYPE "application/x-ndjson"

/* --- a small server with one endpoint -------------------------------------------------------- */

static const char *const phase_names[] = {"receive", "queue"};
static const struct timing_phases phases = {phase_names, 2, 0, 1};
static const struct http_config config = {
    .request_timeout_ns = SHORT_NS, .queue_limit = 4, .phases = &phases};
static struct service service = {.config = &config};
static struct MHD_Daemon *server;
static struct route route;
static atomic_uint closed_status; /* of the last stream that ended; 1: complete */
static atomic_uint finished;      /* number of requests */
static atomic_bool started;       /* a line was written */
static atomic_uint uncounted;     /* connections resumed when no job was counted */

/* In place of the library's function, which the linker calls __real_: a job that resumes its
 * connection still counts, or the library might be stopped with the connection suspended. */
void __real_MHD_resume_connection(struct MHD_Connection *mhd);
void __wrap_MHD_resume_connection(struct MHD_Connection *mhd);

void __wrap_MHD_resume_connection(struct MHD_Connection *mhd)
{
    if (atomic_load(&service.jobs) == 0)
        atomic_fetch_add(&uncounted, 1);
    __real_MHD_resume_connection(mhd);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    (void)cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        connection_monitor_close(*context);
        return;
    }
    int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    *context = connection_monitor_open(service.monitor, fd, NULL);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    (void)cls, (void)mhd, (void)url, (void)method, (void)version;
    (void)upload, (void)upload_size;
    struct request *request = *context;
    if (request->stage == REQUEST_HEADERS) {
        request->stage = REQUEST_BODY;
        connection_headers_complete(request->connection);
        request->route = &route;
        return MHD_YES;
    }
    if (request->stage == REQUEST_BODY) {
        job_submit(request);
        return MHD_YES;
    }
    return request_send_response(request);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)mhd;
    struct request *request = *context;
    if (request->stream) {
        unsigned status = request->stream->close(request);
        atomic_store(&closed_status, code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? 1 : status);
    }
    request->connection->request = NULL;
    connection_finish(request->connection);
    request_release(request);
    atomic_fetch_add(&finished, 1);
}

static void start_with(int64_t timeout_ns, int64_t idle_ns, size_t memory)
{
    memory_budget_init(&service.budget, memory);
    service.acceptor = acceptor_create(
        &(struct acceptor_config){.max_connections = 100, .budget = &service.budget});
    service.pool = worker_pool_create(1, 4);
    service.monitor = connection_monitor_create(timeout_ns, idle_ns, "");
    server = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
                              NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR,
                              (struct sockaddr *)&(struct sockaddr_in){
                                  .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
                              MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL,
                              MHD_OPTION_URI_LOG_CALLBACK, dispatch_first_line, &service,
                              MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    ck_assert(service.pool && service.monitor && server);
}

static void start(int64_t timeout_ns, size_t memory)
{
    start_with(timeout_ns, LONG_NS, memory);
}

static void await_zero(atomic_size_t *count, const char *what)
{
    time_t end = time(NULL) + LIMIT_S;
    while (atomic_load(count) > 0) {
        ck_assert_msg(time(NULL) < end, "%s does not end", what);
        usleep(1000);
    }
}

/* Waits until all requests have ended; all memory must be released. */
static void finish(void)
{
    await_zero(&service.jobs, "the work");
    await_zero(&service.requests_in_flight, "the request");
    ck_assert_uint_eq(atomic_load(&service.budget.used), 0);
    suite_assert(atomic_load(&uncounted) == 0);
    MHD_stop_daemon(server);
    acceptor_destroy(service.acceptor);
    worker_pool_destroy(service.pool);
    connection_monitor_destroy(service.monitor);
}

/* --- a client -------------------------------------------------------------------------------- */

#define SMALL_WINDOW 32768

/* Sends a request; `window`, if not 0, is the size of the receive buffer. */
static int send_request(int window)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (window)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    ck_assert_int_eq(send(fd, request, sizeof request - 1, MSG_NOSIGNAL), sizeof request - 1);
    return fd;
}

struct body {
    char *bytes;
    size_t size;
    bool complete; /* the last chunk was received */
    int status;
};

/* Receives some bytes; 0 when the other side has closed. */
static size_t receive(int fd, char *bytes, size_t size)
{
    struct pollfd poller = {fd, POLLIN, 0};
    ck_assert_msg(poll(&poller, 1, LIMIT_S * 1000) == 1, "nothing is received");
    ssize_t got = recv(fd, bytes, size, 0);
    return got > 0 ? (size_t)got : 0;
}

static bool read_line(int fd, char *line, size_t size)
{
    size_t used = 0;
    while (used + 1 < size && receive(fd, line + used, 1) == 1)
        if (line[used++] == '\n') {
            line[used] = '\0';
            return true;
        }
    return false;
}

/* Reads a response whose body has a length or comes in chunks. */
static struct body read_response(int fd)
{
    struct body body = {NULL, 0, false, 0};
    char line[512];
    size_t length = 0;
    ck_assert(read_line(fd, line, sizeof line));
    ck_assert_int_eq(sscanf(line, "HTTP/1.1 %d", &body.status), 1);
    while (read_line(fd, line, sizeof line) && strcmp(line, "\r\n") != 0)
        sscanf(line, "Content-Length: %zu", &length);
    bool chunked = length == 0;
    while (length > 0 || (read_line(fd, line, sizeof line) && sscanf(line, "%zx", &length) == 1)) {
        if (length == 0) {
            body.complete = read_line(fd, line, sizeof line) && strcmp(line, "\r\n") == 0;
            break;
        }
        body.bytes = realloc(body.bytes, body.size + length + 1);
        ck_assert_ptr_nonnull(body.bytes);
        while (length > 0) {
            size_t got = receive(fd, body.bytes + body.size, length);
            ck_assert_msg(got > 0, "a chunk is cut off");
            body.size += got;
            length -= got;
        }
        body.bytes[body.size] = '\0';
        if (!chunked)
            break;
        ck_assert(read_line(fd, line, sizeof line));
    }
    return body;
}

/* Fails unless the body ends with a problem of this type, without the last chunk. */
static void expect_final_error(int fd, const char *start, const char *type, unsigned status)
{
    struct body body = read_response(fd);
    ck_assert_int_eq(body.status, 200);
    ck_assert(!body.complete);
    char expected[96];
    snprintf(expected, sizeof expected, "\n{\"type\":\"urn:particled:problem:%s\",", type);
    ck_assert_ptr_eq(strstr(body.bytes, start), body.bytes);
    const char *final_error = strstr(body.bytes, expected);
    ck_assert_msg(final_error, "no %s", type);
    ck_assert_ptr_eq(strchr(final_error + 1, '\n'), body.bytes + body.size - 1);
    free(body.bytes);
    await_zero(&service.requests_in_flight, "the request");
    ck_assert_uint_eq(atomic_load(&closed_status), status);
    close(fd);
}

/* --- work ------------------------------------------------------------------------------------ */

static char byte_at(size_t position)
{
    return (char)('0' + position * 2654435761u % 61);
}

#define TOTAL ((size_t)3 << 20)

static void write_all(struct request *request)
{
    static char bytes[100000];
    ck_assert(response_stream_open(request, TYPE));
    for (size_t done = 0, size; done < TOTAL; done += size) {
        size = 1 + done * 7919 % sizeof bytes;
        size = size < TOTAL - done ? size : TOTAL - done;
        for (size_t i = 0; i < size; i++)
            bytes[i] = byte_at(done + i);
        ck_assert(response_stream_write(request, bytes, size));
    }
    response_stream_complete(request);
}

static void write_endlessly(struct request *request)
{
    static const char line[] = "a line\n";
    if (response_stream_open(request, TYPE))
        while (response_stream_write(request, line, sizeof line - 1))
            atomic_store(&started, true);
}

/* Writes one line, then computes until it is cancelled. */
static void compute_endlessly(struct request *request)
{
    ck_assert(response_stream_open(request, TYPE));
    response_stream_write(request, "a line\n", 7);
    atomic_store(&started, true);
    while (!job_cancelled(request))
        usleep(1000);
}

static void fail_half_way(struct request *request)
{
    ck_assert(response_stream_open(request, TYPE));
    response_stream_write(request, "half a li", 9);
    request_fail_with(request, &problem_internal, "It broke.");
}

/* --- tests ----------------------------------------------------------------------------------- */

START_TEST(a_complete_response)
{
    start(LONG_NS, 10 << 20);
    route.work = write_all;
    int fd = send_request(_i ? SMALL_WINDOW : 0);
    for (int again = 0; again < 2; again++) { /* the connection stays usable */
        struct body body = read_response(fd);
        ck_assert_int_eq(body.status, 200);
        ck_assert(body.complete);
        ck_assert_uint_eq(body.size, TOTAL);
        bool same = true;
        for (size_t i = 0; i < TOTAL; i++)
            same &= body.bytes[i] == byte_at(i);
        ck_assert(same);
        free(body.bytes);
        if (again == 0)
            ck_assert_int_eq(send(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27, MSG_NOSIGNAL), 27);
    }
    close(fd);
    finish();
    ck_assert_uint_eq(atomic_load(&closed_status), 1);
    ck_assert_uint_eq(atomic_load(&finished), 2);
}
END_TEST

/* Waiting for the reader is not part of the computation. */
START_TEST(slow_reader)
{
    start(SHORT_NS, 10 << 20);
    route.work = write_all;
    int fd = send_request(SMALL_WINDOW);
    usleep(4 * SHORT_NS / 1000); /* the queue is full since long before the deadline */
    ck_assert_uint_eq(atomic_load(&service.metrics.cancelled), 0);
    struct body body = read_response(fd);
    ck_assert(body.complete);
    ck_assert_uint_eq(body.size, TOTAL);
    free(body.bytes);
    close(fd);
    finish();
}
END_TEST

/* A reader that takes nothing is cut off, and its worker is free again. */
START_TEST(stalled_reader)
{
    start_with(LONG_NS, SHORT_NS, 10 << 20);
    route.work = write_endlessly;
    int fd = send_request(SMALL_WINDOW);
    while (atomic_load(&service.metrics.cancelled) == 0)
        usleep(1000);
    await_zero(&service.requests_in_flight, "the request");
    close(fd);
    finish();
}
END_TEST

START_TEST(deadline_of_a_slow_work)
{
    start(SHORT_NS, 10 << 20);
    route.work = compute_endlessly;
    expect_final_error(send_request(0), "a line\n", "deadline-passed", 504);
    finish();
}
END_TEST

/* The stop comes after a line was written. */
START_TEST(a_stop_ends_the_stream)
{
    start(LONG_NS, 10 << 20);
    route.work = _i ? write_endlessly : compute_endlessly;
    int fd = send_request(SMALL_WINDOW);
    while (!atomic_load(&started))
        usleep(1000);
    while (atomic_load(&service.jobs) > 0) {
        connection_monitor_stop_jobs(service.monitor);
        usleep(1000);
    }
    expect_final_error(fd, "a line\n", "draining", 503);
    finish();
}
END_TEST

START_TEST(a_disconnect_ends_the_work)
{
    start(LONG_NS, 10 << 20);
    route.work = _i % 2 ? write_endlessly : compute_endlessly;
    int fd = send_request(SMALL_WINDOW);
    char byte;
    ck_assert_uint_eq(receive(fd, &byte, 1), 1);
    if (_i / 2)
        shutdown(fd, SHUT_WR);
    else
        close(fd);
    await_zero(&service.jobs, "the work");
    if (_i / 2)
        close(fd);
    finish();
    ck_assert_uint_eq(atomic_load(&closed_status), 0);
}
END_TEST

START_TEST(a_failure_is_the_last_line)
{
    start(LONG_NS, 10 << 20);
    route.work = fail_half_way;
    expect_final_error(send_request(0), "half a li\n", "internal", 500);
    finish();
}
END_TEST

/* Before the stream is open, a failure is an ordinary response. */
START_TEST(no_memory_for_a_stream)
{
    start(LONG_NS, BYTE_QUEUE_MEMORY / 2);
    route.work = write_endlessly;
    int fd = send_request(0);
    struct body body = read_response(fd);
    ck_assert_int_eq(body.status, 413);
    ck_assert_ptr_nonnull(strstr(body.bytes, "over-memory-limit"));
    free(body.bytes);
    close(fd);
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/response_stream");
    TCase *tcase = suite_case(suite, "response_stream");
    tcase_add_loop_test(tcase, a_complete_response, 0, 2);
    tcase_add_test(tcase, slow_reader);
    tcase_add_test(tcase, stalled_reader);
    tcase_add_test(tcase, deadline_of_a_slow_work);
    tcase_add_loop_test(tcase, a_stop_ends_the_stream, 0, 2);
    tcase_add_loop_test(tcase, a_disconnect_ends_the_work, 0, 4);
    tcase_add_test(tcase, a_failure_is_the_last_line);
    tcase_add_test(tcase, no_memory_for_a_stream);
    return suite_run(suite);
}
