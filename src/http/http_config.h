/* The configuration of the HTTP engine. The daemon fills it before server_start; it is constant
 * from then on, and outlives the server. (Not named config.h, because configure writes a file of
 * that name.) */
#ifndef HTTP_HTTP_CONFIG_H
#define HTTP_HTTP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/message/server_timing.h"
#include "http/router.h"

/* The memory that a connection takes, headers and records, from the memory limit. */
#define HTTP_CONNECTION_BYTES ((size_t)36 << 10)

struct http_config {
    const char *listen;  /* HOST:PORT, or the path of a Unix socket */
    unsigned io_threads; /* threads that read requests and send responses */
    unsigned workers;    /* threads that compute */
    size_t queue_limit;  /* requests that may wait for a worker */
    size_t max_connections;
    uint64_t max_body;   /* bytes of a request body */
    size_t memory_limit; /* bytes that all requests together may reserve */
    int64_t request_timeout_ns;
    bool access_log;
    struct route_table routes;
    const struct timing_phases *phases;
    void *application; /* what the endpoints share; the engine only passes it on */
};

#endif
