/* Finds the route of a request in a table. Pure; any thread. */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include <stddef.h>

#include "http/route.h"

/* Constant; outlives the server. */
struct route_table {
    const struct route *routes;
    size_t count;
    const char *summary; /* "POST /simulate, GET /bench, ...": for the error 404 */
};

/* The row for a method and path, where HEAD stands for GET; NULL when there is none. */
const struct route *route_find(const struct route_table *table, const char *method,
                               const char *path);

/* The value of Allow for a path; NULL when no row serves it. */
const char *route_allow(const struct route_table *table, const char *path);

/* The index under which requests of this route are counted: rows with the same path share one.
 * NULL, which means that no route was found, has the index table->count. */
size_t route_index(const struct route_table *table, const struct route *route);

/* The path of an index, for the label `handler` of metrics; "none" for table->count and above. */
const char *route_label(const struct route_table *table, size_t index);

#endif
