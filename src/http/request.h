/* One request and its answer.
 *
 * Life: created when the request's first line has come in; begin after the headers;
 * receive for each piece of the body; handle when the body is complete; then either the
 * answer is sent at once, or the connection is suspended and work runs on a worker, which
 * stores the answer and resumes the connection; freed when libmicrohttpd is done with the
 * request. An answer may also be sent while it is computed: request_stream.h.
 *
 * An request belongs to its connection's I/O thread, except between request_submit and
 * the end of the work function: then it belongs to the worker. Only request.c and
 * answer.c talk to libmicrohttpd about answers. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <jansson.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/message/problem.h"
#include "http/message/response.h"
#include "http/message/server_timing.h"
#include "http/service.h"

enum request_stage {
    REQUEST_HEADERS,   /* the headers are coming in */
    REQUEST_BODY,      /* the body is coming in */
    REQUEST_SUBMITTED, /* a worker has it, or has had it */
    REQUEST_RESPONDED, /* the answer is queued */
};

struct route; /* routes.h */

struct request {
    struct service *service;
    struct connection *connection;
    struct MHD_Connection *mhd;
    const struct route *route; /* NULL: unknown path or method */
    enum request_stage stage;
    bool failed;  /* the answer is a problem; the rest of the body is thrown away */
    bool close;   /* the answer closes the connection */
    bool aborted; /* the answer was written past the library, and the connection ended */
    struct response response;
    int64_t started_ns;
    uint64_t content_length; /* of the body, 0 also if it is not told */
    uint64_t received_bytes;
    struct timing timing;
    struct pool_task task;
    struct stream_state *stream_state; /* NULL unless the answer is streamed */
    atomic_uint holders;               /* threads that have yet to let go of it */
    size_t reserved;                   /* bytes of the memory budget that it holds */
    char *target;                      /* for the access log, or NULL */
    char method[16];
    /* Escapes decoded, without the query. The library's: from the headers until it is answered. */
    const char *path;
    bool path_has_nul; /* so that path is only the beginning of what was asked for */
    void *state;       /* the route's own */
};

/* NULL when memory is short. `target` is copied if the access log wants it. */
struct request *request_create(struct service *service, struct connection *connection,
                               struct MHD_Connection *mhd, const char *target);

/* Lets go of it; the last holder's call frees it. */
void request_release(struct request *request);

/* Claims bytes of the memory budget for this request, or returns false. */
bool request_reserve(struct request *request, size_t bytes);
/* False when the claim could not succeed even if no other request held anything. */
bool request_may_reserve(const struct request *request, size_t bytes);

/* Fails an request whose claim was refused: 503, or 413 when it may never claim so much. `what`
 * begins the sentence: "The answer", "The particles". */
void request_fail_reservation(struct request *request, size_t bytes, const char *what);
void request_unreserve(struct request *request, size_t bytes);

/* Sets the answer. `body` was allocated with malloc and is the request's from now on; NULL
 * (memory was short) makes it an internal problem. */
void request_respond(struct request *request, unsigned status, const char *content_type, char *body,
                     size_t size);

/* The same for a body that is constant. */
void request_respond_static(struct request *request, unsigned status, const char *content_type,
                            const char *body, size_t size);

/* The same with a list of iovec_body, which is the request's from now on. */
void request_respond_iovec(struct request *request, unsigned status, const char *content_type,
                           struct iovec_body *iovec_body);

/* The same with a body that is written while it is sent; the reader is the request's from now on.
 */
void request_respond_source(struct request *request, unsigned status, const char *content_type,
                            const struct body_source *reader);

/* The same with a jansson document, indented; takes the reference. */
void request_respond_json(struct request *request, unsigned status, json_t *root);

/* Adds a header to the answer, after it was set. The strings are not copied. */
void request_add_header(struct request *request, const char *name, const char *value);

/* Makes the answer a problem document, in place of what it was. */
void request_fail(struct request *request, const struct problem *problem);

/* The same in one call. */
void request_fail_with(struct request *request, enum problem_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Suspends the connection and hands the request to the pool; route->work will run. Last thing that
 * handle does. When the queue is full the answer is 503. */
void request_submit(struct request *request);

/* Does the work here and now, on the I/O thread: for requests so small that the hand-over would
 * cost more. Last thing that handle does. */
void request_run_inline(struct request *request);

/* The same, but route->work runs on a thread of its own: for work that mostly waits, or that must
 * not wait until a worker is free. */
void request_run_on_own_thread(struct request *request);

/* True when the work is to end early; route->work asks now and then. Counts as progress. `context`
 * is the request: fits evolve_control. */
bool request_cancelled(void *context);

/* The same, and lets brief requests by: for computations whose speed is not the point. */
bool request_run_pending_brief(void *context);

/* Sends the answer that was set. MHD_NO: the connection must close. */
enum MHD_Result request_send_response(struct request *request);

/* A request header, or NULL. */
const char *request_header(const struct request *request, const char *name);

#endif
