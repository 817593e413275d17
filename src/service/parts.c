#include "service/parts.h"

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
