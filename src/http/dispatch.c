#include "http/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/message/headers.h"
#include "http/probes.h"
#include "http/respond.h"

/* The body of a request that has failed at its headers is read and discarded, so that the
 * connection stays usable. If it is known to be longer than this, the response is sent at once, and
 * the connection closes. */
#define DISCARD_MAX (1 << 20)

/* The status in logs and metrics of a request whose client left before the response. */
#define STATUS_CLIENT_GONE 499

void dispatch_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                         enum MHD_ConnectionNotificationCode code)
{
    struct service *service = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context)
            connection_monitor_close(*socket_context);
        *socket_context = NULL;
        acceptor_closed(service->acceptor);
        return;
    }
    /* libmicrohttpd 1.0 returns all facts about a connection in the same memory: a result is valid
     * until the next call. */
    int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *socket_context =
        connection_monitor_open(service->monitor, fd, address ? address->client_addr : NULL);
    acceptor_taken(service->acceptor);
    metrics_add(&service->metrics.connections, 1);
}

void *dispatch_first_line(void *cls, const char *target, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info ? info->socket_context : NULL;
    if (!connection)
        return NULL; /* memory was short; the access handler closes */
    connection_begin(connection);
    struct request *request = request_create(cls, connection, mhd, target);
    if (request)
        request->path_has_nul = memmem(target, strcspn(target, "?"), "%00", 3) != NULL;
    return request;
}

/* Finds the route, or fails. */
static void find_route(struct request *request, const char *method, const char *path)
{
    const struct route_table *table = &request->service->config->routes;
    request->route = route_find(table, method, path);
    if (request->route)
        return;
    const char *allow = route_allow(table, path);
    if (!allow) {
        request_fail_with(request, &problem_not_found, "There is nothing at %.100s. There is %s.",
                          path, table->summary);
    } else if (strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0) {
        request_respond_static(request, MHD_HTTP_NO_CONTENT, NULL, "", 0);
        request_add_header(request, MHD_HTTP_HEADER_ALLOW, allow);
        request->failed = true; /* there is nothing more to do, and a body is ignored */
    } else {
        request_fail_with(request, &problem_method, "%.100s supports %s, not %.20s.", path, allow,
                          method);
        request_add_header(request, MHD_HTTP_HEADER_ALLOW, allow);
    }
}

static void set_too_large(struct problem *problem, const struct request *request)
{
    problem_set(problem, &problem_body_too_large,
                "The body is longer than the %lld bytes that are taken here; send fewer particles "
                "at a time.",
                (long long)request->service->config->max_body);
}

/* After the headers. MHD_NO closes the connection. */
static enum MHD_Result begin(struct request *request, const char *path, const char *method,
                             const char *version)
{
    struct framing framing;
    struct problem problem;
    request->stage = REQUEST_BODY;
    snprintf(request->method, sizeof request->method, "%s", method);
    PROBE3(request_received, request, request->method, path);
    if (request->path_has_nul)
        path = "/%00"; /* there is nothing */
    request->path = path;
    if (!headers_read_framing(request->mhd, version, &framing, &problem)) {
        request->close = true;
        request_fail(request, &problem);
        return request_send_response(request);
    }
    request->content_length = framing.content_length;
    bool too_large = framing.content_length > request->service->config->max_body;
    find_route(request, method, path);
    if (request->route && too_large) {
        set_too_large(&problem, request);
        request_fail(request, &problem);
    } else if (request->route && request->route->begin) {
        request->route->begin(request);
    }
    if (!request->failed || !framing.has_body)
        return MHD_YES;
    /* A response before the body makes the library close the connection. */
    if (too_large || framing.expects_continue || framing.content_length > DISCARD_MAX) {
        request->close = true;
        return request_send_response(request);
    }
    return MHD_YES;
}

/* A chunked body has passed the limit. The library cannot queue a response in the middle of an
 * upload, so the response is written to the socket without it, and the connection ends. */
static enum MHD_Result cut_too_large(struct request *request)
{
    struct problem problem;
    set_too_large(&problem, request);
    char *text = problem_http(&problem);
    if (text && connection_respond(request->connection)) {
        connection_send_and_shut(request->connection, text, strlen(text));
        request->response.status = problem.type->status;
        request->aborted = true;
    }
    free(text);
    return MHD_NO;
}

/* Takes some of bytes[0..*size); *size becomes the number of those that are left. */
static enum MHD_Result receive(struct request *request, const char *bytes, size_t *size)
{
    size_t taken = *size;
    if (request->received_bytes + taken > request->service->config->max_body) {
        request->received_bytes += taken;
        return cut_too_large(request);
    }
    if (!request->failed && request->route->receive)
        taken = request->route->receive(request, bytes, taken);
    request->received_bytes += taken;
    *size -= taken;
    if (*size > 0) {
        /* The library offers the rest again in its next round, after the other connections. */
        MHD_suspend_connection(request->mhd);
        MHD_resume_connection(request->mhd);
    }
    return MHD_YES;
}

/* The body is complete. */
static enum MHD_Result finish(struct request *request)
{
    request->timing.ns[request->service->config->phases->receive] =
        clock_now_ns() - request->started_ns;
    if (!request->failed)
        request->route->handle(request);
    /* Only this thread writes the stage and frees the request, so it may read the stage although a
     * worker owns the rest. */
    return request->stage == REQUEST_SUBMITTED ? MHD_YES : request_send_response(request);
}

enum MHD_Result dispatch_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                 const char *method, const char *version, const char *upload_data,
                                 size_t *upload_data_size, void **con_cls)
{
    (void)cls;
    (void)mhd;
    struct request *request = *con_cls;
    if (!request)
        return MHD_NO;
    switch (request->stage) {
    case REQUEST_HEADERS:
        return begin(request, url, method, version);
    case REQUEST_BODY:
        if (*upload_data_size > 0)
            return receive(request, upload_data, upload_data_size);
        return finish(request);
    case REQUEST_SUBMITTED:
        return request_send_response(request);
    case REQUEST_RESPONDED:
        break;
    }
    return MHD_YES;
}

/* Bytes of the body that were sent: responses to HEAD and 304 have a length, but no body. */
static size_t sent_bytes(const struct request *request)
{
    bool bodiless = strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0 ||
                    request->response.status == MHD_HTTP_NOT_MODIFIED;
    return request->stage == REQUEST_RESPONDED && !bodiless ? request->response.size : 0;
}

static void log_access_line(const struct request *request, unsigned status, int64_t duration_ns)
{
    const char *agent = request_header(request, MHD_HTTP_HEADER_USER_AGENT);
    log_request(&(struct log_access){
        .peer = request->connection->address,
        .method = request->method,
        .target = request->target ? request->target : "",
        .agent = agent ? agent : "",
        .status = status,
        .received_bytes = request->received_bytes,
        .sent_bytes = sent_bytes(request),
        .duration_ns = duration_ns,
    });
}

void dispatch_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                        enum MHD_RequestTerminationCode code)
{
    (void)mhd;
    struct service *service = cls;
    struct request *request = *con_cls;
    if (!request)
        return;
    *con_cls = NULL;
    struct metrics *metrics = &service->metrics;
    int64_t duration_ns = clock_now_ns() - request->started_ns;
    bool responded =
        code == MHD_REQUEST_TERMINATED_COMPLETED_OK && request->stage == REQUEST_RESPONDED;
    unsigned status = request->stream ? request->stream->close(request) : 0;
    if (responded || request->aborted)
        status = request->response.status;
    else if (connection_phase(request->connection) == CONNECTION_TIMED_OUT)
        status = MHD_HTTP_REQUEST_TIMEOUT;
    else if (status == 0)
        status = STATUS_CLIENT_GONE;
    if (responded)
        metrics_add(&metrics->sent_bytes, sent_bytes(request));
    metrics_observe(metrics, route_index(&service->config->routes, request->route), status,
                    duration_ns);
    metrics_add(&metrics->received_bytes, request->received_bytes);
    if (service->config->access_log)
        log_access_line(request, status, duration_ns);
    connection_finish(request->connection);
    request_release(request);
}
