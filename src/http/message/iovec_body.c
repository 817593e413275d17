#include "http/message/iovec_body.h"

#include <stdlib.h>

struct iovec_body *iovec_body_create(size_t count)
{
    struct iovec_body *iovec_body =
        calloc(1, sizeof *iovec_body + count * sizeof *iovec_body->part);
    if (!iovec_body)
        return NULL;
    particle_set_init(&iovec_body->columns);
    iovec_body->count = count;
    return iovec_body;
}

struct iovec_body *iovec_body_append(struct iovec_body *iovec_body)
{
    size_t count = iovec_body->count + 1;
    struct iovec_body *grown =
        realloc(iovec_body, sizeof *iovec_body + count * sizeof *iovec_body->part);
    if (!grown)
        return NULL;
    grown->count = count;
    grown->part[count - 1] = (struct iovec_part){NULL, 0, NULL};
    return grown;
}

void iovec_body_destroy(struct iovec_body *iovec_body)
{
    if (!iovec_body)
        return;
    for (size_t i = 0; i < iovec_body->count; i++)
        free(iovec_body->part[i].owned);
    particle_set_fini(&iovec_body->columns);
    free(iovec_body);
}

size_t iovec_body_size(const struct iovec_body *iovec_body)
{
    size_t size = 0;
    for (size_t i = 0; i < iovec_body->count; i++)
        size += iovec_body->part[i].size;
    return size;
}
