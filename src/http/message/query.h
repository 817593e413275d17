/* The parameters in the query of a target (application/x-www-form-urlencoded). Pure; any thread.
 *
 * libmicrohttpd could parse them, but it needs memory of the connection for each one, and when that
 * is used up it neither responds nor reports the end of the request. */
#ifndef HTTP_MESSAGE_QUERY_H
#define HTTP_MESSAGE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* A request with more parameters is refused. */
#define QUERY_PARAMETERS_MAX 512

/* Parameters in a query, which is NUL-terminated; empty ones do not count. */
size_t query_count(const char *query);

/* Calls visit(context, name, value, length) for each parameter, in order, until one returns false.
 * Both texts are decoded and NUL-terminated; `length` is that of the value, which may contain NULs.
 * The value is "" where there is no "=". A name that contains a NUL is passed as "%00". Decodes
 * `query` in place, so call this once. Returns false if a visit did. */
bool query_each(char *query,
                bool (*visit)(void *context, const char *name, const char *value, size_t length),
                void *context);

#endif
