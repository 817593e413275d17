/* The daemon as an object: what its parts share. Internal to service/. */
#ifndef HTTP_SERVICE_H
#define HTTP_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/memory_budget.h"
#include "daemon/options.h"
#include "runtime/worker_pool.h"
#include "http/connection/acceptor.h"
#include "http/metrics.h"
#include "http/connection/connection.h"

struct service {
    const struct options *options; /* constant */
    struct worker_pool *pool;
    struct peers *peers;
    struct acceptor *acceptor;
    struct memory_budget budget;
    struct metrics metrics;
    atomic_bool draining;
    atomic_bool bench_running;   /* held by the exchange whose benchmark runs */
    atomic_bool profile_running; /* held by the exchange that takes a CPU profile */
    atomic_size_t exchanges;     /* requests begun and not yet over */
    atomic_size_t jobs;          /* work that may leave a connection suspended */
};

#endif
