/* What a request is answered with: a body in one of several forms, and how the library gets it.
 * Part of the request, and owned as that is. */
#ifndef HTTP_MESSAGE_RESPONSE_H
#define HTTP_MESSAGE_RESPONSE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "http/message/iovec_body.h"

struct request;

/* What a reader returns in place of a number of bytes. */
#define BODY_END MHD_CONTENT_READER_END_OF_STREAM
#define BODY_ABORTED                                                                               \
    MHD_CONTENT_READER_END_WITH_ERROR /* the connection is closed, the body lacks its end */

/* A body that is written while it is sent. `read` is called by the connection's I/O thread, until
 * the request is over: it writes up to `max` bytes, at least one, and returns how many, or
 * BODY_END or BODY_ABORTED; or 0 when it has suspended the connection, for then there is nothing
 * yet. `destroy` is called once, on that thread, when the request may be gone; it may be NULL. */
struct body_source {
    ssize_t (*read)(void *context, struct request *request, char *out, size_t max);
    void (*destroy)(void *context);
    void *context;
};

struct response {
    unsigned status;
    const char *content_type;
    const char *body;
    struct iovec_body *iovec_body; /* in place of body */
    struct body_source reader;     /* in place of body, if it has functions */
    size_t size;
    bool owned;                 /* body is freed after sending */
    char number[24];            /* for the value of a header */
    const char *header_name[4]; /* further headers; the strings outlive the request */
    const char *header_value[4];
    unsigned retry_after_s; /* 0: none */
};

/* Frees what it holds; all zero afterwards. */
void response_free(struct response *response);

/* A response with the body of the request's answer, which it takes over. NULL when memory is
 * short; then the answer still has it. I/O thread. */
struct MHD_Response *response_build(struct request *request);

#endif
