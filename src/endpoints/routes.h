/* The table of endpoints. Constant; any thread. */
#ifndef ENDPOINTS_ROUTES_H
#define ENDPOINTS_ROUTES_H

#include "http/request.h"

/* What an endpoint does. One row of the table. */
struct route {
    const char *method; /* "GET" (also serves HEAD) or "POST" */
    const char *path;   /* "{file}" at its end stands for the name of each file (web/files.h) */
    bool profiling;     /* there only with --profiling */
    /* After the headers: checks them. False when it has failed the request. May be NULL. */
    bool (*begin)(struct request *request);
    /* A piece of the body: returns how many bytes it has taken, at least one; other connections
     * have their turn before it gets the rest. May fail the request; it is then not called again.
     * May be NULL. */
    size_t (*receive)(struct request *request, const char *bytes, size_t size);
    /* The body is complete: sets an answer, fails, or submits. */
    void (*handle)(struct request *request);
    /* On a worker, after submit: sets an answer or fails. */
    void (*work)(struct request *request);
    /* Frees request->state; called once, also after a failure. May be NULL. */
    void (*release)(struct request *request);
};

/* The row for a method and path, HEAD standing for GET; NULL when there is none. */
const struct route *route_find(const char *method, const char *path);

/* The value of Allow for a path, or NULL for a path that is not there. */
const char *route_allow(const char *path);

/* True for a path that is there only with --profiling. */
bool route_is_for_profiling(const char *path);

/* The counter of a row in struct metrics: one for each path, and one for NULL (no such route), the
 * highest. */
size_t route_index(const struct route *route);

/* The `handler` label of a counter. */
const char *route_label(size_t handler);

/* "POST /simulate, GET /bench, ...": for people who ask for something else. */
const char *route_list(void);

#endif
