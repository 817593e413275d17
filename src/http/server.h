/* The daemon as a whole: threads, socket, drain. Main thread. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>

#include "http/http_config.h"

struct server;

/* Opens the socket (or takes the service manager's), starts all threads and logs the line
 * that says where it listens. NULL after an error that was logged. `config` must outlive it. */
struct server *server_start(const struct http_config *config);

/* Stops taking work: /readyz turns 503 and the listening socket closes. */
void server_drain(struct server *server);

/* True when no request is in flight. */
bool server_is_idle(struct server *server);

/* Cancels what still runs, waits for it, ends all threads and frees the server. Requests in flight
 * beyond a short grace are cut off. */
void server_stop(struct server *server);

/* True when a worker has made no progress for `limit_ns`. */
bool server_is_stalled(struct server *server, int64_t limit_ns);

#endif
