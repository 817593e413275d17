/* The connections, and the thread that watches over them.
 *
 * libmicrohttpd watches a connection for inactivity only, and not at all while it is
 * suspended; and a client that leaves in the middle of a request escapes it when its last bytes and
 * its leaving arrive together. The monitor adds what is missing: it ends requests that come in too
 * slowly or whose client has left, and cancels computations whose client has left or whose deadline
 * has passed.
 *
 * Each connection has one atomic state: a phase and a serial number that grows with each request.
 * Only the connection's I/O thread moves it from request to request; the monitor moves it, by
 * compare and swap, from RECEIVING or IDLE to CUT or LEFT, and from WORKING to LATE, GONE or
 * STOPPED. So a verdict on one request can never hit the next. The list of monitor has a mutex; a
 * connection is removed under it before its socket is closed, so the monitor may use the sockets of
 * the monitor it finds there. */
#ifndef HTTP_CONNECTION_CONNECTION_H
#define HTTP_CONNECTION_CONNECTION_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long a connection may stay open without a request. */
#define CONNECTION_KEEPALIVE_S 75

/* What the kernel holds of a stream before it is sent. */
#define CONNECTION_UNSENT_BYTES (128 << 10)

/* How often the monitor looks: the delay with which a deadline or a leaving client is
 * noticed. */
#define CONNECTION_TICK_MS 50

/* Connections without a job are looked at in every so many ticks only. */
#define CONNECTION_SLOW_TICKS 10

enum connection_phase {
    CONNECTION_IDLE,      /* no request, or its first line is not complete */
    CONNECTION_RECEIVING, /* headers or body are coming in */
    CONNECTION_WORKING,   /* a job runs; the connection is suspended, or its answer is a stream */
    CONNECTION_DISCONNECTED,      /* as WORKING, but the client has left */
    CONNECTION_DEADLINE_EXCEEDED, /* as WORKING, but the deadline has passed */
    CONNECTION_SHUTDOWN,          /* as WORKING, but the daemon wants to end */
    CONNECTION_RESPONDING,        /* the answer is being sent */
    CONNECTION_TIMED_OUT,         /* too slow: the monitor has shut the socket down */
    CONNECTION_CLOSED,            /* the client left during a request or between two: likewise */
};

struct connection {
    struct monitor *monitor;
    struct connection *next;  /* list mutex */
    struct connection **link; /* list mutex */
    int fd;                   /* libmicrohttpd's; valid while listed */
    uint64_t hung_up;         /* list mutex; state at which the client was seen to have left */
    atomic_uint holders;
    _Atomic uint64_t state;
    _Atomic int64_t deadline_ns; /* of the phase; INT64_MAX: none */
    char address[INET6_ADDRSTRLEN + 8];
};

struct monitor;

/* `timeout_response` (copied) is the HTTP answer sent as it is to a client whose request did not
 * come in within request_timeout_ns. Starts the monitor. NULL when memory or threads are short. */
struct monitor *connection_monitor_create(int64_t request_timeout_ns, const char *timeout_response);

/* Ends the monitor. All monitor must have been closed. */
void connection_monitor_destroy(struct monitor *monitor);

/* Cancels every job: WORKING becomes STOPPED. Any thread. */
void connection_monitor_stop_jobs(struct monitor *monitor);

/* Open connections, and requests that the monitor has cut, so far. Any thread. */
size_t connection_monitor_count(struct monitor *monitor);
uint64_t connection_monitor_timeouts(struct monitor *monitor);

/* The rest is for the thread that runs the connection. */

/* A connection was accepted; NULL when memory is short. `address` may be NULL. */
struct connection *connection_open(struct monitor *monitor, int fd, const struct sockaddr *address);
void connection_close(struct connection *connection);

/* A job that may outlive the connection holds the connection while that is open, and may ask for
 * its phase until it lets go, on any thread. */
void connection_hold(struct connection *connection);
void connection_release(struct connection *connection);

/* The first line of a request has come in: RECEIVING, the deadline runs. */
void connection_begin(struct connection *connection);

/* This request has no deadline. */
void connection_clear_deadline(struct connection *connection);

/* The answer is a stream: the kernel takes up to CONNECTION_UNSENT_BYTES of it beyond what is in
 * flight, not as much as it likes (4 MiB), so that a reader who is slow but steady is seen to make
 * progress all the time. Also the thread of a job whose connection is suspended. */
void connection_limit_unsent(struct connection *connection);

/* Some of the answer is on its way: the deadline, if there is one, starts anew. Also the thread of
 * the job that works for it. */
void connection_extend_deadline(struct connection *connection);

/* RECEIVING to WORKING. False when the socket was shut down: do not suspend, close. */
bool connection_work(struct connection *connection);

/* To ANSWERING. False when the socket was shut down. */
bool connection_respond(struct connection *connection);

/* The request is over: IDLE. */
void connection_finish(struct connection *connection);

/* The present phase. Any thread that knows the connection is open, such as its job. */
enum connection_phase connection_phase(const struct connection *connection);

/* Sends `answer` as far as the socket takes it at once and shuts the socket down. */
void connection_send_and_shut(struct connection *connection, const char *response, size_t size);

#endif
