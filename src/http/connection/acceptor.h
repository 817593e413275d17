/* Accepts connections from the listening socket and hands each to an I/O thread, in turn.
 *
 * libmicrohttpd could do that itself. But when it is told to stop using the listening socket
 * (MHD_quiesce_daemon) while one of its threads does so because of the connection limit, both
 * remove the socket from the same epoll set and the library aborts the process. And at a limit of
 * its own, 0.9.75 returns with a mutex locked. So the library never gets the socket, and its limit
 * is never reached.
 *
 * The memory of each connection is reserved from the budget. At the limit of connections or memory,
 * the connection that has been idle longest is closed for a new one; when none is idle, new ones
 * wait in the backlog of the socket. */
#ifndef HTTP_CONNECTION_ACCEPTOR_H
#define HTTP_CONNECTION_ACCEPTOR_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/memory_budget.h"

struct acceptor;

/* Constant; everything in it outlives the acceptor. */
struct acceptor_config {
    size_t max_connections;  /* open at once */
    size_t connection_bytes; /* memory of one connection */
    struct memory_budget *budget;
    /* Closes the connection that has been idle longest; false when none is idle. */
    bool (*close_idle)(void *context);
    void *context;
};

/* NULL when memory or descriptors are short. */
struct acceptor *acceptor_create(const struct acceptor_config *config);

/* Starts the thread. `listener`, which is non-blocking, and `daemon` belong to the caller. False
 * when threads are short. */
bool acceptor_start(struct acceptor *acceptor, int listener, struct MHD_Daemon *daemon);

/* An I/O thread has received the connection with this descriptor. Any thread. */
void acceptor_taken(struct acceptor *acceptor, int fd);

/* A connection has been closed. Any thread. */
void acceptor_closed(struct acceptor *acceptor);

/* Memory of the budget that open connections have reserved, in bytes. Any thread. */
size_t acceptor_memory(const struct acceptor *acceptor);

/* True from seven eighths of the limit on: responses should close their connections. Any thread. */
bool acceptor_is_crowded(const struct acceptor *acceptor);

/* Ends the thread, if it runs: nothing uses the listening socket any more. Waits until the I/O
 * threads have received all accepted connections; otherwise a stop of the library would close them
 * without a response. */
void acceptor_stop(struct acceptor *acceptor);

/* After acceptor_stop, and when no connection is left. */
void acceptor_destroy(struct acceptor *acceptor);

#endif
