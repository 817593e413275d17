/* Connections and their monitor, with socket pairs. */
#include "http/connection/connection_monitor.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../suite.h"

#define LIMIT_S 60
#define LONG_NS INT64_C(3600000000000)
#define SHORT_NS 100000000

static struct connection_monitor *monitor;
static struct connection *connection;
static int ours, theirs;
static atomic_uint looks;   /* in which the monitor saw that the client had disconnected */
static atomic_bool move_on; /* the request begins during the first of them */

/* The linker puts this in front of the C library's, which it calls __real_. */
int __real_poll(struct pollfd *polled, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *polled, nfds_t count, int timeout_ms);

int __wrap_poll(struct pollfd *polled, nfds_t count, int timeout_ms)
{
    int ready = __real_poll(polled, count, timeout_ms);
    if (ready > 0 && atomic_fetch_add(&looks, 1) == 0 && atomic_load(&move_on))
        connection_begin(connection);
    return ready;
}

static void open_with(int64_t timeout_ns, int64_t idle_ns)
{
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ours = pair[0];
    theirs = pair[1];
    monitor = connection_monitor_create(timeout_ns, idle_ns, "too slow");
    ck_assert_ptr_nonnull(monitor);
    connection = connection_monitor_open(monitor, ours, NULL);
    ck_assert_ptr_nonnull(connection);
    ck_assert_str_eq(connection->address, "local");
}

static void open_long(void)
{
    open_with(LONG_NS, LONG_NS);
}

static void open_short(void)
{
    open_with(SHORT_NS, LONG_NS);
}

static void finish(void)
{
    connection_monitor_close(connection);
    ck_assert_uint_eq(connection_monitor_count(monitor), 0);
    connection_monitor_destroy(monitor);
    close(ours);
    close(theirs);
}

static void await_phase(enum connection_phase phase)
{
    time_t end = time(NULL) + LIMIT_S;
    while (connection_phase(connection) != phase) {
        ck_assert_msg(time(NULL) < end, "the phase stays %d, not %d", connection_phase(connection),
                      phase);
        usleep(1000);
    }
}

/* The phase does not change while the monitor checks it several times. */
static void phase_stays(enum connection_phase phase)
{
    usleep(4000 * CONNECTION_MONITOR_TICK_MS);
    ck_assert_int_eq(connection_phase(connection), phase);
}

START_TEST(phases_of_ordinary_requests)
{
    ck_assert_uint_eq(connection_monitor_count(monitor), 1);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(connection_phase(connection), CONNECTION_IDLE);
        connection_begin(connection);
        ck_assert_int_eq(connection_phase(connection), CONNECTION_HEADERS);
        connection_headers_complete(connection);
        ck_assert_int_eq(connection_phase(connection), CONNECTION_BODY);
        if (i != 1) {
            ck_assert(connection_work(connection));
            ck_assert_int_eq(connection_phase(connection), CONNECTION_WORKING);
            ck_assert(!connection_work(connection));
        }
        ck_assert(connection_respond(connection));
        ck_assert_int_eq(connection_phase(connection), CONNECTION_RESPONDING);
        connection_finish(connection);
    }
    ck_assert_uint_eq(connection_monitor_timeouts(monitor), 0);
}
END_TEST

START_TEST(stop_affects_only_jobs)
{
    connection_monitor_stop_jobs(monitor);
    ck_assert_int_eq(connection_phase(connection), CONNECTION_IDLE);
    connection_begin(connection);
    connection_monitor_stop_jobs(monitor);
    ck_assert_int_eq(connection_phase(connection), CONNECTION_HEADERS);
    connection_headers_complete(connection);
    ck_assert(connection_work(connection));
    connection_monitor_stop_jobs(monitor);
    ck_assert_int_eq(connection_phase(connection), CONNECTION_SHUTDOWN);
    ck_assert(connection_respond(connection));
    connection_monitor_stop_jobs(monitor);
    ck_assert_int_eq(connection_phase(connection), CONNECTION_RESPONDING);
    connection_finish(connection);
    ck_assert_int_eq(connection_phase(connection), CONNECTION_IDLE);
}
END_TEST

START_TEST(a_client_disconnects_from_its_job)
{
    connection_begin(connection);
    connection_headers_complete(connection);
    ck_assert(connection_work(connection));
    ck_assert_int_eq(send(theirs, "bytes ahead", 11, 0), 11);
    phase_stays(CONNECTION_WORKING);
    shutdown(theirs, SHUT_WR);
    await_phase(CONNECTION_DISCONNECTED);
    ck_assert(connection_respond(connection));
    connection_finish(connection);
}
END_TEST

/* Bytes that the client sent before it disconnected may not have been read yet. So the monitor
 * shuts a connection without a job down only at its second look, and only if its state is the same
 * as at the first. */
START_TEST(a_client_disconnects_without_a_job)
{
    static const unsigned looks_needed[] = {2, 2, 3};
    if (_i == 1)
        connection_begin(connection);
    atomic_store(&move_on, _i == 2);
    shutdown(theirs, SHUT_WR);
    await_phase(CONNECTION_CLOSED);
    unsigned looks_taken = atomic_load(&looks);
    ck_assert_uint_eq(looks_taken, looks_needed[_i]);
    char byte;
    ck_assert_int_eq(recv(theirs, &byte, 1, 0), 0);
    ck_assert(!connection_work(connection));
    ck_assert(!connection_respond(connection));
}
END_TEST

START_TEST(deadline_of_a_job)
{
    connection_begin(connection);
    connection_headers_complete(connection);
    ck_assert(connection_work(connection));
    await_phase(CONNECTION_DEADLINE_EXCEEDED);
    ck_assert(connection_respond(connection));
    /* a response that is being sent is never cut off */
    phase_stays(CONNECTION_RESPONDING);
    connection_finish(connection);
    phase_stays(CONNECTION_IDLE);
    ck_assert_uint_eq(connection_monitor_timeouts(monitor), 0);
}
END_TEST

START_TEST(a_job_without_deadline)
{
    connection_begin(connection);
    connection_headers_complete(connection);
    connection_clear_deadline(connection);
    ck_assert(connection_work(connection));
    phase_stays(CONNECTION_WORKING);
    ck_assert(connection_respond(connection));
    connection_finish(connection);
}
END_TEST

START_TEST(deadline_of_receiving)
{
    connection_begin(connection);
    await_phase(CONNECTION_TIMED_OUT);
    char text[16] = "";
    ck_assert_int_eq(recv(theirs, text, sizeof text - 1, 0), 8);
    ck_assert_str_eq(text, "too slow");
    ck_assert_int_eq(recv(theirs, text, sizeof text, 0), 0);
    /* the phase does not change any more */
    ck_assert(!connection_work(connection));
    ck_assert(!connection_respond(connection));
    connection_finish(connection);
    connection_begin(connection);
    ck_assert_int_eq(connection_phase(connection), CONNECTION_TIMED_OUT);
    ck_assert_uint_eq(connection_monitor_timeouts(monitor), 1);
}
END_TEST

static void open_stalling(void)
{
    open_with(LONG_NS, SHORT_NS);
}

/* A response of which the client acknowledges nothing ends; a job that sends a stream is cancelled.
 */
START_TEST(stalled_client)
{
    connection_begin(connection);
    connection_headers_complete(connection);
    ck_assert_int_eq(send(ours, "response", 8, 0), 8);
    if (_i) {
        ck_assert(connection_work(connection));
        connection_stream(connection);
        await_phase(CONNECTION_DISCONNECTED);
    } else {
        ck_assert(connection_respond(connection));
        await_phase(CONNECTION_TIMED_OUT);
    }
}
END_TEST

/* The job of a stream has been cancelled, and its client neither reads the rest nor closes. */
START_TEST(stalled_client_of_a_cancelled_stream)
{
    connection_begin(connection);
    connection_headers_complete(connection);
    ck_assert_int_eq(send(ours, "response", 8, 0), 8);
    ck_assert(connection_work(connection));
    connection_stream(connection);
    if (_i)
        connection_monitor_stop_jobs(monitor);
    else
        ck_assert_int_eq(shutdown(theirs, SHUT_WR), 0);
    await_phase(CONNECTION_CLOSED);
    char byte[9];
    ck_assert_int_eq(recv(theirs, byte, sizeof byte, MSG_WAITALL), 8);
}
END_TEST

/* While nothing is written, the client cannot acknowledge anything: the computation may take long.
 */
START_TEST(slow_computation)
{
    connection_begin(connection);
    connection_headers_complete(connection);
    ck_assert(connection_work(connection));
    connection_stream(connection);
    usleep(20 * SHORT_NS / 1000);
    ck_assert_int_eq(connection_phase(connection), CONNECTION_WORKING);
    ck_assert(connection_respond(connection));
    connection_finish(connection);
}
END_TEST

/* One that reads steadily is not cut off, however slow it is. */
START_TEST(slow_client)
{
    static const char bytes[4096];
    connection_begin(connection);
    connection_headers_complete(connection);
    ck_assert(connection_respond(connection));
    ck_assert_int_eq(send(ours, bytes, sizeof bytes, 0), sizeof bytes);
    for (int i = 0; i < 40; i++) { /* 4 s, forty times the limit; each read is progress */
        char byte[100];
        ck_assert_int_eq(recv(theirs, byte, sizeof byte, 0), sizeof byte);
        ck_assert_int_eq(send(ours, bytes, 99, 0), 99);
        usleep(SHORT_NS / 1000);
        ck_assert_int_eq(connection_phase(connection), CONNECTION_RESPONDING);
    }
    connection_finish(connection);
}
END_TEST

/* The connection that has been idle longest is closed for a new one, and never a busy one. */
START_TEST(longest_idle)
{
    int pair[2][2];
    struct connection *others[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair[i]), 0);
        others[i] = connection_monitor_open(monitor, pair[i][0], NULL);
    }
    ck_assert(!connection_monitor_close_idle(monitor)); /* they are not idle long enough */
    usleep(2000 * CONNECTION_MONITOR_IDLE_MIN_MS);
    connection_begin(connection); /* busy */
    connection_headers_complete(connection);
    connection_begin(others[1]); /* its headers are incomplete: idle, but not as long */
    ck_assert(connection_monitor_close_idle(monitor));
    ck_assert_int_eq(connection_phase(others[0]), CONNECTION_CLOSED);
    char byte;
    ck_assert_int_eq(recv(pair[0][0], &byte, 1, 0), 0);
    ck_assert_int_eq(send(pair[0][0], "x", 1, 0), 1); /* a response still arrives */
    ck_assert(connection_monitor_close_idle(monitor));
    ck_assert_int_eq(connection_phase(others[1]), CONNECTION_CLOSED);
    ck_assert(!connection_monitor_close_idle(monitor));
    ck_assert_int_eq(connection_phase(connection), CONNECTION_BODY);
    for (int i = 0; i < 2; i++) {
        connection_monitor_close(others[i]);
        close(pair[i][0]), close(pair[i][1]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/connection/connection");
    TCase *tcase = suite_case(suite, "long timeout");
    tcase_add_checked_fixture(tcase, open_long, finish);
    tcase_add_test(tcase, phases_of_ordinary_requests);
    tcase_add_test(tcase, stop_affects_only_jobs);
    tcase_add_test(tcase, a_client_disconnects_from_its_job);
    tcase_add_loop_test(tcase, a_client_disconnects_without_a_job, 0, 3);
    tcase = suite_case(suite, "short timeout");
    tcase_add_checked_fixture(tcase, open_short, finish);
    tcase_add_test(tcase, deadline_of_a_job);
    tcase_add_test(tcase, a_job_without_deadline);
    tcase_add_test(tcase, deadline_of_receiving);
    tcase_add_test(tcase, longest_idle);
    tcase = suite_case(suite, "stalling");
    tcase_add_checked_fixture(tcase, open_stalling, finish);
    tcase_add_loop_test(tcase, stalled_client, 0, 2);
    tcase_add_loop_test(tcase, stalled_client_of_a_cancelled_stream, 0, 2);
    tcase_add_test(tcase, slow_computation);
    tcase_add_test(tcase, slow_client);
    return suite_run(suite);
}
