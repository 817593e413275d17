/* What the modules of http/ share about the running server. The functions of the endpoints read it
 * through their request. Any thread: the pointers are constant once the server has started, and the
 * modules behind them and the other fields take care of concurrent use. */
#ifndef HTTP_SERVICE_H
#define HTTP_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/memory_budget.h"
#include "http/connection/acceptor.h"
#include "http/connection/connection_monitor.h"
#include "http/connection/linger.h"
#include "http/http_config.h"
#include "http/metrics.h"
#include "runtime/worker_pool.h"

struct service {
    const struct http_config *config;
    struct worker_pool *pool;
    struct connection_monitor *monitor;
    struct acceptor *acceptor;
    struct linger_set *linger;
    struct memory_budget budget;
    struct metrics metrics;
    atomic_bool draining;
    atomic_size_t requests_in_flight; /* from the first line to completion */
    atomic_size_t jobs;               /* work that may leave a connection suspended */
};

#endif
