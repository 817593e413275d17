#include "http/message/iovec_body.h"

#include <stdlib.h>

struct parts *parts_create(size_t count)
{
    struct parts *parts = calloc(1, sizeof *parts + count * sizeof *parts->part);
    if (!parts)
        return NULL;
    particle_set_init(&parts->columns);
    parts->count = count;
    return parts;
}

struct parts *parts_append(struct parts *parts)
{
    size_t count = parts->count + 1;
    struct parts *grown = realloc(parts, sizeof *parts + count * sizeof *parts->part);
    if (!grown)
        return NULL;
    grown->count = count;
    grown->part[count - 1] = (struct part){NULL, 0, NULL};
    return grown;
}

void parts_destroy(struct parts *parts)
{
    if (!parts)
        return;
    for (size_t i = 0; i < parts->count; i++)
        free(parts->part[i].owned);
    particle_set_fini(&parts->columns);
    free(parts);
}

size_t parts_size(const struct parts *parts)
{
    size_t size = 0;
    for (size_t i = 0; i < parts->count; i++)
        size += parts->part[i].size;
    return size;
}
