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
     .no_store = true,                                                                             \
     .begin = profile_begin,                                                                       \
     .handle = profile_handle,                                                                     \
     .work = profile_work,                                                                         \
     .release = profile_release},                                                                  \
        {.method = "GET",                                                                          \
         .path = prefix "/heap",                                                                   \
         .no_store = true,                                                                         \
         .handle = heap_handle,                                                                    \
         .work = heap_work,                                                                        \
         .release = heap_release},                                                                 \
        {.method = "GET", .path = prefix "/cmdline", .no_store = true, .handle = cmdline_handle},  \
        {.method = "GET",                                                                          \
         .path = prefix "/symbol",                                                                 \
         .no_store = true,                                                                         \
         .handle = symbol_handle,                                                                  \
         .work = symbol_post_work,                                                                 \
         .release = symbol_post_release},                                                          \
    {                                                                                              \
        .method = "POST", .path = prefix "/symbol", .no_store = true, .begin = symbol_post_begin,  \
        .receive = symbol_post_receive, .handle = symbol_post_handle, .work = symbol_post_work,    \
        .release = symbol_post_release                                                             \
    }

static const struct route routes[] = {
    {.method = "POST",
     .path = "/simulate",
     .vary = "Accept, Accept-Encoding",
     .begin = simulate_begin,
     .receive = simulate_receive,
     .handle = simulate_handle,
     .work = simulate_work,
     .release = simulate_release},
    {.method = "GET",
     .path = "/bench",
     .vary = "Accept",
     .no_store = true,
     .needs_same_origin = true,
     .begin = bench_begin,
     .handle = bench_handle,
     .work = bench_work,
     .release = bench_release},
    {.method = "POST",
     .path = "/bench",
     .vary = "Accept",
     .no_store = true,
     .begin = bench_post_begin,
     .receive = bench_post_receive,
     .handle = bench_post_handle,
     .work = bench_work,
     .release = bench_release},
    {.method = "GET", .path = "/livez", .no_store = true, .handle = livez_handle},
    {.method = "GET", .path = "/readyz", .no_store = true, .handle = readyz_handle},
    {.method = "GET", .path = "/healthz", .no_store = true, .handle = readyz_handle},
    {.method = "GET", .path = "/metrics", .no_store = true, .handle = metrics_handle},
    {.method = "GET", .path = "/openapi.json", .handle = file_handle},
    {.method = "GET", .path = "/version", .no_store = true, .handle = version_handle},
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
