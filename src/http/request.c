#include "http/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/route.h"

/* Bytes of the target that the access log gets at most. */
#define TARGET_MAX 1000

struct request *request_create(struct service *service, struct connection *connection,
                               struct MHD_Connection *mhd, const char *target)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->service = service;
    request->connection = connection;
    request->mhd = mhd;
    request->started_ns = clock_now_ns();
    atomic_init(&request->references, 1);
    if (service->config->access_log)
        request->log_target = strndup(target, TARGET_MAX);
    atomic_fetch_add(&service->requests_in_flight, 1);
    return request;
}

void request_release_state(struct request *request)
{
    if (request->route && request->route->release && request->state)
        request->route->release(request);
    request->state = NULL;
}

void request_release(struct request *request)
{
    if (atomic_fetch_sub(&request->references, 1) > 1)
        return;
    struct service *service = request->service;
    for (size_t phase = 0; phase < service->config->phases->count; phase++)
        metrics_add(&service->metrics.phase_ns[phase], (uint64_t)request->timing.ns[phase]);
    request_release_state(request);
    response_free(&request->response);
    if (request->stream)
        request->stream->destroy(request);
    memory_budget_release(&service->budget, request->reserved);
    free(request->query);
    free(request->log_target);
    free(request);
    atomic_fetch_sub(&service->requests_in_flight, 1);
}

const char *request_header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

enum connection_phase request_phase(const struct request *request)
{
    if (request->stream && request->stream->is_closed(request))
        return CONNECTION_DISCONNECTED;
    return connection_phase(request->connection);
}

bool request_reserve(struct request *request, size_t bytes)
{
    if (!memory_budget_reserve(&request->service->budget, bytes))
        return false;
    request->reserved += bytes;
    return true;
}

bool request_may_reserve(const struct request *request, size_t bytes)
{
    return bytes <= request->service->budget.limit - request->reserved;
}

void request_unreserve(struct request *request, size_t bytes)
{
    memory_budget_release(&request->service->budget, bytes);
    request->reserved -= bytes;
}
