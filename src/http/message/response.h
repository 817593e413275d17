/* A response before it is handed to libmicrohttpd: status, headers, and a body of one of three
 * kinds. A part of its request; the same thread owns both. */
#ifndef HTTP_MESSAGE_RESPONSE_H
#define HTTP_MESSAGE_RESPONSE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "http/message/iovec_body.h"

/* What a body source returns in place of a number of bytes: the body is complete; or it lacks its
 * end, and the connection is closed. */
#define BODY_END MHD_CONTENT_READER_END_OF_STREAM
#define BODY_ABORTED MHD_CONTENT_READER_END_WITH_ERROR

/* A body that is written while it is sent.
 *
 * `read` is called by the connection's I/O thread until the request is over. It writes up to `max`
 * bytes, at least one, and returns how many, or BODY_END or BODY_ABORTED; or 0 when it has
 * suspended the connection because there is nothing to send yet. `destroy` is called once, on that
 * thread, when the request may be gone already; it may be NULL. */
struct body_source {
    ssize_t (*read)(void *context, char *out, size_t max);
    void (*destroy)(void *context);
    void *context;
};

#define RESPONSE_HEADERS_MAX 4

struct response {
    unsigned status; /* 0: not set */
    const char *content_type;
    const char *body;
    struct iovec_body *iovec;  /* in place of body */
    struct body_source source; /* in place of body, if it has functions */
    size_t size;               /* of the body; of a source: what was read so far */
    bool owned;                /* body is freed after sending */
    char number[24];           /* storage for the value of a header */
    const char *header_name[RESPONSE_HEADERS_MAX]; /* the strings outlive the request */
    const char *header_value[RESPONSE_HEADERS_MAX];
    unsigned retry_after_s; /* 0: none */
};

/* Frees what it holds; all zero afterwards. */
void response_free(struct response *response);

/* libmicrohttpd's response with this body, which it takes over. `to_head`: the request is a HEAD.
 * NULL when memory is short; then the body still belongs to `response`, which must stay in place
 * until the request is over. I/O thread. */
struct MHD_Response *response_build(struct response *response, bool to_head);

#endif
