/* The connections, and the thread that watches over them.
 *
 * libmicrohttpd watches a connection for inactivity only, and not at all while it is
 * suspended; and a client that leaves in the middle of a request escapes it when its last bytes and
 * its leaving arrive together. The watcher adds what is missing: it ends requests that come in too
 * slowly or whose client has left, and cancels computations whose client has left or whose deadline
 * has passed.
 *
 * Each peer has one atomic word: a phase and a serial number that grows with each request. Only the
 * connection's I/O thread moves it from request to request; the watcher moves it, by compare and
 * swap, from RECEIVING or IDLE to CUT or LEFT, and from WORKING to LATE, GONE or STOPPED. So a
 * verdict on one request can never hit the next. The list of peers has a mutex; a peer is removed
 * under it before its socket is closed, so the watcher may use the sockets of the peers
 * it finds there. */
#ifndef HTTP_CONNECTION_CONNECTION_H
#define HTTP_CONNECTION_CONNECTION_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long a connection may stay open without a request. */
#define PEER_KEEPALIVE_S 75

/* What the kernel holds of a stream before it is sent. */
#define PEER_UNSENT_BYTES (128 << 10)

/* How often the watcher looks: the delay with which a deadline or a leaving client is
 * noticed. */
#define PEER_TICK_MS 50

/* Connections without a job are looked at in every so many ticks only. */
#define PEER_SLOW_TICKS 10

enum peer_phase {
    PEER_IDLE,      /* no request, or its first line is not complete */
    PEER_RECEIVING, /* headers or body are coming in */
    PEER_WORKING,   /* a job runs; the connection is suspended, or its answer is a stream */
    PEER_GONE,      /* as WORKING, but the client has left */
    PEER_LATE,      /* as WORKING, but the deadline has passed */
    PEER_STOPPED,   /* as WORKING, but the daemon wants to end */
    PEER_ANSWERING, /* the answer is being sent */
    PEER_CUT,       /* too slow: the watcher has shut the socket down */
    PEER_LEFT,      /* the client left during a request or between two: likewise */
};

struct peer {
    struct peers *peers;
    struct peer *next;  /* list mutex */
    struct peer **link; /* list mutex */
    int fd;             /* libmicrohttpd's; valid while listed */
    uint64_t hung_up;   /* list mutex; word at which the client was seen to have left */
    atomic_uint holders;
    _Atomic uint64_t word;
    _Atomic int64_t deadline_ns; /* of the phase; INT64_MAX: none */
    char address[INET6_ADDRSTRLEN + 8];
};

struct peers;

/* `timeout_answer` (copied) is the HTTP answer sent as it is to a client whose request did not come
 * in within request_timeout_ns. Starts the watcher. NULL when memory or threads are short. */
struct peers *peers_create(int64_t request_timeout_ns, const char *timeout_answer);

/* Ends the watcher. All peers must have been closed. */
void peers_destroy(struct peers *peers);

/* Cancels every job: WORKING becomes STOPPED. Any thread. */
void peers_stop_jobs(struct peers *peers);

/* Open connections, and requests that the watcher has cut, so far. Any thread. */
size_t peers_count(struct peers *peers);
uint64_t peers_timeouts(struct peers *peers);

/* The rest is for the thread that runs the connection. */

/* A connection was accepted; NULL when memory is short. `address` may be NULL. */
struct peer *peer_open(struct peers *peers, int fd, const struct sockaddr *address);
void peer_close(struct peer *peer);

/* A job that may outlive the connection holds the peer while that is open, and may ask for its
 * phase until it lets go, on any thread. */
void peer_hold(struct peer *peer);
void peer_release(struct peer *peer);

/* The first line of a request has come in: RECEIVING, the deadline runs. */
void peer_begin(struct peer *peer);

/* This request has no deadline. */
void peer_exempt(struct peer *peer);

/* The answer is a stream: the kernel takes up to PEER_UNSENT_BYTES of it beyond what is in flight,
 * not as much as it likes (4 MiB), so that a reader who is slow but steady is seen to make progress
 * all the time. Also the thread of a job whose connection is suspended. */
void peer_stream(struct peer *peer);

/* Some of the answer is on its way: the deadline, if there is one, starts anew. Also the thread of
 * the job that works for it. */
void peer_progress(struct peer *peer);

/* RECEIVING to WORKING. False when the socket was shut down: do not suspend, close. */
bool peer_work(struct peer *peer);

/* To ANSWERING. False when the socket was shut down. */
bool peer_answer(struct peer *peer);

/* The request is over: IDLE. */
void peer_finish(struct peer *peer);

/* The present phase. Any thread that knows the peer is open, such as its job. */
enum peer_phase peer_phase(const struct peer *peer);

/* Sends `answer` as far as the socket takes it at once and shuts the socket down. */
void peer_cut(struct peer *peer, const char *answer, size_t size);

#endif
