/* One request, from its first line to the end of its response.
 *
 * Life: created at the first line; route->begin after the headers; route->receive for each piece of
 * the body; route->handle when the body is complete. Then either the response is sent at once, or
 * the connection is suspended and route->work runs on a worker, which sets the response and resumes
 * the connection (job.h). A response may also be sent while it is computed (response_stream.h). The
 * request is freed when libmicrohttpd reports its completion.
 *
 * Ownership: a request belongs to the I/O thread of its connection, except between job_submit and
 * the end of route->work: then it belongs to the worker. Only the I/O thread writes `stage`. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/message/response.h"
#include "http/message/server_timing.h"
#include "http/message/target.h"
#include "http/service.h"

enum request_stage {
    REQUEST_HEADERS,   /* the headers are being received */
    REQUEST_BODY,      /* the body is being received */
    REQUEST_SUBMITTED, /* a worker has the request, or has had it */
    REQUEST_RESPONDED, /* the response is queued */
};

/* The operations of a response that is sent while it is computed. response_stream.c implements
 * them; the request calls them through this record and does not know the stream. */
struct stream_operations {
    /* True once the request is over, although the work is not. Any thread. */
    bool (*is_closed)(const struct request *request);
    /* Worker: true when the body is complete or has failed. */
    bool (*has_ended)(const struct request *request);
    /* Worker: keeps the final error of a stream that cannot be completed; takes `text`, which may
     * be NULL. `status` appears in logs and metrics. */
    void (*fail)(struct request *request, unsigned status, char *text, size_t size);
    /* Worker: the work is over. */
    void (*finish)(struct request *request);
    /* I/O thread: the request is over. Returns the status of a stream that failed, or 0. */
    unsigned (*close)(struct request *request);
    /* The last reference to the request is gone. */
    void (*destroy)(struct request *request);
};

struct request {
    struct service *service;
    struct connection *connection;
    struct MHD_Connection *mhd;
    const struct route *route; /* NULL: unknown path or method */
    enum request_stage stage;
    bool failed;  /* the response is a problem; the rest of the body is discarded */
    bool close;   /* the response closes the connection */
    bool aborted; /* the response was written without the library, and the connection has ended */
    struct response response;
    int64_t started_ns;
    uint64_t content_length; /* bytes of the body; 0 also when the client does not say */
    uint64_t received_bytes;
    struct timing timing;
    struct pool_task task;
    const struct stream_operations *stream; /* NULL unless the response is a stream */
    void *stream_state;
    struct timing stream_timing; /* the phases when the stream was opened */
    atomic_uint references;      /* threads that still use the request */
    size_t reserved;             /* bytes of the memory budget */
    char *log_target;            /* for the access log, or NULL */
    char method[16];
    /* Decoded, without the query. The library's: valid from the headers until the response is sent.
     */
    const char *path;
    const char *raw_target; /* the library's: valid until the headers are checked */
    size_t raw_target_size;
    struct target target;
    const char *target_error; /* what is wrong with the target, or NULL */
    char *query;              /* owned; NULL: there is none. Decoded by query_each, once */
    bool has_body;            /* and it is not complete yet */
    void *state;              /* the route's own */
};

/* NULL when memory is short. Copies `target` if the access log needs it. */
struct request *request_create(struct service *service, struct connection *connection,
                               struct MHD_Connection *mhd, const char *target);

/* Drops a reference; the last one frees the request. */
void request_release(struct request *request);

/* Frees request->state, if there is any. */
void request_release_state(struct request *request);

/* A request header, or NULL. I/O thread. */
const char *request_header(const struct request *request, const char *name);

/* The phase of the connection, as the work of this request sees it: when a streamed request is
 * over, the connection may be serving the next one already. */
enum connection_phase request_phase(const struct request *request);

/* Reserves bytes of the memory budget until the request is freed. False when they are not
 * available.
 */
bool request_reserve(struct request *request, size_t bytes);

/* False when a reservation could not succeed even if no other request held any memory. */
bool request_may_reserve(const struct request *request, size_t bytes);

/* Returns reserved bytes early. */
void request_unreserve(struct request *request, size_t bytes);

#endif
