/* One request and its answer.
 *
 * Life: created when the request's first line has come in; begin after the headers;
 * receive for each piece of the body; handle when the body is complete; then either the
 * answer is sent at once, or the connection is suspended and work runs on a worker, which
 * stores the answer and resumes the connection; freed when libmicrohttpd is done with the
 * request. An answer may also be sent while it is computed: exchange_stream.h.
 *
 * An exchange belongs to its connection's I/O thread, except between exchange_submit and
 * the end of the work function: then it belongs to the worker. Only exchange.c and
 * answer.c talk to libmicrohttpd about answers. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <jansson.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/message/response.h"
#include "http/message/problem.h"
#include "http/service.h"
#include "http/message/server_timing.h"

enum exchange_stage {
    EXCHANGE_HEADERS,   /* the headers are coming in */
    EXCHANGE_BODY,      /* the body is coming in */
    EXCHANGE_SUBMITTED, /* a worker has it, or has had it */
    EXCHANGE_ANSWERED,  /* the answer is queued */
};

struct route; /* routes.h */

struct exchange {
    struct service *service;
    struct peer *peer;
    struct MHD_Connection *connection;
    const struct route *route; /* NULL: unknown path or method */
    enum exchange_stage stage;
    bool failed; /* the answer is a problem; the rest of the body is thrown away */
    bool close;  /* the answer closes the connection */
    bool cut;    /* the answer was written past the library, and the connection ended */
    struct answer answer;
    int64_t started_ns;
    uint64_t content_length; /* of the body, 0 also if it is not told */
    uint64_t received_bytes;
    struct timing timing;
    struct pool_task task;
    struct streaming *streaming; /* NULL unless the answer is streamed */
    atomic_uint holders;         /* threads that have yet to let go of it */
    size_t claimed;              /* bytes of the memory budget that it holds */
    char *target;                /* for the access log, or NULL */
    char method[16];
    /* Escapes decoded, without the query. The library's: from the headers until it is answered. */
    const char *path;
    bool path_has_nul; /* so that path is only the beginning of what was asked for */
    void *state;       /* the route's own */
};

/* NULL when memory is short. `target` is copied if the access log wants it. */
struct exchange *exchange_create(struct service *service, struct peer *peer,
                                 struct MHD_Connection *connection, const char *target);

/* Lets go of it; the last holder's call frees it. */
void exchange_release(struct exchange *exchange);

/* Claims bytes of the memory budget for this exchange, or returns false. */
bool exchange_claim(struct exchange *exchange, size_t bytes);
/* False when the claim could not succeed even if no other request held anything. */
bool exchange_may_claim(const struct exchange *exchange, size_t bytes);

/* Fails an exchange whose claim was refused: 503, or 413 when it may never claim so much. `what`
 * begins the sentence: "The answer", "The particles". */
void exchange_fail_claim(struct exchange *exchange, size_t bytes, const char *what);
void exchange_unclaim(struct exchange *exchange, size_t bytes);

/* Sets the answer. `body` was allocated with malloc and is the exchange's from now on; NULL
 * (memory was short) makes it an internal problem. */
void exchange_answer(struct exchange *exchange, unsigned status, const char *content_type,
                     char *body, size_t size);

/* The same for a body that is constant. */
void exchange_answer_static(struct exchange *exchange, unsigned status, const char *content_type,
                            const char *body, size_t size);

/* The same with a list of parts, which is the exchange's from now on. */
void exchange_answer_parts(struct exchange *exchange, unsigned status, const char *content_type,
                           struct parts *parts);

/* The same with a body that is written while it is sent; the reader is the exchange's from now on.
 */
void exchange_answer_reader(struct exchange *exchange, unsigned status, const char *content_type,
                            const struct answer_reader *reader);

/* The same with a jansson document, indented; takes the reference. */
void exchange_answer_json(struct exchange *exchange, unsigned status, json_t *root);

/* Adds a header to the answer, after it was set. The strings are not copied. */
void exchange_header(struct exchange *exchange, const char *name, const char *value);

/* Makes the answer a problem document, in place of what it was. */
void exchange_fail(struct exchange *exchange, const struct problem *problem);

/* The same in one call. */
void exchange_fail_with(struct exchange *exchange, enum problem_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Suspends the connection and hands the exchange to the pool; route->work will run. Last thing that
 * handle does. When the queue is full the answer is 503. */
void exchange_submit(struct exchange *exchange);

/* Does the work here and now, on the I/O thread: for requests so small that the hand-over would
 * cost more. Last thing that handle does. */
void exchange_work_here(struct exchange *exchange);

/* The same, but route->work runs on a thread of its own: for work that mostly waits, or that must
 * not wait until a worker is free. */
void exchange_submit_apart(struct exchange *exchange);

/* True when the work is to end early; route->work asks now and then. Counts as progress. `context`
 * is the exchange: fits evolve_control. */
bool exchange_cancelled(void *context);

/* The same, and lets brief requests by: for computations whose speed is not the point. */
bool exchange_give_way(void *context);

/* Sends the answer that was set. MHD_NO: the connection must close. */
enum MHD_Result exchange_send(struct exchange *exchange);

/* A request header, or NULL. */
const char *exchange_request_header(const struct exchange *exchange, const char *name);

#endif
