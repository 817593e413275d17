/* Connections between accept() and their I/O thread.
 *
 * When memory is short, libmicrohttpd closes a connection that was handed to it, and does not
 * report that. So each descriptor is noted with the inode of its socket: when the descriptor
 * belongs to another socket or to none, the library has dropped the connection. Guarded by a mutex;
 * any thread.
 */
#ifndef HTTP_CONNECTION_TRANSIT_H
#define HTTP_CONNECTION_TRANSIT_H

#include <stdbool.h>
#include <stddef.h>

struct transit;

/* NULL when memory is short. */
struct transit *transit_create(void);
void transit_destroy(struct transit *transit);

/* A socket was accepted. Returns how many connections were dropped: 1 when the descriptor is reused
 * while an older connection with it is still noted. *noted becomes false when memory is short. */
size_t transit_add(struct transit *transit, int fd, bool *noted);

/* The I/O thread has received it, or the library has refused it. */
void transit_remove(struct transit *transit, int fd);

/* Forgets the connections that the library has dropped, among those that were accepted more than
 * `age_ns` ago; returns how many. */
size_t transit_reclaim(struct transit *transit, long long age_ns);

/* Connections that are noted. */
size_t transit_count(struct transit *transit);

#endif
