/* The body of a large response: a list of buffers that are sent one after the other without a copy.
 * Belongs to one thread at a time. */
#ifndef HTTP_MESSAGE_IOVEC_BODY_H
#define HTTP_MESSAGE_IOVEC_BODY_H

#include <stddef.h>

struct iovec_part {
    const void *bytes;
    size_t size;
    void *owned; /* freed with the list; NULL when the bytes belong to `owner` of the list */
};

struct iovec_body {
    void *owner;                  /* holds bytes that no part owns; may be NULL */
    void (*release)(void *owner); /* called once, when the list is destroyed */
    size_t count;
    struct iovec_part part[];
};

/* A list of `count` empty parts without an owner. NULL when memory is short. */
struct iovec_body *iovec_body_create(size_t count);

/* Adds an empty part, and returns the list, which may have moved. NULL when memory is short; then
 * the list is unchanged. */
struct iovec_body *iovec_body_append(struct iovec_body *body);

/* Frees the list and what its parts own, and releases the owner. `body` may be NULL. */
void iovec_body_destroy(struct iovec_body *body);

/* All bytes together. */
size_t iovec_body_size(const struct iovec_body *body);

#endif
