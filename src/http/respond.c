#include "http/respond.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_document.h"
#include "http/message/origin.h"
#include "http/probes.h"
#include "http/route.h"

void request_respond(struct request *request, unsigned status, const char *content_type, char *body,
                     size_t size)
{
    if (!body) {
        request_fail_memory(request);
        return;
    }
    request_respond_static(request, status, content_type, body, size);
    request->response.owned = true;
}

void request_respond_static(struct request *request, unsigned status, const char *content_type,
                            const char *body, size_t size)
{
    response_free(&request->response);
    request->response.status = status;
    request->response.content_type = content_type;
    request->response.body = body;
    request->response.size = size;
}

void request_respond_iovec(struct request *request, unsigned status, const char *content_type,
                           struct iovec_body *body)
{
    request_respond_static(request, status, content_type, NULL, iovec_body_size(body));
    request->response.iovec = body;
}

void request_respond_source(struct request *request, unsigned status, const char *content_type,
                            const struct body_source *source)
{
    request_respond_static(request, status, content_type, NULL, 0);
    request->response.source = *source;
}

void request_respond_json(struct request *request, unsigned status, json_t *root)
{
    size_t size = 0;
    char *text = json_document(root, JSON_INDENT(2), &size);
    request_respond(request, status, "application/json", text, size);
}

void request_add_header(struct request *request, const char *name, const char *value)
{
    size_t i = 0;
    while (i < RESPONSE_HEADERS_MAX && request->response.header_name[i])
        i++;
    assert(i < RESPONSE_HEADERS_MAX);
    request->response.header_name[i] = name;
    request->response.header_value[i] = value;
}

void request_fail(struct request *request, const struct problem *problem)
{
    static const char memory_short[] = "{\"type\":\"urn:particled:problem:internal\","
                                       "\"title\":\"Internal error\",\"status\":500,"
                                       "\"detail\":\"Memory is short; try again later.\"}\n";
    const struct problem_type *type = problem->type;
    request_release_state(request);
    request->failed = true;
    size_t size;
    char *text = problem_document(problem, &size);
    if (request->stream) {
        request->stream->fail(request, type->status, text, size);
        return;
    }
    if (!text) {
        request_respond_static(request, 500, PROBLEM_MEDIA_TYPE, memory_short,
                               sizeof memory_short - 1);
        return;
    }
    request_respond(request, type->status, PROBLEM_MEDIA_TYPE, text, size);
    request->response.retry_after_s = type->retry_after_s;
}

void request_fail_with(struct request *request, const struct problem_type *type, const char *format,
                       ...)
{
    char detail[sizeof((struct problem *)NULL)->detail];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    struct problem problem;
    problem_set(&problem, type, "%s", detail);
    request_fail(request, &problem);
}

void request_fail_memory(struct request *request)
{
    request_fail_with(request, &problem_internal, "Memory is short; try again later.");
}

bool request_fail_if_foreign(struct request *request)
{
    const struct route *route = request->route;
    if (!route->needs_same_origin && strcmp(route->method, MHD_HTTP_METHOD_POST) != 0)
        return false;
    const char *site = request_header(request, "Sec-Fetch-Site");
    const char *origin = request_header(request, MHD_HTTP_HEADER_ORIGIN);
    if (!site && !origin) /* a program */
        return false;
    const char *host = request_header(request, MHD_HTTP_HEADER_HOST);
    if (!origin_is_foreign(site, origin, host))
        return false;
    if (site)
        request_fail_with(
            request, &problem_forbidden_origin,
            "Sec-Fetch-Site is \"%.40s\", so a page of another site sends the request; "
            "only a page of this daemon and programs may send it.",
            site);
    else
        request_fail_with(request, &problem_forbidden_origin,
                          "Origin \"%.100s\" differs from Host \"%.100s\"; only a page of this "
                          "daemon and programs may send this request. A proxy in front of the "
                          "daemon must pass Host on as it was received.",
                          origin, host ? host : "");
    return true;
}

void request_fail_reservation(struct request *request, size_t bytes, const char *what)
{
    if (request_may_reserve(request, bytes))
        request_fail_with(request, &problem_memory,
                          "%s would not fit into the memory that is left; try again later.", what);
    else
        request_fail_with(request, &problem_memory_limit,
                          "%s would need more than the %zu bytes that all requests together may "
                          "have; send fewer particles at a time.",
                          what, request->service->budget.limit);
}

static void add_headers(struct request *request, struct MHD_Response *built)
{
    const struct response *response = &request->response;
    const struct route *route = request->route;
    const struct service *service = request->service;
    if (response->content_type)
        MHD_add_response_header(built, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type);
    for (size_t i = 0; i < RESPONSE_HEADERS_MAX && response->header_name[i]; i++)
        MHD_add_response_header(built, response->header_name[i], response->header_value[i]);
    if (route && route->vary)
        MHD_add_response_header(built, MHD_HTTP_HEADER_VARY, route->vary);
    if (route && route->no_store)
        MHD_add_response_header(built, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    char text[SERVER_TIMING_MAX];
    server_timing(text, service->config->phases,
                  request->stream ? &request->stream_timing : &request->timing,
                  clock_now_ns() - request->started_ns);
    MHD_add_response_header(built, "Server-Timing", text);
    if (response->retry_after_s) {
        snprintf(text, sizeof text, "%u", response->retry_after_s);
        MHD_add_response_header(built, MHD_HTTP_HEADER_RETRY_AFTER, text);
    }
    if (request->close || atomic_load(&service->draining) || acceptor_is_crowded(service->acceptor))
        MHD_add_response_header(built, MHD_HTTP_HEADER_CONNECTION, "close");
}

void respond_close_soon(struct MHD_Connection *mhd)
{
    MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, 1U);
}

enum MHD_Result request_send_response(struct request *request)
{
    struct response *response = &request->response;
    /* A stream is response and work at once: its connection stays in WORKING. */
    if (response->status == 0 || (!request->stream && !connection_respond(request->connection)))
        return MHD_NO; /* the client has left */
    struct MHD_Response *built =
        response_build(response, strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0);
    if (!built)
        return MHD_NO;
    add_headers(request, built);
    PROBE3(answer_queued, request, response->status, response->size);
    enum MHD_Result result = MHD_queue_response(request->mhd, response->status, built);
    MHD_destroy_response(built);
    request->stage = REQUEST_RESPONDED;
    return result;
}
