/* Reading the headers of a request: its framing, lists, and the parameters of its query. I/O
 * thread.
 */
#ifndef HTTP_MESSAGE_HEADERS_H
#define HTTP_MESSAGE_HEADERS_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/message/problem.h"

struct framing {
    bool has_body;
    bool chunked;
    uint64_t content_length; /* bytes of a body that is not chunked */
    bool expects_continue;   /* the client waits for a 100 or an error before it sends the body */
};

/* Reads the framing. False when a proxy in front of the daemon could read the request in another
 * way (Content-Length together with Transfer-Encoding, several or invalid lengths, no Host, folded
 * headers): sets `problem`, and the connection must be closed. libmicrohttpd accepts such requests.
 */
bool headers_read_framing(struct MHD_Connection *mhd, const char *version, struct framing *framing,
                          struct problem *problem);

/* All lines of a header whose value is a list, joined by commas (RFC 9110, section 5.3). The caller
 * frees it. NULL when there is none, or memory is short. */
char *headers_list(struct MHD_Connection *mhd, const char *name);

/* Calls visit(context, name, value, length) for each parameter of the query, in order, until one
 * returns false. Both texts are decoded and NUL-terminated; `value` is "" where there is no "=",
 * and a name that contains a NUL is passed as "%00". Returns false if a visit did. */
bool headers_each_parameter(struct MHD_Connection *mhd,
                            bool (*visit)(void *context, const char *name, const char *value,
                                          size_t length),
                            void *context);

#endif
