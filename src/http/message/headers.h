/* Reading a request's framing, header lines that are lists, and query string. I/O thread. */
#ifndef HTTP_MESSAGE_HEADERS_H
#define HTTP_MESSAGE_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/request.h"

struct framing {
    bool has_body;
    bool chunked;
    uint64_t content_length; /* of a body that is not chunked */
    bool expects_continue;   /* the client waits for a first answer before it sends the body */
};

/* Reads the framing. False when a proxy in front of the daemon could read the request in another
 * way (both Content-Length and Transfer-Encoding, several or bad lengths, no Host, folded headers):
 * `problem` is set, and the connection must not be used any further. libmicrohttpd lets such
 * requests through. */
bool headers_read_framing(const struct request *request, const char *version,
                          struct framing *framing, struct problem *problem);

/* All lines of a header whose value is a list, joined by commas (RFC 9110, 5.3); the caller frees
 * it. NULL when there is none, or memory is short. */
char *headers_list(const struct request *request, const char *name);

/* Calls visit(context, name, value, length) for each parameter of the query, in order, until one
 * returns false. Both are decoded and NUL-terminated; `value` is "" without "=", and a name with a
 * NUL in it is given as "%00". Returns false if a visit did. */
bool headers_each_parameter(const struct request *request,
                            bool (*visit)(void *context, const char *name, const char *value,
                                          size_t length),
                            void *context);

#endif
