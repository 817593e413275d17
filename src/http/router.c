#include "http/router.h"

#include <string.h>

static bool serves(const struct route *route, const char *path)
{
    return route->serves ? route->serves(path) : strcmp(route->path, path) == 0;
}

const struct route *route_find(const struct route_table *table, const char *method,
                               const char *path)
{
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->routes[i].method, method) == 0 && serves(&table->routes[i], path))
            return &table->routes[i];
    return NULL;
}

const char *route_allow(const struct route_table *table, const char *path)
{
    bool get = route_find(table, "GET", path) != NULL;
    bool post = route_find(table, "POST", path) != NULL;
    if (get && post)
        return "GET, HEAD, POST, OPTIONS";
    if (get)
        return "GET, HEAD, OPTIONS";
    return post ? "POST, OPTIONS" : NULL;
}

size_t route_index(const struct route_table *table, const struct route *route)
{
    size_t i = 0;
    if (!route)
        return table->count;
    while (strcmp(table->routes[i].path, route->path) != 0)
        i++;
    return i;
}

const char *route_label(const struct route_table *table, size_t index)
{
    return index < table->count ? table->routes[index].path : "none";
}
