/* The state of one connection: what its I/O thread, its job, the connection monitor and the main
 * thread know about it together.
 *
 * The state is one atomic word: a phase and a serial number that grows with each request. All
 * threads change it with compare-and-swap, so of a deadline, a client that leaves and the response
 * exactly one wins, and what concerns one request never affects the next.
 *
 *     IDLE -> HEADERS -> BODY -> WORKING -> RESPONDING -> IDLE    the I/O thread
 *     IDLE, HEADERS, BODY -> TIMED_OUT | CLOSED                   the monitor
 *     RESPONDING -> TIMED_OUT                                     the monitor
 *     WORKING -> DEADLINE_EXCEEDED | DISCONNECTED | SHUTDOWN      the monitor; SHUTDOWN: main
 *
 * Deadlines: a request has request_timeout_ns from its first line to the end of its computation;
 * time in which a stream waits for its reader does not count. While a response is sent, the client
 * must acknowledge a byte in every CONNECTION_IDLE_S.
 */
#ifndef HTTP_CONNECTION_CONNECTION_H
#define HTTP_CONNECTION_CONNECTION_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long a connection may stay open without a request, or without an acknowledged byte of a
 * response. */
#define CONNECTION_IDLE_S 75

/* Bytes of a response that the kernel takes beyond what it has sent (otherwise up to 4 MiB). */
#define CONNECTION_UNSENT_BYTES (128 << 10)

enum connection_phase {
    CONNECTION_IDLE,              /* no request, or its first line is not complete */
    CONNECTION_HEADERS,           /* the first line is complete, the headers are not */
    CONNECTION_BODY,              /* the headers are complete, the body is not */
    CONNECTION_WORKING,           /* a job runs: suspended, or the response is a stream */
    CONNECTION_DISCONNECTED,      /* as WORKING, but the client has left */
    CONNECTION_DEADLINE_EXCEEDED, /* as WORKING, but the deadline has passed */
    CONNECTION_SHUTDOWN,          /* as WORKING, but the daemon stops */
    CONNECTION_RESPONDING,        /* the response is being sent */
    CONNECTION_TIMED_OUT,         /* the request came too slowly: the socket is shut down */
    CONNECTION_CLOSED,            /* the client left outside of a job: the socket is shut down */
};

struct connection {
    int64_t request_timeout_ns; /* constant */
    int fd;                     /* libmicrohttpd's; open while the connection is listed */
    atomic_uint references;
    _Atomic uint64_t state;
    _Atomic int64_t deadline_ns;        /* of the phase; INT64_MAX: none */
    _Atomic int64_t idle_since_ns;      /* the end of the last request, or accept */
    atomic_bool streaming;              /* WORKING, but the response is being sent */
    bool lingers;                       /* linger.h has the socket, too; the I/O thread's */
    void *request;                      /* in progress, or NULL; the I/O thread's */
    char address[INET6_ADDRSTRLEN + 8]; /* of the client; constant */
    /* The monitor's, guarded by its mutex. */
    struct connection_monitor *monitor;
    struct connection *next;
    struct connection **link; /* NULL: not listed any more */
    uint64_t hung_up;         /* the state in which the client was seen to have left */
    uint64_t sent;            /* what the client has acknowledged, when last checked */
    uint64_t sent_state;      /* the state then */
    int64_t sent_ns;          /* when it last changed */
};

/* IDLE. `address` may be NULL. NULL when memory is short. */
struct connection *connection_create(int fd, const struct sockaddr *address,
                                     int64_t request_timeout_ns);

/* A job that may outlive the connection holds it, and may then read its phase until it releases it.
 * The last release frees it. Any thread. */
void connection_hold(struct connection *connection);
void connection_release(struct connection *connection);

/* The present phase. Any thread that holds the connection, or whose job belongs to it. */
enum connection_phase connection_phase(const struct connection *connection);

/* The phase in a value of `state`. */
enum connection_phase connection_state_phase(uint64_t state);

/* Changes the phase if the state is still `state`. Any thread that holds the connection, or the
 * mutex of the monitor. */
bool connection_move(struct connection *connection, uint64_t state, enum connection_phase phase);

/* The rest is called by the I/O thread. */

/* The first line of a request is complete: HEADERS, and the deadline runs. */
void connection_begin(struct connection *connection);

/* The headers are complete: BODY. */
void connection_headers_complete(struct connection *connection);

/* This request has no deadline. */
void connection_clear_deadline(struct connection *connection);

/* BODY to WORKING. False when the socket was shut down: do not suspend, close. */
bool connection_work(struct connection *connection);

/* To RESPONDING. False when the socket was shut down. */
bool connection_respond(struct connection *connection);

/* The request is over: IDLE. */
void connection_finish(struct connection *connection);

/* Sends `response` as far as the socket takes it at once: for a response that libmicrohttpd cannot
 * send. Also the monitor. */
void connection_send(struct connection *connection, const char *response, size_t size);

/* The response is a stream, which is sent while the connection is in WORKING. The job. */
void connection_stream(struct connection *connection);

/* Moves the deadline, if there is one. The job. */
void connection_postpone_deadline(struct connection *connection, int64_t ns);

#endif
