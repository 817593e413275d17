#include "http/dispatch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/connection/linger.h"
#include "http/message/headers.h"
#include "http/message/query.h"
#include "http/probes.h"
#include "http/respond.h"

/* The body of a request that has failed at its headers is read and discarded, so that the
 * connection stays usable. If it is known to be longer than this, the response is sent at once, and
 * the connection closes. */
#define DISCARD_MAX (1 << 20)

/* The status in logs and metrics of a request whose client left before the response. */
#define STATUS_CLIENT_GONE 499

static void finish_request(struct request *request, unsigned status, const char *agent);

/* The library does not report the end of a request that it ends itself, by an error in its headers
 * for example, or of one whose connection closes before the access handler was called. Nothing of
 * the library's may be used here. */
static void abandon_request(struct connection *connection)
{
    if (connection->request)
        finish_request(connection->request, STATUS_CLIENT_GONE, NULL);
}

/* Bytes of the client are unread, after an error that the library has sent, for example. */
static void linger_if_unread(struct service *service, const struct connection *connection)
{
    int unread = 0;
    if (!connection->lingers && ioctl(connection->fd, FIONREAD, &unread) == 0 && unread > 0)
        linger_add(service->linger, connection->fd);
}

void dispatch_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                         enum MHD_ConnectionNotificationCode code)
{
    struct service *service = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context) {
            struct connection *connection = *socket_context;
            abandon_request(connection);
            linger_if_unread(service, connection);
            connection_monitor_close(connection);
        }
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
    acceptor_taken(service->acceptor, fd);
    metrics_add(&service->metrics.connections, 1);
}

/* Keeps the query for query_each, and hides it from the library, which would parse it: its parser
 * needs memory of the connection for each parameter, and when that is used up, it neither responds
 * nor reports the end of the request. It looks at what follows the question mark after this call.
 */
static bool take_query(struct request *request, const char *target, size_t size)
{
    char *question = (char *)(uintptr_t)memchr(target, '?', size);
    if (!question || question[1] == '\0')
        return true;
    request->query = strdup(question + 1);
    question[1] = '\0';
    return request->query != NULL;
}

void *dispatch_first_line(void *cls, const char *target, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info ? info->socket_context : NULL;
    if (!connection || !target)
        return NULL; /* memory was short, or there is no target; the access handler closes */
    abandon_request(connection);
    connection_begin(connection);
    struct request *request = request_create(cls, connection, mhd, target);
    if (!request)
        return NULL;
    connection->request = request;
    request->raw_target = target;
    request->raw_target_size = strlen(target);
    request->target_error = target_read(&request->target, target, request->raw_target_size);
    if (!take_query(request, target, request->raw_target_size)) {
        connection->request = NULL;
        request_release(request);
        return NULL;
    }
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

/* The target is valid: sets the path, or fails. */
static void read_path(struct request *request, const char *path, const char *method)
{
    if (request->target.form == TARGET_ASTERISK) {
        if (strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0) {
            request_respond_static(request, MHD_HTTP_NO_CONTENT, NULL, "", 0);
            request_add_header(request, MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST, OPTIONS");
            request->failed = true; /* there is nothing more to do, and a body is ignored */
        } else {
            request_fail_with(request, &problem_malformed_request,
                              "The target * is only for OPTIONS; ask for a path.");
        }
        return;
    }
    path += request->target.authority_size; /* no percent sign there: decoding did not change it */
    request->path = request->target.has_nul ? "/%00" : *path ? path : "/";
}

/* The checks that need no route: false when the connection must be closed. */
static bool check_headers(struct request *request, const char *method, const char *version,
                          struct framing *framing)
{
    struct problem problem;
    const struct request_line line = {method, request->raw_target, request->raw_target_size,
                                      version};
    if (headers_read_framing(request->mhd, &line, framing, &problem)) {
        if (!request->target_error)
            return true;
        problem_set(&problem, &problem_malformed_request, "The request %s.", request->target_error);
    }
    request->close = true;
    request_fail(request, &problem);
    return false;
}

/* The headers are valid: finds the route, which checks them further. */
static void begin_route(struct request *request, const char *path, const char *method)
{
    struct problem problem;
    read_path(request, path, method);
    if (request->failed)
        return;
    if (request->query && query_count(request->query) > QUERY_PARAMETERS_MAX) {
        request_fail_with(request, &problem_target_too_long,
                          "The query has more than %d parameters; send them in the body.",
                          QUERY_PARAMETERS_MAX);
        return;
    }
    find_route(request, method, request->path);
    if (!request->route || request_fail_if_foreign(request))
        return;
    if (request->content_length > request->service->config->max_body) {
        set_too_large(&problem, request);
        request_fail(request, &problem);
    } else if (request->route->begin) {
        request->route->begin(request);
    }
}

/* After the headers. MHD_NO closes the connection. */
static enum MHD_Result begin(struct request *request, const char *path, const char *method,
                             const char *version)
{
    struct framing framing;
    request->stage = REQUEST_BODY;
    connection_headers_complete(request->connection);
    snprintf(request->method, sizeof request->method, "%s", method);
    PROBE3(request_received, request, request->method, path);
    if (!check_headers(request, method, version, &framing))
        return request_send_response(request);
    request->has_body = framing.has_body;
    request->content_length = framing.content_length;
    begin_route(request, path, method);
    if (!request->failed || !framing.has_body)
        return MHD_YES;
    /* A response before the body makes the library close the connection. */
    if (framing.expects_continue || framing.content_length > DISCARD_MAX ||
        framing.content_length > request->service->config->max_body) {
        request->close = true;
        return request_send_response(request);
    }
    return MHD_YES;
}

static void linger(struct request *request)
{
    struct connection *connection = request->connection;
    connection->lingers = linger_add(request->service->linger, connection->fd);
}

/* A chunked body has passed the limit. The library cannot queue a response in the middle of an
 * upload, so the response is written to the socket without it, and the connection ends. */
static enum MHD_Result abort_too_large(struct request *request)
{
    struct problem problem;
    set_too_large(&problem, request);
    char *text = problem_http(&problem);
    if (text && connection_respond(request->connection)) {
        connection_send(request->connection, text, strlen(text));
        linger(request);
        request->response.status = problem.type->status;
        request->aborted = true;
    }
    free(text);
    respond_close_soon(request->mhd);
    return MHD_NO;
}

/* The library offers the rest of a piece again in its next round, after the other connections.
 * There must be a rest: after a handler has taken a whole piece of a chunked body, the library
 * calls it again although it is suspended, and a second suspend damages a list of the library's. */
static void let_others_run(struct request *request, size_t rest)
{
    assert(rest > 0);
    MHD_suspend_connection(request->mhd);
    MHD_resume_connection(request->mhd);
}

/* Takes some of bytes[0..*size); *size becomes the number of those that are left. */
static enum MHD_Result receive(struct request *request, const char *bytes, size_t *size)
{
    size_t taken = *size;
    if (request->received_bytes + taken > request->service->config->max_body) {
        request->received_bytes += taken;
        return abort_too_large(request);
    }
    if (!request->failed && request->route->receive)
        taken = request->route->receive(request, bytes, taken);
    request->received_bytes += taken;
    *size -= taken;
    if (*size > 0)
        let_others_run(request, *size);
    return MHD_YES;
}

/* The body is complete. */
static enum MHD_Result finish(struct request *request)
{
    request->has_body = false;
    /* libmicrohttpd 0.9 parses trailers leniently, so what follows may belong to them. */
    if (MHD_get_connection_values(request->mhd, MHD_FOOTER_KIND, NULL, NULL) > 0)
        request->close = true;
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

static void log_access_line(const struct request *request, unsigned status, int64_t duration_ns,
                            const char *agent)
{
    log_request(&(struct log_access){
        .peer = request->connection->address,
        .method = request->method,
        .target = request->log_target ? request->log_target : "",
        .agent = agent ? agent : "",
        .status = status,
        .received_bytes = request->received_bytes,
        .sent_bytes = sent_bytes(request),
        .duration_ns = duration_ns,
    });
}

/* Counts and logs the request, and releases it. Uses nothing of the library's. */
static void finish_request(struct request *request, unsigned status, const char *agent)
{
    struct service *service = request->service;
    int64_t duration_ns = clock_now_ns() - request->started_ns;
    metrics_observe(&service->metrics, route_index(&service->config->routes, request->route),
                    status, duration_ns);
    metrics_add(&service->metrics.received_bytes, request->received_bytes);
    if (service->config->access_log)
        log_access_line(request, status, duration_ns, agent);
    request->connection->request = NULL;
    connection_finish(request->connection);
    request_release(request);
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
        metrics_add(&service->metrics.sent_bytes, sent_bytes(request));
    /* The library will close the socket, and the client may still be sending. */
    if (responded && request->close)
        linger(request);
    finish_request(request, status, request_header(request, MHD_HTTP_HEADER_USER_AGENT));
}
