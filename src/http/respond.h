/* Sets the response of a request, and sends it. Every function but request_send_response may be
 * called by the thread that owns the request (request.h). A later response replaces an earlier one.
 */
#ifndef HTTP_RESPOND_H
#define HTTP_RESPOND_H

#include <jansson.h>

#include "http/message/problem.h"
#include "http/request.h"

#define TEXT_MEDIA_TYPE "text/plain; charset=utf-8"

/* Responds with `body`, which was allocated with malloc and belongs to the request from now on.
 * NULL means that memory was short, and becomes an internal error. */
void request_respond(struct request *request, unsigned status, const char *content_type, char *body,
                     size_t size);

/* Responds with a constant body. */
void request_respond_static(struct request *request, unsigned status, const char *content_type,
                            const char *body, size_t size);

/* Responds with a list of buffers, which belongs to the request from now on. */
void request_respond_iovec(struct request *request, unsigned status, const char *content_type,
                           struct iovec_body *body);

/* Responds with a body that is written while it is sent; the source belongs to the request from now
 * on. */
void request_respond_source(struct request *request, unsigned status, const char *content_type,
                            const struct body_source *source);

/* Responds with a jansson document, indented; takes the reference. */
void request_respond_json(struct request *request, unsigned status, json_t *root);

/* Adds a header to the response, after that was set; at most RESPONSE_HEADERS_MAX. The strings are
 * not copied. */
void request_add_header(struct request *request, const char *name, const char *value);

/* Responds with a problem document, and releases request->state. */
void request_fail(struct request *request, const struct problem *problem);

/* The same, with a printf-formatted detail. */
void request_fail_with(struct request *request, const struct problem_type *type, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));

/* Fails with "Memory is short". */
void request_fail_memory(struct request *request);

/* True when a page of another site has sent the request and its route refuses that: then it has
 * failed with 403. request->route must be set. I/O thread. */
bool request_fail_if_foreign(struct request *request);

/* Fails a request whose reservation was refused: 503, or 413 when it could never succeed. `what`
 * begins the sentence: "The response", "The particles". */
void request_fail_reservation(struct request *request, size_t bytes, const char *what);

/* Call this before libmicrohttpd is told to end a connection that may have been suspended. The
 * library ends it only when it looks at it again, and an event of the socket need not follow; with
 * a timeout of its own it looks within a second. I/O thread. */
void respond_close_soon(struct MHD_Connection *mhd);

/* Hands the response to libmicrohttpd. MHD_NO: the connection must be closed. I/O thread. */
enum MHD_Result request_send_response(struct request *request);

#endif
