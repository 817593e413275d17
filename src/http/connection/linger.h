/* Closes connections whose client may still be sending (RFC 9112, section 9.6).
 *
 * When a socket is closed while bytes of the client are unread, the kernel sends a reset, and the
 * client may lose the response that was sent before. So after the last response the sending side is
 * shut down, and what the client sends is read and discarded, until the client closes or a limit is
 * reached. One thread does this for all such sockets. */
#ifndef HTTP_CONNECTION_LINGER_H
#define HTTP_CONNECTION_LINGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A socket is closed when the client has sent nothing for so long, and in any case after the total.
 */
#define LINGER_IDLE_S 5
#define LINGER_TOTAL_S 30

struct linger_set;

/* Starts the thread. At most `max_sockets` linger at once, each until `max_bytes` are discarded.
 * NULL when memory, descriptors or threads are short. */
struct linger_set *linger_create(size_t max_sockets, uint64_t max_bytes);

/* Closes all sockets and ends the thread. */
void linger_destroy(struct linger_set *set);

/* Takes over a socket in the sense that it stays open after the caller has closed `fd`. Call this
 * when the last bytes of the response have been written. False when there are too many, or
 * descriptors are short: then the caller's close may reset the connection. Any thread. */
bool linger_add(struct linger_set *set, int fd);

/* Sockets that linger. Any thread. */
size_t linger_count(struct linger_set *set);

#endif
