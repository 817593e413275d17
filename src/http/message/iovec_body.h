/* The body of a large answer: a list of buffers, some of which may lie in the columns of a particle
 * set. It belongs to one thread at a time; different threads may fill different buffers. */
#ifndef HTTP_MESSAGE_IOVEC_BODY_H
#define HTTP_MESSAGE_IOVEC_BODY_H

#include <stddef.h>

#include "sim/particle_set.h"

struct part {
    const void *bytes;
    size_t size;
    void *owned; /* what to free, or NULL */
};

struct parts {
    struct particle_set columns; /* owned; empty unless parts lie in it */
    size_t count;
    struct part part[];
};

/* A list of `count` empty parts. NULL when memory is short. */
struct parts *parts_create(size_t count);

/* Adds an empty part, and returns the list, which may have moved. NULL when memory is short; then
 * it is as it was. */
struct parts *parts_append(struct parts *parts);

/* Frees the list, what its parts own, and the columns. `parts` may be NULL. */
void parts_destroy(struct parts *parts);

/* All bytes together. */
size_t parts_size(const struct parts *parts);

#endif
