/* GET /metrics: the counters in Prometheus' text format. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "config.h"
#include "endpoints/application.h"
#include "endpoints/status.h"
#include "http/respond.h"
#include "runtime/host.h"
#include "sim/kernels.h"
#include "sim/method.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

static void put_head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_value(FILE *out, const char *name, const char *type, const char *help, double value)
{
    put_head(out, name, type, help);
    fprintf(out, "%s %.17g\n", name, value);
}

static void put_histogram(FILE *out, const char *handler, unsigned status,
                          const struct metrics_durations *durations)
{
    static const char name[] = "particled_http_request_duration_seconds";
    uint64_t total = 0;
    for (size_t i = 0; i <= METRICS_BUCKETS; i++)
        total += metrics_read(&durations->buckets[i]);
    if (total == 0)
        return;
    /* A counter may grow after it was added to `total`, so `count` is limited. */
    uint64_t count = 0;
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        count += metrics_read(&durations->buckets[i]);
        fprintf(out, "%s_bucket{handler=\"%s\",code=\"%u\",le=\"%g\"} %" PRIu64 "\n", name, handler,
                status, clock_seconds(metrics_bounds_ns[i]), count < total ? count : total);
    }
    fprintf(out, "%s_bucket{handler=\"%s\",code=\"%u\",le=\"+Inf\"} %" PRIu64 "\n", name, handler,
            status, total);
    fprintf(out, "%s_sum{handler=\"%s\",code=\"%u\"} %.9f\n", name, handler, status,
            (double)metrics_read(&durations->total_ns) * 1e-9);
    fprintf(out, "%s_count{handler=\"%s\",code=\"%u\"} %" PRIu64 "\n", name, handler, status,
            total);
}

static void put_requests(FILE *out, const struct route_table *routes, const struct metrics *metrics)
{
    put_head(out, "particled_http_request_duration_seconds", "histogram",
             "Time from the first line of a request to the end of its response; code 499: the "
             "client disconnected.");
    for (size_t handler = 0; handler < METRICS_ROUTES_MAX; handler++)
        for (size_t status = 0; status < METRICS_STATUS_COUNT; status++)
            put_histogram(out, route_label(routes, handler), metrics_statuses[status],
                          &metrics->requests[handler][status]);
}

static void put_by_method(FILE *out, const char *name, const char *help,
                          const _Atomic uint64_t *counters)
{
    put_head(out, name, "counter", help);
    size_t count;
    const struct method *const *methods = method_table(&count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s{method=\"%s\"} %" PRIu64 "\n", name, methods[i]->name,
                metrics_read(&counters[i]));
}

static void put_work(FILE *out, const struct metrics *metrics,
                     const struct application *application)
{
    put_head(out, "particled_phase_seconds_total", "counter",
             "Time that requests spent in each phase.");
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        fprintf(out, "particled_phase_seconds_total{phase=\"%s\"} %.9f\n",
                application_phases.names[phase],
                (double)metrics_read(&metrics->phase_ns[phase]) * 1e-9);
    put_by_method(out, "particled_particles_total", "Particles evolved.", application->particles);
    put_by_method(out, "particled_particle_steps_total", "Particle-steps evolved.",
                  application->particle_steps);
    put_value(out, "particled_http_received_body_bytes_total", "counter",
              "Bytes of request bodies.", (double)metrics_read(&metrics->received_bytes));
    put_value(out, "particled_http_sent_body_bytes_total", "counter", "Bytes of response bodies.",
              (double)metrics_read(&metrics->sent_bytes));
    put_value(out, "particled_connections_total", "counter", "Connections accepted.",
              (double)metrics_read(&metrics->connections));
    put_value(out, "particled_cancelled_total", "counter",
              "Computations cancelled: client disconnected, deadline, shutdown.",
              (double)metrics_read(&metrics->cancelled));
    put_value(out, "particled_inline_requests_total", "counter",
              "Requests computed on the I/O thread.", (double)metrics_read(&metrics->inline_jobs));
}

static void put_state(FILE *out, struct service *service)
{
    struct worker_pool_counts pool = worker_pool_counts(service->pool);
    put_value(out, "particled_queue_depth", "gauge", "Requests that wait for a worker.",
              (double)pool.queued);
    put_value(out, "particled_queue_limit", "gauge",
              "Maximum number of requests that wait for a worker.", (double)pool.queue_limit);
    put_value(out, "particled_workers", "gauge", "Worker threads.", pool.workers);
    put_value(out, "particled_workers_busy", "gauge", "Worker threads that are computing.",
              pool.busy);
    put_value(out, "particled_connections", "gauge", "Open connections.",
              (double)connection_monitor_count(service->monitor));
    put_value(out, "particled_requests_in_flight", "gauge", "Requests started and not finished.",
              (double)atomic_load(&service->requests_in_flight));
    put_value(out, "particled_jobs_in_flight", "gauge",
              "Requests submitted to the workers and not finished.",
              (double)atomic_load(&service->jobs));
    put_value(out, "particled_receive_timeouts_total", "counter",
              "Connections closed because a request was not complete in time.",
              (double)connection_monitor_timeouts(service->monitor));
    size_t used = atomic_load(&service->budget.used);
    size_t connections = acceptor_memory(service->acceptor);
    put_value(out, "particled_memory_used_bytes", "gauge",
              "Memory budget in use by particles and responses.",
              used > connections ? (double)(used - connections) : 0);
    put_value(out, "particled_connection_memory_bytes", "gauge",
              "Memory budget in use by open connections.", (double)connections);
    put_value(out, "particled_lingering_sockets", "gauge",
              "Closed connections whose client may still be sending.",
              (double)linger_count(service->linger));
    put_value(out, "particled_memory_limit_bytes", "gauge", "Memory budget.",
              (double)service->budget.limit);
    put_value(out, "particled_draining", "gauge", "1 while the daemon is shutting down.",
              atomic_load(&service->draining));
}

static void put_process(FILE *out)
{
    struct host_usage usage = host_usage();
    put_head(out, "particled_build_info", "gauge",
             "Always 1; the labels hold the version and the kernels.");
    fprintf(out, "particled_build_info{version=\"%s\",kernels=\"%s\"} 1\n", PACKAGE_VERSION,
            evolve_kernels_name());
    put_value(out, "process_cpu_seconds_total", "counter", "User and system CPU time.",
              usage.cpu_s);
    put_value(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
              (double)usage.resident_bytes);
    put_value(out, "process_virtual_memory_bytes", "gauge", "Virtual memory.",
              (double)usage.virtual_bytes);
    put_value(out, "process_open_fds", "gauge", "Open file descriptors.", (double)usage.open_fds);
    put_value(out, "process_max_fds", "gauge", "Limit of open file descriptors.",
              (double)usage.max_fds);
    put_value(out, "process_start_time_seconds", "gauge",
              "Start time of the process, in seconds since the epoch.", usage.start_time_s);
}

void metrics_handle(struct request *request)
{
    struct service *service = request->service;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out) {
        put_requests(out, &service->config->routes, &service->metrics);
        put_work(out, &service->metrics, application_of(request));
        put_state(out, service);
        put_process(out);
        if (fclose(out) != 0) {
            free(text);
            text = NULL;
        }
    }
    request_respond(request, MHD_HTTP_OK, METRICS_TYPE, text, size);
}
