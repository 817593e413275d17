/* The HTTP server as a whole: threads, socket, drain. Main thread. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>

#include "http/http_config.h"

struct server;

/* Opens the socket (or takes the one that systemd passes), starts all threads and logs where it
 * listens. NULL after an error, which it has logged. `config` must outlive the server. */
struct server *server_start(const struct http_config *config);

/* Accepts no more work: /readyz returns 503, and the listening socket is closed. */
void server_drain(struct server *server);

/* True when no request is in flight. */
bool server_is_idle(struct server *server);

/* Cancels the jobs that still run, waits for them, ends all threads and frees the server.
 * Connections of requests that are not over after a short grace are closed. */
void server_stop(struct server *server);

/* True when a worker has made no progress for `limit_ns`. */
bool server_is_stalled(struct server *server, int64_t limit_ns);

#endif
