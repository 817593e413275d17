#include "endpoints/routes.h"

#include "endpoints/bench/handler.h"
#include "endpoints/files.h"
#include "endpoints/profiles.h"
#include "endpoints/simulate/handler.h"
#include "endpoints/status.h"
#include "http/metrics.h"

/* Profiles have two addresses: Go's tools use /debug/pprof, and google-pprof uses /pprof. */
#define PROFILE_ROUTE_COUNT 5
#define PROFILE_ROUTES(prefix)                                                                     \
    {.method = "GET",                                                                              \
     .path = prefix "/profile",                                                                    \
     .begin = profile_begin,                                                                       \
     .handle = profile_handle,                                                                     \
     .work = profile_work,                                                                         \
     .release = profile_release},                                                                  \
        {.method = "GET", .path = prefix "/heap", .handle = heap_handle, .work = heap_work},       \
        {.method = "GET", .path = prefix "/cmdline", .handle = cmdline_handle},                    \
        {.method = "GET",                                                                          \
         .path = prefix "/symbol",                                                                 \
         .handle = symbol_handle,                                                                  \
         .work = symbol_post_work,                                                                 \
         .release = symbol_post_release},                                                          \
    {                                                                                              \
        .method = "POST", .path = prefix "/symbol", .begin = symbol_post_begin,                    \
        .receive = symbol_post_receive, .handle = symbol_post_handle, .work = symbol_post_work,    \
        .release = symbol_post_release                                                             \
    }

static const struct route routes[] = {
    {.method = "POST",
     .path = "/simulate",
     .begin = simulate_begin,
     .receive = simulate_receive,
     .handle = simulate_handle,
     .work = simulate_work,
     .release = simulate_release},
    {.method = "GET",
     .path = "/bench",
     .needs_same_origin = true,
     .begin = bench_begin,
     .handle = bench_handle,
     .work = bench_work,
     .release = bench_release},
    {.method = "POST",
     .path = "/bench",
     .begin = bench_post_begin,
     .receive = bench_post_receive,
     .handle = bench_post_handle,
     .work = bench_work,
     .release = bench_release},
    {.method = "GET", .path = "/livez", .handle = livez_handle},
    {.method = "GET", .path = "/readyz", .handle = readyz_handle},
    {.method = "GET", .path = "/healthz", .handle = readyz_handle},
    {.method = "GET", .path = "/metrics", .handle = metrics_handle},
    {.method = "GET", .path = "/openapi.json", .handle = file_handle},
    {.method = "GET", .path = "/version", .handle = version_handle},
    {.method = "GET", .path = "/", .handle = file_handle},
    {.method = "GET", .path = "/web/{file}", .serves = file_exists, .handle = file_handle},
    /* Only with --profiling; must be the last rows. */
    PROFILE_ROUTES("/debug/pprof"),
    PROFILE_ROUTES("/pprof"),
};

#define ROUTE_COUNT (sizeof routes / sizeof *routes)

_Static_assert(ROUTE_COUNT < METRICS_ROUTES_MAX,
               "each route needs counters, and so do requests that match no route");

struct route_table routes_table(bool profiling)
{
    return (struct route_table){
        routes, profiling ? ROUTE_COUNT : ROUTE_COUNT - 2 * PROFILE_ROUTE_COUNT,
        "POST /simulate, GET and POST /bench, GET /livez, /readyz, /healthz, /metrics, "
        "/openapi.json, /version, /web/{file} and /, the page for a browser, and with "
        "--profiling on /debug/pprof/profile, heap, cmdline and symbol"};
}
