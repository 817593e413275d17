/* The list of open connections, and the thread that watches them.
 *
 * libmicrohttpd does not watch a suspended connection; it does not notice that a client leaves in
 * the middle of a request when the client's last bytes and its leaving arrive together; and it
 * takes bytes in the kernel's buffer for bytes that the client has received. So its timeout is
 * switched off, and the monitor does all this: it closes idle connections and those whose client
 * acknowledges nothing, ends requests that arrive too slowly or whose client has left, and cancels
 * jobs whose client has left or whose deadline has passed.
 *
 * A mutex guards the list. A connection leaves the list before its socket is closed, so the monitor
 * may use every socket that it finds there, although descriptors are reused. */
#ifndef HTTP_CONNECTION_CONNECTION_MONITOR_H
#define HTTP_CONNECTION_CONNECTION_MONITOR_H

#include "http/connection/connection.h"

/* The period of the monitor: the delay with which a deadline or a leaving client is noticed. */
#define CONNECTION_MONITOR_TICK_MS 50

/* Connections without a job are checked in every so many ticks only. */
#define CONNECTION_MONITOR_SLOW_TICKS 10

/* A connection that was accepted or used within this time is not closed for a new one: its request
 * may be on its way. */
#define CONNECTION_MONITOR_IDLE_MIN_MS 250

struct connection_monitor;

/* Starts the thread. idle_timeout_ns: normally CONNECTION_IDLE_S. `timeout_response` (copied) is
 * the HTTP response that a client gets whose request is not complete within request_timeout_ns.
 * NULL when memory or threads are short. */
struct connection_monitor *connection_monitor_create(int64_t request_timeout_ns,
                                                     int64_t idle_timeout_ns,
                                                     const char *timeout_response);

/* Ends the thread. All connections must have been closed. */
void connection_monitor_destroy(struct connection_monitor *monitor);

/* A connection was accepted: lists it. `address` may be NULL. NULL when memory is short. The thread
 * that runs the connection. */
struct connection *connection_monitor_open(struct connection_monitor *monitor, int fd,
                                           const struct sockaddr *address);

/* The connection ends: removes it from the list, and releases it. The same thread, before the
 * socket is closed. */
void connection_monitor_close(struct connection *connection);

/* Shuts down the reading side of the connection that has been idle longest (IDLE or HEADERS), so
 * that its I/O thread closes it. False when none is idle. Any thread. */
bool connection_monitor_close_idle(struct connection_monitor *monitor);

/* Cancels every job: WORKING becomes SHUTDOWN. Any thread. */
void connection_monitor_stop_jobs(struct connection_monitor *monitor);

/* Open connections. Any thread. */
size_t connection_monitor_count(struct connection_monitor *monitor);

/* Requests that were not complete in time, so far. Any thread. */
uint64_t connection_monitor_timeouts(struct connection_monitor *monitor);

#endif
