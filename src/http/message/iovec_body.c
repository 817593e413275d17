#include "http/message/iovec_body.h"

#include <stdlib.h>

struct iovec_body *iovec_body_create(size_t count)
{
    struct iovec_body *body = calloc(1, sizeof *body + count * sizeof *body->part);
    if (body)
        body->count = count;
    return body;
}

struct iovec_body *iovec_body_append(struct iovec_body *body)
{
    size_t count = body->count + 1;
    struct iovec_body *grown = realloc(body, sizeof *body + count * sizeof *body->part);
    if (!grown)
        return NULL;
    grown->count = count;
    grown->part[count - 1] = (struct iovec_part){NULL, 0, NULL};
    return grown;
}

void iovec_body_destroy(struct iovec_body *body)
{
    if (!body)
        return;
    for (size_t i = 0; i < body->count; i++)
        free(body->part[i].owned);
    if (body->owner)
        body->release(body->owner);
    free(body);
}

size_t iovec_body_size(const struct iovec_body *body)
{
    size_t size = 0;
    for (size_t i = 0; i < body->count; i++)
        size += body->part[i].size;
    return size;
}
