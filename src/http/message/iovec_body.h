/* The body of a large answer: a list of buffers, some of which may lie in the columns of a particle
 * set. It belongs to one thread at a time; different threads may fill different buffers. */
#ifndef HTTP_MESSAGE_IOVEC_BODY_H
#define HTTP_MESSAGE_IOVEC_BODY_H

#include <stddef.h>

#include "sim/particle_set.h"

struct iovec_part {
    const void *bytes;
    size_t size;
    void *owned; /* what to free, or NULL */
};

struct iovec_body {
    struct particle_set columns; /* owned; empty unless iovec_body lie in it */
    size_t count;
    struct iovec_part part[];
};

/* A list of `count` empty iovec_body. NULL when memory is short. */
struct iovec_body *iovec_body_create(size_t count);

/* Adds an empty part, and returns the list, which may have moved. NULL when memory is short; then
 * it is as it was. */
struct iovec_body *iovec_body_append(struct iovec_body *iovec_body);

/* Frees the list, what its iovec_body own, and the columns. `iovec_body` may be NULL. */
void iovec_body_destroy(struct iovec_body *iovec_body);

/* All bytes together. */
size_t iovec_body_size(const struct iovec_body *iovec_body);

#endif
