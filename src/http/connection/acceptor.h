/* Accepts connections from the listening socket and hands each to an I/O thread, in turn.
 *
 * libmicrohttpd could do that itself. But when it is told to stop using the listening socket
 * (MHD_quiesce_daemon) while one of its threads does so because of the connection limit, both
 * remove the socket from the same epoll set and the library aborts the process. So the library
 * never gets the socket. */
#ifndef HTTP_CONNECTION_ACCEPTOR_H
#define HTTP_CONNECTION_ACCEPTOR_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

struct acceptor;

/* NULL when memory, descriptors or threads are short. At most `max_connections` are open at once;
 * further ones wait in the backlog of the socket. */
struct acceptor *acceptor_create(size_t max_connections);

/* Starts the thread. `listener`, which is non-blocking, and `daemon` belong to the caller. False
 * when threads are short. */
bool acceptor_start(struct acceptor *acceptor, int listener, struct MHD_Daemon *daemon);

/* An I/O thread has received a connection. Any thread. */
void acceptor_taken(struct acceptor *acceptor);

/* A connection has been closed. Any thread. */
void acceptor_closed(struct acceptor *acceptor);

/* Ends the thread, if it runs: nothing uses the listening socket any more. Waits until the I/O
 * threads have received all accepted connections; otherwise a stop of the library would close them
 * without a response. */
void acceptor_stop(struct acceptor *acceptor);

/* After acceptor_stop, and when no connection is left. */
void acceptor_destroy(struct acceptor *acceptor);

#endif
