/* An endpoint, as the engine sees it: one row of the table of routes (endpoints/routes.c). */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

struct request;

struct route {
    const char *method; /* "GET" (serves HEAD, too) or "POST" */
    const char *path;   /* "{name}" at its end stands for the paths that `serves` accepts */
    /* True for a path that the pattern stands for. NULL when `path` is no pattern. */
    bool (*serves)(const char *path);
    /* Pages of other sites are refused (message/origin.h). They are always refused for a POST. */
    bool needs_same_origin;
    /* Headers of every response, errors included: Vary lists the request headers on which the
     * response depends (NULL: none); `no_store` sends Cache-Control: no-store. */
    const char *vary;
    bool no_store;
    /* I/O thread, after the headers: checks them. False when it has failed the request. May be
     * NULL.
     */
    bool (*begin)(struct request *request);
    /* I/O thread, for each piece of the body: returns how many bytes it has taken, at least one.
     * Other connections are served before it gets the rest. It may fail the request; then it is not
     * called again. May be NULL. */
    size_t (*receive)(struct request *request, const char *bytes, size_t size);
    /* I/O thread, when the body is complete: responds, fails, or submits the work. */
    void (*handle)(struct request *request);
    /* On a worker, after handle has submitted: responds or fails. */
    void (*work)(struct request *request);
    /* Frees request->state. Called once, also after a failure. May be NULL. */
    void (*release)(struct request *request);
};

#endif
