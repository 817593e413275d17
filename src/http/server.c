#include "http/server.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/connection/listener.h"
#include "http/dispatch.h"
#include "http/message/problem.h"
#include "http/service.h"
#include "runtime/host.h"
#include "runtime/systemd.h"

/* Memory of a connection for its headers and the present piece of its body. */
#define CONNECTION_MEMORY ((size_t)32 << 10)

_Static_assert(CONNECTION_MEMORY + (4 << 10) == HTTP_CONNECTION_BYTES,
               "a connection reserves the library's memory, and 4 KiB for records");

/* Closed connections whose client may still be sending, at most. */
#define LINGER_MAX 256
/* A closed socket discards as many bytes as a body may have, and at least so many: a client may
 * send several times --max-body before it reads the response. */
#define LINGER_BYTES_MIN ((uint64_t)64 << 20)

/* File descriptors that are not connections: log, listener, epoll and event descriptors. */
#define FDS_BESIDE 64

/* How far the library's limit is above the acceptor's, in each thread. */
#define CONNECTIONS_SPARE 16

/* How long cancelled requests have to send their responses. */
#define STOP_GRACE_NS NS_PER_S

struct server {
    struct service service;
    struct listener listener;
    struct MHD_Daemon *daemon;
    bool draining;
};

static void log_library(void *cls, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void log_library(void *cls, const char *format, va_list args)
{
    (void)cls;
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    log_debug("libmicrohttpd: %s", text);
}

static bool open_listener(struct server *server)
{
    char error[320];
    int inherited = systemd_socket();
    bool open = false;
    if (inherited == -2)
        snprintf(error, sizeof error, "systemd passed more than one socket");
    else if (inherited >= 0)
        open = listener_inherit(&server->listener, inherited, error, sizeof error);
    else
        open =
            listener_open(&server->listener, server->service.config->listen, error, sizeof error);
    if (!open)
        log_error("%s", error);
    return open;
}

/* libmicrohttpd 1.0 repairs requests that are slightly wrong: it joins folded headers, accepts a
 * bare line feed as the end of a line, redirects blanks in a target. A proxy may repair them in
 * another way, so they are refused. 0.9 passes them on, and headers.c refuses them. */
static struct MHD_OptionItem strictness[] = {
#if MHD_VERSION >= 0x01000000
    {MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL},
#endif
    {MHD_OPTION_END, 0, NULL}};

static bool start_daemon(struct server *server)
{
    struct service *service = &server->service;
    const struct http_config *config = service->config;
    /* The library refuses a pool of one thread. */
    unsigned pool = config->io_threads > 1 ? config->io_threads : 0;
    /* The library divides its limit among its threads, and counts a connection a little longer than
     * it reports: so the acceptor's limit must be the lower one. */
    unsigned limit = (unsigned)((config->max_connections + CONNECTIONS_SPARE) * config->io_threads);
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, dispatch_request, service, MHD_OPTION_EXTERNAL_LOGGER, log_library,
        NULL, /* first, so that it logs the rest */
        MHD_OPTION_THREAD_POOL_SIZE, pool, MHD_OPTION_CONNECTION_LIMIT, limit,
        MHD_OPTION_CONNECTION_TIMEOUT, 0 /* connection_monitor.h */,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_NOTIFY_CONNECTION,
        dispatch_connection, service, MHD_OPTION_URI_LOG_CALLBACK, dispatch_first_line, service,
        MHD_OPTION_NOTIFY_COMPLETED, dispatch_completed, service, MHD_OPTION_ARRAY, strictness,
        MHD_OPTION_END);
    if (!server->daemon)
        log_error("cannot start the HTTP threads");
    return server->daemon != NULL;
}

static bool close_idle(void *context)
{
    struct service *service = context;
    return connection_monitor_close_idle(service->monitor);
}

static bool start_parts(struct server *server)
{
    struct service *service = &server->service;
    const struct http_config *config = service->config;
    service->pool = worker_pool_create(config->workers, config->queue_limit);
    if (!service->pool)
        log_error("cannot start %u workers", config->workers);
    struct problem timeout;
    problem_set(&timeout, &problem_receive_timeout,
                "The request was not complete within %g seconds; send it faster, or a smaller one.",
                clock_seconds(config->request_timeout_ns));
    char *response = problem_http(&timeout);
    if (response)
        service->monitor = connection_monitor_create(config->request_timeout_ns,
                                                     CONNECTION_IDLE_S * NS_PER_S, response);
    free(response);
    if (!service->monitor)
        log_error("cannot start the connection monitor");
    service->linger = linger_create(
        LINGER_MAX, config->max_body > LINGER_BYTES_MIN ? config->max_body : LINGER_BYTES_MIN);
    if (!service->linger)
        log_error("cannot start the thread that closes connections");
    service->acceptor = acceptor_create(&(struct acceptor_config){
        .max_connections = config->max_connections,
        .connection_bytes = HTTP_CONNECTION_BYTES,
        .budget = &service->budget,
        .close_idle = close_idle,
        .context = service,
    });
    if (!service->acceptor)
        log_error("cannot create the acceptor");
    if (!service->pool || !service->monitor || !service->linger || !service->acceptor ||
        !start_daemon(server))
        return false;
    if (acceptor_start(service->acceptor, server->listener.fd, server->daemon))
        return true;
    log_error("cannot start the acceptor");
    return false;
}

static void free_parts(struct server *server)
{
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    if (server->service.acceptor)
        acceptor_destroy(server->service.acceptor);
    if (server->service.pool)
        worker_pool_destroy(server->service.pool);
    if (server->service.monitor)
        connection_monitor_destroy(server->service.monitor);
    if (server->service.linger)
        linger_destroy(server->service.linger);
    listener_close(&server->listener);
    free(server);
}

static void check_fd_limit(const struct http_config *config)
{
    size_t limit = host_raise_fd_limit();
    if (limit < config->max_connections + LINGER_MAX + FDS_BESIDE)
        log_warning("the limit of %zu open files is too low for %zu connections; raise it, or "
                    "lower --max-connections",
                    limit, config->max_connections);
}

struct server *server_start(const struct http_config *config)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server) {
        log_error("memory is short");
        return NULL;
    }
    server->listener.fd = -1;
    server->service.config = config;
    memory_budget_init(&server->service.budget, config->memory_limit);
    check_fd_limit(config);
    if (!open_listener(server) || !start_parts(server)) {
        free_parts(server);
        return NULL;
    }
    log_info("listening on %s with %u I/O threads and %u workers", server->listener.name,
             config->io_threads, config->workers);
    return server;
}

void server_drain(struct server *server)
{
    if (server->draining)
        return;
    atomic_store(&server->service.draining, true);
    /* Only closed, not shut down: systemd may go on listening on the same socket. */
    acceptor_stop(server->service.acceptor);
    listener_close(&server->listener);
    server->draining = true;
}

bool server_is_idle(struct server *server)
{
    return atomic_load(&server->service.requests_in_flight) == 0;
}

bool server_is_stalled(struct server *server, int64_t limit_ns)
{
    return worker_pool_is_stalled(server->service.pool, limit_ns);
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){0, ms * NS_PER_MS}, NULL);
}

void server_stop(struct server *server)
{
    struct service *service = &server->service;
    server_drain(server);
    /* The library aborts the process when it is stopped while a connection is suspended, so every
     * job must have resumed its own. Open connections may still send requests, so this repeats. */
    int64_t end = clock_now_ns() + STOP_GRACE_NS;
    while (atomic_load(&service->jobs) > 0 || (!server_is_idle(server) && clock_now_ns() < end)) {
        connection_monitor_stop_jobs(service->monitor);
        pause_ms(2);
    }
    free_parts(server);
}
