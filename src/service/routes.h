/* The table of endpoints. Constant; any thread. */
#ifndef SERVICE_ROUTES_H
#define SERVICE_ROUTES_H

#include "service/exchange.h"

/* The row for a method and path, HEAD standing for GET; NULL when there is none. */
const struct route *route_find(const char *method, const char *path);

/* The value of Allow for a path, or NULL for a path that is not there. */
const char *route_allow(const char *path);

/* True for a path that is there only with --profiling. */
bool route_is_for_profiling(const char *path);

/* The counter of a row in struct metrics: one for each path, and one for NULL (no such route), the
 * highest. */
size_t route_handler(const struct route *route);

/* The `handler` label of a counter. */
const char *route_label(size_t handler);

/* "POST /simulate, GET /bench, ...": for people who ask for something else. */
const char *route_list(void);

#endif
