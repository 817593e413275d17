/* The daemon as an object: what its iovec_body share. Internal to service/. */
#ifndef HTTP_SERVICE_H
#define HTTP_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/memory_budget.h"
#include "daemon/options.h"
#include "http/connection/acceptor.h"
#include "http/connection/connection.h"
#include "http/metrics.h"
#include "runtime/worker_pool.h"

struct service {
    const struct options *options; /* constant */
    struct worker_pool *pool;
    struct monitor *monitor;
    struct acceptor *acceptor;
    struct memory_budget budget;
    struct metrics metrics;
    atomic_bool draining;
    atomic_bool bench_running;        /* held by the request whose benchmark runs */
    atomic_bool profile_running;      /* held by the request that takes a CPU profile */
    atomic_size_t requests_in_flight; /* requests begun and not yet over */
    atomic_size_t jobs;               /* work that may leave a connection suspended */
};

#endif
