#include "endpoints/routes.h"

#include <string.h>

#include "endpoints/bench/handler.h"
#include "endpoints/files.h"
#include "endpoints/profiles.h"
#include "endpoints/simulate/handler.h"
#include "endpoints/status.h"
#include "web/files.h"

/* Two names for each profile. */
#define PROFILE_ROUTES(prefix)                                                                     \
    {.method = "GET",                                                                              \
     .path = prefix "/profile",                                                                    \
     .profiling = true,                                                                            \
     .begin = profile_begin,                                                                       \
     .handle = profile_handle,                                                                     \
     .work = profile_work,                                                                         \
     .release = profile_release},                                                                  \
        {.method = "GET",                                                                          \
         .path = prefix "/heap",                                                                   \
         .profiling = true,                                                                        \
         .handle = heap_handle,                                                                    \
         .work = heap_work},                                                                       \
        {.method = "GET", .path = prefix "/cmdline", .profiling = true, .handle = cmdline_handle}, \
        {.method = "GET",                                                                          \
         .path = prefix "/symbol",                                                                 \
         .profiling = true,                                                                        \
         .handle = symbol_handle,                                                                  \
         .work = symbol_post_work,                                                                 \
         .release = symbol_post_release},                                                          \
    {                                                                                              \
        .method = "POST", .path = prefix "/symbol", .profiling = true, .begin = symbol_post_begin, \
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
    {.method = "GET", .path = "/web/{file}", .handle = file_handle},
    PROFILE_ROUTES("/debug/pprof"),
    PROFILE_ROUTES("/pprof"),
};

#define ROUTE_COUNT (sizeof routes / sizeof *routes)

_Static_assert(ROUTE_COUNT < METRICS_HANDLERS_MAX, "every route needs a counter, and one is for "
                                                   "requests without a route");

/* True for the path itself, or one of those that a pattern stands for. */
static bool serves(const struct route *route, const char *path)
{
    size_t length = strcspn(route->path, "{");
    if (route->path[length] == '\0')
        return strcmp(route->path, path) == 0;
    return strncmp(route->path, path, length) == 0 && web_file_find(path) != NULL;
}

const struct route *route_find(const char *method, const char *path)
{
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (strcmp(routes[i].method, method) == 0 && serves(&routes[i], path))
            return &routes[i];
    return NULL;
}

const char *route_allow(const char *path)
{
    bool get = route_find("GET", path) != NULL;
    bool post = route_find("POST", path) != NULL;
    if (get && post)
        return "GET, HEAD, POST, OPTIONS";
    if (get)
        return "GET, HEAD, OPTIONS";
    return post ? "POST, OPTIONS" : NULL;
}

bool route_is_for_profiling(const char *path)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (strcmp(routes[i].path, path) == 0)
            return routes[i].profiling;
    return false;
}

size_t route_index(const struct route *route)
{
    size_t i = 0;
    if (!route)
        return ROUTE_COUNT;
    while (strcmp(routes[i].path, route->path) != 0)
        i++;
    return i;
}

const char *route_label(size_t handler)
{
    return handler < ROUTE_COUNT ? routes[handler].path : "none";
}

const char *route_list(void)
{
    return "POST /simulate, GET and POST /bench, GET /livez, /readyz, /healthz, /metrics, "
           "/openapi.json, /version, /web/{file} and /, the page for a browser, and with "
           "--profiling on /debug/pprof/profile, heap, cmdline and symbol";
}
