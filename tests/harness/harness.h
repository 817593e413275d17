/* Starts the real daemon and sends it requests: ordinary ones with libcurl, all others on raw
 * sockets.
 *
 * Every function fails the running test on an unexpected error. No result depends on the speed of
 * the machine: the functions wait up to HARNESS_LIMIT_S for what must happen. One thread. check
 * runs each test in its own process, and the daemon ends with that process. */
#ifndef TESTS_HARNESS_HARNESS_H
#define TESTS_HARNESS_HARNESS_H

#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../suite.h"

/* The longest time that a test waits for anything. */
#define HARNESS_LIMIT_S 60

/* A body that keeps one worker busy for hours, and the options that allow it. */
#define SLOW_OPTIONS "--max-particle-steps", "1000000000000000"
#define SLOW_BODY "{\"particles\":[[0.3,0.5,1]],\"dt\":1e6,\"timestep\":1e-7,\"method\":\"euler\"}"

/* Some tens of milliseconds of work: queued as long, not as brief. */
#define LONG_BODY "{\"particles\":[[0.3,0.5,1]],\"dt\":30,\"method\":\"euler\"}"

/* The published test set. The request is brief. */
#define THREE_BODY "{\"particles\":[[0.3,0.5,1],[0,-0.5,-1],[-0.1,-0.4,3]]}"

/* --- the daemon: daemon.c ------------------------------------------------------------- */

struct daemon {
    pid_t pid;
    int port;            /* 0: a Unix socket */
    char unix_path[108]; /* or "" */
    int log;             /* stdout and stderr of the daemon, a file in memory */
};

/* Call this first in main. It removes environment variables that would configure the daemons. */
void harness_init(void);

/* Starts the daemon on a free port, with the given options up to a NULL, and waits until it
 * listens. */
void daemon_start(struct daemon *daemon, ...) __attribute__((sentinel));

/* Starts the daemon with an inherited listening socket, as systemd does. */
void daemon_start_inheriting(struct daemon *daemon, int listener, ...) __attribute__((sentinel));

/* Runs a daemon that ends by itself; returns its exit status. `output` receives stdout and stderr.
 */
int daemon_run(char *output, size_t size, ...) __attribute__((sentinel));

/* Waits until the daemon ends. Returns the exit status, or minus the number of the signal that
 * killed it. Fails the test if a sanitizer has reported an error. */
int daemon_wait(struct daemon *daemon);

/* Sends SIGTERM and waits until the daemon ends with status 0. */
void daemon_stop(struct daemon *daemon);

/* Waits until the daemon has released everything that requests used (jobs, workers, memory), then
 * stops it. For teardowns. */
void daemon_finish(struct daemon *daemon);

/* The output of the daemon so far; valid until the next call. */
const char *daemon_log(const struct daemon *daemon);

/* --- responses ------------------------------------------------------------------------ */

struct reply {
    int status;    /* 0: the connection closed before a response */
    char *head;    /* status line and headers */
    char *body;    /* NUL-terminated */
    size_t size;   /* of the body */
    json_t *json;  /* the body, if its Content-Type is JSON and it is not compressed */
    long connects; /* number of new connections that were opened; libcurl only */
};

/* The value of a header, or NULL; valid until the next call. */
const char *reply_header(const struct reply *reply, const char *name);

/* The value at a JSON Pointer; the test fails if there is none. */
json_t *reply_at(const struct reply *reply, const char *pointer);
double reply_number(const struct reply *reply, const char *pointer);
const char *reply_text(const struct reply *reply, const char *pointer);

/* Fails unless the reply is a complete problem document with this status and this type, such as
 * "queue-full". */
void reply_is_problem(const struct reply *reply, int status, const char *kind);

/* --- requests with libcurl: client.c -------------------------------------------------- */

/* Sends a request on the keep-alive connection of the test. `body` may be NULL; then come header
 * lines up to a NULL. The reply is valid until the next request. */
const struct reply *http(const struct daemon *daemon, const char *method, const char *target,
                         const char *body, ...) __attribute__((sentinel));

#define http_get(daemon, target) http(daemon, "GET", target, NULL, NULL)
#define http_simulate(daemon, body) http(daemon, "POST", "/simulate", body, NULL)

/* The current value of a series, such as "particled_workers_busy" or "a_total{code=\"200\"}"; NAN
 * if there is no such series. Uses a separate connection. */
double metric(const struct daemon *daemon, const char *series);

/* Waits until the series has the value. */
void await_metric(const struct daemon *daemon, const char *series, double value);

/* The number of finished requests with this path and status. */
double requests_done(const struct daemon *daemon, const char *path, int status);
void await_requests_done(const struct daemon *daemon, const char *path, int status, double count);

/* --- raw sockets: raw.c --------------------------------------------------------------- */

/* Opens a connection; returns its descriptor, or -1 if the daemon refuses it. */
int raw_connect(const struct daemon *daemon);
int raw_open(const struct daemon *daemon); /* fails the test instead */

/* Sends everything; returns false if the daemon has closed the connection. */
bool raw_send(int fd, const char *text);
bool raw_send_bytes(int fd, const char *bytes, size_t size);
bool raw_sendf(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sends POST /simulate with a Content-Length and the complete body. */
void raw_post(int fd, const char *body);

/* Reads exactly one response, with a Content-Length or in chunks. The reply is valid until the next
 * call of raw_read. */
const struct reply *raw_read(int fd);

/* Reads until the daemon closes the connection. The text is valid until the next call. */
const char *raw_read_all(int fd);

/* Waits until the daemon closes the connection, and discards the data; false if it does not. */
bool raw_is_closed(int fd);

/* True if no data arrives within some tenths of a second. For data that must never arrive. */
bool raw_is_silent(int fd);

#endif
