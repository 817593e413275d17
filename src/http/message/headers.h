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

/* The first line of a request, as libmicrohttpd has divided it. */
struct request_line {
    const char *method;
    const char *target; /* as received */
    size_t target_size;
    const char *version;
};

/* Checks the header section and reads the framing. False when the section is not valid or a proxy
 * in front of the daemon could read it in another way (Content-Length together with
 * Transfer-Encoding, several or invalid lengths, no Host, folded headers, NULs): sets `problem`,
 * and the connection must be closed. libmicrohttpd accepts such requests. */
bool headers_read_framing(struct MHD_Connection *mhd, const struct request_line *line,
                          struct framing *framing, struct problem *problem);

/* All lines of a header whose value is a list, joined by commas (RFC 9110, section 5.3). The caller
 * frees it. NULL when there is none, or memory is short. */
char *headers_list(struct MHD_Connection *mhd, const char *name);

#endif
