/* Takes connections from the listening socket and hands each to an I/O thread.
 *
 * libmicrohttpd could do that itself, but when it is told to leave the listening socket alone
 * (MHD_quiesce_daemon) while one of its threads does so because of the connection limit, both
 * remove it from the same epoll set and the library aborts the process. So it never sees the
 * socket. Connections go to its threads in turn. */
#ifndef HTTP_CONNECTION_ACCEPTOR_H
#define HTTP_CONNECTION_ACCEPTOR_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

struct acceptor;

/* NULL when memory, descriptors or threads are short. At most `max_connections` are open at once;
 * further ones wait in the backlog of the socket. */
struct acceptor *acceptor_create(size_t max_connections);

/* Starts the thread; both descriptors and daemon are the caller's. False when threads are short.
 * `listener` is non-blocking. */
bool acceptor_start(struct acceptor *acceptor, int listener, struct MHD_Daemon *daemon);

/* An I/O thread has taken a connection over. Any thread. */
void acceptor_taken(struct acceptor *acceptor);

/* A connection has been closed. Any thread. */
void acceptor_closed(struct acceptor *acceptor);

/* Ends the thread, if it runs: nothing uses the listening socket any more. Waits until the I/O
 * threads have taken over all that was accepted, or a stop of the library would close it unseen. */
void acceptor_stop(struct acceptor *acceptor);

/* After acceptor_stop, and when no connection is left. */
void acceptor_destroy(struct acceptor *acceptor);

#endif
