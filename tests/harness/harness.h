/* The real daemon under test, and two ways to talk to it: libcurl for ordinary requests, bare
 * sockets for the rest.
 *
 * Everything here fails the running test when something goes wrong that the test did not ask
 * about. No result depends on how fast the machine is: what must happen is waited for, up to
 * HARNESS_LIMIT_S. One thread; check runs each test in a process of its own, and the
 * daemon of a test dies with it. */
#ifndef TESTS_HTTP_HARNESS_H
#define TESTS_HTTP_HARNESS_H

#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../suite.h"

/* How long anything may take before the test gives up on it. */
#define HARNESS_LIMIT_S 60

/* Options that make endless work possible, and a body that is it: hours of one worker. */
#define SLOW_OPTIONS "--max-particle-steps", "1000000000000000"
#define SLOW_BODY "{\"particles\":[[0.3,0.5,1]],\"dt\":1e6,\"timestep\":1e-7,\"method\":\"euler\"}"

/* Some tens of milliseconds of work: too long to overtake others. */
#define LONG_BODY "{\"particles\":[[0.3,0.5,1]],\"dt\":30,\"method\":\"euler\"}"

/* The published test set; brief. */
#define THREE_BODY "{\"particles\":[[0.3,0.5,1],[0,-0.5,-1],[-0.1,-0.4,3]]}"

/* --- the daemon: daemon.c ------------------------------------------------------------- */

struct daemon {
    pid_t pid;
    int port;            /* 0: a Unix socket */
    char unix_path[108]; /* or "" */
    int log;             /* its stderr, a file in memory */
};

/* Call first in main: the environment must not configure the daemons. */
void harness_init(void);

/* Starts the daemon on a free port, with further options up to a NULL, and waits for the line that
 * says where it listens. */
void daemon_start(struct daemon *daemon, ...) __attribute__((sentinel));

/* The same on a listening socket that is handed over as a service manager does. */
void daemon_start_inheriting(struct daemon *daemon, int listener, ...) __attribute__((sentinel));

/* Runs a daemon that ends by itself; returns its exit status. `output` gets stdout and stderr. */
int daemon_run(char *output, size_t size, ...) __attribute__((sentinel));

/* Waits for the end: the exit status, or minus the signal that killed it. Fails the test when a
 * sanitizer has reported anything. */
int daemon_wait(struct daemon *daemon);

/* SIGTERM, then the end with status 0. */
void daemon_stop(struct daemon *daemon);

/* The same, when first nothing is left of any request: no job, byte or connection of ours. For
 * teardowns. */
void daemon_finish(struct daemon *daemon);

/* What it has written to stderr so far; valid until the next call. */
const char *daemon_log(const struct daemon *daemon);

/* --- answers -------------------------------------------------------------------------- */

struct reply {
    int status;    /* 0: the connection closed before an answer came */
    char *head;    /* status line and headers */
    char *body;    /* NUL-terminated */
    size_t size;   /* of the body */
    json_t *json;  /* the body, when its type says that it is JSON and it is not compressed */
    long connects; /* new connections that it took; libcurl only */
};

/* The value of a header, or NULL; valid until the next call. */
const char *reply_header(const struct reply *reply, const char *name);

/* The value at a JSON Pointer; the test fails when there is none. */
json_t *reply_at(const struct reply *reply, const char *pointer);
double reply_number(const struct reply *reply, const char *pointer);
const char *reply_text(const struct reply *reply, const char *pointer);

/* Fails unless the reply is a problem document of this status and kind, such as "queue-full",
 * complete in every member. */
void reply_is_problem(const struct reply *reply, int status, const char *kind);

/* --- requests with libcurl: client.c -------------------------------------------------- */

/* Sends a request on the test's one kept-alive connection; `body` may be NULL; headers up to a
 * NULL. The reply is valid until the next request. */
const struct reply *http(const struct daemon *daemon, const char *method, const char *target,
                         const char *body, ...) __attribute__((sentinel));

#define http_get(daemon, target) http(daemon, "GET", target, NULL, NULL)
#define http_simulate(daemon, body) http(daemon, "POST", "/simulate", body, NULL)

/* The present value of a series, such as "particled_workers_busy" or
 * "a_total{code=\"200\"}"; NAN when it is not there. On a connection of its own. */
double metric(const struct daemon *daemon, const char *series);

/* Waits until the series has the value. */
void await_metric(const struct daemon *daemon, const char *series, double value);

/* The count of finished requests with this path and status. */
double requests_done(const struct daemon *daemon, const char *path, int status);
void await_requests_done(const struct daemon *daemon, const char *path, int status, double count);

/* --- bare sockets: raw.c -------------------------------------------------------------- */

/* A connection, or -1 when it is refused. */
int raw_connect(const struct daemon *daemon);
int raw_open(const struct daemon *daemon); /* must not be refused */

/* Sends all of it; false when the other side has closed. */
bool raw_send(int fd, const char *text);
bool raw_send_bytes(int fd, const char *bytes, size_t size);
bool raw_sendf(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends POST /simulate with a Content-Length and all of the body. */
void raw_post(int fd, const char *body);

/* Reads exactly one answer, by its Content-Length or its chunks. Valid until the next request of
 * any kind. */
const struct reply *raw_read(int fd);

/* Reads all that comes until the other side closes. Valid until the next call. */
const char *raw_read_all(int fd);

/* True when the other side has closed; waits for that, discarding what still comes. */
bool raw_is_closed(int fd);

/* True when nothing has come within some tenths of a second: for what must never come. */
bool raw_is_silent(int fd);

#endif
