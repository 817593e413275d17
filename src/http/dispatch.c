#include "http/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/response_stream.h"
#include "http/probes.h"
#include "http/message/headers.h"
#include "endpoints/routes.h"

/* The body of a request that has failed at its headers is read and thrown away, so that the
 * connection stays usable. One that is known to be longer than this is answered at once, which
 * closes the connection. */
#define DISCARD_MAX (1 << 20)

/* The status that stands in logs and metrics for an answer that nobody waited for. */
#define STATUS_CLIENT_GONE 499

void dispatch_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                         enum MHD_ConnectionNotificationCode code)
{
    struct service *service = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context)
            peer_close(*socket_context);
        *socket_context = NULL;
        acceptor_closed(service->acceptor);
        return;
    }
    /* libmicrohttpd 1.0 keeps one place for all that it tells of a connection: what a call returns
     * is good until the next one. */
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *socket_context = peer_open(service->peers, fd, address ? address->client_addr : NULL);
    acceptor_taken(service->acceptor);
    metrics_add(&service->metrics.connections, 1);
}

void *dispatch_first_line(void *cls, const char *target, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct peer *peer = info ? info->socket_context : NULL;
    if (!peer)
        return NULL; /* memory was short; the access handler closes */
    peer_begin(peer);
    struct exchange *exchange = exchange_create(cls, peer, connection, target);
    if (exchange)
        exchange->path_has_nul = memmem(target, strcspn(target, "?"), "%00", 3) != NULL;
    return exchange;
}

/* Finds the route, or fails. */
static void find_route(struct exchange *exchange, const char *method, const char *path)
{
    bool hidden = !exchange->service->options->profiling && route_is_for_profiling(path);
    const char *allow = hidden ? NULL : route_allow(path);
    exchange->route = hidden ? NULL : route_find(method, path);
    if (exchange->route)
        return;
    if (!allow) {
        exchange_fail_with(exchange, PROBLEM_NOT_FOUND, "There is nothing at %.100s. There is %s.",
                           path, route_list());
    } else if (strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0) {
        exchange_answer_static(exchange, MHD_HTTP_NO_CONTENT, NULL, "", 0);
        exchange_header(exchange, MHD_HTTP_HEADER_ALLOW, allow);
        exchange->failed = true; /* nothing more to do, and a body is of no interest */
    } else {
        exchange_fail_with(exchange, PROBLEM_METHOD, "%.100s answers %s, not %.20s.", path, allow,
                           method);
        exchange_header(exchange, MHD_HTTP_HEADER_ALLOW, allow);
    }
}

static void set_too_large(struct problem *problem, const struct exchange *exchange)
{
    problem_set(problem, PROBLEM_BODY_TOO_LARGE,
                "The body is longer than the %lld bytes that are taken here; send fewer particles "
                "at a time.",
                (long long)exchange->service->options->max_body);
}

/* After the headers. A MHD_NO closes the connection. */
static enum MHD_Result begin(struct exchange *exchange, const char *path, const char *method,
                             const char *version)
{
    struct request_framing framing;
    struct problem problem;
    exchange->stage = EXCHANGE_BODY;
    snprintf(exchange->method, sizeof exchange->method, "%s", method);
    PROBE3(request_received, exchange, exchange->method, path);
    if (exchange->path_has_nul)
        path = "/%00"; /* there is nothing */
    exchange->path = path;
    if (!request_read_framing(exchange, version, &framing, &problem)) {
        exchange->close = true;
        exchange_fail(exchange, &problem);
        return exchange_send(exchange);
    }
    exchange->content_length = framing.content_length;
    bool too_large = framing.content_length > (uint64_t)exchange->service->options->max_body;
    find_route(exchange, method, path);
    if (exchange->route && too_large) {
        set_too_large(&problem, exchange);
        exchange_fail(exchange, &problem);
    } else if (exchange->route && exchange->route->begin) {
        exchange->route->begin(exchange);
    }
    if (!exchange->failed || !framing.has_body)
        return MHD_YES;
    /* Sending now, before the body, makes the library close the connection afterwards. */
    if (too_large || framing.expects_continue || framing.content_length > DISCARD_MAX) {
        exchange->close = true;
        return exchange_send(exchange);
    }
    return MHD_YES;
}

/* A body without a length has passed the limit, and nothing can be queued in the middle of an
 * upload: the answer is written past the library, and the connection ends. */
static enum MHD_Result cut_too_large(struct exchange *exchange)
{
    struct problem problem;
    set_too_large(&problem, exchange);
    char *text = problem_http(&problem);
    if (text && peer_answer(exchange->peer)) {
        peer_cut(exchange->peer, text, strlen(text));
        exchange->answer.status = problem_status(problem.kind);
        exchange->cut = true;
    }
    free(text);
    return MHD_NO;
}

/* Takes some of bytes[0..*size); *size becomes how many are left. */
static enum MHD_Result receive(struct exchange *exchange, const char *bytes, size_t *size)
{
    size_t taken = *size;
    if (exchange->received_bytes + taken > (uint64_t)exchange->service->options->max_body) {
        exchange->received_bytes += taken;
        return cut_too_large(exchange);
    }
    if (!exchange->failed && exchange->route->receive)
        taken = exchange->route->receive(exchange, bytes, taken);
    exchange->received_bytes += taken;
    *size -= taken;
    if (*size > 0) {
        /* The library offers the rest again in its next round, after the other connections. */
        MHD_suspend_connection(exchange->connection);
        MHD_resume_connection(exchange->connection);
    }
    return MHD_YES;
}

/* The body is complete. */
static enum MHD_Result finish(struct exchange *exchange)
{
    exchange->timing.ns[TIMING_RECEIVE] = clock_now_ns() - exchange->started_ns;
    if (!exchange->failed)
        exchange->route->handle(exchange);
    /* Only this thread writes the stage and frees the exchange, so it may be read even when a
     * worker has the rest. */
    return exchange->stage == EXCHANGE_SUBMITTED ? MHD_YES : exchange_send(exchange);
}

enum MHD_Result dispatch_request(void *cls, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *upload_data,
                                 size_t *upload_data_size, void **con_cls)
{
    (void)cls;
    (void)connection;
    struct exchange *exchange = *con_cls;
    if (!exchange)
        return MHD_NO;
    switch (exchange->stage) {
    case EXCHANGE_HEADERS:
        return begin(exchange, url, method, version);
    case EXCHANGE_BODY:
        if (*upload_data_size > 0)
            return receive(exchange, upload_data, upload_data_size);
        return finish(exchange);
    case EXCHANGE_SUBMITTED:
        return exchange_send(exchange);
    case EXCHANGE_ANSWERED:
        break;
    }
    return MHD_YES;
}

/* The bytes of the body that went out: HEAD and 304 have the length of one, and none. */
static size_t sent_bytes(const struct exchange *exchange)
{
    bool bodiless = strcmp(exchange->method, MHD_HTTP_METHOD_HEAD) == 0 ||
                    exchange->answer.status == MHD_HTTP_NOT_MODIFIED;
    return exchange->stage == EXCHANGE_ANSWERED && !bodiless ? exchange->answer.size : 0;
}

static void log_exchange(const struct exchange *exchange, unsigned status, int64_t duration_ns)
{
    const char *agent = exchange_request_header(exchange, MHD_HTTP_HEADER_USER_AGENT);
    log_request(&(struct log_access){
        .peer = exchange->peer->address,
        .method = exchange->method,
        .target = exchange->target ? exchange->target : "",
        .agent = agent ? agent : "",
        .status = status,
        .received_bytes = exchange->received_bytes,
        .sent_bytes = sent_bytes(exchange),
        .duration_ns = duration_ns,
    });
}

void dispatch_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
                        enum MHD_RequestTerminationCode code)
{
    (void)connection;
    struct service *service = cls;
    struct exchange *exchange = *con_cls;
    if (!exchange)
        return;
    *con_cls = NULL;
    struct metrics *metrics = &service->metrics;
    int64_t duration_ns = clock_now_ns() - exchange->started_ns;
    bool answered =
        code == MHD_REQUEST_TERMINATED_COMPLETED_OK && exchange->stage == EXCHANGE_ANSWERED;
    unsigned status = exchange->streaming ? exchange_stream_leave(exchange) : 0;
    if (answered || exchange->cut)
        status = exchange->answer.status;
    else if (peer_phase(exchange->peer) == PEER_CUT)
        status = MHD_HTTP_REQUEST_TIMEOUT;
    else if (status == 0)
        status = STATUS_CLIENT_GONE;
    if (answered)
        metrics_add(&metrics->sent_bytes, sent_bytes(exchange));
    metrics_observe(metrics, route_handler(exchange->route), status, duration_ns);
    metrics_add(&metrics->received_bytes, exchange->received_bytes);
    if (service->options->access_log)
        log_exchange(exchange, status, duration_ns);
    peer_finish(exchange->peer);
    exchange_release(exchange);
}
